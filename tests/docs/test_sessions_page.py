"""docs/sessions.md: the way to read a session from Python does what it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.shelves import solved

PAGE = (Path(__file__).parents[2] / "docs" / "sessions.md").read_text(encoding="utf-8")


def test_decisions_are_read_as_documented(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The program prints the outcome and result, every decided action in order, and every step's first response."""
    (program,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(compile(program, "sessions.md", "exec"), {"path": solved(tmp_path / "run.maker", disks=2)})  # noqa: S102 - our own page
    lines = capsys.readouterr().out.splitlines()
    assert lines[:4] == ["solved [[], [], [2, 1]]", "disk 1: 0 → 1", "disk 2: 0 → 2", "disk 1: 1 → 2"]
    assert [line.split()[0] for line in lines if re.match(r"\d+ \d+ ", line)] == ["0", "1", "2"]
