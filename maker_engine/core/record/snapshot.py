"""A run's state as it is shown: frozen figures of the whole run, of the open step, and of the last decided one."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from maker_engine.core.decomposition import Ask, Gathered
from maker_engine.core.record.events import (
    CircuitOpened,
    Outcome,
    ProbeAnswered,
    RunStarted,
    SampleFailed,
    StepHopeless,
)
from maker_engine.core.record.model_check import ModelCheck
from maker_engine.core.record.prompts import prompt_in_effect
from maker_engine.core.responses import Flag, Prompt

FLAG_TAIL = 1_000
"""Red flags kept in the state; older ones are in the journal."""


@dataclass(frozen=True, slots=True)
class FlagRecord:
    """One line of the red-flag log; `step` and `sample` are 0-based."""

    step: int
    sample: int
    flag: Flag


@dataclass(frozen=True, slots=True)
class Tally:
    """One step's votes.

    Attributes:
        step: Step, 0-based.
        rows: (answer, votes) pairs in order of first appearance.
        winner: The decided answer, None while undecided.
        margin: Votes the leader is ahead.
        asked: Samples asked for.
        counted: Samples that came back and were counted, as votes or as flagged.
        flagged: Samples discarded.
        proposals: Proposals to gather, where the step is a gathering that is not over; else 0.
        probes: Responses that were only shown.
        probing: Probes in flight.
        edited: What agents read instead of the task's prompt, None for that.
        reminder: What the prompt was made to end with since; empty for nothing.
        decider: The person who decided it, empty where votes did.
        committed: False where the winner waits to be committed.
        wrong: The oracle disagrees with the winner.
        right: What the oracle has in its place, None where it has no answer.
        rule: Its own voting rule, where it needs a certificate; empty for the run's.
    """

    step: int
    rows: tuple[tuple[Hashable, int], ...] = ()
    winner: Hashable = None
    margin: int = 0
    asked: int = 0
    counted: int = 0
    flagged: int = 0
    proposals: int = 0
    probes: tuple[ProbeAnswered, ...] = ()
    probing: int = 0
    edited: Prompt | None = None
    reminder: str = ""
    decider: str = ""
    committed: bool = True
    wrong: bool = False
    right: Hashable = None
    rule: str = ""

    @property
    def gathers(self) -> bool:
        """True where the rows are proposals, of which none wins."""
        return self.proposals > 0 or isinstance(self.winner, Gathered)

    @property
    def votes(self) -> int:
        """Valid votes counted, a person's included."""
        return sum(votes for _, votes in self.rows)

    def prompt_in_effect(self, own: Prompt) -> Prompt:
        """Return what further samples of the step read, where the task says `own`; before a pool's wordings."""
        return prompt_in_effect(own, edited=self.edited, reminder=self.reminder)

    @property
    def in_flight(self) -> int:
        """Samples asked for whose turn has not come; 0 once decided."""
        return 0 if self.winner is not None else self.asked - self.counted


@dataclass(slots=True)
class Totals:
    """What a run has spent and found so far; counts of the whole run. Reasoning is part of the output tokens.

    Attributes:
        compared: Samples beyond the first of their step whose text was compared with those of the earlier ones. None
            of a simulated run, whose texts are made to differ, none where proposals are gathered, and none whose
            reasoning is a share of its call's.
        repeated: Those of them with the same text, byte for byte, behind as many tokens of reasoning.
        echoes: Those of these that voted.
        guessed_wrong: The wasted samples that were drawn ahead.
        refused: Responses that were not admitted, and paid for.
        tokens_estimated: Tokens that no one reported, at most; they count against a limit and not among the others.
        usd_estimated: Dollars likewise.
        undecided: Steps that were given up, so that the others continue; of `steps`.
        calls_saved: Calls that were not made since others brought several answers.
        tokens_saved: Prompt tokens that those would have been billed.
        carried: Steps whose decision was carried over from an earlier run; of `steps`.
    """

    steps: int = 0
    asked: int = 0
    votes: int = 0
    flagged: int = 0
    dissent: int = 0
    wrong: int = 0
    failures: int = 0
    wasted: int = 0
    escalated: int = 0
    reused: int = 0
    probes: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost_usd: float = 0.0
    cost_known: bool = True
    tokens_reasoning: int = 0
    checks: int = 0
    timeouts: int = 0
    compared: int = 0
    repeated: int = 0
    echoes: int = 0
    guessed_wrong: int = 0
    refused: int = 0
    tokens_estimated: int = 0
    usd_estimated: float = 0.0
    undecided: int = 0
    calls_saved: float = 0.0
    tokens_saved: int = 0
    carried: int = 0

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Self:
        """Read totals from a record; what is counted since a later version is 0."""
        return cls(**{name: kept[name] for name in cls.__dataclass_fields__ if name in kept or name not in _LATER})

    def add_check(self, check: ModelCheck) -> None:
        """Count the calls of a check of the model: they are paid for, and are no samples."""
        self.checks += check.calls
        self.tokens_in += check.tokens_in
        self.tokens_out += check.tokens_out
        self.tokens_reasoning += check.tokens_reasoning
        if check.cost_usd is None:
            self.cost_known = False
        else:
            self.cost_usd += check.cost_usd

    @property
    def samples(self) -> int:
        """Responses that came back and were counted, as votes or as flagged."""
        return self.votes + self.flagged

    def cost(self, *, simulated: bool) -> float | None:
        """Return the dollars spent, None where that is not known.

        A price is missing, or no response has come that shows it; the simulated model's prices are always known.
        """
        shown = simulated or self.samples or self.probes or self.checks or self.cost_usd
        return self.cost_usd if self.cost_known and shown else None


_LATER = frozenset(
    {
        "probes", "tokens_reasoning", "checks", "timeouts", "compared", "repeated", "echoes", "guessed_wrong",
        "refused", "tokens_estimated", "usd_estimated", "undecided", "calls_saved", "tokens_saved", "carried",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A frozen picture of a run's state, safe to read from another thread.

    Attributes:
        started: The run's first event, with what a person has changed since; None before it.
        state: The task's state at the open step.
        open: The open step's votes, None when there is none.
        decided: The last decided step's votes.
        totals: What the run has spent and found.
        flags: The last red flags, oldest first.
        paused: True while a person holds the run.
        outcome: How it ended, None while it runs.
        reason: The same in one line.
        failure: The last failed call, None once the provider has answered again.
        resting: The circuit breaker's opening, None while it is closed.
        undecided: True when the open step has used up its samples.
        question: What a person is asked at the open step; None for nothing.
        refused: Why the last words of a person could not be taken; empty once others were.
        hopeless: What was found of the open step, whose last samples were all flagged; None for nothing.
        check: The last check of the model, None where there was none.
    """

    started: RunStarted | None
    state: Hashable
    open: Tally | None
    decided: Tally | None
    totals: Totals
    flags: tuple[FlagRecord, ...]
    paused: bool
    outcome: Outcome | None
    reason: str
    failure: SampleFailed | None
    resting: CircuitOpened | None
    undecided: bool
    question: Ask | None = None
    refused: str = ""
    hopeless: StepHopeless | None = None
    check: ModelCheck | None = None

    @property
    def cost_usd(self) -> float | None:
        """Dollars spent, None where that is not known."""
        return self.totals.cost(simulated=self.started is not None and self.started.simulated)
