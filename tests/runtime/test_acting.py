"""Steps that act: what begins when, what is on record before and after, who is asked, and what is never done twice."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from maker_engine.core.decomposition import AnyTask, Ask, Await, Do, Done, Safety, Start
from maker_engine.core.record.commands import Answer, Continue, Stop
from maker_engine.core.record.events import EffectFinished, EffectIntended, EffectRecovered
from maker_engine.core.record.outcomes import Outcome
from maker_engine.effects.consent import Consent, parse_scope
from maker_engine.effects.scripted import ScriptedWorld
from maker_engine.runtime.clock import ManualClock
from maker_engine.runtime.continuing import prepare_fork, prepare_resume
from maker_engine.runtime.order import PreparedRun, RunOrder, drive, prepare
from maker_engine.runtime.step_control import Inbox
from maker_engine.runtime.view import RunView
from maker_engine.sessions.exchange.export import lines
from maker_engine.sessions.integrity.verify import verify
from maker_engine.sessions.store.reader import Reader
from maker_tui.text.halt_words import halt_words
from tests.support.acting_server import ActingServer
from tests.support.errands import Errands, Place

OK = Done("ok", '{"rows": [[0]]}')
WRITE = parse_scope("write:http:127.0.0.1:9")
Script = Callable[[Do, str], tuple[Done, float]]


def fine(*_: object) -> tuple[Done, float]:
    """Everything takes a second and goes well."""
    return OK, 1.0


class Trial:
    """One run of errands in a scripted world, and what a person says to it."""

    def __init__(self, folder: Path, *errands: str, script: Script = fine, scope: Any = None, **order: Any) -> None:
        self.task = Errands(errands=errands)
        self.clock = ManualClock()
        self.world = ScriptedWorld(script, self.clock, scope)
        self.path = folder / "run.maker"
        self.inbox = Inbox()
        self.order = RunOrder("errands", session=self.path, k=1, **order)
        self.views: list[RunView] = []
        self.says: Callable[[RunView], Any] = lambda _: None

    def run(self, prepared: PreparedRun | None = None) -> RunView:
        """Drive it to its end."""
        prepared = prepared or prepare(self.order, self.task)
        conduct = replace(prepared.plan.conduct, world=self.world)
        prepared = replace(prepared, plan=replace(prepared.plan, conduct=conduct))
        return asyncio.run(drive(prepared, self.inbox, self._see, self.clock))

    def resume(self, **changes: Any) -> RunView:
        """Go on from the session."""
        return self.run(prepare_resume(self.path, changes, Errands))

    def _see(self, view: RunView) -> None:
        self.views.append(view)
        self.says(view)

    @property
    def labels(self) -> list[str]:
        """What was done, in order."""
        return [do.label for do, _ in self.world.done]

    def events(self, kind: type[Any]) -> list[Any]:
        """What is on record of one kind, in order."""
        with Reader(self.path) as reader:
            stored = [entry for step in reader.steps(self.task) for entry in step.entries]
            return [one for one in [*stored, *reader.open_entries(self.task)] if isinstance(one, kind)]


def test_an_effect_is_on_record_before_it_begins_and_after_it_has_ended(tmp_path):
    """When an effect is carried out its intent is in the file, and its outcome comes behind it, each once."""
    seen = []

    def script(*_: object) -> tuple[Done, float]:
        seen.append([(one.key, one.effect) for one in trial.events(EffectIntended)])
        return OK, 2.0

    trial = Trial(tmp_path, "post", script=script)
    view = trial.run()
    assert view.snapshot.outcome is Outcome.SOLVED
    (_, key), *_ = trial.world.done
    assert seen == [[(key, "http")]]
    (finished,) = trial.events(EffectFinished)
    assert (finished.key, finished.done.status, finished.done.ended - finished.done.started) == (key, "ok", 2.0)
    assert verify(trial.path, trial.task).findings == ()


def test_started_effects_are_awaited_in_the_order_in_which_they_end(tmp_path):
    """Two effects are in flight at once; the task gets what has come of each as it ends, whatever it started first."""

    def script(do: Do, _: str) -> tuple[Done, float]:
        return OK, 5.0 if do.label.startswith("PUT") else 0.0

    trial = Trial(tmp_path, "pair", script=script)
    assert trial.run().snapshot.outcome is Outcome.SOLVED
    assert trial.labels == ["PUT 0.1.1", "POST 0.1.2"]
    assert len({key for _, key in trial.world.done}) == 2
    assert [one.tag for one in trial.events(EffectFinished)] == ["0.1.1", "0.1.2"]


def test_what_takes_too_long_is_given_up(tmp_path):
    """An effect that does not end in its time is an outcome, and the clock has moved by its time limit."""
    trial = Trial(tmp_path, "post", script=lambda *_: (OK, 99.0))
    assert trial.run().snapshot.state.results == ("0: timed_out",)
    assert trial.clock.slept == [30.0]


def test_without_consent_nothing_begins_and_the_flag_is_named(tmp_path):
    """A run with nobody to ask stops before an effect that was not allowed, and goes on once it is."""
    trial = Trial(tmp_path, "post", scope=WRITE)
    reason = trial.run().snapshot.reason
    assert "needs consent to POST 0.1: resume with --allow write:http:127.0.0.1:9" in reason
    assert trial.labels == []
    assert trial.resume(allow=(str(WRITE),)).snapshot.outcome is Outcome.SOLVED
    assert trial.labels == ["POST 0.1"]


@pytest.mark.parametrize(("said", "status", "done"), [("allow", "ok", 2), ("refuse", "refused", 0)])
def test_a_person_is_asked_once(tmp_path, said, status, done):
    """In the app a person allows or refuses what an effect needs, once for all of them, and that is on record."""
    trial = Trial(tmp_path, "post", "post", scope=WRITE, attended=True)
    asked = []

    def says(view: RunView) -> None:
        if view.snapshot.question is not None and not asked:
            asked.append(view.snapshot.question.question)
            trial.inbox.send(Answer("something else", "Eve"))
            trial.inbox.send(Answer(said, "Eve"))

    trial.says = says
    assert trial.run().snapshot.state.results == (f"0: {status}", f"1: {status}")
    assert (len(trial.labels), len(asked)) == (done, 1)
    assert verify(trial.path, trial.task).findings == ()


def cut(tmp_path: Path, errand: str) -> Trial:
    """A run that stopped while an effect was in flight, so that nobody knows whether it has happened."""
    trial = Trial(tmp_path, errand)

    class Hanging(ScriptedWorld):
        async def carry_out(self, do: Do, key: str) -> Done:
            self.done.append((do, key))
            trial.inbox.send(Stop())
            await asyncio.sleep(3600)
            return OK

    trial.world = Hanging(fine, trial.clock)
    return trial


def test_what_is_in_doubt_stops_the_run_by_name_or_goes_by_the_policy(tmp_path, monkeypatch):
    """An effect that may have happened is not done again unasked: the run stops by its name, or goes by the policy."""
    monkeypatch.setattr("maker_engine.runtime.acting.GRACE_S", 0.0)
    trial = cut(tmp_path, "append")
    assert trial.run().snapshot.outcome is Outcome.STOPPED
    trial.world, trial.inbox = ScriptedWorld(fine, trial.clock), Inbox()
    reason = trial.resume().snapshot.reason
    assert reason.startswith("step 2 may have happened or not: append 0.1; ")
    assert trial.labels == []
    assert trial.resume(in_doubt="again").snapshot.state.results == ("0: ok",)
    assert trial.labels == ["append 0.1"]
    intents = trial.events(EffectIntended)
    assert [one.key for one in intents] == [intents[0].key] * 2
    assert verify(trial.path, trial.task).findings == ()


@pytest.mark.parametrize(
    ("rows", "labels", "how"), [(1, [""], "asked"), (0, ["", "insert 0.1"], "not_done")], ids=["done", "not done"]
)
def test_the_world_is_asked_what_has_happened(tmp_path, monkeypatch, rows, labels, how):
    """An effect that can be asked about is looked for with a read, and begun anew only where it has not happened."""
    monkeypatch.setattr("maker_engine.runtime.acting.GRACE_S", 0.0)
    trial = cut(tmp_path, "insert")
    trial.run()
    answer = Done("ok", json.dumps({"rows": [[rows]]}))
    trial.world, trial.inbox = ScriptedWorld(lambda *_: (answer, 0.1), trial.clock), Inbox()
    assert trial.resume().snapshot.outcome is Outcome.SOLVED
    assert trial.labels == labels
    assert [one.how for one in trial.events(EffectRecovered)] == [how]
    assert verify(trial.path, trial.task).findings == ()


def test_a_person_says_what_has_happened(tmp_path, monkeypatch):
    """In the app a person is asked about an effect in doubt, and the answer is its outcome."""
    monkeypatch.setattr("maker_engine.runtime.acting.GRACE_S", 0.0)
    trial = cut(tmp_path, "append")
    trial.run()
    trial.world, trial.inbox = ScriptedWorld(fine, trial.clock), Inbox()
    trial.says = lambda view: view.snapshot.question and trial.inbox.send(Answer("it has happened", "Eve"))
    assert trial.resume(attended=True).snapshot.state.results == ("0: ok",)
    assert trial.labels == []
    assert [one.how for one in trial.events(EffectRecovered)] == ["person"]


def test_a_dry_run_does_nothing_and_names_everything(tmp_path):
    """A dry run shows every effect in order with the consent it needs, does none, and says so on record."""
    trial = Trial(tmp_path, "post", "append", scope=WRITE, dry_run=True)
    view = trial.run()
    assert view.snapshot.outcome is Outcome.SOLVED
    assert view.snapshot.reason == "dry run, nothing was done: solved and verified"
    assert trial.labels == []
    needs = "  [write:http:127.0.0.1:9, not allowed]"
    assert view.planned == (f"step 2: POST 0.1{needs}", f"step 4: append 1.8{needs}")


def test_a_fork_needs_consent_of_its_own(tmp_path):
    """What was allowed a run is not allowed its fork, whose keys are other ones: the world has moved on since."""
    trial = Trial(tmp_path, "post", scope=WRITE, allow=(str(WRITE),))
    trial.run()
    fork = trial.run(prepare_fork(trial.path, 1, {}, family=Errands))
    assert "needs consent" in fork.snapshot.reason
    allowed = trial.run(prepare_fork(trial.path, 1, {"allow": (str(WRITE),)}, family=Errands))
    assert allowed.snapshot.outcome is Outcome.SOLVED
    assert len({key for _, key in trial.world.done}) == 2
    assert Consent([WRITE]).allows(None)


def test_a_breakpoint_holds_before_an_effect(tmp_path):
    """The breakpoint `effect` holds the run before anything is done, and Continue lets it go on."""
    trial = Trial(tmp_path, "post", attended=True, breaks=("effect",))
    held = []

    def says(view: RunView) -> None:
        if view.held is not None and not held:
            held.append((view.held.step, trial.labels, halt_words(view)))
            trial.inbox.send(Continue())

    trial.says = says
    assert trial.run().snapshot.outcome is Outcome.SOLVED
    words = "step 2 · breakpoint 1: effect · before POST 0.1 · n steps, c continues"
    assert held == [(1, [], words)]


class Careless(Errands):
    """A task that breaks a promise about what it does."""

    def step(self, state: Place) -> Any:
        step = super().step(state)
        return step if state.part < 3 else None


def test_a_task_that_ends_with_an_effect_in_flight_waits_for_it(tmp_path):
    """Where a task ends without awaiting what it started, the run still waits, and records what has come of it."""
    trial = Trial(tmp_path, "pair")
    task: AnyTask = Careless(errands=("pair",))
    trial.task = task  # type: ignore[assignment]
    trial.run()
    assert len(trial.labels) == 2
    assert len(trial.events(EffectFinished)) == 2


class Echo(Errands):
    """Send a secret to a server that sends it back, and keep what came."""

    def step(self, state: Place) -> Any:
        headers = {"X-Token": "${env:CANARY_TOKEN}"}
        arguments = {"url": f"{self.url}/echo", "headers": headers, "auth": {"bearer": "${env:CANARY_TOKEN}"}}
        return Do("http", json.dumps(arguments), writes=False) if not state.results else None

    def apply(self, state: Place, answer: Any) -> Place:
        return state._replace(results=(answer.value,))

    def verify(self, answers: Any) -> list[str]:
        return [] if list(answers) else ["nothing was done"]


def test_a_secret_is_in_no_record(tmp_path, monkeypatch):
    """A secret that went out and came back is in no state, result, export or byte of the session; its name is."""
    monkeypatch.setenv("CANARY_TOKEN", "canary-0123456789")
    with ActingServer() as server:
        task = Echo(server.url, errands=("post",))
        view = asyncio.run(drive(prepare(RunOrder("echo", session=tmp_path / "run.maker", k=1), task)))
    shown = f"{view.snapshot.state}{view.result}{''.join(lines(tmp_path / 'run.maker', task))}"
    assert "${env:CANARY_TOKEN}" in shown
    assert "canary-0123456789" not in shown
    assert not any(b"canary-0123456789" in one.read_bytes() for one in tmp_path.iterdir())


class Asks(Errands):
    """Start an effect, ask a person, and await it."""

    def step(self, state: Place) -> Any:
        do = Do("http", "{}", safety=Safety.IDEMPOTENT, label="in the background")
        return (Start(do, "x"), Ask("Well?", ("yes",), free=False), Await(), None)[state.part]

    def apply(self, state: Place, answer: Any) -> Place:
        return state._replace(part=state.part + 1, results=(*state.results, type(answer).__name__))


def test_an_effect_that_ends_leaves_the_tasks_question_open(tmp_path):
    """What ends while a person is asked by the task is kept for the `Await`, and the question stays on the screen."""
    trial = Trial(tmp_path, attended=True)
    trial.task = Asks()
    seen = []

    def says(view: RunView) -> None:
        if view.snapshot.question is not None and not view.acting:
            seen.append(view.snapshot.question.question)
            trial.inbox.send(Answer("yes", "Eve"))

    trial.says = says
    assert trial.run().snapshot.state.results == ("Started", "Said", "Finished")
    assert set(seen) == {"Well?"}
