"""What every test may count on: a home of its own, and no setting of the developer's machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """What tasks keep between runs is made once a test run, by whichever process comes first; it is not the user's."""
    base = tmp_path_factory.getbasetemp()
    directory = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "cache"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MAKER_CACHE", str(directory))
        yield directory


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Sessions of a test, and this installation's key, go to a directory of its own beside the test's."""
    directory = tmp_path_factory.mktemp("home") / "home"
    monkeypatch.setenv("MAKER_HOME", str(directory))
    for name in (
        "NO_COLOR",
        "FORCE_COLOR",
        "TEXTUAL_THEME",
        "OPENAI_API_KEY",
        "ANTHROPIC_API_KEY",
        "MAKER_MODEL",
        "MAKER_PROFILE",
    ):
        monkeypatch.delenv(name, raising=False)
    return directory
