"""Opening saved sessions: from the shell, at a step and in a view; and runs of a task whose code lies in a file."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from maker_engine.core.errors import InputError, SessionError
from maker_engine.runtime.continuing import fork
from maker_engine.runtime.order import RunOrder, drive, prepare
from maker_engine.runtime.step_control import Inbox
from maker_engine.sessions.exchange.export import lines
from maker_engine.sessions.exchange.importing import import_lines
from maker_engine.sessions.library import upkeep
from maker_engine.sessions.library.naming import find
from maker_engine.sessions.library.task_code import code_at
from maker_engine.sessions.queries.recorded_task import RecordedTask
from maker_engine.sessions.queries.saved import open_saved
from maker_tui.app import MakerApp
from maker_tui.cli.main import main
from maker_tui.runs.bridge import view_of
from maker_tui.runs.opening import answered, consider, open_source, remember
from maker_tui.settings.memory import Memory
from maker_tui.text.words import end_words
from tests.support.shelves import solve, solved
from tests.support.terminal import Terminal
from tests.tui.looking import gone, screen_text, shown, typed

SIZE = (100, 30)


@pytest.fixture
async def own(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A finished run of a task of one's own, whose folder is `mine` in the present directory."""
    monkeypatch.chdir(tmp_path)
    assert main(["new-task", "mine", "--full"]) == 0
    path = home / "sessions" / "mine-1.maker"
    await drive(prepare(RunOrder("./mine", k=2, model="sim:p=0.9,v=0.9", session=path)), Inbox(), lambda _: None)
    return path


@pytest.mark.usefixtures("own")
async def test_the_code_of_a_task_is_asked_about_once(tmp_path: Path) -> None:
    """Enter asks whether to run the code at its path; no opens without it, and says so; another code is asked anew."""
    async with MakerApp().run_test(size=SIZE, notifications=True) as pilot:
        await shown(pilot, "sessions · 1")
        await pilot.press("enter")
        await shown(pilot, "Run code from this folder?", str(tmp_path)[:60])
        await pilot.press("n")
        await shown(pilot, "✔ solved and verified · opened without its task", "you chose not to run", "red flags")
        await pilot.press("q")
        await shown(pilot, "sessions · 1")
        await pilot.press("t")
        await shown(pilot, "opened without its task · step 20 of 20 decided", "[91,0]")
        await pilot.press("i")
        await shown(pilot, "step 20 · decided A [91,0]", "The prompt is written by the task's code.")
        await pilot.press("down")
        await shown(pilot, "vote for A · [91,0]", "response")
        await pilot.press("m", "p", "q")
        await shown(pilot, "opened without its task: you chose not to run")
        await pilot.press("q")
        await shown(pilot, "sessions · 1")
        (tmp_path / "mine" / "task.py").write_text((tmp_path / "mine" / "task.py").read_text() + "\n# other code\n")
        await pilot.press("enter")
        await shown(pilot, "Run code from this folder?")
        await pilot.press("y")
        await shown(pilot, "solved and verified")
        assert "opened without" not in screen_text(pilot.app)
        await pilot.press("q", "enter")
        await shown(pilot, "solved and verified")
        assert not isinstance(pilot.app.screen.source.task, RecordedTask)


@pytest.mark.usefixtures("own")
async def test_a_run_is_ordered_again_once_its_code_is_agreed_to(tmp_path: Path) -> None:
    """N on a run of a task in a file runs none of its code before a yes; after a no the list stays."""
    code, ran = tmp_path / "mine" / "task.py", tmp_path / "ran"
    code.write_text(f"{code.read_text()}\nfrom pathlib import Path\nPath({str(ran)!r}).touch()\n")
    async with MakerApp().run_test(size=SIZE, notifications=True) as pilot:
        await shown(pilot, "sessions · 1")
        await pilot.press("N")
        await shown(pilot, "Run code from this folder?")
        await pilot.press("n")
        await shown(pilot, "you chose not to run", "sessions · 1")
        await pilot.press("N")
        await shown(pilot, "you chose not to run", "sessions · 1")
        assert not ran.exists()
        code.write_text(code.read_text() + "\n")
        await pilot.press("N")
        await shown(pilot, "Run code from this folder?")
        await pilot.press("y")
        await shown(pilot, "task path")
        assert ran.exists()


async def test_a_task_that_is_gone_or_fails_hides_no_run(own: Path, tmp_path: Path) -> None:
    """Where the code is gone, or does not load, or comes with another's session, the record opens alone with a why."""
    memory = Memory()
    code = code_at("./mine")
    assert code is not None
    remember(memory, code, agreed=True)
    assert not isinstance(open_source(consider(own, None, memory)).task, RecordedTask)

    broken = tmp_path / "broken.py"
    broken.write_text("1 / 0")
    why = answered(consider(own, None, memory)._replace(ask=code_at(str(broken))), agreed=True).without
    assert "fails when it is loaded: ZeroDivisionError" in why

    theirs = own.with_name("theirs.maker")
    import_lines([*lines(own, open_saved(own, type(open_source(consider(own, None, memory)).task)).task)], theirs,
                 type(open_source(consider(own, None, memory)).task))  # fmt: skip
    assert consider(theirs, None, memory).without.startswith("it comes from elsewhere")

    (tmp_path / "mine").rename(tmp_path / "moved")
    opening = consider(own, None, memory)
    assert "mine is gone: maker open --task PATH" in opening.without
    source = open_source(opening)
    assert isinstance(source.task, RecordedTask)
    assert source.view().snapshot.open is None  # it was over
    moved = open_source(consider(own, None, memory, "./moved"))
    assert moved.view().snapshot.totals == source.view().snapshot.totals
    with pytest.raises(InputError, match="there is no task file or folder"):
        consider(own, None, memory, "./mine")


@pytest.mark.usefixtures("home")
async def test_a_finished_run_without_its_task_has_no_open_step(tmp_path: Path) -> None:
    """A run that nobody checks as a whole is as much over as a solved one."""
    code, path = tmp_path / "own.py", tmp_path / "own.maker"
    code.write_text(
        "import maker_engine as maker\n"
        "class Own(maker.Task):\n"
        "    def start(self): return 2\n"
        "    def step(self, n): return maker.Vote(f'What is {n} - 1?', maker.Integer(0, 9)) if n else None\n"
        "    def apply(self, n, answer): return answer\n"
    )
    await drive(prepare(RunOrder(str(code), k=2, model="sim:p=1,v=1", session=path)), Inbox(), lambda _: None)
    code.unlink()
    assert open_source(consider(path, None, Memory())).view().snapshot.open is None


@pytest.mark.usefixtures("own")
async def test_a_run_without_its_task_is_neither_forked_nor_gone_on_with(tmp_path: Path) -> None:
    """What needs the task's code says so in one line, and the run stays open."""
    (tmp_path / "mine").rename(tmp_path / "moved")
    async with MakerApp().run_test(size=SIZE, notifications=True) as pilot:
        await shown(pilot, "sessions · 1")
        await pilot.press("enter")
        await shown(pilot, "opened without its task")
        await pilot.press("F", "enter")
        await shown(pilot, "cannot be forked", "--task PATH")
        await gone(pilot, "saving")
        await shown(pilot, "opened without its task")


async def test_a_stopped_run_goes_on_once_its_code_is_agreed_to(own: Path) -> None:
    """R on a stopped run of a task of one's own asks for its code as opening does, and goes on after a yes."""
    order = RunOrder("./mine", k=2, model="sim:p=1,v=1", limit_samples=8, session=own.with_name("stopped.maker"))
    await drive(prepare(order), Inbox(), lambda _: None)
    async with MakerApp().run_test(size=SIZE, notifications=True) as pilot:
        await shown(pilot, "sessions · 2", "out of budget")
        await pilot.press("R")
        await shown(pilot, "resume with")
        await pilot.press("ctrl+u")
        await typed(pilot, "limit-samples=900")
        await pilot.press("enter")
        await shown(pilot, "Run code from this folder?")
        await pilot.press("y")
        await shown(pilot, "solved and verified")


async def test_the_cursor_is_on_the_run_just_left(home: Path) -> None:
    """Back on the home screen, the cursor is on the run that was left, the newest or not."""
    for number in (1, 2, 3):
        await solve(home / "sessions" / f"run-{number}.maker", disks=number)
    async with MakerApp().run_test(size=SIZE, notifications=True) as pilot:
        await shown(pilot, "sessions · 3")
        await pilot.press("D")
        await shown(pilot, "Towers of Hanoi", "running")
        await pilot.press("q", "q")
        await shown(pilot, "sessions · 4")
        assert pilot.app.screen._list.chosen.path.stem.startswith("hanoi-")


def test_open_shows_a_step_in_a_view_and_changes_nothing(tmp_path: Path) -> None:
    """`maker open FILE --step N --view V` shows it, q leaves, and a file outside of the library stays as it was."""
    path = solved(tmp_path / "theirs.maker", disks=4)
    before = path.read_bytes()
    for words, texts in (
        (["open", str(path), "--step", "7", "--view", "inspect"], (b"space marks a sample", b"the past")),
        ([str(path)], (b"solved and verified",)),
    ):
        terminal = Terminal(words, tmp_path)
        for text in texts:
            terminal.until(lambda terminal=terminal, text=text: text in terminal.shown)
            terminal.press(b"q")
        assert terminal.end().status == 0
        terminal.close()
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.glob("theirs*")] == ["theirs.maker"]


def test_the_terminal_asks_once_too(own: Path, home: Path) -> None:
    """Commands that need the task ask on the terminal, and not again; anything but a yes is a no."""
    for answer, told in ((b"\n", b"loads no code"), (b"", b"loads no code")):
        terminal = Terminal(["sessions", "show", "last"], home.parent)
        if answer:
            terminal.until(lambda terminal=terminal: b"? y/N " in terminal.shown)
            terminal.press(answer)
        terminal.until(lambda terminal=terminal, told=told: told in terminal.shown)
        assert (b"? y/N " in terminal.shown) is bool(answer)
        assert terminal.end().status == 2
        terminal.close()
    code = code_at("./mine")
    assert code is not None
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MAKER_HOME", str(home))
        remember(Memory(), code, agreed=True)
        patch.chdir("/")
        assert main(["sessions", "show", own.stem, "--step", "3"]) == 0


BAD = [
    (["open", "nothing"], "there is no session 'nothing'"),
    (["open", "last", "--step", "0"], "--step is 1 to 7 in this run, not 0"),
    (["open", "last", "--step", "8"], "--step is 1 to 7 in this run, not 8"),
    (["open", "last", "--view", "movie"], "invalid choice: 'movie'"),
    (["open", "last"], "the app needs a terminal: maker sessions show"),
]


@pytest.mark.parametrize(("words", "error"), BAD, ids=lambda one: " ".join(one) if isinstance(one, list) else "")
def test_what_cannot_be_opened_is_one_line(
    home: Path, capsys: pytest.CaptureFixture[str], words: list[str], error: str
) -> None:
    """A wrong name, step, fork or view is refused before a screen opens."""
    solved(home / "sessions" / "a.maker", disks=3)
    try:
        status = main(words)
    except SystemExit as leaving:
        status = int(leaving.code or 0)
    printed = capsys.readouterr()
    assert status in (1, 2)
    assert error in printed.err
    assert printed.err.count("\n") == 1


def test_an_older_file_elsewhere_is_not_brought_up(tmp_path: Path, home: Path) -> None:
    """A session of an older format outside of the library is refused with the mend, and stays as it was."""
    golden = next(iter((Path(__file__).parents[2] / "sessions" / "golden").glob("*1*.maker")))
    path = tmp_path / "old.maker"
    shutil.copyfile(golden, path)
    before = path.read_bytes()
    with pytest.raises(SessionError, match="is not changed where it is: copy it into the folder"):
        consider(path, None, Memory())
    assert path.read_bytes() == before
    (home / "sessions").mkdir(parents=True)
    shutil.copyfile(path, home / "sessions" / "old.maker")
    assert open_source(consider(find("old"), None, Memory())).view() is not None
    assert upkeep.trashed(home / "sessions") == []


async def test_a_fork_that_has_not_begun_says_so(tmp_path: Path) -> None:
    """It was not interrupted: the banner says what it is and which key begins it; its parent ended as it did."""
    path = await solve(tmp_path / "run.maker")
    number = fork(path, 3, {})
    words = [end_words(view_of(open_saved(path, branch=one)))[0].text for one in (0, number)]
    assert words == ["solved", "not begun"]
    async with MakerApp(open_source(consider(path, number, Memory()))).run_test(size=SIZE) as pilot:
        assert "interrupted" not in await shown(pilot, "not begun, c begins it — a fork that has not begun")
