"""A session whose process was killed at its birth: it is empty and not damaged, and the same command begins it anew."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from maker_engine.runtime.order import RunOrder, in_file, prepare
from maker_engine.sessions.store import storage
from maker_engine.sessions.store.lock import WriterLock
from maker_tui.cli.main import main

RUN = ("run", "hanoi", "--disks", "2", "--headless", "--quiet")
COMMANDS = (
    "show", "verify", "export", "salvage", "revote", "duplicate", "resume", "fork --at 1", "rollback --at 1",
)  # fmt: skip


def only_ordered(path: Path) -> None:
    """What was ordered is in the file, and the run has not started."""
    in_file(prepare(replace(RunOrder("hanoi", {"disks": 3}, k=2), session=path))).close()


def laid_out(path: Path) -> None:
    """The tables are there, and nothing in them."""
    storage.create(path).close()


@pytest.fixture(params=[storage.make_private, laid_out, only_ordered], ids=["no byte", "tables", "order"])
def empty(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file as a killed process leaves it, in the library."""
    monkeypatch.setenv("MAKER_HOME", str(tmp_path))
    path = tmp_path / "sessions" / "born.maker"
    make: Callable[[Path], None] = request.param
    make(path)
    return path


def test_every_command_says_that_it_is_empty(empty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each says in one line that there is no run in the file and what begins it anew, and the list calls it empty."""
    for command in COMMANDS:
        verb, *flags = command.split()
        assert main(["sessions", verb, str(empty), *flags]) != 0
        said = capsys.readouterr()
        assert said.err.startswith(f"maker: session {empty} is empty: ")
        assert said.err.count("\n") == 1
        assert (said.out, "begin it anew" in said.err) == ("", True)
    assert main(["sessions", "ls", "--outcome", "empty"]) == 0
    assert "born.maker is empty: " in capsys.readouterr().out
    assert main(["sessions", "rm", "born"]) == 0
    assert not empty.exists()


def test_the_same_command_begins_it_anew(empty: Path) -> None:
    """A run may be begun in an empty file, once; one that another process is just making is left to it."""
    with WriterLock(empty):
        assert main([*RUN, "--session", str(empty)]) != 0
    assert main([*RUN, "--session", str(empty)]) == 0
    assert main(["sessions", "verify", str(empty)]) == 0
    assert main([*RUN, "--session", str(empty)]) == 2


def test_what_only_looks_empty_is_not_begun(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file whose table of runs was lost has steps all the same: it is damaged, and no run is begun in it."""
    path = tmp_path / "run.maker"
    assert main([*RUN, "--session", str(path)]) == 0
    with closing(storage.connect(path)) as connection:
        connection.execute("DELETE FROM branch")
    assert main(["sessions", "show", str(path)]) == 1
    assert "is damaged: " in capsys.readouterr().err
    assert main([*RUN, "--session", str(path)]) == 2
    assert "exists already" in capsys.readouterr().err
