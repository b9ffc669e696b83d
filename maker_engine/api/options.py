"""The options of a run as keyword arguments, named like the fields of `RunOrder`: the one place that maps them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias, TypedDict

from maker_engine.core.errors import InputError
from maker_engine.models.sampling import AUTO, Answers, Temperature
from maker_engine.options.table import BY_NAME
from maker_engine.runtime.plan import STOP
from maker_engine.runtime.run_order import RunOrder
from maker_engine.suggestion import suggestion

LIBRARY = "library"
"""The session that is a new file in the user's library."""
Session: TypeAlias = str | Path | None
"""Where a run is recorded: a path that has no file yet, "library", or None for nowhere."""


class RunOptions(TypedDict, total=False):
    """Options of a run; what each means, and its default, is documented in `RunOrder`."""

    voters: Sequence[str]
    api_base: str | None
    target: float
    rule: str
    temperature: Temperature
    first_temperature: Temperature
    reasoning: str
    max_tokens: int
    max_reasoning_tokens: int | None
    paper_flags: bool
    max_samples: int | None
    n: Answers
    constrain: bool | str
    concurrency: int
    seed: int
    limit_samples: int | None
    limit_usd: float | None
    limit_tokens: int | None
    limit_seconds: float | None
    prices: Mapping[str, Sequence[float]]
    accept_models: Sequence[str]
    requests_per_minute: float | None
    tokens_per_minute: float | None
    timeout_s: float
    count: str
    window: int
    hedge: int
    max_waste: float
    draft: str
    reuse: bool
    undecided: str
    hopeless: str | None
    keep: str
    preflight: bool


def order_of(task: str, model: str, k: int | None, session: Session, options: Mapping[str, Any]) -> RunOrder:
    """Return the order that keyword arguments make.

    Args:
        task: The task's name.
        model: The model's name.
        k: Margin, None for the smallest that reaches the target.
        session: Where to record it.
        options: As `RunOptions`.

    Raises:
        InputError: There is no such option, or one cannot have such a value; what it may be is in `options.table`.
    """
    for name in options:
        if name not in RunOptions.__annotations__:
            known = sorted(RunOptions.__annotations__)
            raise InputError(f"there is no option {name!r}; known: {', '.join(known)}{suggestion(name, known)}")
    given = dict(options)
    if "constrain" in given:
        given["constrain"] = {True: "schema", False: None}.get(given["constrain"], given["constrain"])
    for name in given.keys() & (BY_NAME.keys() - {"prices"}):  # prices are a mapping here, by model
        given[name] = BY_NAME[name].value_of(given[name])
    for name in given.keys() & {"constrain", "draft"}:
        given[name] = given[name] or ""
    k = BY_NAME["k"].value_of(k)
    if given.get("undecided") == AUTO:
        del given["undecided"]
    for name in ("undecided", "hopeless"):  # no person is there to continue a run that waits
        given[name] = given.get(name) or STOP
    path = None if session is None or session == LIBRARY else Path(session)
    return RunOrder(task, model=model, k=k, session=path, **given)
