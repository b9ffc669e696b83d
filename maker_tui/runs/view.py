"""What screens see of a run as it goes: one look at it, its breakpoints, and where it holds. All of it is frozen."""

from __future__ import annotations

from maker_engine.runtime.breakpoints import Breakpoint, Held
from maker_engine.runtime.view import RunView

__all__ = ["Breakpoint", "Held", "RunView"]
