"""The solver (Fig. 2, Algorithms 1-3) as a conversation: it gives requests for samples and takes responses. No I/O.

Decomposition, voting and red-flagging meet here and nowhere else. The caller draws the samples, in any order and as
many at a time as it likes; the outcome depends only on what sample n of step i says: it is that of `algorithm.py`,
which also says why. Models that answer at once have a shorter way through it, `at_once.py`.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import replace

from maker_engine.core.decomposition import AnyTask, Ask, Done, Finished, Started, Undecided
from maker_engine.core.record.commands import AnswerCommand, BallotCommand, Probe
from maker_engine.core.record.events import (
    Event,
    ProbeAsked,
    ResponseWasted,
    SampleAsked,
    SampleWasted,
    SettingsChanged,
    StepDecided,
    StepEscalated,
    StepHopeless,
    StepUndecided,
)
from maker_engine.core.responses import (
    DRAFT,
    ESCALATED,
    PROBES,
    Afford,
    Alike,
    Flag,
    Response,
    Sample,
    SampleRequest,
    is_draft,
    is_extra,
    is_probe,
)
from maker_engine.core.solving import person as hearing
from maker_engine.core.solving.effects import ACTING, ActingStep
from maker_engine.core.solving.frontier import Frontier
from maker_engine.core.solving.lookahead import Lookahead, Stakes
from maker_engine.core.solving.open_step import OpenStep, event_of, fault_of
from maker_engine.core.solving.opener import Waste
from maker_engine.core.solving.settings import Settings


class Solver:
    """Algorithms 1-3 over one task.

    Ask `requests(room)` what to sample, give each response to `receive`, and `commit` whenever `decided` (`take` does
    both), until `finished` or `undecided`. Events are about the open step only, in order; later ones are reported
    of when their turn has come.

    Args:
        task: What to solve.
        settings: How to vote.
        state: State to start from, None for the task's start.
        step: Number of the first step, 0-based.
        unread: No sample has been read before: where the first ones cannot be, that is seen early.
    """

    def __init__(
        self, task: AnyTask, settings: Settings, state: Hashable = None, step: int = 0, *, unread: bool = True
    ) -> None:
        self._task = task
        self._settings = settings
        if state is None:
            try:
                state = task.start()
            except Exception as error:
                raise fault_of(task, "start", step, error) from error
        self._frontier = Frontier(task, settings, state, step) if task.independent else None
        self._flight = self._frontier or Lookahead(task, settings, state, step)
        self.unread = unread  # no sample of the run has been read yet
        if unread:
            self._flight.first.open_the_run()
        self.opening = False  # further steps are to be opened, once others have had their turn
        self.drawn = 0
        self.wasted = 0
        self.guessed_wrong = 0  # the waste that looking ahead makes; drafts and second calls were asked for

    def begin(self) -> list[Event]:
        """Report the first step; an empty list when there is none."""
        return self._flight.first.opening_events()

    @property
    def state(self) -> Hashable:
        """The state the open step starts from."""
        return self._flight.first.state

    @property
    def step(self) -> int:
        """Number of the open step, 0-based; the number of decided steps when the run started at 0."""
        return self._flight.first.number

    @property
    def open_step(self) -> OpenStep:
        """The step that is committed next."""
        return self._flight.steps[0]

    @property
    def finished(self) -> bool:
        """True when the task has no further step."""
        return self._flight.first.step is None

    @property
    def decided(self) -> bool:
        """True when the open step can be committed."""
        poll = self._flight.steps[0].poll
        return poll is not None and poll.winner is not None

    @property
    def winner(self) -> Hashable:
        """The answer that the open step is decided as, None while it is not."""
        poll = self._flight.first.poll
        return None if poll is None else poll.winner

    @property
    def undecided(self) -> bool:
        """True when the open step has used up its samples."""
        poll = self._flight.first.poll
        return poll is not None and poll.exhausted

    @property
    def hopeless(self) -> StepHopeless | None:
        """What is wrong with the open step, for which nothing is asked before `answer_hopeless`; None for nothing."""
        doubt = self._flight.steps[0].doubt
        return None if doubt is None else doubt.found

    @property
    def temperature(self) -> float | None:
        """At which further samples of the open step are drawn, None where none is sent."""
        return self._flight.first.temperature

    @property
    def reminded(self) -> bool:
        """True where the open step's prompt ends with a reminder, since it was hopeless without."""
        return self._flight.first.reminder != ""

    @property
    def effect(self) -> ActingStep | None:
        """The open step, when it is one that acts and has no outcome yet."""
        step = self._flight.steps[0].step
        return step if isinstance(step, ACTING) and not self.decided else None

    def settle(self, outcome: Done | Started | Finished) -> None:
        """Decide the open step, which acts, by what has come of that."""
        first = self._flight.first
        if first.poll is not None and isinstance(first.step, ACTING):
            first.poll.settle(outcome)

    @property
    def asking(self) -> Ask | None:
        """The open step, when it is a question to a person that has no answer yet."""
        step = self._flight.first.step
        return step if isinstance(step, Ask) and not self.decided else None

    @property
    def steps_ahead(self) -> int:
        """Steps in flight behind the open one."""
        return len(self._flight.steps) - 1

    def wants(self, request: SampleRequest) -> bool:
        """Return whether a response to `request` can still count; if not, the call may as well be cut short."""
        if is_probe(request):
            return self._flight.first.has_probe(request)
        one = self._flight.find(request.ballot)
        return one is not None and one.poll is not None and (is_draft(request) or one.poll.expects(request.sample))

    @property
    def due(self) -> SampleRequest | None:
        """The sample that the open step needs next in any case, None where it waits for others or for a person."""
        return self._flight.steps[0].due

    def requests(
        self,
        room: int,
        *,
        ahead: bool = False,
        left: float = math.inf,
        afford: Afford | None = None,
        alike: Alike | None = None,
    ) -> list[SampleRequest]:
        """Return the samples to draw now, at most `room`, counting them as asked; earlier steps first.

        They are the k − margin that are needed in any case: drawing them at once costs no extra sample.

        Args:
            room: Most requests to return.
            ahead: Look ahead, up to the window, as long as the waste keeps within its limit.
            left: Samples that may still be drawn in the whole run: near its end nothing is drawn ahead that could not
                be used any more.
            afford: Asked before each request; the first one that it refuses, and those behind it, are not made.
            alike: Asks for samples that one call can bring together, or not yet where they have no room.
        """
        flight, self.opening = self._flight, False
        requests = [] if self._frontier is None else self._frontier.asked_again(room, afford)
        requests += flight.steps[0].votes(room - len(requests), afford, alike)
        if ahead and (alike is None or flight.steps[0].due is None):
            drawn = self.drawn + len(requests)
            stakes = Stakes(self._settings.max_waste, drawn, self.guessed_wrong, left - len(requests))
            requests += flight.ahead(room - len(requests), stakes, afford, alike)
            self.opening = flight.more
        if self._settings.hedge:
            requests += flight.hedges(room - len(requests), afford)
        if ahead or self._settings.hedge:
            self.wasted += sum(map(is_extra, requests))
        self.drawn += len(requests)
        return requests

    def asked(self, request: SampleRequest) -> list[Event]:
        """Report that `request` was sent; of samples further ahead it is reported when their turn has come."""
        if is_probe(request):
            number = request.sample - PROBES
            return [ProbeAsked(request.step, number, self._flight.first.probes[number][0])]
        if is_extra(request):
            return [SampleWasted(request.step, request.sample)]
        if request.step == self._flight.steps[0].number:
            return [SampleAsked(request.step, request.sample)]
        return []

    def receive(self, request: SampleRequest, response: Response, recorded: Hashable = None) -> list[Event]:
        """Take the response to `request`; return what came of it for the open step.

        A response that arrives before an earlier sample's waits its turn and brings no event yet.

        Args:
            request: What was asked.
            response: What came back.
            recorded: The verdict on record, of a response that was read in an earlier process: it may be in a form that
                the task does not ask for any more. None to read it.
        """
        if is_probe(request):
            events = self._flight.first.take_probe(request, response)
        elif (one := self._flight.find(request.ballot)) is None or one.poll is None:
            events = []  # squashed meanwhile
        elif request.voter == DRAFT:
            events = self._drafted(one, response)
        elif one.poll.expects(request.sample):
            counted = one.take(request.sample, response, recorded)
            events = self._counted(one, counted)
            return events if self._frontier is None else self._frontier.kept(one, request.sample, counted) + events
        else:
            events = []  # its answer is in already, or no one waits for it any more
        return events or [ResponseWasted(request.step, response)]  # paid for all the same

    def _counted(self, one: OpenStep, counted: list[Sample]) -> list[Event]:
        """Return what comes of samples that were counted for a step in flight: all of it for the open one."""
        flight = self._flight
        squashed = self._squashed(flight.steer(one)) if len(flight.steps) > 1 else []
        if one is not flight.steps[0]:
            one.counted += counted
            if self._frontier is None or not self._settings.stronger:
                return squashed
            return squashed + self._squashed(self._frontier.escalate(one))
        events = [event_of(one.number, each) for each in counted]
        if counted and one.poll is not None and one.poll.exhausted:
            events.append(StepUndecided(one.number, one.poll.counted))
        return events + squashed if squashed else events

    @property
    def independent(self) -> bool:
        """Whether no step depends on another."""
        return self._frontier is not None

    @property
    def could_read(self) -> bool:
        """Whether any sample of the run could be read."""
        return not self.unread or any(one.poll is not None and one.poll.ballot.total for one in self._flight.steps)

    @property
    def owes(self) -> bool:
        """Whether samples that an earlier sitting asked for in vain have yet to be asked for again."""
        return self._frontier is not None and self._frontier.owes

    def restore(self, step: int, samples: Mapping[int, Sample]) -> list[Event]:
        """Give an independent step what an earlier sitting received before its turn; tell of it for the open one.

        Args:
            step: Its number, 0-based.
            samples: By their number within the step; those that are counted by now are not among them.
        """
        if self._frontier is None:
            return []
        taken, events = self._frontier.restore(step, samples)
        self.drawn += taken
        return events

    def give_up(self, undecided: Undecided) -> None:
        """Decide the open step as undecided, so that the others continue; of use where they do not depend on it."""
        poll = self._flight.first.poll
        if poll is not None and poll.winner is None:
            poll.settle(undecided)

    def take(self, request: SampleRequest, response: Response) -> list[Event]:
        """Receive a response and commit whatever it decides: for callers with no one to ask in between."""
        events = self.receive(request, response)
        while self.decided:
            events += self.commit()
        return events

    def commit(self) -> list[Event]:
        """Commit the open step, which is decided; return that, and what is known of the next one.

        Raises:
            TaskError: The task cannot apply the decided answer.
        """
        first = self._flight.steps[0]
        answer = None if first.poll is None else first.poll.winner
        try:
            state = self._task.apply(first.state, answer)
            if state is None:
                raise TypeError("it returns None, and must return the next state")  # noqa: TRY301 - like all its faults
            hash(state)
        except Exception as error:
            raise fault_of(self._task, f"apply of {answer!r}", first.number, error) from error
        waste = self._flight.advance(state)
        if self.unread:
            self._read(first)
        decided = [StepDecided(first.number, answer, state), *self._flight.steps[0].opening_events()]
        return self._squashed(waste) + decided if waste else decided

    def _read(self, done: OpenStep) -> None:
        """Note that a step is done; where no one was asked for it, the next one's samples are the first of the run."""
        self.unread = done.poll is None or not done.poll.counted
        if self.unread:
            self._flight.first.open_the_run()

    def answer_hopeless(self, hopeless: StepHopeless) -> list[Event]:
        """Go on with a step that is hopeless, with the changes that `hopeless` says; return that."""
        self._flight.first.answer_doubt(hopeless)
        return [hopeless]

    def escalate(self, model: str) -> list[Event]:
        """Give the open step a fresh ballot, answered by the stronger model alone."""
        events: list[Event] = [StepEscalated(self.step, model)]
        return events + self._squashed(self._flight.reopen(ESCALATED))

    def obey(self, command: BallotCommand | AnswerCommand) -> list[Event]:
        """Count a person's vote on the open step, let them decide it, or take a candidate off its ballot.

        Or take in their answer to a question, or what they want amended. What cannot be taken changes nothing.

        Raises:
            TaskError: The task cannot say whether it takes their words.
        """
        events = hearing.take_in(self._task, self._flight.first, command)
        return [*events, *self._squashed(self._flight.steer(self._flight.first))] if events else []

    def probe(self, command: Probe, room: int) -> list[SampleRequest]:
        """Ask about the open step, at most `room` times, for responses that are examined and never counted."""
        requests = self._flight.first.probe(max(0, min(command.count, room)), command.voter, command.prompt)
        self.drawn += len(requests)
        return requests

    def probed(self, number: int) -> None:
        """Take note of a probe of an earlier process, so that its number is not given again."""
        self._flight.first.probed = max(self._flight.first.probed, number + 1)

    def change(self, changed: SettingsChanged) -> list[Event]:
        """Vote otherwise from the open step on; return that, and what came of it.

        Raises:
            InputError: It cannot be voted so.
        """
        before = self._settings
        k = before.k if changed.k is None else changed.k
        carried = None if changed.voters else before.carried
        self._settings = replace(before, k=k, voters=len(changed.voters) or before.voters, carried=carried)
        squashed = self._squashed(self._flight.resettle(self._settings, changed.prompt, anew=bool(changed.voters)))
        poll = self._flight.first.poll
        if changed.voters and poll is not None:
            changed = replace(changed, asked=poll.asked)
        events = [changed, *squashed]
        return [*events, StepUndecided(self.step, poll.counted)] if poll is not None and poll.exhausted else events

    def hang_up(self) -> list[Event]:
        """Give up what is in flight, at the end of a run; what is counted for the open step stays."""
        return self._squashed(self._flight.abandon())

    def _drafted(self, one: OpenStep, response: Response) -> list[Event]:
        verdict = one.read(response)
        one.draft = None if isinstance(verdict, Flag) else verdict
        return [ResponseWasted(one.number, response), *self._squashed(self._flight.steer(one))]

    def _squashed(self, waste: list[Waste]) -> list[Event]:
        if not waste:
            return []
        self.wasted += len(waste)
        events: list[Event] = []
        for step, sample, response, guess in waste:
            self.guessed_wrong += guess
            events.append(SampleWasted(step, sample, guess))
            if response is not None:
                events.append(ResponseWasted(step, response))
        return events
