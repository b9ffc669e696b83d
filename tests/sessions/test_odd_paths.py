"""Files with odd names, of odd kinds and in odd places: what is written can be read, and nothing else is touched."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from maker_engine.core.errors import InputError, SessionError
from maker_engine.input_files import lines_of, read_named
from maker_engine.sessions.exchange.export import write_new, write_whole
from maker_engine.sessions.library.library import Library, find
from maker_engine.sessions.library.task_code import code_at
from maker_engine.sessions.library.upkeep import delete, duplicate, rename, restore
from maker_engine.sessions.store.lock import WriterLock
from maker_tui.cli.main import main
from maker_tui.widgets.completing import complete_path
from tests.crash.kills import WORKERS
from tests.sessions.store.test_storage import become_nobody
from tests.support.shelves import solved

NO_UTF8 = os.fsdecode(b"caf\xe9-\xff")


def test_a_library_whose_name_is_no_utf8_is_written_and_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever bytes a directory is called by, its sessions are listed, shown, renamed, copied and restored."""
    monkeypatch.setenv("MAKER_HOME", str(tmp_path / NO_UTF8))
    sessions = tmp_path / NO_UTF8 / "sessions"
    path = solved(sessions / "run.maker", disks=2)
    assert [(one.path, one.damaged) for one in Library().list()] == [(path, None)]
    for command in (["show", "run"], ["verify", "run"], ["ls"], ["export", "run", "--as", "html"]):
        assert main(["sessions", *command]) == 0
    rename(path, "named")
    assert duplicate(path, sessions) == find("run-copy") == sessions / "run-copy.maker"
    assert restore(delete(path)) == path
    assert {one.name for one in Library().list()} == {"named", "copy of named"}


def test_a_byte_order_mark_is_no_part_of_a_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A problem file, settings and an export that an editor has put a mark before are read as without it."""
    problem = tmp_path / "problem.json"
    problem.write_bytes(b"\xef\xbb\xbf" + b'{"pegs": [[2, 1], [], []], "goal": 2}')
    assert main(["run", "hanoi", "--problem", str(problem), "--json"]) == 0
    capsys.readouterr()
    assert main(["sessions", "export", next(iter(Library().files())).stem]) == 0
    export = tmp_path / "run.jsonl"
    export.write_text("\ufeff" + capsys.readouterr().out, encoding="utf-8")
    assert main(["sessions", "import", str(export), "--to", str(tmp_path / "in.maker")]) == 0


@pytest.mark.parametrize(("kind", "told"), [("zero", "larger than"), ("pipe", "is a pipe that nothing comes out of"),
                                            ("folder", "cannot be read: Is a directory"),
                                            ("long", "File name too long"),
                                            ("nothing", "cannot be read: No such file")])  # fmt: skip
def test_no_file_is_read_for_ever(tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str, told: str) -> None:
    """A device without an end, a pipe without a writer and what is not a file are refused in one line; status 2."""
    paths = {"zero": Path("/dev/zero"), "pipe": tmp_path / "pipe", "folder": tmp_path, "long": tmp_path / ("x" * 5_000),
             "nothing": tmp_path / "nothing"}  # fmt: skip
    os.mkfifo(tmp_path / "pipe")
    for command in (["run", "hanoi", "--headless", "--problem"], ["run", "interview", "--headless", "--problem"]):
        assert main([*command, str(paths[kind])]) == 2
        error = capsys.readouterr().err
        assert told in error
        assert error.count("\n") == 1
    assert main(["sessions", "import", str(paths[kind])]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert Library().list() == []


def test_the_home_of_an_unknown_user_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Wherever a path may begin with `~`, and in the form as it is typed, one that leads nowhere is said in a line."""
    for command in (["open"], ["sessions", "path"], ["sessions", "restore"], ["run", "hanoi", "--json", "--session"]):
        assert main([*command, "~nobody-here/x"]) == 2
        assert capsys.readouterr().err.startswith("maker: path '~nobody-here/x' begins with the home of a user")
    assert complete_path("~nobody-here/") is None
    assert code_at("~nobody-here/task.py") is None


def test_a_pipe_that_is_written_to_is_read() -> None:
    """What comes out of a pipe is a text like any other."""
    read, write = os.pipe()
    os.write(write, b"one\ntwo\n")
    os.close(write)
    assert read_named(Path(f"/dev/fd/{read}"), "file", 100) == "one\ntwo\n"
    os.close(read)


def test_lines_end_with_the_first_that_is_too_long() -> None:
    """Of a line without an end a bounded part is read, and nothing after it."""
    (line,) = lines_of(Path("/dev/zero"), "file", 1_000)
    assert len(line) == 1_001


def test_an_export_leaves_the_users_own_files_alone(tmp_path: Path) -> None:
    """What an unfinished export is called is the name of no file that was there; if it fails, nothing is left."""
    mine = {name: tmp_path / name for name in ("r.html.part", ".r.html.part", "r.part")}
    for path in mine.values():
        path.write_text("mine")
    write_new(tmp_path / "r.html", ["report"])
    assert (tmp_path / "r.html").read_text() == "report"
    assert {path.read_text() for path in mine.values()} == {"mine"}
    before = sorted(tmp_path.iterdir())

    def failing() -> Iterator[str]:
        yield "half"
        raise SessionError("damaged")

    with pytest.raises(SessionError, match="damaged"):
        write_whole(tmp_path / "other.html", failing())
    assert sorted(tmp_path.iterdir()) == before


def test_a_link_to_nowhere_is_not_written_over(tmp_path: Path) -> None:
    """It exists, although nothing is behind it."""
    (tmp_path / "link").symlink_to("missing")
    with pytest.raises(InputError, match="exists already"):
        write_new(tmp_path / "link", ["x"])


def test_a_file_that_is_called_like_a_lock_is_left_alone(tmp_path: Path) -> None:
    """A lock holds nothing or the number of its writer; anything else is somebody's, and is named."""
    (tmp_path / "run.maker.lock").write_text("mine")
    with pytest.raises(SessionError, match=r"run\.maker\.lock is not maker's lock: move it elsewhere"):
        WriterLock(tmp_path / "run.maker")
    assert (tmp_path / "run.maker.lock").read_text() == "mine"


COMMANDS = (
    ["sessions", "show", "{}/run.maker"], ["sessions", "resume", "{}/run.maker", "--json"],
    ["sessions", "rm", "{}/run.maker"], ["sessions", "restore", "{}/run.maker"], ["sessions", "import", "{}/run.jsonl"],
    ["sessions", "export", "run", "--to", "{}/out.html"], ["sessions", "salvage", "run", "--to", "{}/out.maker"],
    ["sessions", "export", "run", "--as", "papers", "--to", "{}/papers"], ["run", "{}/task", "--json"],
    ["run", "hanoi", "--json", "--session", "{}/x.maker"], ["run", "hanoi", "--json", "--problem", "{}/x.json"],
    ["check-task", "{}/task"], ["new-task", "mine", "--to", "{}/task"], ["lint", "{}/REQUIREMENTS.md"],
)  # fmt: skip


@pytest.fixture
def closed() -> Iterator[Path]:
    """A directory that nobody but its owner may enter, in one that everybody may."""
    outer = Path(tempfile.mkdtemp(prefix="maker-closed-"))
    outer.chmod(0o755)
    (outer / "home" / "sessions").mkdir(parents=True)
    for one in (outer / "home", outer / "home" / "sessions"):
        one.chmod(0o777)
    inner = outer / "closed"
    inner.mkdir()
    solved(inner / "run.maker", disks=2)
    inner.chmod(0o700 if os.getuid() == 0 else 0)
    yield inner
    inner.chmod(0o700)
    shutil.rmtree(outer)


def called_by_nobody(closed: Path, pipe: Connection) -> None:
    """Call every command on what lies in the closed directory; send status, or what was raised, of each."""
    os.environ["MAKER_HOME"] = str(closed.parent / "home")
    solved(closed.parent / "home" / "sessions" / "run.maker", disks=2).chmod(0o666)
    for name in (1, 2):
        os.dup2(os.open(os.devnull, os.O_WRONLY), name)
    for command in COMMANDS:  # everything is imported while it can be
        main([word.format(closed.parent / "nowhere") for word in command])
    become_nobody()
    outcomes: list[object] = []
    for command in COMMANDS:
        try:
            outcomes.append(main([word.format(closed) for word in command]))
        except BaseException as error:  # noqa: BLE001 - it is what is tested for
            outcomes.append(repr(error))
    pipe.send(outcomes)


def test_a_directory_one_may_not_enter_is_one_line(closed: Path) -> None:
    """Every command that is led into it says so in one line and leaves with 1 or 2."""
    ours, theirs = WORKERS.Pipe(duplex=False)
    process = WORKERS.Process(target=called_by_nobody, args=(closed, theirs), daemon=True)
    process.start()
    theirs.close()
    outcomes = dict(zip(map(" ".join, COMMANDS), ours.recv(), strict=True))
    process.join()
    assert {command: one for command, one in outcomes.items() if one not in (1, 2)} == {}
