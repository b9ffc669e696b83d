"""Every command that takes a session takes the same names for it."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from maker_engine.sessions.library import upkeep
from maker_tui.cli.commands import _parser
from maker_tui.cli.main import main
from tests.support.shelves import solved

TAKES = {
    "open": [], "show": [], "verify": [], "salvage": [], "export": [], "revote": [], "path": [], "resume": [],
    "rename": ["new"], "duplicate": [], "rm": [], "fork": ["--at", "1"], "rollback": ["--at", "1"],
    "compare": ["@"], "search": None,
}  # fmt: skip
"""What else each takes; search has the session in a flag."""
ELSEWHERE = {"restore"}
"""Takes a session of the trash, by the same rules."""


def _choices(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    found: dict[str, argparse.ArgumentParser] = {}
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            found |= action.choices
    return found


def test_no_command_that_takes_a_session_is_left_out() -> None:
    """The table above names every command with an argument for a session."""
    commands = _choices(_parser(listing=False)[0])
    verbs = {**_choices(commands["sessions"]), "open": commands["open"]}
    dests = {"session", "sessions", "left"}
    taking = {name for name, parser in verbs.items() if any(action.dest in dests for action in parser._actions)}
    assert taking == {*TAKES, *ELSEWHERE}


@pytest.mark.parametrize("verb", TAKES)
def test_every_command_takes_the_same_names(home: Path, capsys: pytest.CaptureFixture[str], verb: str) -> None:
    """A name that two sessions share is refused in one line by every command, and before anything is done."""
    library = home / "sessions"
    for stem in ("a", "b"):
        solved(library / f"{stem}.maker", disks=1)
        upkeep.rename(library / f"{stem}.maker", "twin")
    rest = TAKES[verb]
    words = ["search", "disk", "--in", "twin"] if rest is None else [verb, "twin", *rest]
    assert main(words if verb == "open" else ["sessions", *words]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == "maker: 'twin' is the name of 2 sessions: a, b: give the file name of one\n"


def test_the_newest_is_shown_resumed_and_brought_back_by_its_place(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`last` and `@` stand for a session in whatever is done to it, in the trash too."""
    solved(home / "sessions" / "a.maker", disks=2)
    solved(home / "sessions" / "b.maker", disks=3, limit_samples=4)
    assert main(["sessions", "show", "@2", "--json"]) == 0
    assert main(["sessions", "resume", "last", "--limit-samples", "1000", "--json"]) == 0
    assert main(["sessions", "rm", "@"]) == 0
    assert main(["sessions", "restore", "last"]) == 0
    assert sorted(path.stem for path in (home / "sessions").glob("*.maker")) == ["a", "b"]
    assert capsys.readouterr().err.count("maker:") == 0
