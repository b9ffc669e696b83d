"""A stranger's task of three methods in the app, from a file to its end, and opened again."""

from __future__ import annotations

from pathlib import Path

from maker_engine import catalogue
from maker_engine.core.record.outcomes import Outcome
from maker_engine.runtime.order import RunOrder, prepare
from maker_tui.app import MakerApp
from maker_tui.cli.main import main
from maker_tui.runs.bridge import LiveRun
from maker_tui.runs.resuming import at_its_end
from tests.tui.looking import shown, until

SIZE = (80, 24)
FILE = f"{Path(__file__).parents[1] / 'api' / 'tasks.py'}:Countdown"


async def test_it_shows_itself():
    """A plain picture, the votes by their answers, and an end that says that nobody checked the whole."""
    run = LiveRun(prepare(RunOrder(FILE, model="sim:p=1,v=1", k=2), catalogue.find(FILE)))
    run.start()
    try:
        app = MakerApp(run)
        async with app.run_test(size=SIZE, notifications=True) as pilot:
            await shown(
                pilot, "Countdown", "SIMULATED", "✔ finished — every step is decided", "no check of the whole", "step 5"
            )
            await pilot.press("i")
            await shown(pilot, "What is 1 - 1?", "a whole number from 0 to")
            await pilot.press("escape", "q")
            await until(pilot, lambda: app._exit)
    finally:
        run.close()


def test_it_runs_without_the_app(capsys, home):
    """`maker run FILE` ends with status 0; its session is listed, shown and verified, and has nothing to go on with."""
    assert main(["run", FILE, "--model", "sim:p=1,v=1", "--headless"]) == 0
    out = capsys.readouterr().out
    assert "finished: every step is decided; the task has no check of the whole" in out
    (session,) = home.rglob("*.maker")
    assert main(["sessions", "show", str(session), "--task", FILE, "--step", "5"]) == 0
    assert "votes for 0" in capsys.readouterr().out
    assert main(["sessions", "verify", str(session), "--task", FILE]) == 0
    assert main(["sessions", "resume", str(session), "--task", FILE, "--headless"]) == 2
    assert "has ended finished" in capsys.readouterr().err
    assert main(["sessions", "ls", "--outcome", "finished"]) == 0
    assert session.stem in capsys.readouterr().out


def test_answers_without_a_form_are_not_constrained(capsys):
    """--constrain is refused for a task that words its answers itself, in one line."""
    assert main(["run", "hanoi", "--constrain", "schema", "--headless"]) == 2
    assert "they have no form to constrain them to" in capsys.readouterr().err


def test_every_conclusion_has_its_sentence():
    """A run that is concluded does not go on, whatever its outcome, and is told why; any other may."""
    for outcome in Outcome:
        assert bool(at_its_end(outcome, "")) == outcome.concluded
