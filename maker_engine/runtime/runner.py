"""The runner: the only loop that awaits. It draws what the solver asks for and records what comes of it."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from dataclasses import replace

from maker_engine.core.at_once import draw, draw_steps
from maker_engine.core.errors import TaskError
from maker_engine.core.record.commands import Answer, AnswerCommand, BallotCommand, ChangeSettings, Command, Probe
from maker_engine.core.record.events import (
    Event,
    Outcome,
    RunEnded,
    StepDecided,
    StepEscalated,
    StepHopeless,
    StepUndecided,
)
from maker_engine.core.record.registry import EVERY
from maker_engine.core.record.snapshot import Snapshot
from maker_engine.core.responses import AtOnce, Response, SampleRequest
from maker_engine.core.solving.hopeless import HOLD
from maker_engine.runtime.adapting import Adapting
from maker_engine.runtime.admission import SwitchError
from maker_engine.runtime.breakpoints import Breakpoints
from maker_engine.runtime.budget import Budget
from maker_engine.runtime.calls import Caller, CallPolicy
from maker_engine.runtime.changing import MOST_PROBES, Changing
from maker_engine.runtime.checking import Checking
from maker_engine.runtime.clock import Clock, SystemClock
from maker_engine.runtime.conduct import Ways
from maker_engine.runtime.hopeless import ending, respond, sentence, takes_temperature
from maker_engine.runtime.in_flight import InFlight, end_by_limit
from maker_engine.runtime.intervals import COMMITTED_AT_ONCE, Alarm, Intervals
from maker_engine.runtime.limits import Limits
from maker_engine.runtime.plan import ASK, ESCALATE, SKIP, SOLVED, STOP, Plan, failure, unanswerable, waiting_no_longer
from maker_engine.runtime.rate import RateLimit
from maker_engine.runtime.record import Record
from maker_engine.runtime.resuming import acting_of, beginning, solver_of
from maker_engine.runtime.retry_policy import RetriesExhaustedError
from maker_engine.runtime.step_control import Inbox, StepControl
from maker_engine.runtime.view import RunView
from maker_engine.sessions.queries.saved import SavedRun
from maker_engine.sessions.store.run_journal import RunJournal

_FOLLOWED: frozenset[type[Event]] = frozenset({StepUndecided, StepEscalated})
"""The events from which something follows for the run, whether the gate has a say or not."""


class Runner:
    """Drives one run to its end.

    Args:
        plan: What to drive.
        journal: Where it is written.
        inbox: Brings commands.
        on_view: Told of the run's state at most 15 times a second, in the runner's thread.
        clock: Tells time.
        saved: The run to continue from, None for a new one.
    """

    def __init__(
        self,
        plan: Plan,
        journal: RunJournal,
        *,
        inbox: Inbox | None = None,
        on_view: Callable[[RunView], None] | None = None,
        clock: Clock | None = None,
        saved: SavedRun | None = None,
    ) -> None:
        self._plan = plan
        self._inbox = inbox or Inbox()
        self._on_view, self._saved = on_view, saved
        self._clock = clock or SystemClock()
        self._limits = None if plan.limits == Limits() else plan.limits
        rate = RateLimit(plan.requests_per_minute, plan.tokens_per_minute, self._clock)
        self._solver = solver_of(plan, saved)
        self._book = Record(plan.task, journal, self._clock, saved, lambda: self._caller.adjustments)
        self._wake = asyncio.Event()
        self._alarm = Alarm(self._wake)
        self._budget = self._book.budget = Budget(plan.limits, self._book.run.totals, self._tell, self._wake.set)
        self._budget.count_on(lambda: self._solver.drawn, {} if saved is None else saved.density)
        admit, wants = lambda: self._book.admission(plan.accept_models), self._solver.wants
        manner = CallPolicy(plan.concurrency, plan.timeout_s, plan.near, rate, self._budget, admit, wants)
        self._caller = Caller(plan.model, self._clock, self._tell, replace(manner, log=plan.log))
        self._breakpoints = Breakpoints(plan.task, plan.breaks, self._book.watch)
        self._control = StepControl(self._breakpoints)
        self._changing = Changing(plan, self._solver, self._caller, self._wake.set)
        self._calls = InFlight(self._caller, self._wake, wants, self._fail, independent=self._solver.independent)
        self._fault: Exception | None = None
        self._ended: RunEnded | None = None
        self._escalated = -1 if saved is None else saved.escalated
        self._cut_at = 0  # waste when calls were last cut short
        self._intervals, self._adapting = Intervals(self._clock), Adapting(self._book.run, plan.expected)
        self._checking = Checking(
            plan, self._solver, self._caller, self._budget, lambda: self._book.meter.elapsed_s, self._place_changed
        )
        ways = Ways(self._wake.set, self._take_up, self._flush)
        self._acting = acting_of(plan, saved, self._solver, self._clock, self._book, ways)
        self._obstacle = ""  # why a person has to say that the provider is asked again

    async def run(self) -> Snapshot:
        """Run to the end and return the final state; every end has a named outcome and is in the journal.

        Raises:
            SessionError: The journal cannot be written; nothing that was acknowledged is lost.
        """
        self._inbox.bind(asyncio.get_running_loop(), self._wake)
        try:
            self._record(beginning(self._plan, self._solver, self._saved))
            await self._check_model()
            self._commit()
            while (ending := self._ending()) is None:
                await self._turn()
        finally:
            self._alarm.close()
            self._book.hand_over()
            await self._calls.hang_up()
            await self._changing.close()
            await self._acting.close()
        self._record(self._solver.hang_up())
        if ending is SOLVED:
            await self._flush()
            ending = self._acting.noted(await self._book.verified(self._solver.state))
        self._record([ending])
        self._book.meter.pause()
        await self._flush()
        self._publish()
        return self._book.run.snapshot()

    @property
    def view(self) -> RunView:
        """The run as it is now."""
        return self._book.view(
            max_tokens=self._plan.settings.flags.max_tokens, steps_ahead=self._solver.steps_ahead,
            in_flight=len(self._calls), breakpoints=self._breakpoints.breakpoints, held=self._breakpoints.held,
            waiting=self._solver.winner, refused=self._changing.refused, obstacle=self._obstacle,
            temperature=self._plan.settings.temperature if takes_temperature(self._plan) else None,
            checking=self._checking.place, forecast=self._adapting.forecast(self._book.meter.elapsed_s),
            **self._acting.figures(),
            **self._caller.figures(),
        )  # fmt: skip

    async def _check_model(self) -> None:
        """Find out by a few calls whether the model fits the run, where the plan says so."""
        if self._ending() is not None:
            return
        checked = await self._checking.conduct(lambda: self._hear() or self._fault is not None, self._wait)
        self._ended, self._fault = checked.ended or self._ended, checked.fault or self._fault
        self._record(checked.events)
        self._publish()

    def _place_changed(self) -> None:
        self._book.unseen = True
        self._wake.set()

    async def _turn(self) -> None:
        """Let commands and responses in, ask for what is wanted, wait when there is nothing else to do."""
        stopped = self._hear()
        self._take_up(self._changing.ready())
        for request, response in self._calls.drain():
            self._receive(request, response)
        self._take_up(self._adapting.changed(self._solver))
        if self._solver.wasted > self._cut_at:
            self._cut_at = self._solver.wasted
            self._calls.cut_short()
        if self._solver.hopeless is not None:
            self._answer_hopeless(self._solver.hopeless)
        if self._fault is not None or self._ended is not None or stopped:
            return
        if (self._acting.awake or self._solver.effect is not None) and await self._acting.turn(self._control):
            return
        if self._calls.aside and self._control.room > 0:
            self._obstacle = ""
            self._caller.accept_switch()
            self._caller.breaker.ask_now()
            self._control.asked(self._calls.send_again())
        asked = self._ask()
        if asked or self._solver.decided:
            await self._breathe()
        if not self._more_at_once(asked) and not self._calls.arrived and self._ending() is None:
            await self._wait()

    async def _breathe(self) -> None:
        """Now and then, let commands in and the journal out, though there is more to do."""
        if self._intervals.breath_due():
            if self._intervals.flush_due() and not self._calls.gathering:
                await self._flush()
            self._publish(if_due=True)
            await asyncio.sleep(0)

    def _more_at_once(self, asked: bool) -> bool:
        """Return whether there is something to do that waits for nothing; `asked`: for something, this turn."""
        free = self._caller.answer is not None or (self._solver.opening and self._room() > 0)
        return (asked and free) or (self._solver.decided and self._control.may_commit)

    def _room(self) -> int:
        room = min(self._caller.throttle.limit - len(self._calls), self._control.room)
        return room if self._limits is None or room <= 0 else int(min(room, self._left()))

    def _left(self) -> float:
        """Samples that may still be drawn within the limits."""
        if self._limits is None:
            return math.inf
        return self._budget.left(self._solver.due, self._book.meter.elapsed_s)

    def _ask(self) -> bool:
        """Ask for what is wanted; return whether something was, or may be at once."""
        if (room := self._room()) <= 0:
            return False
        waiting = self._plan.settings.hedge or self._solver.owes or self._calls
        if self._caller.answer is not None and not waiting:
            return self._draw_at_once(self._caller.answer) > 0
        requests = self._wanted(room)
        self._control.asked(len(requests))
        return self._send(requests) > 0 or self._solver.opening

    def _wanted(self, room: int) -> list[SampleRequest]:
        """Return the samples to draw now.

        Those that one call can bring are not parted for want of room while others are in flight: there will be room.
        """
        ahead = self._caller.answer is None and not self._control.stepping
        left, afford = self._left(), self._budget.afford
        requests = self._solver.requests(room, ahead=ahead, left=left, afford=afford, alike=self._caller.alike)
        if requests or self._calls:
            return requests
        return self._solver.requests(room, ahead=ahead, left=left, afford=afford)

    def _send(self, requests: list[SampleRequest]) -> int:
        for request in requests:
            self._record(self._solver.asked(request))
            if self._caller.answer is not None:
                response = self._caller.answer(request)
                self._budget.answered(request, response)
                self._receive(request, response)
        if self._caller.answer is None:
            self._calls.start(requests)
        return len(requests)

    def _draw_at_once(self, answer: AtOnce) -> int:
        """Draw from a model that needs no wait, for a few steps; return 0 when nothing came of it."""
        if self._limits is None and self._control.free:
            happened, self._fault = draw_steps(self._solver, answer, self._intervals.steps)
            self._record(happened)
            return len(happened)
        begun = self._solver.drawn
        for _ in range(self._intervals.steps):
            before = self._solver.drawn
            if (room := self._room()) <= 0 or (before > begun and self._ending() is not None):
                break
            stride = 1 if self._plan.limits.money else self._control.stride
            happened, self._fault = draw(self._solver, answer, min(room, stride))
            self._control.asked(self._solver.drawn - before)
            self._record(happened)
            self._commit()
        return self._solver.drawn - begun

    def _receive(self, request: SampleRequest, response: Response) -> None:
        """Count a response, and commit what is decided by it."""
        try:
            self._record(self._solver.receive(request, response))
        except TaskError as error:
            self._fault = error
        self._commit()

    def _commit(self, most: int = COMMITTED_AT_ONCE) -> None:
        while (most := most - 1) >= 0 and self._fault is None and self._solver.decided and self._control.may_commit:
            held = self._control.pass_decided(self._solver.state, self._solver.winner)
            try:
                self._record(held or self._solver.commit())
            except TaskError as error:
                self._fault = error

    def _record(self, events: list[Event]) -> None:
        """Take events in, and do what follows from them."""
        for event in self._book.take(events, _FOLLOWED if self._control.free else EVERY):
            if self._control.watching and (happened := self._control.see(event)):
                self._record(happened)
            match event:
                case StepDecided():
                    if paused := self._control.decided():
                        self._record(paused)
                case StepUndecided():
                    self._stuck(event)
                case StepEscalated():
                    self._escalated = event.step

    def _fail(self, request: SampleRequest, fault: Exception) -> None:
        """Do what follows from a call that failed for good: a provider that has answered before ends no run."""
        if not isinstance(fault, RetriesExhaustedError | SwitchError):
            self._fault = fault
        elif self._plan.attended:
            self._calls.set_aside(request)
            self._obstacle = fault.held if isinstance(fault, SwitchError) else str(fault)
            self._record(self._control.stand())
        else:
            self._ended = waiting_no_longer(fault)

    def _tell(self, event: Event) -> None:
        self._record([event])
        self._wake.set()

    def _obey(self, command: Command) -> None:
        match command:
            case Answer() if self._acting.answer(command):
                pass
            case _ if isinstance(command, BallotCommand | AnswerCommand):
                self._take_up(self._solver.obey(command))
            case Probe():
                self._record(self._control.hold())
                self._send(self._changing.probe(command, int(min(MOST_PROBES, self._left()))))
            case ChangeSettings():
                self._take_up(self._changing.change(command))
            case _:
                self._take_up(self._control.obey(command))

    def _take_up(self, events: list[Event]) -> None:
        """Record what a person brought about, and commit what is decided by it."""
        self._record(events)
        self._commit()

    def _stuck(self, event: StepUndecided) -> None:
        """Do what the plan says about a step that cannot be decided. A plurality never wins."""
        plan = self._plan
        if plan.stronger and self._escalated != event.step:
            self._record(self._solver.escalate(plan.stronger))
        elif plan.undecided == ASK:
            self._record(self._control.stand())
        elif plan.gives_up:
            self._solver.give_up(plan.given_up(plan.undecided_at(event).reason))
        else:
            self._ended = plan.undecided_at(event)

    def _answer_hopeless(self, found: StepHopeless) -> None:
        """Do what the plan says about a step that is hopeless."""
        hopeless, then = respond(self._plan, self._solver, found, escalated=self._escalated == found.step)
        self._record(self._solver.answer_hopeless(hopeless))
        if then == ESCALATE:
            self._record(self._solver.escalate(self._plan.stronger))
        elif then == HOLD:
            self._record(self._control.hold())
        elif then == STOP:
            self._ended = ending(self._plan, hopeless)
        elif then == SKIP:
            self._solver.give_up(self._plan.given_up(sentence(found, quoting=False)))
            self._commit()

    def _ending(self) -> RunEnded | None:  # noqa: PLR0911 - one way to end, one return
        """Return how the run has ended, None while it runs."""
        if (fault := self._fault or self._acting.fault) is not None:
            return failure(fault)
        if self._control.stopped is not None:
            return RunEnded(Outcome.STOPPED, self._control.stopped.reason)
        if (ended := self._ended or self._acting.ended) is not None:
            return ended
        if self._solver.finished:
            return None if self._acting.in_flight else SOLVED
        if (cannot_answer := unanswerable(self._solver, attended=self._plan.attended)) is not None:
            return cannot_answer
        if self._limits is None:
            return None
        due, elapsed = self._solver.due, self._book.meter.elapsed_s
        return end_by_limit(self._limits, self._budget, self._calls, self._caller, self._book.run, due, elapsed)

    async def _wait(self) -> None:
        """Sleep until a response or a command comes in; before long, show what has not been shown yet."""
        if not self._calls.gathering:
            await self._flush()
        self._publish(if_due=True)
        waiting = bool(self._calls) or self._acting.in_flight > 0 or self._checking.place is not None
        counting = waiting or self._plan.limits.seconds is not None
        if not await self._alarm.wait(self._intervals.patience(news=self._book.unseen, counting=counting)):
            await self._flush()
            self._publish()

    async def _flush(self) -> None:
        self._calls.new = 0
        await self._book.flush_when_there_is_room(self._hear, self._publish)

    def _hear(self) -> bool:
        """Let commands in; True once the run is to stop."""
        for command in self._inbox.drain():
            try:
                self._obey(command)
            except TaskError as error:
                self._fault = error
        return self._control.stopped is not None

    def _publish(self, *, if_due: bool = False) -> None:
        if not self._intervals.picture_due(at_once=not if_due):
            return
        self._book.unseen = False
        if self._on_view is not None:
            self._on_view(self.view)
