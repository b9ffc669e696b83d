"""Options of a run from the settings file: `[run]` for every run, `[profile.NAME]` for those that name it.

Order of precedence, for each option by itself: a flag, the profile, `MAKER_MODEL`, `[run]`, the option's default.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from maker_engine.core.errors import InputError
from maker_engine.options.kinds import Value
from maker_engine.options.table import BY_NAME, find
from maker_engine.printable import one_line
from maker_tui.settings.places import config_file

RUN, PROFILE = "run", "profile"
MODEL_VARIABLE, PROFILE_VARIABLE = "MAKER_MODEL", "MAKER_PROFILE"
_WHO = ("voters", "api_base")
"""What goes with a model: another model named in a place of higher precedence does without them."""


@dataclass(frozen=True, slots=True)
class RunDefaults:
    """What the settings file says of runs.

    Attributes:
        run: Options of every run, by their names.
        profiles: Options of the runs that name a profile, by its name.
    """

    run: Mapping[str, Value] = field(default_factory=dict)
    profiles: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)


def read_defaults(given: Mapping[str, Any]) -> RunDefaults:
    """Read the tables `run` and `profile` of a settings file, and nothing else of it.

    Raises:
        InputError: Something in them cannot be used; the text names it.
    """
    profiles = _table(given.get(PROFILE, {}), "[profile.NAME]", PROFILE)
    return RunDefaults(
        _options(given.get(RUN, {}), RUN),
        {name: _options(table, f"{PROFILE}.{one_line(name, 40)}") for name, table in profiles.items()},
    )


def _table(found: object, written: str, name: str) -> Mapping[str, Any]:
    if not isinstance(found, Mapping):
        raise InputError(f"{name} must be a table: write {written} on a line of its own")
    return found


def _options(found: object, place: str) -> dict[str, Value]:
    values = {}
    for name, value in _table(found, f"[{place}]", place).items():
        try:
            option = find(name)
            values[option.name] = option.value_of(value)
        except InputError as error:
            raise InputError(f"[{place}] {error}") from None
    return values


def load_defaults() -> RunDefaults:
    """Read what the user's settings file says of runs.

    Raises:
        InputError: It cannot be read, or something in it cannot be used.
    """
    from maker_tui.settings.config import defaults  # noqa: PLC0415 - it reads these tables too

    return defaults()


def with_defaults(given: Mapping[str, Value], profile: str | None = None, *, attended: bool) -> dict[str, Value]:
    """Return the options of a run: those given, and behind them what the settings and the environment say.

    Args:
        given: Options by their names, which go before all else.
        profile: The profile that was named, None for that of `MAKER_PROFILE`.
        attended: There is a person; without, a setting that needs one is left out.

    Raises:
        InputError: There is no such profile, or the settings cannot be read or used.
    """
    chosen: dict[str, Value] = {}
    for layer in _layers(profile):
        kept = {name: value for name, value in layer.items() if attended or not BY_NAME[name].needs_person(value)}
        chosen = _over(chosen, kept)
    return _over(chosen, given)


def _layers(profile: str | None) -> list[Mapping[str, Value]]:
    """Return the layers of settings, the weakest first."""
    defaults = load_defaults()
    model = os.environ.get(MODEL_VARIABLE, "").strip()
    layers = [defaults.run, {"model": model} if model else {}]
    name = os.environ.get(PROFILE_VARIABLE, "").strip() if profile is None else profile
    if name:
        layers.append(_profile(defaults, name))
    return layers


def _profile(defaults: RunDefaults, name: str) -> Mapping[str, Value]:
    if name in defaults.profiles:
        return defaults.profiles[name]
    near = get_close_matches(name, defaults.profiles, 1)
    known = ", ".join(one_line(one, 40) for one in defaults.profiles) or "none"
    mend = f"did you mean {one_line(near[0], 40)}?" if near else f"{config_file()} has {known}"
    raise InputError(f"there is no profile {one_line(name, 40)!r}: {mend}")


def _over(below: Mapping[str, Value], above: Mapping[str, Value]) -> dict[str, Value]:
    """Lay options over others: another model does not go to the server, or into the pool, of the one below."""
    model = above.get("model")
    left_out = _WHO if model is not None and model != below.get("model") else ()
    return {**{name: value for name, value in below.items() if name not in left_out}, **above}
