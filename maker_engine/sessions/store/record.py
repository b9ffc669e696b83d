"""What a session says of each of its runs, beside their steps: read from JSON, and every value examined.

The file may be damaged or a stranger's: whoever reads a record gets values of the kinds they expect, or one sentence.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields
from typing import Any, cast, get_type_hints

from maker_engine.core.errors import InputError
from maker_engine.core.record.events import RunStarted
from maker_engine.core.record.model_check import ModelCheck, lines_of
from maker_engine.core.record.outcomes import Outcome
from maker_engine.core.record.snapshot import Totals
from maker_engine.core.record.values import EARLIEST_S, LATEST_S, fits
from maker_engine.core.voting import is_rule

_STARTED = get_type_hints(RunStarted)
_NEEDED = {field.name for field in fields(RunStarted) if field.default is MISSING and field.default_factory is MISSING}
_TOTALS = get_type_hints(Totals)
_ORDER: Mapping[str, Any] = {
    "task": str, "source": str | None, "model": str, "seed": int, "keep": str, "api_base": str | None, "draft": str,
    "undecided": str, "voters": list, "hopeless": str | None, "temperature": float | str | None,
    "first_temperature": float | str | None, "prices": dict, "accept_models": list, "allow": list,
}  # fmt: skip
_PLAIN: Mapping[str, Any] = {
    "created": float, "elapsed_s": float, "open": int, "early": int, "name": str, "note": str, "signed": str,
    "imported": bool, "answered_by": dict, "answered_voters": dict, "owed": list, "density": dict,
}  # fmt: skip


MOST = 2**40
"""No ballot has more votes, and no run as many ballots of one kind."""


def read_record(texts: Mapping[str, str]) -> dict[str, Any]:
    """Turn the record of a run, values in JSON, into values.

    Raises:
        ValueError: One cannot be read or is of another kind; it is named.
    """
    record: dict[str, Any] = {}
    for key, text in texts.items():
        try:
            record[key] = json.loads(text)
        except (ValueError, TypeError, RecursionError):
            raise ValueError(f"{key!r} in its record cannot be read") from None
    check_record(record)
    return record


def check_record(record: Mapping[str, Any]) -> None:
    """Look at every value of a run's record; what is missing is not missed here.

    Raises:
        ValueError: One is of another kind than it has to be; it is named.
    """
    _check("", {key: record[key] for key in _PLAIN if key in record}, _PLAIN)
    if not EARLIEST_S <= record.get("created", 0) <= LATEST_S:
        raise ValueError("'created' is no point in time")
    for key in ("open", "early"):
        if record.get(key, 0) < 0:
            raise ValueError(f"{key!r} is a number that cannot be")
    if not _spent(record):
        raise ValueError("'owed' or 'density' is none that can be")
    if not all(map(_is_ballots, _list("ballots", record.get("ballots", [])))):
        raise ValueError("'ballots' is no list of votes for, votes against and how many ballots")
    checks = (("order", check_order), ("started", check_started), ("totals", check_totals), ("ended", _check_end))
    for key, check in checks:
        if key in record:
            check(record[key])
    _check_model(record)
    _check_steps(record)


def _check_end(ended: object) -> None:
    fields_of_end = _object("ended", ended)
    _check("ended", fields_of_end, {"outcome": str, "reason": str}, needed={"outcome", "reason"})
    if fields_of_end["outcome"] not in set(Outcome):
        raise ValueError("'ended' names no outcome")


def _check_steps(record: Mapping[str, Any]) -> None:
    if not all(fits(step, int) and step >= 0 for step in _list("changed", record.get("changed", []))):
        raise ValueError("'changed' is not a list of steps")
    if not all(map(_is_noted, _list("prompts", record.get("prompts", [])))):
        raise ValueError("'prompts' is not a list of steps and digests")


def _check_model(record: Mapping[str, Any]) -> None:
    try:
        if "model_check" in record:
            ModelCheck.of(record["model_check"])
        lines_of(record.get("adjustments", []), "adjustments")
    except InputError as error:
        raise ValueError(str(error)) from None


def check_order(order: object) -> None:
    """Look at what was ordered, as far as the record itself is read by it; `RunOrder` looks at the rest.

    Raises:
        ValueError: As for `check_record`.
    """
    values = _object("order", order)
    _check("order", values, _ORDER)
    for name in ("voters", "accept_models", "allow"):
        if not all(fits(one, str) for one in values.get(name, [])):
            raise ValueError(f"{name!r} in 'order' are not all texts")
    for figures in values.get("prices", {}).values():
        if not isinstance(figures, list) or not all(fits(figure, float) for figure in figures):
            raise ValueError("'prices' in 'order' are not all lists of numbers")


def _is_noted(one: object) -> bool:
    """Return whether it is a step and the digest of its prompt, perhaps with the two texts of it."""
    if not (isinstance(one, list) and len(one) in (2, 4) and fits(one[0], int) and one[0] >= 0 and fits(one[1], str)):
        return False
    return len(one) == 2 or (fits(one[2], str | None) and fits(one[3], str))


def _is_ballots(one: object) -> bool:
    """Whether it is the votes for and against, and how many ballots ended so."""
    return isinstance(one, list) and len(one) == 3 and all(fits(part, int) and 0 <= part <= MOST for part in one)


def _spent(record: Mapping[str, Any]) -> bool:
    """Return whether a run's record can be right about what may be spent beside its totals."""
    owed, density = record.get("owed", [0, 0.0]), record.get("density", {})
    kinds = [fits(one, kind) and one >= 0 for one, kind in zip(owed, (int, float), strict=False)]
    voters = all(name.removeprefix("-").isdecimal() and len(name) < 10 for name in density)
    return len(owed) == 2 and all(kinds) and voters and all(fits(one, float) and one >= 0 for one in density.values())


def whole(order: Mapping[str, Any], name: str, default: int) -> int:
    """Return a whole number of an order, `default` where there is none."""
    value = order.get(name)
    return cast("int", value) if fits(value, int) else default


def check_started(started: object) -> None:
    """Look at a run's first event.

    Raises:
        ValueError: As for `check_record`.
    """
    values = _object("started", started)
    unknown = values.keys() - _STARTED.keys()
    if unknown:
        raise ValueError(f"'started' has {min(unknown)!r}, which this maker does not know")
    _check("started", values, _STARTED, _NEEDED)
    if values["k"] < 1 or not is_rule(values["rule"]) or (values["steps"] or 0) < 0:
        raise ValueError("'started' has no k, rule or number of steps that can be")


def check_totals(totals: object) -> None:
    """Look at what a run has spent and found.

    Raises:
        ValueError: As for `check_record`.
    """
    values = _object("totals", totals)
    _check("totals", values, _TOTALS)
    try:
        Totals.of(values)
    except KeyError as missing:
        raise ValueError(f"{missing} is missing in 'totals'") from None
    if any(values[name] < 0 for name in values if _TOTALS.get(name) in (int, float)):
        raise ValueError("'totals' has a negative number")


def _check(where: str, values: Mapping[str, Any], kinds: Mapping[str, Any], needed: Iterable[str] = ()) -> None:
    for name in needed:
        if name not in values:
            raise ValueError(f"{name!r} is missing in {where!r}")
    for name, value in values.items():
        if name in kinds and not fits(value, kinds[name]):
            raise ValueError(f"{name!r}{f' in {where!r}' if where else ''} is {_kind_of(value)}")


def _kind_of(value: object) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return "a number that cannot be"
    return f"a {type(value).__name__}" if value is not None else "null"


def _object(name: str, value: object) -> dict[str, Any]:
    if not fits(value, dict):
        raise ValueError(f"{name!r} is {_kind_of(value)}")
    return cast("dict[str, Any]", value)


def _list(name: str, value: object) -> list[Any]:
    if not fits(value, list):
        raise ValueError(f"{name!r} is {_kind_of(value)}")
    return cast("list[Any]", value)
