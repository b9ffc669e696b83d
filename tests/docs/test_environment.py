"""docs/environment.md names every variable that is read, and every name of a line of the log."""

from __future__ import annotations

import re
from pathlib import Path

from maker_engine.runtime import call_log

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "environment.md").read_text(encoding="utf-8")
VARIABLE = re.compile(r"\bMAKER_[A-Z_]+\b")


def test_every_variable_of_ours_is_on_one_page() -> None:
    """None is read that is not named there, and none is named that nobody reads."""
    files = [
        file for folder in ("maker_engine", "maker_tui", "tasks", "tests") for file in (ROOT / folder).rglob("*.py")
    ]
    read = {name for file in files for name in VARIABLE.findall(file.read_text(encoding="utf-8"))} - {"MAKER_"}
    assert read == set(VARIABLE.findall(PAGE))


def test_every_name_of_a_line_of_the_log_is_described() -> None:
    """The table has each of them."""
    table = set(re.findall(r"`(\w+)`", "".join(re.findall(r"^\| (.*?) \|", PAGE, re.MULTILINE))))
    assert {"at", "call", "step", "sample", "voter", "latency_s", *call_log._FIELDS} <= table
