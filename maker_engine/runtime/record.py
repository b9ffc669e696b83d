"""A run's record as it grows: every event is folded, journaled and, where it is a decision, held against the oracle."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence
from secrets import token_hex
from typing import Any

from maker_engine.blame import describe_error
from maker_engine.core.decomposition import AnyTask
from maker_engine.core.errors import SessionError, StorageFullError
from maker_engine.core.forecasting.live_law import kept_ballots
from maker_engine.core.offers import Verifiable, offers
from maker_engine.core.record.decisions import is_voted
from maker_engine.core.record.events import (
    EffectIntended,
    Event,
    Outcome,
    PersonAsked,
    RunContinued,
    RunEnded,
    RunPaused,
    StepDecided,
    StepOpened,
    WrongDecisionFound,
)
from maker_engine.core.record.prompts import asked_by
from maker_engine.core.record.registry import FOLDS, TRACELESS, events_of
from maker_engine.core.record.state import RunState
from maker_engine.core.record.watch import Watch
from maker_engine.models.families import Answered, by_family, by_voter, kept_of
from maker_engine.printable import one_line
from maker_engine.runtime.admission import Admission
from maker_engine.runtime.budget import Budget, Spending
from maker_engine.runtime.clock import Clock
from maker_engine.runtime.meter import Meter
from maker_engine.runtime.plan import FINISHED, SOLVED
from maker_engine.runtime.view import RunView, result_fields
from maker_engine.sessions.queries.saved import SavedRun
from maker_engine.sessions.store.run_journal import RunJournal

TOGETHER = 16
"""The journal packs so many steps in one go: in turns with the solver, each would find its caches full of the other's.
With many more, what waits would be enough for the garbage collector to go through it time and again.

A divisor of the journal's `SNAPSHOT_STEPS`, since a snapshot keeps the totals as they were at its own step.
"""

ROOM_S = 1.0
"""Between two looks whether a full device has room again."""


class Record:
    """Takes events in, once and in order.

    Args:
        task: Whose oracle, where it has one, judges decisions. It is counted and shown, never used.
        journal: Where they are written.
        clock: Gives the time.
        saved: The run to continue from, None for a new one.
        adjustments: Returns what is sent to the model otherwise than ordered.
    """

    def __init__(
        self,
        task: AnyTask,
        journal: RunJournal,
        clock: Clock,
        saved: SavedRun | None = None,
        adjustments: Callable[[], tuple[str, ...]] = tuple,
    ) -> None:
        self.run = RunState() if saved is None else saved.run
        self.meter = Meter(clock, 0.0 if saved is None else saved.elapsed_s, self.run.totals.steps)
        self.journal = journal
        self.unseen = True
        self.obstacle = ""
        self.answered: Answered = Counter() if saved is None else saved.answered
        self.budget: Budget | None = None
        self._known = by_voter(self.answered)
        self._owed = Spending()
        self._task = task
        self._clock = clock
        self._unwritten: list[Event] = []
        self._asked = False
        self._before: Hashable = None if saved is None else saved.state
        self._unjudged: list[tuple[int, Hashable, Hashable]] = []
        self.identity = token_hex(16) if saved is None or not saved.identity else saved.identity
        self._acted = False  # an effect was begun, whose key goes by the identity
        self._noted = False  # no prompt of this process is on record yet
        # What the record itself has to do about an event; about most it has nothing to do.
        self._duties: dict[type[Event], Callable[[Any], None]] = {
            StepDecided: self._decided, StepOpened: self._opened,
            EffectIntended: self._intended, PersonAsked: self._person_asked, RunPaused: self._paused,
            RunContinued: self._continued,
        }  # fmt: skip
        if saved is not None:
            self._note_prompt(saved.step, saved.state)
        journal.follow(self.run.totals, lambda: self.meter.elapsed_s, self._more, adjustments)

    def take(self, events: list[Event], followed: Collection[type[Event]]) -> Iterator[Event]:
        """Take events in, each as it is asked for; hand over those of a kind `followed`, to act on before the next."""
        self.unseen = True
        run, keep, duties = self.run, self._unwritten.append, self._duties
        for event in events:
            kind = type(event)
            FOLDS[kind](run, event)
            if kind not in TRACELESS:
                keep(event)
            if kind in duties:
                duties[kind](event)
            if kind in followed:
                yield event
        for step, before, answer in self._unjudged:
            self._judge(step, before, answer)
        self._unjudged.clear()

    def hand_over(self) -> None:
        """Let the journal have what it has not seen yet."""
        events = self._unwritten.copy()
        self._unwritten.clear()  # first: what cannot be packed must not be tried again when the run hangs up
        for event in events:
            self.journal.record(event)

    def watch(self) -> Watch:
        """Return a watch of the open step that knows what has happened in it so far."""
        self.hand_over()
        step, _ = self.journal.position
        events = [event for entry in self.journal.open_entries for event in events_of(step, entry)]
        tally = self.run.snapshot().open
        return Watch(step, events, gathers=tally is not None and tally.gathers)

    def flush(self) -> None:
        """Make everything taken so far durable.

        Raises:
            SessionError: It cannot be written; what was flushed before is safe.
        """
        self.hand_over()
        self.journal.flush()

    async def flush_when_there_is_room(self, stopped: Callable[[], bool], show: Callable[[], None]) -> None:
        """Flush; while the device is full, wait and try again.

        Args:
            stopped: Returns whether to wait no longer.
            show: Called when what is in the way has changed.

        Raises:
            SessionError: It cannot be written, or the wait is over; what was flushed before is safe.
        """
        while True:
            try:
                self.flush()
            except StorageFullError as error:
                if stopped():
                    raise
                self.obstacle = f"{error}; the run continues when there is some"
            else:
                if self.obstacle:
                    self.obstacle = ""
                    show()
                return
            show()
            await self._clock.sleep(ROOM_S)

    def admission(self, accepted: Iterable[str]) -> Admission:
        """Make the list of whose answers are let through; the first one knows who has answered on record."""
        known, self._known = self._known, {}
        return Admission(accepted, self.answered, known)

    async def verified(self, state: Hashable) -> RunEnded:
        """Check the whole solution as it is now in the journal; `state` is the one it ended in."""
        if not offers(type(self._task), Verifiable):
            return FINISHED
        findings, fault = await self._verify()
        if fault:
            return RunEnded(Outcome.FAILED, f"every step is decided, but `verify` {fault}")
        if not findings:
            shown = self._task.infeasible(state)
            return RunEnded(Outcome.INFEASIBLE, shown) if shown else self._solved(state)
        started, steps = self.run.started, self.run.totals.steps
        due = None if started is None else started.steps
        if due is None:
            so_far = f"no step is left after {steps:,}"
        elif steps < due:
            so_far = f"no step is left after {steps:,} of {due:,}"
        else:
            so_far = "every step is decided"
        return RunEnded(Outcome.UNSOLVED, f"{so_far}, but the solution is wrong: {findings[0]}")

    def _solved(self, state: Hashable) -> RunEnded:
        """Say that the run is solved, and what its result finds wrong with what was examined."""
        short = one_line(self._task.shortfall(state), 300)
        if not self._task.independent:
            return RunEnded(Outcome.SOLVED, f"{SOLVED.reason}; {short}") if short else SOLVED
        totals = self.run.totals  # that rows are right is what no check of the whole can say
        left = f", {totals.undecided:,} left undecided" if totals.undecided else ""
        reason = f"{totals.steps - totals.undecided:,} of {totals.steps:,} decided by allowed answers{left}"
        return RunEnded(Outcome.SOLVED, f"{reason}; {short}" if short else reason)

    async def _verify(self) -> tuple[Sequence[str], str]:
        """Let the task check the whole; return what it finds, and what is wrong with the check itself."""
        try:
            findings: object = await asyncio.to_thread(self.journal.verify, self._task)
        except SessionError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a task raises: what is decided, and paid for, is kept
            return (), f"fails with {one_line(describe_error(error), 200)}"
        if isinstance(findings, list | tuple):
            return [str(finding) for finding in findings], ""
        return (), f"must return a list of what is wrong, empty for nothing; it returned {findings!r:.60}"

    def view(self, **more: Any) -> RunView:
        """Look at the run as it is now; `more` are the fields of the view that are not the record's."""
        return RunView(
            snapshot=self.run.snapshot(),
            elapsed_s=self.meter.elapsed_s,
            steps_per_s=self.meter.speed(self.run.totals.steps),
            session=self.journal.path,
            notice=self.obstacle or self.journal.notice,
            adjustments=self.journal.adjustments,
            answered_by=by_family(self.answered) or self.run.answered_by,
            limit_is_estimate=self.budget is not None and self.budget.estimated,
            **result_fields(self._task, self.run.state, self.run),
            **more,
        )

    def _more(self) -> dict[str, object]:
        """Return what is to be kept of the run besides its events: who answered, and what may be spent unseen."""
        kept = kept_of(self.answered) if self.answered else {}
        if self._acted:
            kept["identity"] = self.identity
        if self.run.ballots:
            kept["ballots"] = kept_ballots(self.run.ballots)
        if self.budget is None:
            return kept
        if (owed := self.budget.owed) != self._owed:
            self._owed = owed
            kept["owed"] = [int(owed.tokens), owed.usd]
        if self.budget.limits.money:
            kept["density"] = {str(voter): round(density, 6) for voter, density in self.budget.density.items()}
        return kept

    def _opened(self, event: StepOpened) -> None:
        self._before = event.state
        if not self._noted:
            self._note_prompt(event.step, event.state)

    def _note_prompt(self, step: int, state: Hashable) -> None:
        """Note the first prompt of this process."""
        prompt = asked_by(self._task.step(state))
        if prompt is not None:
            self._noted = True
            self.journal.note_prompt(step, prompt)

    def _intended(self, _: EffectIntended) -> None:
        self._acted = True

    def _person_asked(self, _: PersonAsked) -> None:
        self._asked = True
        self.meter.pause()

    def _paused(self, _: RunPaused) -> None:
        self.meter.pause()

    def _continued(self, _: RunContinued) -> None:
        if not self._asked:
            self.meter.go_on()

    def _decided(self, event: StepDecided) -> None:
        if not (event.step + 1) % TOGETHER:
            self.hand_over()
        if self._asked:  # the time a person took is not the run's
            self._asked = False
            self.meter.go_on()
        if self._task.has_oracle and is_voted(event.answer):
            self._unjudged.append((event.step, self._before, event.answer))

    def _judge(self, step: int, before: Hashable, answer: Hashable) -> None:
        right = self._task.oracle(before)
        if right is None and self._task.independent:
            return  # a row of which nobody has said what is right
        if right != answer:
            wrong = WrongDecisionFound(step, answer, right)
            self.run.record(wrong)
            self._unwritten.append(wrong)
