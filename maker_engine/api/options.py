"""The options of a run as keyword arguments, named as in the one table of options, and the order that they make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias, TypedDict, cast

from maker_engine.core.errors import InputError
from maker_engine.models.prices import read_prices
from maker_engine.options.config import RunConfig
from maker_engine.options.kinds import Value
from maker_engine.options.table import BY_NAME
from maker_engine.runtime.order_models import real_models
from maker_engine.runtime.order_options import changes_of, order_of as ordered
from maker_engine.runtime.plan import STOP
from maker_engine.runtime.run_order import RunOrder
from maker_engine.suggestion import suggestion

LIBRARY = "library"
"""The session that is a new file in the user's library."""
Session: TypeAlias = str | Path | None
"""Where a run is recorded: a path that has no file yet, "library", or None for nowhere."""
_ARGUMENTS = ("task", "model", "k", "session", "on_ask", "config")
"""Arguments that are no options of their own; a name that is mistyped may be meant for one of them."""


class RunOptions(TypedDict, total=False):
    """Options of a run by the names that flags and settings have; what each means is in docs/options.md."""

    voters: Sequence[str]
    api_base: str | None
    seed: int
    temperature: float | str
    first_temperature: float | str
    reasoning: str
    max_tokens: int
    max_reasoning_tokens: int | None
    preflight: bool
    accept_models: Sequence[str]
    target: float
    rule: str
    law: str | None
    flags: str
    constrain: bool | str | None
    max_samples: int | None
    undecided: str
    cascade: str | None
    cascade_agreement: float
    hopeless: str | None
    count: str
    reuse: bool
    n: int | str
    concurrency: int
    window: int
    hedge: int
    draft: str | None
    max_waste: float
    timeout: float
    rpm: float | None
    tpm: float | None
    limit_samples: int | None
    limit_usd: float | None
    limit_tokens: int | None
    limit_minutes: float | None
    prices: Sequence[str] | Mapping[str, Sequence[float]]
    allow: Sequence[str]
    in_doubt: str | None
    dry_run: bool
    name: str | None
    from_session: str | None
    keep: str


def given_of(config: RunConfig | None, options: RunOptions) -> RunOptions:
    """Return the options of a config with those that are given besides, which go first.

    Raises:
        InputError: It is no config, or orders breakpoints, which need a person, or a folder for papers.
    """
    if config is None:
        return options
    given: object = config
    if not isinstance(given, RunConfig):
        raise InputError(f"config is a RunConfig, got a {type(given).__name__}: make one by RunConfig.of(k=3, …)")
    values = config.values()
    if values.pop("breakpoints"):
        raise InputError("breakpoints hold a run for a person in the app: leave them out of the config")
    if values.pop("out") is not None:
        raise InputError("a program gets a result and not files: leave the folder for papers, out, out of the config")
    named = {name: value for name, value in values.items() if name not in _ARGUMENTS}
    return cast("RunOptions", {**named, **options})


def values_of(options: Mapping[str, Any]) -> dict[str, Value]:
    """Read options as the table has them.

    Raises:
        InputError: There is no such option, or one cannot have such a value.
    """
    known = RunOptions.__annotations__
    for name in options:
        if name not in known:
            near = suggestion(name, (*known, *_ARGUMENTS))
            raise InputError(f"there is no option {name!r}; known: {', '.join(sorted(known))}{near}")
    given = dict(options)
    if isinstance(given.get("constrain"), bool):
        given["constrain"] = "schema" if given["constrain"] else None
    if isinstance(prices := given.get("prices"), Mapping):
        given["prices"] = [f"{model}={','.join(map(str, _listed(figures)))}" for model, figures in prices.items()]
    return {name: BY_NAME[name].value_of(value) for name, value in given.items()}


def _listed(figures: object) -> Sequence[object]:
    return figures if isinstance(figures, list | tuple) else (figures,)


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
    values = {
        **values_of(options), "model": BY_NAME["model"].value_of(model), "k": BY_NAME["k"].value_of(k),
        "session": _path_of(session),
    }  # fmt: skip
    return ordered(task, {}, None, {**values, "hopeless": values.get("hopeless") or STOP})


def changes(options: Mapping[str, Any], kept: RunOrder) -> dict[str, Value]:
    """Return options as changes to a run under way, whose order is `kept`.

    Raises:
        InputError: As for `order_of`.
    """
    values = values_of(options)
    prices = values.pop("prices", ())
    made = changes_of(values)
    return {**made, "prices": read_prices(prices, real_models(kept))} if prices else made


def _path_of(session: Session) -> Path | None:
    """Return the file that is named, None for one in the library, or for none.

    Raises:
        InputError: It is no name of a file.
    """
    if session is None or session == LIBRARY:
        return None
    given: object = session
    if not isinstance(given, str | Path) or not str(given).strip():
        raise InputError(f"a session is a path, {LIBRARY!r} or None, got {given!r:.60}")
    bare = Path(given).name == str(given) and not Path(given).suffix
    if bare and (near := suggestion(str(given), (LIBRARY,))):
        raise InputError(f"session {str(given)!r} is no place{near}; write a file of that name as ./{given}")
    return Path(given).expanduser()
