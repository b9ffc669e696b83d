"""What the fold of a run's events holds, and what several kinds of event do to it in the same way."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass, field, replace

from maker_engine.core.decomposition import Ask
from maker_engine.core.record.events import (
    CircuitOpened,
    ProbeAnswered,
    RunStarted,
    SampleFailed,
    StepHopeless,
    WrongDecisionFound,
)
from maker_engine.core.record.model_check import ModelCheck
from maker_engine.core.record.outcomes import Outcome
from maker_engine.core.record.snapshot import FLAG_TAIL, FlagRecord, Tally, Totals
from maker_engine.core.responses import Prompt, Response
from maker_engine.core.voting import Ballot


@dataclass(slots=True)
class StepCounts:
    """What is counted of one step; a tally is made of it only when someone looks, since most steps no one sees.

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
    rule: str = ""

    def tally(self, winner: Hashable = None) -> Tally:
        """Freeze it; `winner` is the decided answer, None while there is none."""
        margin = self.ballot.margin() if self.ballot.total else 0
        return Tally(
            self.step, self.ballot.rows(), winner, margin, self.asked, self.counted, self.flagged,
            self.proposals if winner is None else 0, self.probes, self.probing, self.edited, self.reminder,
            self.decider, rule=self.rule,
        )  # fmt: skip


@dataclass(slots=True)
class RunFold:
    """The state of a run while events are folded into it: its records in this package do that, each its own kind.

    The fold keeps totals, the open ballot, the last decided one and a bounded tail of red flags; everything else is in
    the journal. It is updated in place, since a fold that copies itself makes every event slower as the run grows.
    """

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
    ballots: dict[tuple[int, int], int] = field(default_factory=dict)
    is_open: bool = False
    counts: StepCounts = field(default_factory=StepCounts)
    decided: tuple[StepCounts, Hashable] | None = None
    wrong: WrongDecisionFound | None = None
    flags: deque[FlagRecord] = field(default_factory=lambda: deque(maxlen=FLAG_TAIL))

    def clear(self, step: int) -> None:
        """Begin a fresh ballot."""
        self.counts = StepCounts(step)
        self.undecided = False
        self.hopeless = None

    def spend(self, response: Response) -> None:
        """Count what a response cost."""
        self.failure = None  # the provider answers again
        totals = self.totals
        totals.tokens_in += response.tokens_in or 0
        totals.tokens_out += response.tokens_out or 0
        totals.tokens_reasoning += response.tokens_reasoning or 0
        if (shared := response.shared) > 1:
            totals.calls_saved += (shared - 1) / shared
            totals.tokens_saved += (shared - 1) * (response.tokens_in or 0)
        if response.cost_usd is None:
            totals.cost_known = False
        else:
            totals.cost_usd += response.cost_usd

    def repeats(self, response: Response) -> bool:
        """Count whether a sample of the open step repeats an earlier one; return it. See `Totals.compared`."""
        counts, said = self.counts, (response.text, response.tokens_reasoning)
        if not response.text or counts.proposals or self.started is None or self.started.simulated:
            return False
        if response.shared > 1 and response.tokens_reasoning:
            return False  # a share of the call's: how much is behind which text, no one says
        if counts.texts is None:
            counts.texts = {said}
            return False
        self.totals.compared += 1
        if said not in counts.texts:
            counts.texts.add(said)
            return False
        self.totals.repeated += 1
        return True

    def last_decided(self) -> Tally | None:
        """Return the tally of the step that was decided last, None before the first."""
        if self.decided is None:
            return None
        counts, winner = self.decided
        tally, wrong = counts.tally(winner), self.wrong
        return tally if wrong is None or wrong.step != tally.step else replace(tally, wrong=True, right=wrong.right)
