"""The configuration file: TOML in the user's directory for settings; `maker config` shows, writes and checks it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from maker_engine.core.errors import InputError
from maker_engine.input_files import read_named
from maker_engine.models.prices import check_price
from maker_engine.printable import one_line
from maker_tui.settings.places import config_file
from maker_tui.settings.run_defaults import PROFILE, RUN, RunDefaults, read_defaults

LONGEST = 1_000_000
"""Bytes that are read; no one sets more."""
NOTIFY = ("none", "osc9", "osc777")
"""How a desktop notification is asked of the terminal: not at all, as iTerm2 and Windows Terminal take it, as urxvt."""
ALLOWED: Mapping[str, tuple[type, tuple[str, ...]]] = {
    "theme": (str, ()), "mouse": (bool, ()), "title": (bool, ()), "bell": (bool, ()), "notify": (str, NOTIFY),
}  # fmt: skip

Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class Config:
    """What a user has set.

    Attributes:
        theme: The theme to start with, empty for the one chosen last.
        mouse: Take the mouse; without, the terminal keeps it, to select text with.
        title: Show the progress in the terminal's title.
        bell: Ring the bell when a run ends, holds or needs a person.
        notify: Ask the terminal for a desktop notification then, one of `NOTIFY`.
        keys: Keys by action, as `settings.keymap` reads them.
        prices: What models cost, by their names: dollars per million tokens, as `prices.PRICE_FORM` has them.
        runs: Options of runs: those of `[run]`, and those of each profile.
    """

    theme: str = ""
    mouse: bool = True
    title: bool = True
    bell: bool = False
    notify: str = "none"
    keys: Mapping[str, str] = field(default_factory=dict)
    prices: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    runs: RunDefaults = field(default_factory=RunDefaults)


def load() -> tuple[Config, str]:
    """Read the user's configuration; one that cannot be used is not.

    Returns:
        What is set, and why the file was not used, in one line; empty where it was, or where there is none.
    """
    path = config_file()
    try:
        return read(path), ""
    except InputError as error:
        return Config(), f"{one_line(str(error), 300)}; the settings are as without the file"


def read(path: Path) -> Config:
    """Read one file; one that is not there sets nothing.

    Raises:
        InputError: It cannot be read, or something in it cannot be used; the text names it.
    """
    return _read(path, parse) or Config()


def prices() -> Mapping[str, tuple[float, ...]]:
    """Read what models cost from the user's configuration, and nothing else of it: whoever runs headless needs no keys.

    Raises:
        InputError: The file cannot be read, or a price in it cannot be used.
    """
    return _read(config_file(), lambda text: _prices(_table(text))) or {}


def defaults() -> RunDefaults:
    """Read the options of runs from the user's configuration, and nothing else of it.

    Raises:
        InputError: The file cannot be read, or an option in it cannot be used.
    """
    return _read(config_file(), lambda text: read_defaults(_table(text))) or RunDefaults()


def _read(path: Path, parse: Callable[[str], Read]) -> Read | None:
    """Parse a file's text; None where there is no file."""
    try:
        path.stat()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InputError(f"settings file {path} cannot be read: {error.strerror}") from None
    text = read_named(path, "settings file", LONGEST)
    try:
        return parse(text)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    except (ValueError, OverflowError):  # Python writes no whole number of so many digits, and makes no float of it
        raise InputError(f"{path}: a number in it has thousands of digits: write a smaller one") from None


def parse(text: str) -> Config:
    """Read settings.

    Raises:
        InputError: It is not TOML, or something in it cannot be used.
    """
    given = _table(text)
    costs = _prices(given)
    runs = read_defaults(given)
    for name in ("prices", RUN, PROFILE):
        given.pop(name, None)
    keys = given.pop("keys", {})
    if not isinstance(keys, dict):
        raise InputError("keys must be a table: write [keys] on a line of its own")
    for name, value in given.items():
        _check_value(name, value)
    return Config(**given, keys=_keymap(keys) if keys else {}, prices=costs, runs=runs)


def _table(text: str) -> dict[str, Any]:
    import tomllib  # noqa: PLC0415 - most users have no file to read

    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"not TOML: {one_line(str(error))}") from None


def _prices(given: Mapping[str, Any]) -> dict[str, tuple[float, ...]]:
    table = given.get("prices", {})
    if not isinstance(table, dict):
        raise InputError("prices must be a table: write [prices] on a line of its own")
    found = {}
    for name, figures in _flat(table):
        try:
            found[name] = check_price(figures if isinstance(figures, list) else [figures])
        except InputError:
            expected = (
                f'"{name}" = [IN, OUT], [IN, OUT, CACHED] or [IN, OUT, CACHED, WRITE], in dollars per million tokens'
            )
            raise InputError(f"prices: write {one_line(expected, 160)}, got {one_line(repr(figures), 40)}") from None
    return found


def _check_value(name: str, value: object) -> None:
    if name not in ALLOWED:
        near = get_close_matches(name, ALLOWED, 1)
        mend = (
            f"did you mean {near[0]}?"
            if near
            else f"there are {', '.join(ALLOWED)}, [run], [profile.NAME], [keys] and [prices]"
        )
        raise InputError(f"{one_line(name, 40)} is not a setting: {mend}")
    kind, choices = ALLOWED[name]
    if not isinstance(value, kind):
        wanted = "true or false" if kind is bool else "text in quotes"
        raise InputError(f"{name} must be {wanted}, got {one_line(repr(value), 40)}")
    if name == "theme" and value:
        from maker_tui.settings.themes import names  # noqa: PLC0415 - whoever sets no theme need not load them

        choices = names()
    if choices and value and value not in choices:
        raise InputError(f"{name} must be one of {', '.join(choices)}, got {one_line(repr(value), 40)}")


def _keymap(given: Mapping[str, Any]) -> dict[str, str]:
    from maker_tui.settings.actions import check  # noqa: PLC0415 - it loads every screen
    from maker_tui.settings.keymap import read_keys  # noqa: PLC0415 - start-up

    keymap = {name: read_keys(name, value) for name, value in _flat(given)}
    check(keymap)
    return keymap


def _flat(table: Mapping[str, Any], before: str = "") -> list[tuple[str, Any]]:
    """Take `workbench.pause = …` for what it says, whether TOML reads it as a table or, in quotes, as a name."""
    pairs: list[tuple[str, Any]] = []
    for name, value in table.items():
        pairs += _flat(value, f"{before}{name}.") if isinstance(value, dict) else [(f"{before}{name}", value)]
    return pairs
