"""Effects in flight, in a few words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from maker_engine.printable import one_line
from maker_tui.text.figures import count, duration

if TYPE_CHECKING:
    from maker_engine.runtime.view import RunView

SLOW_S = 2.0
"""An effect of this age is worth naming; quicker ones would flicker."""


def is_slow(view: RunView) -> bool:
    """Whether an effect is in flight for so long that a user asks what is waited for."""
    return bool(view.acting) and view.oldest_effect_s >= SLOW_S


def effect_words(view: RunView) -> str:
    """Tell how many effects are in flight, and what the oldest is once it is slow."""
    flying = f"{count(view.acting)} in flight"
    if not is_slow(view):
        return flying
    return f"{flying} · {duration(view.oldest_effect_s)} · {one_line(view.oldest_effect)}"
