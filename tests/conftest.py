"""What every test may count on: a home of its own, and no setting of the developer's machine."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Sessions of a test go to a directory of its own."""
    directory = tmp_path / "home"
    monkeypatch.setenv("MAKER_HOME", str(directory))
    for name in ("NO_COLOR", "FORCE_COLOR", "TEXTUAL_THEME", "OPENAI_API_KEY", "ANTHROPIC_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    return directory
