"""What is said of a model while its name is typed: what it costs, how much it reads, and that there is a key."""

from __future__ import annotations

from maker_engine.models.price_list import describe
from maker_engine.printable import one_line


def model_words(name: str) -> str:
    """Return what the price table says of a model in a sentence, empty where it says nothing."""
    found = describe(name)
    if found is None:
        return ""
    parts = []
    if found.usd_in is not None and found.usd_out is not None:
        parts.append(f"${found.usd_in:,.4g} in, ${found.usd_out:,.4g} out per million tokens")
    if found.context is not None:
        parts.append(f"reads {found.context:,} tokens")
    if found.has_key:
        parts.append(f"✔ key in {found.key_variables[0]}")
    return f"{one_line(name, 80)}: {', '.join(parts)}." if parts else ""
