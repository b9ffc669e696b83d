"""What every test may count on: a home of its own, and no setting of the developer's machine."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path

import pytest

BYTECODE = Path(__file__).parents[1] / ".pytest_cache" / "bytecode"

if sys.dont_write_bytecode:
    # Else every worker would rewrite each test, and every program of a test compile all it imports, each time anew.
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix = str(BYTECODE)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False


def pytest_collection_finish() -> None:
    """Keep the garbage collector from looking through thousands of tests, time and again: they stay until the end."""
    gc.collect()
    gc.freeze()


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
    monkeypatch.setenv("COLORTERM", "truecolor")
    return directory
