"""The screen is tested in one time zone and without the settings of whoever runs the tests."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest
import textual.app
import textual.pilot
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet

from maker_tui.app import MakerApp
from tests.tui.recorded_run import FILE, record_hanoi, saved_source
from tests.tui.settling import see_threads, settled

_SETTINGS = (
    "NO_COLOR", "TEXTUAL", "TEXTUAL_THEME", "TEXTUAL_ANIMATIONS", "TEXTUAL_COLOR_SYSTEM", "TEXTUAL_FILTERS",
    "TMUX", "MAKER_CONFIG",
)  # fmt: skip

textual.app.wait_for_idle = textual.pilot.wait_for_idle = settled  # type: ignore[attr-defined]
see_threads()


_PARSE, _RULES = Stylesheet._parse_rules, dict[tuple[Any, ...], list[RuleSet]]()


def _parse_once(self: Stylesheet, css: str, *arguments: Any, **named: Any) -> list[RuleSet]:
    """Parse no style sheet twice: every app starts with the same, which took a tenth of the time of these tests."""
    key = (css, arguments, *named.values(), frozenset(self._variables.items()))
    if key not in _RULES:
        _RULES[key] = _PARSE(self, css, *arguments, **named)
    return _RULES[key]


Stylesheet._parse_rules = _parse_once  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def plain_surroundings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Clear what changes a picture, or leads out of the screen; tell local time as UTC."""
    with monkeypatch.context() as patch:
        for name in _SETTINGS:
            patch.delenv(name, raising=False)
        patch.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recorded run, not to be written to."""
    path = tmp_path_factory.mktemp("recorded") / FILE
    record_hanoi(path)
    return path


@pytest.fixture
def app(recorded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakerApp:
    """The app on a copy of the recorded run."""
    monkeypatch.chdir(tmp_path)
    copyfile(recorded, FILE)
    return MakerApp(saved_source())
