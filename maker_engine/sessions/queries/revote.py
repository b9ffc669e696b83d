"""Another vote over recorded samples: what another k, rule or set of red flags would have decided, and for how much."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from maker_engine.core.decomposition import AnyTask, Gathered, Undecided
from maker_engine.core.poll import STRUCK
from maker_engine.core.record.decisions import is_outcome
from maker_engine.core.record.entries import Entry
from maker_engine.core.red_flags import FlagRules, inspect
from maker_engine.core.responses import Flag, Sample
from maker_engine.core.voting import VotingRule
from maker_engine.sessions.store.reader import Reader
from maker_engine.sessions.store.redecide import recount

EXAMPLES = 10_000


@dataclass(frozen=True, slots=True)
class Difference:
    """A step that would have been decided differently.

    Attributes:
        step: Step, 0-based.
        decided: What was decided.
        would: What would have been; None where the recorded samples decide nothing.
    """

    step: int
    decided: Any
    would: Any


@dataclass(slots=True)
class Revote:
    """What came of voting once more.

    Attributes:
        steps: Steps voted on.
        same: Decided as they were.
        different: Decided differently.
        short: Not decided by the samples that are recorded: more would have been drawn.
        samples: Recorded samples that were used up to the decisions.
        tokens: Tokens of these, prompts included, as far as they are known.
        cost_usd: Dollars for these, None when a price is unknown.
        examples: The first steps that are not the same, at most 10,000 of each kind.
    """

    steps: int = 0
    same: int = 0
    different: int = 0
    short: int = 0
    samples: int = 0
    tokens: int = 0
    cost_usd: float | None = 0.0
    examples: list[Difference] = field(default_factory=list)

    def take(self, step: int, decided: Any, would: Any, used: Sequence[Entry]) -> None:
        """Count one step."""
        self.steps += 1
        for entry in used:
            if isinstance(entry, Sample):
                self._spend(entry)
        if would == decided or (would is None and isinstance(decided, Undecided)):
            self.same += 1
            return
        kind = self.short if would is None else self.different
        if kind < EXAMPLES:
            self.examples.append(Difference(step, decided, would))
        if would is None:
            self.short += 1
        else:
            self.different += 1

    def _spend(self, sample: Sample) -> None:
        response = sample.response
        self.samples += 1
        self.tokens += (response.tokens_in or 0) + (response.tokens_out or 0)
        if response.cost_usd is None:
            self.cost_usd = None
        elif self.cost_usd is not None:
            self.cost_usd += response.cost_usd


def revote(
    reader: Reader,
    task: AnyTask,
    rule: VotingRule,
    flags: FlagRules | None = None,
    on_step: Callable[[int], None] = lambda _: None,
) -> Revote:
    """Vote once more on every decided step of a branch, over the samples that are recorded. Asks no one.

    The state a step starts from is the recorded one, whatever the step before would have decided.

    Args:
        reader: The branch.
        task: What it solves.
        rule: When a ballot is decided.
        flags: Which signs discard a response, None to keep to what was discarded then. Texts that are not in the
            file are judged as they were.
        on_step: Called with the number of each step.
    """
    revoted = Revote()
    state = task.start()
    for stored in reader.steps(task):
        entries: Sequence[Entry] = stored.entries
        if flags is not None:
            entries = [_judged(one, task, state, flags) for one in entries]
            state = task.apply(state, stored.answer)
        unvoted = isinstance(stored.answer, Gathered) or is_outcome(stored.answer)
        would, used = (stored.answer, len(entries)) if unvoted else recount(entries, rule, changing=False)
        revoted.take(stored.step, stored.answer, would, entries[:used])
        on_step(stored.step)
    return revoted


def _judged(entry: Entry, task: AnyTask, state: Any, flags: FlagRules) -> Entry:
    """Read a response again."""
    if not isinstance(entry, Sample) or not entry.response.text:
        return entry
    if isinstance(entry.verdict, Flag) and entry.verdict.rule == STRUCK.rule:
        return entry
    response = entry.response
    return entry._replace(verdict=inspect(response, flags, partial(task.parse, state), partial(task.objection, state)))
