"""Naming, copying, deleting and bringing back sessions: whatever happens, no data is lost."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import assume, given, settings, strategies as st

from maker_engine.core.errors import InputError, SessionError
from maker_engine.sessions.library import upkeep
from maker_engine.sessions.library.library import Library, find, summarise
from maker_engine.sessions.library.naming import is_rank
from maker_engine.sessions.queries.saved import open_saved
from maker_engine.sessions.store.lock import writer_of
from maker_tui.cli.main import main
from tests.support.shelves import solved
from tests.support.waiting import grown, wait_for


@pytest.fixture
def sessions(home: Path) -> Path:
    return home / "sessions"


def contents(path: Path) -> dict[str, bytes]:
    """What lies in a folder and below, by place."""
    return {str(one.relative_to(path)): one.read_bytes() for one in path.rglob("*") if one.is_file()}


@contextmanager
def written(path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Another process that writes a session, for as long as this lasts."""
    flags = ["--disks", "20", "--model", "sim:latency=0.01", "--json", "--session", str(path)]
    command = [sys.executable, "-m", "maker_tui", "run", "hanoi", *flags]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, env=dict(os.environ)) as process:
        wait_for(process, grown(path, 100_000))
        try:
            yield process
        finally:
            process.kill()


def test_a_name_is_kept_in_the_file(sessions: Path) -> None:
    """A session shows the name it was given, on one line, until an empty one takes it away."""
    path = solved(sessions / "run.maker")
    before = summarise(path)
    upkeep.rename(path, "  the\tbase\nline ")
    assert (summarise(path).name, summarise(path).label) == ("the base line", "the base line")
    upkeep.rename(path, "")
    assert summarise(path) == before
    assert len(Library().files()) == 1


@settings(deadline=None)
@given(st.text(st.characters(codec=None), max_size=300))
def test_any_text_can_be_a_name(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    """Quotes, controls and lone surrogates come back as they were given, cut to the longest name; ranks are none."""
    assume(not is_rank(" ".join(name.split())))
    path = tmp_path_factory.getbasetemp() / "named.maker"
    if not path.exists():
        path.write_bytes((Path(__file__).parents[1] / "golden" / "format1-solved.maker").read_bytes())
    upkeep.rename(path, name)
    assert summarise(path).name == " ".join(name.split())[: upkeep.LONGEST_NAME]


def test_a_copy_is_the_same_run_under_another_name(sessions: Path) -> None:
    """It opens as the original does, is private, says whose copy it is, and the original is not touched."""
    path = solved(sessions / "run.maker")
    before = path.read_bytes()
    copies = [upkeep.duplicate(path, sessions) for _ in range(2)]
    assert [copy.name for copy in copies] == ["run-copy.maker", "run-copy-2.maker"]
    assert open_saved(copies[1]).snapshot == open_saved(path).snapshot
    assert summarise(copies[0]).name == "copy of 3 disks, peg 0 → 2"
    assert stat.S_IMODE(copies[0].stat().st_mode) == 0o600
    assert path.read_bytes() == before
    assert len(Library().files()) == 3


def test_a_session_that_is_written_is_copied_and_not_deleted(sessions: Path) -> None:
    """A copy made meanwhile is whole and holds what stands in the log; deleting and naming are refused."""
    path = sessions / "run.maker"
    with written(path) as process:
        assert writer_of(path) is not None
        with pytest.raises(SessionError, match=r"being written by process \d+: stop its run first"):
            upkeep.delete(path)
        copy = upkeep.duplicate(path, sessions)
        with pytest.raises(SessionError, match=r"being written by process \d+"):
            upkeep.rename(path, "named meanwhile")
        process.kill()
        process.wait()
        with sqlite3.connect(copy) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        connection.close()
        assert 0 < summarise(copy).steps_done <= summarise(path).steps_done
        assert open_saved(copy).step == summarise(copy).steps_done
        assert writer_of(path) is None
        done = summarise(path).steps_done
        assert summarise(upkeep.restore(upkeep.delete(path))).steps_done == done


def test_what_is_deleted_comes_back_as_it_was(home: Path, sessions: Path) -> None:
    """The file with all that lies beside it goes to a private trash and back, byte for byte."""
    path = solved(sessions / "run.maker")
    path.with_name("run.maker-shm").write_bytes(b"beside")
    path.with_name("run.maker.views").mkdir()
    path.with_name("run.maker.views").joinpath("workbench-1.txt").write_bytes(b"a view")
    before = contents(home)
    trashed = upkeep.delete(path)
    assert not list(sessions.iterdir())
    assert trashed.is_relative_to(home / "trash")
    assert sorted(contents(home).values()) == sorted(before.values())
    assert {stat.S_IMODE(one.stat().st_mode) for one in (home / "trash", *trashed.parents[:2])} == {0o700}
    assert upkeep.trashed(sessions) == [trashed]
    assert upkeep.restore(trashed) == path
    assert contents(home) == before
    assert not list((home / "trash").iterdir())


def test_a_place_that_is_taken_is_left_alone(sessions: Path) -> None:
    """What is brought back comes to lie beside the file that has its place by now, or beside that one's log."""
    path = solved(sessions / "run.maker")
    gone = [upkeep.delete(path)]
    path.write_text("new")
    gone.append(upkeep.delete(path))
    path.write_text("newer")
    sessions.joinpath("run-2.maker-wal").write_text("somebody's log")
    assert upkeep.trashed(sessions) == gone[::-1]
    back = [upkeep.restore(one) for one in gone]
    assert [one.name for one in back] == ["run-3.maker", "run-4.maker"]
    assert (path.read_text(), back[1].read_text()) == ("newer", "new")
    assert summarise(back[0]).outcome == "solved"


def test_a_session_outside_the_library_has_its_trash_beside_it(tmp_path: Path) -> None:
    """It goes into a folder of its own directory, and comes back from there even when all of it was moved away."""
    path = solved(tmp_path / "here" / "run.maker")
    trashed = upkeep.delete(path)
    assert trashed.is_relative_to(tmp_path / "here" / "trash")
    moved = (tmp_path / "here").rename(tmp_path / "there") / trashed.relative_to(tmp_path / "here")
    assert upkeep.restore(moved) == tmp_path / "there" / "run.maker"


@pytest.mark.parametrize("content", [b"", b"not a database " * 200, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_session_is_deleted_but_not_named(sessions: Path, content: bytes) -> None:
    """It can be deleted and brought back; that it cannot be named or copied is told with the reason."""
    sessions.mkdir(parents=True)
    path = sessions / "broken.maker"
    path.write_bytes(content)
    for attempt in (lambda: upkeep.rename(path, "x"), lambda: upkeep.duplicate(path, sessions)):
        with pytest.raises(SessionError, match=r"^(what cannot be read cannot be |session /).*broken"):
            attempt()
    assert upkeep.restore(upkeep.delete(path)).read_bytes() == content
    assert [one.name for one in sessions.iterdir()] == ["broken.maker"]


def test_a_directory_that_cannot_be_written_is_named(sessions: Path) -> None:
    """The error is one line with the path and the mend, and nothing has moved."""
    sessions.mkdir(parents=True)
    path = sessions / "run.maker"
    path.write_text("precious")
    sessions.parent.joinpath("trash").write_text("no folder")
    with pytest.raises(SessionError, match=r"run\.maker cannot be moved to .*trash \(.*\): make .* writable"):
        upkeep.delete(path)
    assert path.read_text() == "precious"


def test_a_copy_that_fails_leaves_nothing_behind(sessions: Path, tmp_path: Path) -> None:
    """Where a copy cannot be written, the error names the place."""
    path = solved(sessions / "run.maker")
    tmp_path.joinpath("file").write_text("no folder")
    with pytest.raises(SessionError, match=r"cannot be duplicated in .*file \("):
        upkeep.duplicate(path, tmp_path / "file")


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for root")
def test_a_read_only_library_refuses_in_one_line(sessions: Path) -> None:
    """Naming and deleting say what cannot be written or moved; copying elsewhere works."""
    path = solved(sessions / "run.maker")
    sessions.chmod(0o500)
    try:
        for attempt in (lambda: upkeep.rename(path, "x"), lambda: upkeep.delete(path)):
            with pytest.raises(SessionError, match=r"cannot be (written|moved to)"):
                attempt()
        assert summarise(upkeep.duplicate(path, sessions.parent / "more")).outcome == "solved"
    finally:
        sessions.chmod(0o700)


def test_a_foreign_file_is_not_ours_to_delete(tmp_path: Path) -> None:
    """A file that neither is a session nor is named as one stays where it is."""
    path = tmp_path / "notes.txt"
    path.write_text("mine")
    with pytest.raises(InputError, match="is not a session of maker"):
        upkeep.delete(path)
    for attempt in (upkeep.delete, upkeep.restore):
        with pytest.raises(SessionError, match="there is no"):
            attempt(tmp_path / "nothing.maker")
    with pytest.raises(SessionError, match="there is no deleted session"):
        upkeep.restore(path)
    assert path.read_text() == "mine"


def test_a_session_is_found_by_path_name_or_start(sessions: Path, tmp_path: Path) -> None:
    """A path, a file name with or without its ending, or the start of just one; otherwise the candidates are named."""
    sessions.mkdir(parents=True)
    for name in ("hanoi-1", "hanoi-10", "hanoi-2", "sort"):
        sessions.joinpath(f"{name}.maker").touch()
    elsewhere = tmp_path / "any"
    elsewhere.touch()
    for text, name in (("hanoi-1", "hanoi-1"), ("hanoi-1.maker", "hanoi-1"), ("hanoi-10", "hanoi-10"), ("s", "sort")):
        assert find(text) == sessions / f"{name}.maker"
    assert find(str(elsewhere)) == elsewhere
    with pytest.raises(InputError, match="'han' could be 3 sessions: hanoi-1, hanoi-10, hanoi-2: give more of one"):
        find("han")
    for nothing in ("", "x", "/no/such/file", "."):
        with pytest.raises(InputError, match="there is no session"):
            find(nothing)


def test_many_candidates_are_counted(sessions: Path) -> None:
    """Three are named and the rest is a number, so that the error stays one line."""
    sessions.mkdir(parents=True)
    for number in range(9):
        sessions.joinpath(f"run-{number}.maker").touch()
    with pytest.raises(InputError, match="9 sessions: run-0, run-1, run-2, 6 more: give more of one"):
        find("run")
    assert len(Library().files()) == 9


def test_a_library_that_is_listed_again_sees_what_changed(sessions: Path) -> None:
    """Renamed, deleted, new, written and mended sessions are listed as they are now, the others as before."""
    library = Library()
    paths = [solved(sessions / f"run-{number}.maker", limit_samples=9) for number in range(4)]
    sessions.joinpath("broken.maker").write_text("no database")
    before = {one.path: one for one in library.list()}
    assert before == {one.path: one for one in library.list()}
    upkeep.rename(paths[0], "new")
    upkeep.delete(paths[1])
    assert main(["sessions", "resume", str(paths[2]), "--limit-samples", "1000", "--json"]) == 0
    upkeep.duplicate(paths[3], sessions).replace(sessions / "broken.maker")
    after = {one.path: one for one in library.list()}
    assert (after[paths[0]].name, after[paths[2]].outcome, paths[1] in after) == ("new", "solved", False)
    assert after[paths[3]] == before[paths[3]]
    assert list(after.values()) == Library().list()
    assert after[sessions / "broken.maker"].damaged is None
