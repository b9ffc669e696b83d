"""The screen is tested in one time zone and without the settings of whoever runs the tests."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

_SETTINGS = (
    "NO_COLOR", "TEXTUAL", "TEXTUAL_THEME", "TEXTUAL_ANIMATIONS", "TEXTUAL_COLOR_SYSTEM", "TEXTUAL_FILTERS",
    "TMUX", "MAKER_CONFIG",
)  # fmt: skip


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
