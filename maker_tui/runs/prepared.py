"""An order made ready to run: what is missing for it, how quick it will be, and what its model costs."""

from __future__ import annotations

from collections.abc import Callable

from maker_engine.models.keys import missing_key
from maker_engine.models.price_list import describe
from maker_engine.printable import one_line
from maker_engine.runtime.order import PreparedRun, RunOrder, prepare
from maker_engine.runtime.order_models import real_models

__all__ = ["PreparedRun", "RunOrder", "Speed", "measured_speed", "missing_key_of", "model_words", "prepare"]

Speed = Callable[[PreparedRun], "float | None"]


def measured_speed(prepared: PreparedRun) -> float | None:
    """Measure samples a second, as `runtime.measuring` does."""
    from maker_engine.runtime.speed_test import samples_per_second  # noqa: PLC0415 - start-up: the form opens without it

    return samples_per_second(prepared)


def missing_key_of(order: RunOrder) -> str:
    """Name the first key that an order needs and the environment does not have, in a few words; empty for none."""
    return missing_key(real_models(order), order.api_base)


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
