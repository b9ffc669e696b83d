"""A run's state: a fold over its events. Live equals replay, because both are this fold.

The fold keeps totals, the open ballot, the last decided one and a bounded tail of red flags; everything else is in
the journal. It is updated in place, since a fold that copies itself makes every event slower as the run grows.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field, replace
from typing import Self

from maker_engine.core.decomposition import Ask, Gathered
from maker_engine.core.errors import Fault
from maker_engine.core.events import (
    CandidateStruck,
    CircuitClosed,
    CircuitOpened,
    Event,
    ModelChecked,
    Outcome,
    PersonAmended,
    PersonAnswered,
    PersonAsked,
    PersonDecided,
    PersonVoted,
    ProbeAnswered,
    ProbeAsked,
    ResponseFlagged,
    ResponseRefused,
    ResponseWasted,
    RunContinued,
    RunEnded,
    RunPaused,
    RunResumed,
    RunStarted,
    SampleAsked,
    SampleFailed,
    SamplesDrawn,
    SampleWasted,
    SettingsChanged,
    StepDecided,
    StepEscalated,
    StepHopeless,
    StepOpened,
    StepReused,
    StepUndecided,
    UsageEstimated,
    VoteCast,
    WordsRefused,
    WrongDecisionFound,
)
from maker_engine.core.model_check import ModelCheck
from maker_engine.core.responses import Flag, Prompt, Response
from maker_engine.core.snapshot import FLAG_TAIL, FlagRecord, Snapshot, Tally, Totals
from maker_engine.core.voting import Ballot


@dataclass(slots=True)
class _Counts:
    """What is counted of one step; a tally is made of it only when somebody looks, since most steps nobody sees.

    `texts` are those of its samples so far, each with the reasoning behind it; None before the first. `edited` and
    `reminder` are as in `Tally`.
    """

    step: int = 0
    ballot: Ballot = field(default_factory=Ballot)
    asked: int = 0
    counted: int = 0
    flagged: int = 0
    proposals: int = 0
    probes: tuple[ProbeAnswered, ...] = ()
    probing: int = 0
    decider: str = ""
    texts: set[tuple[str, int | None]] | None = None
    edited: Prompt | None = None
    reminder: str = ""

    def tally(self, winner: Hashable = None) -> Tally:
        margin = self.ballot.margin() if self.ballot.total else 0
        return Tally(
            self.step, self.ballot.rows(), winner, margin, self.asked, self.counted, self.flagged,
            self.proposals if winner is None else 0, self.probes, self.probing, self.edited, self.reminder,
            self.decider,
        )  # fmt: skip


@dataclass(slots=True)
class RunState:
    """The fold. Feed it events with `record`; read it through `snapshot`."""

    started: RunStarted | None = None
    state: Hashable = None
    totals: Totals = field(default_factory=Totals)
    paused: bool = False
    outcome: Outcome | None = None
    reason: str = ""
    failure: SampleFailed | None = None
    resting: CircuitOpened | None = None
    undecided: bool = False
    question: Ask | None = None
    refused: str = ""
    hopeless: StepHopeless | None = None
    check: ModelCheck | None = None
    _is_open: bool = False
    _counts: _Counts = field(default_factory=_Counts)
    _decided: tuple[_Counts, Hashable] | None = None
    _wrong: WrongDecisionFound | None = None
    _flags: deque[FlagRecord] = field(default_factory=lambda: deque(maxlen=FLAG_TAIL))

    @classmethod
    def fold(cls, events: Iterable[Event]) -> Self:
        """Fold a whole stream of events."""
        run = cls()
        run.record_all(events)
        return run

    def record_all(self, events: Iterable[Event]) -> None:
        """Take events in, in order."""
        for event in events:
            self.record(event)

    def record(self, event: Event) -> None:
        """Take one event in."""
        match event:  # first what a model that answers at once makes happen
            case SamplesDrawn():
                self._draw(event)
            case StepDecided():
                self._decide(event)
            case StepOpened():
                self._clear(event.step)
                self._is_open = True
                self.state = event.state
                self._counts.proposals = event.proposals
            case SampleAsked():
                self._counts.asked += 1
                self.totals.asked += 1
            case VoteCast():
                counts = self._counts
                counts.ballot.add(event.answer)
                counts.counted += 1
                self.totals.votes += 1
                self.hopeless = None
                self.totals.echoes += self._repeats(event.response)
                self._spend(event.response)
            case ResponseFlagged():
                self._counts.flagged += 1
                self._counts.counted += 1
                self.totals.flagged += 1
                self._flags.append(FlagRecord(event.step, event.sample, event.flag))
                self._repeats(event.response)
                self._spend(event.response)
            case _:
                self._record_seldom(event)

    def _draw(self, event: SamplesDrawn) -> None:
        counts, totals, drawn = self._counts, self.totals, len(event.samples)
        add = counts.ballot.add
        flagged = tokens_in = tokens_out = reasoning = 0
        for number, verdict, response in event.samples:
            if isinstance(verdict, Flag):
                flagged += 1
                self._flags.append(FlagRecord(event.step, number, verdict))
            else:
                add(verdict)
            tokens_in += response.tokens_in or 0
            tokens_out += response.tokens_out or 0
            reasoning += response.tokens_reasoning or 0
            if response.cost_usd is None:
                totals.cost_known = False
            else:
                totals.cost_usd += response.cost_usd
        self.failure = None
        if flagged < drawn:
            self.hopeless = None
        totals.tokens_in += tokens_in
        totals.tokens_out += tokens_out
        totals.tokens_reasoning += reasoning
        counts.asked += drawn
        counts.counted += drawn
        counts.flagged += flagged
        totals.asked += drawn
        totals.flagged += flagged
        totals.votes += drawn - flagged

    def _record_seldom(self, event: Event) -> None:  # noqa: C901, PLR0912 - one arm an event, and nothing else
        match event:
            case SampleWasted() | ResponseWasted() | ResponseRefused() | UsageEstimated():
                self._pay(event)
            case WrongDecisionFound():
                self.totals.wrong += 1
                self._wrong = event
            case PersonVoted():
                self._counts.ballot.add(event.answer)
            case PersonDecided():
                self._counts.decider = event.voter
            case CandidateStruck():
                self._counts.ballot.strike(event.answer)
            case ProbeAsked() | ProbeAnswered() | SettingsChanged():
                self._intervene(event)
            case StepReused():
                self.totals.reused += 1
            case StepEscalated():
                self._clear(event.step)
                self.totals.escalated += 1
            case SampleFailed():
                self._fail(event)
            case CircuitOpened():
                self.resting = event
            case CircuitClosed():
                self.resting = None
            case StepUndecided() | StepHopeless():
                self._doubt(event)
            case PersonAsked() | PersonAnswered() | PersonAmended() | WordsRefused():
                self._hear(event)
            case RunPaused() | RunContinued():
                self.paused = isinstance(event, RunPaused)
            case RunStarted() | RunResumed() | ModelChecked() | RunEnded():
                self._begin_or_end(event)
            case _:
                pass  # nothing that a state tells of

    def _begin_or_end(self, event: RunStarted | RunResumed | ModelChecked | RunEnded) -> None:
        match event:
            case RunStarted():
                self.started = event
            case RunResumed():
                self.outcome, self.reason, self.paused = None, "", False
            case ModelChecked():
                self.check, self.failure = event.check, None  # what failed before has been answered, or ends the run
                self.totals.add_check(event.check)
            case RunEnded():
                self.outcome, self.reason = event.outcome, event.reason

    def _pay(self, event: SampleWasted | ResponseWasted | ResponseRefused | UsageEstimated) -> None:
        """Count what was drawn or paid for and is neither a vote nor a flag."""
        totals = self.totals
        match event:
            case SampleWasted():
                totals.wasted += 1
                totals.guessed_wrong += event.guess
            case UsageEstimated():
                totals.tokens_estimated += event.tokens
                totals.usd_estimated += event.usd
            case _:
                totals.refused += isinstance(event, ResponseRefused)
                self._spend(event.response)

    def _fail(self, event: SampleFailed) -> None:
        self.totals.failures += 1
        self.totals.timeouts += event.kind == Fault.TIMEOUT
        self.failure = event

    def _hear(self, event: PersonAsked | PersonAnswered | PersonAmended | WordsRefused) -> None:
        if isinstance(event, PersonAsked):
            self.question = event.question
        self.refused = event.reason if isinstance(event, WordsRefused) else ""

    def _last_decided(self) -> Tally | None:
        if self._decided is None:
            return None
        counts, winner = self._decided
        tally, wrong = counts.tally(winner), self._wrong
        return tally if wrong is None or wrong.step != tally.step else replace(tally, wrong=True, right=wrong.right)

    def snapshot(self) -> Snapshot:
        """Freeze what a screen needs."""
        return Snapshot(
            started=self.started,
            state=self.state,
            open=self._counts.tally() if self._is_open else None,
            decided=self._last_decided(),
            totals=replace(self.totals),
            flags=tuple(self._flags),
            paused=self.paused,
            outcome=self.outcome,
            reason=self.reason,
            failure=self.failure,
            resting=self.resting,
            undecided=self.undecided,
            question=self.question,
            refused=self.refused,
            hopeless=self.hopeless,
            check=self.check,
        )

    @property
    def answered_by(self) -> dict[str, int]:
        """How many responses came from a simulated model, by its name; nothing of a real one."""
        if self.started is None or not self.started.simulated or not self.totals.samples:
            return {}
        return {self.started.model: self.totals.samples}

    def _intervene(self, event: ProbeAsked | ProbeAnswered | SettingsChanged) -> None:
        match event:
            case ProbeAsked():
                self._counts.probing += 1
            case ProbeAnswered():
                self._counts.probing -= 1
                self._counts.probes += (event,)
                self.totals.probes += 1
                self._spend(event.response)
            case SettingsChanged():
                self.undecided = False
                if event.prompt is not None:
                    self._counts.edited, self._counts.reminder = event.prompt, ""
                if (started := self.started) is not None:
                    model, simulated = started.model, started.simulated
                    if event.voters:
                        model, simulated = event.model, event.simulated
                    self.started = replace(
                        started, k=started.k if event.k is None else event.k, model=model, simulated=simulated
                    )

    def _clear(self, step: int) -> None:
        self._counts = _Counts(step)
        self.undecided = False
        self.hopeless = None

    def _doubt(self, event: StepUndecided | StepHopeless) -> None:
        if isinstance(event, StepHopeless):
            self.hopeless = event
            counts = self._counts
            counts.reminder = "\n\n".join(filter(None, (counts.reminder, event.reminder)))
        else:
            self.undecided = True

    def _repeats(self, response: Response) -> bool:
        """Tell whether a sample of the open step says what an earlier one said, and count it; see `Totals.compared`."""
        counts, said = self._counts, (response.text, response.tokens_reasoning)
        if not response.text or counts.proposals or self.started is None or self.started.simulated:
            return False
        if response.shared > 1 and response.tokens_reasoning:
            return False  # a share of the call's: how much is behind which text, nobody says
        if counts.texts is None:
            counts.texts = {said}
            return False
        self.totals.compared += 1
        if said not in counts.texts:
            counts.texts.add(said)
            return False
        self.totals.repeated += 1
        return True

    def _spend(self, response: Response) -> None:
        self.failure = None  # the provider answers again
        totals = self.totals
        totals.tokens_in += response.tokens_in or 0
        totals.tokens_out += response.tokens_out or 0
        totals.tokens_reasoning += response.tokens_reasoning or 0
        if response.cost_usd is None:
            totals.cost_known = False
        else:
            totals.cost_usd += response.cost_usd

    def _decide(self, event: StepDecided) -> None:
        if self._is_open:
            self._decided = (self._counts, event.answer)
        self.totals.steps += 1
        self.totals.dissent += len(self._counts.ballot) > 1 and not isinstance(event.answer, Gathered)
        self.question = self.hopeless = None
        self.state = event.state
        self._is_open = False
