"""The table of sessions in a plain terminal."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from rich.cells import cell_len

from maker_tui.text.session_table import age, table
from tests.support.shelves import solved
from tests.support.terminal import Terminal
from tests.tui.screens.test_home import NOON, saved

STEM = "hanoi-20261130-040057-9e2a"
SESSIONS = [
    saved(STEM, k=2, cost_usd=0.0123, created=NOON - 50),
    saved("hanoi-20261130-040057-0001", name="my 飛行 run", k=3, outcome="out_of_budget", created=NOON - 7_300),
    saved("broken", task="?", damaged="no session", created=NOON - 9e6),
]
RANKS = {one.path: rank for rank, one in enumerate(SESSIONS, 1)}


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
def test_the_table_fits_and_keeps_what_is_typed(width: int) -> None:
    """At any width no row is wider, and names, outcomes and steps are whole; from 80 columns on nothing is left out."""
    head, *rows = table(SESSIONS, RANKS, width, NOON)
    assert all(cell_len(row) <= width for row in (head, *rows))
    assert len(rows) == 3
    if width >= 60:
        assert STEM in rows[0]
        assert re.search(r"solved +127/127", rows[0])
        assert "my 飛行 run" in rows[1]
        assert "out of budget" in rows[1]
        assert rows[1].endswith("2 h")
        assert "damaged" in rows[2]
    if width >= 100:
        assert head.split() == ["@", "name", "task", "k", "outcome", "steps", "cost", "age"]
        assert rows[0].split() == ["@1", STEM, "hanoi", "2", "solved", "127/127", "$0.012", "50", "s"]


def test_an_age_is_told_in_one_unit() -> None:
    """The largest unit of which there is one whole is told; a clock that is behind is no age."""
    told = {-5: "now", 0.5: "now", 59: "59 s", 60: "1 min", 7_199: "1 h", 86_400 * 3: "3 d", 86_400 * 800: "2 y"}
    assert {seconds: age(seconds) for seconds in told} == told


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["sessions"], "@1  mine      hanoi  2  solved "),
        (["sessions", "--search", "nothing"], "no session of 1 is as asked"),
        (["sessions", "restore"], "the trash is empty: there is no deleted session to restore"),
    ],
)
def test_a_person_at_a_terminal_gets_a_table_and_never_nothing(tmp_path: Path, words: list[str], told: str) -> None:
    """On a terminal `sessions` alone is a table, and where there is nothing to list that is said."""
    solved(tmp_path / "home" / "sessions" / "mine.maker", disks=3)
    terminal = Terminal(words, tmp_path)
    terminal.until(lambda: told.encode() in terminal.shown)
    assert terminal.end().status == 0
    terminal.close()
