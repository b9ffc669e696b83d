"""An order made ready to run, as the form and the app see it: what is missing for it, and how quick it will be."""

from __future__ import annotations

from collections.abc import Callable

from maker_engine.models.keys import missing_key
from maker_engine.runtime.order import PreparedRun, RunOrder, prepare, real_models

__all__ = ["PreparedRun", "RunOrder", "Speed", "measured_speed", "missing_key_of", "prepare"]

Speed = Callable[[PreparedRun], "float | None"]


def measured_speed(prepared: PreparedRun) -> float | None:
    """Measure samples a second, as `runtime.measuring` does."""
    from maker_engine.runtime.measuring import samples_per_second  # noqa: PLC0415 - start-up: the form opens without it

    return samples_per_second(prepared)


def missing_key_of(order: RunOrder) -> str:
    """Name the first key that an order needs and the environment does not have, in a few words; empty for none."""
    return missing_key(real_models(order), order.api_base)
