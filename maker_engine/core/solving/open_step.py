"""One step in flight: what it asks of agents, how their responses are read, and what has come of it."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain

from maker_engine.core.decomposition import AnyTask, Ask, Await, Do, Gather, Start, Step, Vote
from maker_engine.core.errors import TaskError
from maker_engine.core.poll import Poll, Question
from maker_engine.core.record.entries import Carried
from maker_engine.core.record.events import (
    Event,
    PersonAsked,
    ProbeAnswered,
    ResponseFlagged,
    SampleAsked,
    StepCarried,
    StepEscalated,
    StepHopeless,
    StepOpened,
    StepReused,
    StepUndecided,
    VoteCast,
)
from maker_engine.core.record.prompts import prompt_in_effect, worded
from maker_engine.core.red_flags import inspect
from maker_engine.core.responses import (
    PROBES,
    Afford,
    Alike,
    Flag,
    Prompt,
    Response,
    Sample,
    SampleRequest,
    alone,
)
from maker_engine.core.solving.hopeless import Doubt
from maker_engine.core.solving.settings import Settings
from maker_engine.core.voting import most_dissent, rule_of_step

_STEPS: tuple[type, ...] = (Vote, Gather, Ask, Do, Start, Await, type(None))


def fault_of(task: AnyTask, what: str, step: int, error: Exception) -> TaskError:
    """Turn whatever a task raised at `step` (0-based) into its own fault, with the place named for a person: from 1."""
    return TaskError(f"task {task.name} fails in {what} at step {step + 1:,}: {error}")


class Objections(dict[Hashable, Flag | None]):
    """What a task objects to in each answer at one state. It is asked once: most answers of a step are the same."""

    __slots__ = ("_state", "_task")

    def __init__(self, task: AnyTask, state: Hashable) -> None:
        self._task = task
        self._state = state

    def __missing__(self, answer: Hashable) -> Flag | None:
        flag = self[answer] = self._task.objection(self._state, answer)
        return flag


class OpenStep:
    """One step in flight.

    Args:
        task: Whose step it is.
        settings: How to vote.
        number: Step of the run, 0-based.
        state: State it starts from, predicted unless it is the first in flight.
        origin: Answer of the step before that led to this state; None for the first.
        serial: Number of this ballot, unique in the run.

    Attributes:
        step: What has to be answered, None when the task ends at this state.
        poll: Its poll, None when the task has ended.
        counted: Samples counted while it was not yet the first.
        former: Those of the ballot before it was escalated, where that was while it was not yet the first.
        draft: The draft's answer, None before there is one.
        draft_asked: True when a draft model was asked.
        probes: Probes in flight: who asked, and the prompt that was sent instead of its own.
        probed: Probes asked for so far.
        voter: Who answers all of its samples, None for the pool in turn.
        reused_from: The earlier step with the same prompt whose decision was taken over; None for none.
        carried: The decision of an earlier run that was taken over; None for none.
        doubt: What is known against it since its last vote, None before it was examined.
        lowest: Temperature that its samples were raised to since it was hopeless; None for none.
        reminder: What its prompt was made to end with, for the same reason; empty for nothing.

    Raises:
        TaskError: The task cannot say what is to be answered at `state`.
    """

    __slots__ = (
        "_objection", "_parse", "_prompts", "_question", "_settings", "_task", "carried", "counted", "doubt", "draft",
        "draft_asked", "former", "lowest", "number", "origin", "poll", "probed", "probes", "reminder", "reused_from",
        "serial", "state", "step", "voter",
    )  # fmt: skip

    def __init__(
        self, task: AnyTask, settings: Settings, number: int, state: Hashable, origin: Hashable, serial: int
    ) -> None:
        try:
            hash(state)
            step: Step | None = task.step(state)
            if not isinstance(step, _STEPS):
                raise TypeError(f"{step!r:.60} is not a Vote, Gather, Ask, Do, Start or Await, and not None")  # noqa: TRY301 - as all its faults
        except Exception as error:
            raise fault_of(task, "step", number, error) from error
        self._task = task
        self._settings = settings
        self.number = number
        self.state = state
        self.origin = origin
        self.serial = serial
        self.step = step
        self.poll: Poll | None = None
        if isinstance(step, (Vote, Gather)):  # a union would be made anew for every step
            self.poll = settings.new_poll(step) if isinstance(step, Vote) else settings.new_gathering(step.n)
            self._prompts = worded(step)
            self._question = settings.question(step.form, state)
            self._parse = partial(task.parse, state)
            self._objection = Objections(task, state).__getitem__
        elif step is not None:
            self.poll = Question()
        self.counted: list[Sample] = []
        self.former: list[Sample] | None = None
        self.draft: Hashable = None
        self.draft_asked = False
        self.probes: dict[int, tuple[str, Prompt | None]] = {}
        self.probed = 0
        self.voter: int | None = None
        self.reused_from: int | None = None
        self.carried: Carried | None = None
        self.doubt: Doubt | None = None
        self.lowest: float | None = None
        self.reminder = ""

    @property
    def prediction(self) -> Hashable:
        """What this step will probably decide; None while no one has an idea.

        A draft is kept until another answer is two votes ahead of it: a single wrong vote must not squash a window.
        """
        if self.poll is None:
            return None
        if self.poll.winner is None and self.draft is not None and self.poll.lead_over(self.draft) < 2:
            return self.draft
        return self.poll.leader

    def votes(self, room: int, afford: Afford | None = None, alike: Alike | None = None) -> list[SampleRequest]:
        """Ask for the samples that are needed in any case, at most `room`, up to the first that `afford` refuses.

        Args:
            room: Most requests to return.
            afford: Returns whether a request may go out.
            alike: Where given, samples that one call can bring are not parted for want of room: there are fewer.
        """
        poll = self.poll
        if poll is None:
            return []
        wanted = poll.wanted
        number = min(room, wanted)
        if 0 < number < wanted and alike is not None and alike is not alone:
            number = self._unparted(number, alike)
        requests: list[SampleRequest] = []
        for _ in range(number):
            request = self.request(poll.asked)
            if afford is not None and not afford(request):
                break
            poll.ask()
            requests.append(request)
        return requests

    @property
    def due(self) -> SampleRequest | None:
        """The request that `votes` would make next, None where it would make none."""
        return None if self.poll is None or not self.poll.wanted else self.request(self.poll.asked)

    def _unparted(self, most: int, alike: Alike) -> int:
        """Return how many of the next samples to ask for, at most `most`, without parting those of one call."""
        assert self.poll is not None  # noqa: S101 - only asked of a step that has one
        kinds = [alike(self.request(self.poll.asked + one)) for one in range(self.poll.wanted)]
        for number in range(most, 0, -1):
            before, after = kinds[:number], kinds[number:]
            if all(before.count(kind) % kind[1] == 0 for kind in set(before) & set(after)):
                return number
        return 0

    def request(self, sample: int, copy: int = 0, voter: int | None = None) -> SampleRequest:
        """Make the request for a sample; `voter` is who answers it, None for whose turn it is."""
        settings = self._settings
        if voter is None:
            voter = (self.number + sample) % settings.voters if self.voter is None else self.voter
        temperature = settings.temperature if sample else settings.first_temperature
        return SampleRequest(
            self.number,
            sample,
            self._prompts[sample % len(self._prompts)] if len(self._prompts) > 1 else self._prompts[0],
            self.step.temperature if isinstance(self.step, Gather) else temperature,
            settings.flags.max_tokens,
            self.serial,
            copy,
            voter,
            settings.flags.max_reasoning_tokens,
            self._question,
        )

    def probe(self, count: int, who: str, prompt: Prompt | None) -> list[SampleRequest]:
        """Ask for `count` responses only to look at them; none where no agent is asked anything."""
        if not isinstance(self.step, Vote | Gather):
            return []
        numbers = range(self.probed, self.probed + count)
        self.probed += count
        self.probes.update((number, (who, prompt)) for number in numbers)
        requests = [self.request(PROBES + number) for number in numbers]
        return requests if prompt is None else [replace(request, prompt=prompt) for request in requests]

    def has_probe(self, request: SampleRequest) -> bool:
        """Return whether `request` is a probe of this step that has not come back."""
        return request.step == self.number and request.sample - PROBES in self.probes

    def take_probe(self, request: SampleRequest, response: Response) -> list[Event]:
        """Read the response to a probe."""
        if not self.has_probe(request):
            return []
        verdict, number = self.read(response), request.sample - PROBES
        who, prompt = self.probes.pop(number)
        return [ProbeAnswered(self.number, number, who, verdict, response, prompt)]

    def resettle(self, settings: Settings, prompt: Prompt | None) -> list[tuple[int, Response | None]]:
        """Vote by other settings, and perhaps another prompt; return as `Poll.reconsider`."""
        self._settings = settings
        if self.poll is None:
            return []
        if prompt is not None:
            self._prompts = (prompt_in_effect(self._prompts[0], edited=prompt),)
        unused = self.poll.reconsider(*settings.deciding(self.step))
        if settings.least_agreement and self.voter is None and isinstance(self.step, Vote):
            self.poll.limit_dissent(most_dissent(settings.k, settings.least_agreement))
        self._look_anew()
        self._raise_temperature(self.lowest)
        return unused

    def read(self, response: Response) -> Hashable:
        """Return the response's answer, or the flag that discards it.

        Raises:
            TaskError: The task cannot read it, or reads an answer that cannot be counted.
        """
        rules = self._settings.flags
        try:
            verdict = inspect(response, rules, self._parse, self._objection)
            if rules.paper_only:  # with objections, the answer was found among them
                hash(verdict)
        except Exception as error:
            raise fault_of(self._task, "reading a response", self.number, error) from error
        if verdict is None:
            raise TaskError(f"task {self._task.name} parses a response into None at step {self.number + 1:,}")
        return verdict

    def take(self, sample: int, response: Response, recorded: Hashable = None) -> list[Sample]:
        """Read the response to a sample, unless it is on record how it was read; return what is counted now."""
        verdict = self.read(response) if recorded is None else recorded
        if self.poll is None:
            return []
        counted = self.poll.arrive(sample, response, verdict)
        if counted and self.poll.winner is None:
            self.suspect(counted)
        return counted

    def restore(self, samples: Mapping[int, Sample]) -> list[int]:
        """Take in samples that an earlier sitting received before their turn; return those there was a place for."""
        poll = self.poll
        taken: list[int] = []
        if poll is None:
            return taken
        while samples and poll.asked <= max(samples):
            poll.ask()
        for number in sorted(samples):
            if poll.expects(number):
                _, verdict, response = samples[number]
                self.counted += self.take(number, response, verdict)
                taken.append(number)
        return taken

    def carry(self, carried: Carried | None) -> None:
        """Take the decision of an earlier run over, where there is one and nothing is decided yet."""
        if carried is not None and self.poll is not None and self.poll.winner is None:
            self.carried = carried
            self.poll.settle(carried.answer)

    def escalate(self, voter: int) -> None:
        """Have all of its samples drawn by a stronger model, which may take as long as the rule lets it."""
        self.voter = voter
        if self.poll is not None:
            self.poll.limit_dissent(None)

    def suspect(self, counted: Sequence[Sample]) -> bool:
        """Take in what was counted without a decision; True where more may be asked for now than before."""
        poll = self.poll
        if poll is None or not self._settings.wary:
            return False
        if self.doubt is None:
            self.doubt = Doubt()
        doubt, stalled = self.doubt, poll.stalled
        doubt.take(counted)
        if stalled and doubt.room <= 0:
            doubt.look(self.number)
        if doubt.found is None:
            poll.go_on(doubt.room)
        return stalled and not poll.stalled

    def open_the_run(self) -> None:
        """Take the samples to come for the first of the run: it is seen early whether any of them can be read."""
        if self.poll is not None and self._settings.wary and not self.poll.counted:
            self.doubt = Doubt(opening=True)
            self.poll.ask_few(self.doubt.begin(self._settings.k))

    def answer_doubt(self, hopeless: StepHopeless) -> None:
        """Change what is to be changed for further samples, and let them be asked for."""
        self._look_anew()
        self._raise_temperature(hopeless.temperature)
        if hopeless.reminder:
            self.reminder = hopeless.reminder
            self._prompts = tuple(prompt_in_effect(one, reminder=hopeless.reminder) for one in self._prompts)

    def _look_anew(self) -> None:
        if self.poll is not None and self.doubt is not None:
            self.poll.go_on(self.doubt.begin_anew(self._settings.k))

    @property
    def temperature(self) -> float | None:
        """At which samples but the first are drawn, None to send none."""
        return self.step.temperature if isinstance(self.step, Gather) else self._settings.temperature

    def _raise_temperature(self, lowest: float | None) -> None:
        if lowest is None or (now := self.temperature) is None:
            return
        self.lowest = raised = max(lowest, now)
        if isinstance(self.step, Gather):
            self.step = replace(self.step, temperature=raised)
        else:
            self._settings = replace(self._settings, temperature=raised)

    def opening_events(self) -> list[Event]:
        """Report this step, which is now the open one, as far as it has come; nothing where the task has ended."""
        if self.step is None:
            return []
        if isinstance(self.step, Vote):
            rule = "" if self.step.certificate is None else rule_of_step(self.step.certificate)
            events: list[Event] = [StepOpened(self.number, self.state, 0, rule)]
        else:
            events = [StepOpened(self.number, self.state, self.step.n if isinstance(self.step, Gather) else 0)]
            if isinstance(self.step, Ask):
                events.append(PersonAsked(self.number, self.step))
        if self.poll is None:
            return events
        if self.reused_from is not None:
            events.append(StepReused(self.number, self.reused_from, self.poll.winner))
        if self.carried is not None:
            events.append(StepCarried(self.number, *self.carried))
        events += self._former_events()
        if self.poll.asked:
            events += [SampleAsked(self.number, sample) for sample in range(self.poll.asked)]
            events += [event_of(self.number, counted) for counted in self.counted]
            self.counted = []
        if self.poll.exhausted:
            events.append(StepUndecided(self.number, self.poll.counted))
        return events

    def _former_events(self) -> list[Event]:
        """Report the ballot that was escalated before its turn had come."""
        if self.former is None:
            return []
        former, self.former = self.former, None
        pairs = [(SampleAsked(self.number, one.sample), event_of(self.number, one)) for one in former]
        return [*chain.from_iterable(pairs), StepEscalated(self.number, self._settings.stronger)]


def event_of(step: int, counted: Sample) -> Event:
    """Describe what became of a sample whose turn has come."""
    sample, verdict, response = counted
    if isinstance(verdict, Flag):
        return ResponseFlagged(step, sample, verdict, response)
    return VoteCast(step, sample, verdict, response)
