"""Between the options of a run, as users give them, and the order that a runner takes and a session keeps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from maker_engine.core.errors import InputError
from maker_engine.core.record.values import fits
from maker_engine.models.names import read_cascade
from maker_engine.models.prices import check_price, read_prices
from maker_engine.options.kinds import Value
from maker_engine.options.table import BY_NAME, OPTIONS, PAPER
from maker_engine.runtime.order_models import real_models
from maker_engine.runtime.run_order import RunOrder

MINUTE_S = 60.0


def order_of(
    task: str,
    options: Mapping[str, int | str],
    source: str | None,
    values: Mapping[str, Value],
    *,
    attended: bool = False,
    apart: bool = False,
) -> RunOrder:
    """Make an order.

    Args:
        task: Name of the task, or the path of its file or folder.
        options: The task's own options.
        source: Text of a problem file, None for the problem the options describe.
        values: Options of the run by their names; what is left out is as by default.
        attended: As in `RunOrder`.
        apart: As in `RunOrder`.

    Raises:
        InputError: A price is of no model that the run asks.
    """
    made = changes_of(values)
    usual = BY_NAME["model"].default
    if (cascade := made.get("cascade")) and made.get("model", usual) == usual:
        made["model"] = read_cascade(cascade)[0]
    prices = made.pop("prices", ())
    order = RunOrder(task, options, source, attended=attended, apart=apart, **made)
    return order.with_prices(read_prices(prices, real_models(order))) if prices else order


def changes_of(values: Mapping[str, Value]) -> dict[str, Value]:
    """Return options as fields of an order that is changed; prices aside, which depend on the models of the order."""
    return {BY_NAME[name].order_field: _ordered(name, value) for name, value in values.items()}


def _ordered(name: str, value: Value) -> Value:
    """Turn the value of an option into that of its field of the order."""
    match name:
        case "flags":
            return value == PAPER
        case "limit_minutes":
            return None if value is None else MINUTE_S * value
        case "draft" | "name" | "constrain" | "cascade" | "from_session":
            return value or ""
    return value


def values_of_order(kept: Mapping[str, Any]) -> dict[str, Value]:
    """Return the options that a session's order says, those at their default left out.

    Args:
        kept: The order as the session keeps it.

    Raises:
        InputError: It keeps a value that no option can have.
    """
    values = {}
    for option in OPTIONS:
        if option.order_field not in kept or option.name in ("name", "session", "out", "breakpoints"):
            continue
        value = option.value_of(_given(option.name, kept))
        if value != option.default:
            values[option.name] = value
    return values


def _given(name: str, kept: Mapping[str, Any]) -> object:
    value = kept[BY_NAME[name].order_field]
    match name:
        case "k" if kept.get("k_auto"):
            return None
        case "flags":
            return PAPER if value else "all"
        case "limit_minutes":
            if not fits(value, float | None):
                raise InputError("the limit in seconds that it keeps is not a number")
            return None if value is None else value / MINUTE_S
        case "prices":
            return _written(value)
        case "draft" | "hopeless" | "constrain" | "from_session" | "cascade":
            return value or None
    return value


def _written(prices: object) -> list[str]:
    try:
        sound = {str(model): check_price(figures) for model, figures in dict(prices).items()}  # type: ignore[call-overload]
    except (InputError, TypeError, ValueError, OverflowError):
        raise InputError("the prices that it keeps cannot be read") from None
    return [f"{model}={','.join(f'{figure:g}' for figure in figures)}" for model, figures in sound.items()]
