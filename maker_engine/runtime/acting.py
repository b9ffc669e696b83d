"""Carries out the steps that act: intent on disk, then the effect, then its outcome; and what a crash left in doubt.

An effect begins only at the open step, never on a guess, and only with consent. What the run is cut off from keeps its
intent and has no outcome; the next process finds out by `doubts` what has come of it, before anything else begins.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from maker_engine.core.decomposition import AnyTask, Ask, Await, Do, Done, Finished, Safety, Start, Started, Status
from maker_engine.core.errors import TaskError
from maker_engine.core.record.commands import Answer
from maker_engine.core.record.events import (
    ConsentGiven,
    EffectFinished,
    EffectIntended,
    EffectRecovered,
    Event,
    Outcome,
    PersonAsked,
    RunEnded,
    WordsRefused,
)
from maker_engine.core.solver import Solver
from maker_engine.core.solving.effects import Flight, key_of, most_in_flight
from maker_engine.effects.consent import Scope
from maker_engine.effects.outcomes import failure
from maker_engine.effects.port import EffectError
from maker_engine.effects.world import RealWorld
from maker_engine.runtime.clock import Clock
from maker_engine.runtime.conduct import Conduct, Ways
from maker_engine.runtime.doubts import ALLOW, HAPPENED, LEAVE, NOT_HAPPENED, Doubts, consent_question
from maker_engine.runtime.step_control import StepControl
from maker_engine.sessions.store.user_data import home

GRACE_S = 5.0
"""Seconds that an effect which may not be done twice has to end in, when the run is stopped."""


class Acting:
    """Drives the effects of one run.

    Args:
        task: Whose steps they are.
        solver: Knows the open step, and is settled by outcomes.
        conduct: How the run acts.
        clock: Gives the time of day.
        ways: To the rest of the run.
        lost: What an earlier process began and saw no end of.
        landed: What ended and was not awaited yet.

    Attributes:
        question: What a person is asked before the run can continue, None for nothing.
        ended: How the run ends, since no one here can answer that; None while it runs.
        fault: What went wrong in the task, or in us; None for nothing.
        planned: What a dry run would have done, one line each.
    """

    def __init__(
        self,
        task: AnyTask,
        solver: Solver,
        conduct: Conduct,
        clock: Clock,
        ways: Ways,
        *,
        lost: list[Flight],
        landed: deque[Finished],
    ) -> None:
        self._task, self._solver, self._conduct = task, solver, conduct
        self._world = conduct.world or RealWorld(wall=clock.wall, sleep=clock.sleep, receipts=home() / "receipts")
        self._clock = clock
        self._wake, self._record, self._flush = ways
        self._landed = landed
        self._flying: dict[int, tuple[Flight, asyncio.Task[None] | None]] = {one.step: (one, None) for one in lost}
        self._since: dict[int, float] = {}
        self._begun = {one.step for one in lost}
        self._again: deque[Flight] = deque()
        self._arrived: deque[tuple[Flight, Done]] = deque()
        self._doubts = Doubts(task, self._world, conduct.consent, self._wake, conduct.in_doubt)
        self._doubts.take(lost)
        self._on_answer: Callable[[str, str], None] | None = None
        self.question: Ask | None = None
        self.ended: RunEnded | None = None
        self.fault: Exception | None = None
        self.planned: list[str] = []

    @property
    def awake(self) -> bool:
        """Whether there is something to do besides the open step."""
        return bool(self._arrived or self._doubts or self._again)

    @property
    def _begins(self) -> bool:
        """Whether the open step begins an effect, and has not done so."""
        return isinstance(self._solver.effect, Do | Start) and self._solver.step not in self._flying

    @property
    def in_flight(self) -> int:
        """Effects that have begun and have not ended."""
        return len(self._flying)

    def figures(self) -> dict[str, Any]:
        """What a view shows of it."""
        if not self._task.acts:
            return {}
        carried = [(self._since[step], flight) for step, (flight, one) in self._flying.items() if one is not None]
        oldest = min(carried, key=lambda one: one[0], default=None)
        aged = {} if oldest is None else {
            "oldest_effect": self._world.describe(oldest[1].do), "oldest_effect_s": self._clock.now() - oldest[0],
        }  # fmt: skip
        return {"acting": len(carried), "awaits": self._awaits(), "planned": tuple(self.planned), **aged}

    def _awaits(self) -> str:
        match self._solver.effect:
            case Do() as do:
                return self._world.describe(do)
            case Start() as start:
                return self._world.describe(start.do)
            case Await():
                return "an effect in flight"
        return ""

    def noted(self, ending: RunEnded) -> RunEnded:
        """Return how the run ended; of a dry run, that nothing of it has happened."""
        if not (self._conduct.dry and self._task.acts):
            return ending
        return replace(ending, reason=f"dry run, nothing was done: {ending.reason}")

    async def turn(self, gate: StepControl) -> bool:
        """Do what is due where `gate` lets it; True where something came of it, so that the run should look again."""
        try:
            if self._land():
                return True
            if self.question is not None or gate.room <= 0 or not gate.may_commit:
                return False
            if self._begins and (held := gate.before_effect()):
                self._record(held)
                return True
            return await self._go_on()
        except TaskError as error:
            self.fault = error
            return True

    async def _go_on(self) -> bool:
        if self._again:
            return await self._begin(self._again[0])
        if self._doubts:
            return await self._recover()
        step = self._solver.effect
        match step:
            case Do():
                return self._solver.step not in self._flying and await self._begin(self._flight(step, ""))
            case Start():
                return await self._start(step)
            case Await():
                return self._await()
        return False

    def _flight(self, do: Do, tag: str) -> Flight:
        number = self._solver.step
        return Flight(number, self._solver.state, do, tag, key_of(self._conduct.identity, self._conduct.branch, number))

    async def _start(self, step: Start) -> bool:
        number = self._solver.step
        if not step.tag:
            raise TaskError(f"task {self._task.name} starts an effect without a tag at step {number + 1:,}")
        if number in self._begun:  # by an earlier process, which was cut off before this was on record
            self._settle(Started(step.tag))
            return True
        tags = {one.tag for one, _ in self._flying.values()} | {one.tag for one in self._landed}
        if step.tag in tags:
            raise TaskError(
                f"task {self._task.name} starts {step.tag!r} at step {number + 1:,}, which is not awaited yet"
            )
        if len(self._flying) >= most_in_flight(self._task):
            return False
        return await self._begin(self._flight(step.do, step.tag))

    def _await(self) -> bool:
        if self._landed:
            self._settle(self._landed.popleft())
            return True
        if not self._flying:
            place = f"step {self._solver.step + 1:,}"
            raise TaskError(f"task {self._task.name} awaits an effect at {place}, where none is in flight")
        return False

    def _settle(self, outcome: Done | Started | Finished) -> None:
        self._solver.settle(outcome)
        self._record([])

    async def _begin(self, flight: Flight) -> bool:
        """Begin an effect, where that is allowed: intent first, on disk."""
        consent = self._conduct.consent
        try:
            scope = self._world.scope(flight.do)
        except EffectError as error:
            self._refuse(flight, error.kind, str(error))
            return True
        if self._conduct.dry and not (scope is not None and not scope.writes and consent.covered(scope)):
            self._rehearse(flight, scope)
        elif consent.is_refused(scope):
            self._refuse(flight, "consent", f"a person refused {scope}")
        elif scope is not None and not consent.allows(scope):
            self._ask_consent(flight, scope)
        else:
            again = flight.step in self._begun
            self._note(flight)
            self._flying[flight.step] = (flight, None)
            self._world.prepare(flight.do, flight.key)
            self._record([self._intended(flight)])
            await self._flush()
            self._since[flight.step] = self._clock.now()
            self._flying[flight.step] = (flight, asyncio.create_task(self._carry(flight)))
            if flight.tag and not again:
                self._settle(Started(flight.tag))
        return True

    def _note(self, flight: Flight) -> None:
        """Note that an effect need not be begun any more."""
        self._begun.add(flight.step)
        if self._again and self._again[0] is flight:
            self._again.popleft()

    def _intended(self, flight: Flight) -> EffectIntended:
        do = flight.do
        arguments = self._world.mask(do.arguments)
        return EffectIntended(
            flight.step, flight.tag, flight.key, do.effect, arguments, do.writes, Safety(do.safety), self._now
        )

    @property
    def _now(self) -> float:
        return round(self._clock.wall(), 3)

    async def _carry(self, flight: Flight) -> None:
        try:
            done = await self._world.carry_out(flight.do, flight.key)
        except Exception as error:  # noqa: BLE001 - a bug of ours, raised where the run ends
            self.fault = error
        else:
            self._arrived.append((flight, done))
        self._wake()

    def _land(self) -> bool:
        """Take in what has ended since."""
        if not self._arrived:
            return False
        while self._arrived:
            flight, done = self._arrived.popleft()
            self._flying.pop(flight.step, None)
            self._end(flight, done, [EffectFinished(flight.step, flight.tag, flight.key, done, self._now)])
        return True

    def _end(self, flight: Flight, done: Done, events: list[Event], *, started: bool = True) -> None:
        if flight.tag:
            self._landed.append(Finished(flight.tag, done))
            if not started:
                self._solver.settle(Started(flight.tag))
        else:
            self._solver.settle(done)
        self._record(events)

    def _refuse(self, flight: Flight, kind: str, message: str) -> None:
        again = flight.step in self._begun
        self._note(flight)
        done = failure(Status.REFUSED, kind, message, self._now)
        finished = EffectFinished(flight.step, flight.tag, flight.key, done, self._now)
        self._flying.pop(flight.step, None)
        self._end(flight, done, [finished], started=again)

    def _rehearse(self, flight: Flight, scope: Scope | None) -> None:
        """Let the task say what the world might answer; nothing is done."""
        allowed = self._conduct.consent.allows(scope)
        needs = "" if scope is None or not scope.needs_consent else f"  [{scope}, {'' if allowed else 'not '}allowed]"
        self.planned.append(f"step {flight.step + 1:,}: {self._world.describe(flight.do)}{needs}")
        try:
            done = self._task.rehearse(flight.state, flight.do, 0)
        except NotImplementedError:
            place = f"step {flight.step + 1:,} would {self._world.describe(flight.do)}"
            self.ended = RunEnded(Outcome.STOPPED, f"{place}: the task imitates no outcome, so the dry run ends here")
            return
        except Exception as error:
            raise TaskError(f"task {self._task.name} fails in rehearse at step {flight.step + 1:,}: {error}") from error
        intended = self._intended(flight)
        self._note(flight)
        self._end(
            flight,
            done,
            [intended, EffectFinished(flight.step, flight.tag, flight.key, done, self._now)],
            started=False,
        )

    def _ask_consent(self, flight: Flight, scope: Scope) -> None:
        description = self._world.describe(flight.do)
        if not self._conduct.attended:
            moved = ", since the world has moved on" if self._conduct.branch else ""
            place = f"step {flight.step + 1:,} needs consent{moved} to {description}"
            self.ended = RunEnded(Outcome.STOPPED, f"{place}: resume with --allow {scope} (maker sessions resume)")
            return

        def on_answer(text: str, voter: str) -> None:
            if text == ALLOW:
                self._conduct.consent.allowed.append(scope)
                self._record([ConsentGiven(str(scope), voter)])
            else:
                self._conduct.consent.refused.append(scope)
                self._refuse(flight, "consent", f"{voter} refused {scope}")

        self._ask(consent_question(scope, description, forked=self._conduct.branch > 0), on_answer)

    def _ask(self, question: Ask, on_answer: Callable[[str, str], None]) -> None:
        self.question, self._on_answer = question, on_answer
        self._record([PersonAsked(self._solver.step, question)])

    def answer(self, command: Answer) -> bool:
        """Take a person's answer to `question`, or refuse it; False where nothing is asked here."""
        if self.question is None or self._on_answer is None:
            return False
        if command.text not in self.question.options:
            offered = " or ".join(self.question.options)
            self._record([WordsRefused(self._solver.step, f"{command.text[:40]!r} is not offered: say {offered}")])
            return True
        on_answer, self.question, self._on_answer = self._on_answer, None, None
        on_answer(command.text, command.voter)
        self._wake()
        return True

    async def _recover(self) -> bool:
        """Find out about the next effect of which the record knows the beginning and not the end."""
        flight = self._doubts.first
        found = await self._doubts.look()
        if found is None:
            return False
        how, done, why = found
        if how == "ask" and self._conduct.attended:
            self._ask(self._doubts.question(why), self._said)
        elif how in ("ask", "stop"):
            self.ended = RunEnded(Outcome.STOPPED, self._doubts.reason(why))
        else:
            self._resolve(flight, how, done)
        return True

    def _said(self, text: str, voter: str) -> None:
        said = {
            HAPPENED: ("person", Done(Status.OK, '{"person": "it has happened"}', 0.0, self._now)),
            NOT_HAPPENED: ("not_done", None),
            LEAVE: ("left", failure(Status.CANCELLED, "unknown", f"{voter} left it: outcome unknown", self._now)),
        }
        self._doubts.answered = (said[text][0], said[text][1], "")

    def _resolve(self, flight: Flight, how: str, done: Done | None) -> None:
        self._doubts.settle()
        recovered = EffectRecovered(flight.step, flight.tag, flight.key, how, done)
        if done is None:
            self._again.append(flight)
            self._record([recovered])
        else:
            self._flying.pop(flight.step, None)
            self._end(flight, done, [recovered])
        if (asking := self._solver.asking) is not None:  # the task's own question was put aside
            self._record([PersonAsked(self._solver.step, asking)])

    async def close(self) -> None:
        """End what is in flight: reads, and what may be done again, at once; the rest when it ends or after 5 s."""
        waiting = []
        for flight, carried in self._flying.values():
            if carried is None:
                continue
            if flight.do.safety is Safety.IDEMPOTENT or not flight.do.writes:
                carried.cancel()
            else:
                waiting.append(carried)
        tasks = [carried for _, carried in self._flying.values() if carried is not None]
        if waiting:
            await asyncio.wait(waiting, timeout=GRACE_S)
        for carried in tasks:
            carried.cancel()
        if tasks:
            await asyncio.wait(tasks)
        await self._doubts.close()
        self._land()
