"""Checks of a run: the simulated model solves the task in the real runner, and the session holds it all."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import replace
from pathlib import Path

from maker_engine.blame import describe_error
from maker_engine.core.decomposition import Ask
from maker_engine.core.errors import MakerError
from maker_engine.core.record.commands import Answer, Stop
from maker_engine.core.record.outcomes import Outcome
from maker_engine.runtime.continuing import prepare_resume
from maker_engine.runtime.order import PreparedRun, RunOrder, drive, may_never_end, prepare
from maker_engine.runtime.step_control import Inbox
from maker_engine.runtime.view import RunView
from maker_engine.sessions.integrity.verify import verify
from maker_engine.sessions.queries.saved import open_saved
from maker_engine.task_contract.deciding import say
from maker_engine.task_contract.guarded import ContractError, Guarded
from maker_engine.task_contract.subject import Subject, UnfitError
from maker_engine.wording import count_of

MODEL = "sim:p=0.9,v=0.9"
K = 6
"""At p = 0.9 a step is decided wrongly once in half a million (Eq. 9)."""
MOST_RUN_STEPS = 1_500
MOST_SAMPLES = 40_000


def runs(subject: Subject) -> int:
    """Check that the simulated model solves each problem, and that a stopped run continues to the same solution."""
    subject.need_imitation()
    short = [problem for problem in subject.problems if (problem.expected_steps or 0) <= MOST_RUN_STEPS]
    if not short:
        raise UnfitError(f"a run takes more than {MOST_RUN_STEPS:,} steps: give a smaller problem")
    return sum(_run(problem, subject.seed) for problem in short)


def _run(problem: Guarded, seed: int) -> int:
    """Run a problem, and once more in two parts; return its steps."""
    with tempfile.TemporaryDirectory() as folder:
        order = RunOrder(
            problem.name,
            source=problem.source(),
            model=MODEL,
            k=K,
            seed=seed,
            limit_samples=MOST_SAMPLES,
            session=Path(folder) / "whole.maker",
            attended=True,
            dry_run=True,  # the task imitates what the world answers
        )
        whole = _kept(_solved(prepare(order, type(problem.task)), problem), problem)
        half = max(1, whole.snapshot.totals.samples // 2)
        parted = replace(order, session=Path(folder) / "parted.maker", limit_samples=half)
        resumed = _kept(_in_two(parted, problem), problem)
        if resumed.snapshot.state != whole.snapshot.state:
            raise problem.breach("a run that was stopped and resumed ends in another state", resumed.snapshot.state)
    return whole.snapshot.totals.steps


def _in_two(order: RunOrder, problem: Guarded) -> RunView:
    """Run until the samples of `order` are spent, then continue from the session."""
    family = type(problem.task)
    view = _driven(prepare(order, family))
    ended = view.snapshot.outcome
    if ended is not None and ended.gives_result:  # so short that what was in flight solved it
        return view
    changes = {"limit_samples": MOST_SAMPLES, "attended": True}
    return _solved(prepare_resume(view.session, changes, family), problem)


class _Person:
    """Answers each question as a walk does."""

    def __init__(self, task: Guarded) -> None:
        self.inbox = Inbox()
        self._task = task
        self._answered: tuple[int, str, Ask | None] = (-1, "", None)

    def __call__(self, view: RunView) -> None:
        snapshot = view.snapshot
        place = (snapshot.totals.steps, snapshot.refused, snapshot.question)
        if snapshot.question is None or place == self._answered:
            return
        self._answered = place
        said = say(self._task, snapshot.state, snapshot.question)
        self.inbox.send(Stop("no answer is known that is taken") if said is None else Answer(said.text, said.voter))


def _driven(prepared: PreparedRun) -> RunView:
    person = _Person(Guarded(prepared.task))
    try:
        return asyncio.run(drive(prepared, person.inbox, person))
    except MakerError:
        raise
    except Exception as error:
        raise ContractError(f"the run breaks with {describe_error(error)}") from error


def _solved(prepared: PreparedRun, problem: Guarded) -> RunView:
    view = _driven(prepared)
    snapshot = view.snapshot
    if snapshot.outcome is Outcome.OUT_OF_BUDGET and may_never_end(problem.task):
        raise UnfitError("what is right is made up, and so the run does not end: write `oracle` or `expected_steps`")
    if snapshot.outcome is None or not snapshot.outcome.gives_result:
        outcome = "no end" if snapshot.outcome is None else snapshot.outcome.value
        came = f"the simulated model ends {outcome} after {count_of(snapshot.totals.steps, 'step')}: {snapshot.reason}"
        raise problem.breach(came, snapshot.state)
    if snapshot.totals.wrong:
        raise problem.breach(
            f"decisions that are not the oracle's: {snapshot.totals.wrong:,} of {snapshot.totals.steps:,}"
        )
    return view


def _kept(view: RunView, problem: Guarded) -> RunView:
    """Check a run's session: it verifies, and replays to the state the run ended in."""
    checked = verify(view.session, problem.task)
    if checked.findings:
        raise problem.breach(f"its session does not verify: {checked.findings[0]}")
    saved = open_saved(view.session, type(problem.task))
    if saved.state != view.snapshot.state:
        raise problem.breach("its session replays to another state than the run ended in", saved.state)
    return view
