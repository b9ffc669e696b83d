"""How a run votes, samples and looks ahead."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from maker_engine.core.answers.form import GRAMMAR, SCHEMA, AnswerForm
from maker_engine.core.errors import InputError
from maker_engine.core.poll import ARRIVAL, LAUNCH, Poll, poll_of
from maker_engine.core.record.entries import Carried
from maker_engine.core.red_flags import FlagRules
from maker_engine.core.responses import Question
from maker_engine.core.solving.hopeless import DOZEN
from maker_engine.core.task.steps import Step, Vote
from maker_engine.core.voting import Enough, VotingRule, certificate_rule, most_dissent, named_rule

CONSTRAINTS = ("", SCHEMA, GRAMMAR)
Carry: TypeAlias = Callable[[int, int], Carried | None]
TABLE_SAMPLES = 400
"""Most samples of a step under a table of leads: it gives up by itself where dissent is beyond mending."""


def default_max_samples(k: int) -> int:
    """Samples after which a step is given up as undecided: 20 times the fewest that could decide it, at least 100."""
    return max(100, 20 * k)


@dataclass(frozen=True, slots=True)
class Settings:
    """How a run votes and samples.

    Attributes:
        k: Margin needed, ≥ 1.
        rule: "ahead" for first-to-ahead-by-k, "first" for first-to-k, or a rule that is written out, as
            `voting.named_rule` reads it.
        max_samples: Most samples a step may draw, None for `default_max_samples(k)`.
        first_temperature: Temperature of each step's first sample (0 in the paper: the best guess is in the pool);
            None to send none.
        temperature: Temperature of the others (0.1 in the paper), None to send none.
        flags: Which signs discard a response; its limits together are also every call's limit.
        count: "launch" to count samples in launch order; "arrival", which prefers fast answers.
        window: Most steps in flight, the open one included; 1 does not look ahead.
        hedge: Send a second call for so many of the slowest samples of a step.
        max_waste: Share of all samples that may be drawn on wrong guesses; looking ahead stops there.
        voters: How many voters the pool has; they take turns.
        draft: Who predicts a step before its first vote: "task" (its own `draft`), "model", or "" for no one.
        reuse: Take the decision of an earlier step over where the prompt is the same. It saves the votes, and gives
            up that an error of the earlier decision stays a single one.
        constrain: Have the provider hold answers to their form: "schema" or "grammar", "" to leave them free.
        carried: Gives the decision of an earlier run on a step by its number, 0-based, and the margin needed; None
            where there is none. None where nothing is carried over. Only of independent steps.
        least_agreement: The least margin, as a share of the votes, by which the voters decide where a stronger model
            comes after them, whose own ballots it does not bind; 0 for any.
        stronger: The model that answers escalated ballots; an independent step is then escalated before its turn. Empty
            where that is left to whoever drives the run.
        wary: Look for hopeless steps, and ask for nothing beyond a look that has found one (`solving.hopeless`).
    """

    k: int = 3
    rule: str = "ahead"
    max_samples: int | None = None
    first_temperature: float | None = 0.0
    temperature: float | None = 0.1
    flags: FlagRules = field(default_factory=FlagRules)
    count: str = LAUNCH
    window: int = 1
    hedge: int = 0
    max_waste: float = 0.1
    voters: int = 1
    draft: str = ""
    reuse: bool = False
    wary: bool = False
    constrain: str = ""
    least_agreement: float = 0.0
    stronger: str = ""
    carried: Carry | None = field(default=None, compare=False, repr=False)
    _decides_by: tuple[VotingRule, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for wrong, message in (
            (self.k < 1, f"k must be at least 1, got {self.k}"),
            (self.count not in (LAUNCH, ARRIVAL), f"votes count in 'launch' or 'arrival' order, got {self.count!r}"),
            (
                self.max_samples is not None and self.max_samples < self.k,
                f"max samples must be at least k = {self.k}, got {self.max_samples}: nothing could be decided",
            ),
            (self.flags.max_tokens < 1, f"max tokens must be at least 1, got {self.flags.max_tokens}"),
            (
                self.flags.max_reasoning_tokens < 0,
                f"max reasoning tokens must not be negative, got {self.flags.max_reasoning_tokens}",
            ),
            *((not 0 <= one <= 2, f"temperatures lie between 0 and 2, got {one:g}") for one in self._temperatures()),
            (not 1 <= self.window <= 10_000, f"the window must be 1 to 10,000 steps, got {self.window}"),
            (self.hedge < 0, f"hedge must not be negative, got {self.hedge}"),
            (
                self.constrain not in CONSTRAINTS,
                f"answers are constrained by a 'schema' or a 'grammar', got {self.constrain!r}",
            ),
            (
                not 0 <= self.least_agreement <= 1,
                f"the least agreement must be a share from 0 to 100 %, got {self.least_agreement:.0%}",
            ),
            (not 0 <= self.max_waste <= 1, f"max waste must be a share from 0 to 100 %, got {self.max_waste:.0%}"),
        ):
            if wrong:
                raise InputError(message)
        decides_by = (named_rule(self.rule, self.k), self.max_samples or self._most(self.rule))
        object.__setattr__(self, "_decides_by", decides_by)  # once, since every step of a run asks for it

    def _temperatures(self) -> list[float]:
        return [one for one in (self.first_temperature, self.temperature) if one is not None]

    def decides_by(self) -> tuple[VotingRule, int]:
        """Return the rule, and the most samples a step may draw."""
        return self._decides_by

    def _most(self, rule: str) -> int:
        """Return the samples after which a step is given up where none is given: tables of leads have their own."""
        return max(default_max_samples(self.k), TABLE_SAMPLES if ":" in rule else 0)

    def deciding(self, step: Step | None) -> tuple[VotingRule, int]:
        """Return the same for one step, which may need a certificate."""
        if not isinstance(step, Vote) or step.certificate is None:
            return self._decides_by
        rule = certificate_rule(step.certificate)
        return named_rule(rule, self.k), self.max_samples or self._most(rule)

    def question(self, form: AnswerForm[Any] | None, state: Hashable) -> Question | None:
        """Return what a request asks for at `state`, None where the answer has no form."""
        if form is None:
            return None
        return Question(state, form, form.constraint(self.constrain) if self.constrain else None)

    def new_poll(self, step: Vote) -> Poll:
        """Make an empty poll for a step."""
        decides_by = self._decides_by if step.certificate is None else self.deciding(step)
        poll = Poll(*decides_by, self.count, DOZEN if self.wary else 0)
        if self.least_agreement:
            poll.limit_dissent(most_dissent(self.k, self.least_agreement))
        return poll

    def new_gathering(self, n: int) -> Poll:
        """Make an empty poll for `n` proposals."""
        most = max(n, self.max_samples or default_max_samples(n))
        return poll_of(Enough(n), most, self.count, DOZEN if self.wary else 0)
