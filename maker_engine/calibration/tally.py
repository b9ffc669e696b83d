"""What was drawn at the sampled steps, read against the right answers: counts, flags, texts, tokens and dollars."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from maker_engine.calibration.law_fit import Counts
from maker_engine.core.responses import Flag, Response


class Reading(NamedTuple):
    """One response, read.

    Attributes:
        verdict: The answer it votes for, or the flag that discards it.
        right: Whether its answer is the right one; of a flagged response, whether the answer in it would have been.
        response: What came back.
    """

    verdict: Hashable
    right: bool
    response: Response

    @property
    def flagged(self) -> bool:
        """Whether a red flag discards it."""
        return isinstance(self.verdict, Flag)


class StepReadings(NamedTuple):
    """All responses at one sampled step; `step` is its number in the run, 0-based."""

    step: int
    readings: tuple[Reading, ...]

    @property
    def votes(self) -> list[Reading]:
        """Those that vote."""
        return [one for one in self.readings if not one.flagged]

    @property
    def counts(self) -> Counts:
        """Votes that are right, and that are wrong."""
        right = sum(one.right for one in self.votes)
        return right, len(self.votes) - right


@dataclass(frozen=True, slots=True)
class FlagWorth:
    """What one red flag is worth on the sample.

    Attributes:
        rule: The flag's rule.
        flagged: Responses that it discards.
        precision: Share of these whose answer would not have been right.
        recall: Share of all responses without the right answer that it discards.
        worth: Cost of a run without this flag over that with it, by Eq. 19 at the mean p; above 1 it saves money. None
            where a run without it could not be planned.
    """

    rule: str
    flagged: int
    precision: float
    recall: float
    worth: float | None


class Tally:
    """Counts over the sampled steps of one model.

    Args:
        steps: What was drawn, a step each.
    """

    def __init__(self, steps: Sequence[StepReadings]) -> None:
        self.steps = steps
        self.readings = [one for step in steps for one in step.readings]
        self.counts = Counter(step.counts for step in steps)

    @property
    def samples(self) -> int:
        """Responses drawn."""
        return len(self.readings)

    @property
    def valid(self) -> int:
        """Those that vote."""
        return sum(not one.flagged for one in self.readings)

    @property
    def right(self) -> int:
        """Those that vote for the right answer."""
        return sum(one.right and not one.flagged for one in self.readings)

    def shares(self) -> tuple[list[float], list[float], list[float]]:
        """Return of each step the share of its samples that are right, of those valid, and of its votes those right.

        A step without a vote is in the first two alone.
        """
        right, valid, given_valid = [], [], []
        for step in self.steps:
            all_of_them, (good, bad) = len(step.readings), step.counts
            if not all_of_them:
                continue
            right.append(good / all_of_them)
            valid.append((good + bad) / all_of_them)
            if good + bad:
                given_valid.append(good / (good + bad))
        return right, valid, given_valid

    def costs(self) -> list[float]:
        """Return the dollars of every response whose price is known."""
        return [one.response.cost_usd for one in self.readings if one.response.cost_usd is not None]

    def mean(self, name: str) -> float | None:
        """Return the mean of a figure of the responses, such as `tokens_in`; None where none was reported."""
        known = [value for one in self.readings if (value := getattr(one.response, name)) is not None]
        return sum(known) / len(known) if known else None

    def collisions(self) -> tuple[int, float]:
        """Return at how many steps the first two votes are wrong, and at how many if errors were i.i.d."""
        opened = [step.votes[:2] for step in self.steps if len(step.votes) > 1]
        both = sum(not first.right and not second.right for first, second in opened)
        wrong = 1 - self.right / self.valid if self.valid else 1.0
        return both, len(opened) * wrong**2

    def alike(self) -> float | None:
        """Return how likely two responses at one step have the same text; None where no step has two."""
        same = pairs = 0
        for step in self.steps:
            number = len(step.readings)
            pairs += number * (number - 1) // 2
            same += sum(
                count * (count - 1) // 2 for count in Counter(one.response.text for one in step.readings).values()
            )
        return same / pairs if pairs else None

    def correlation(self) -> float | None:
        """Return how errors of one step go together, from 0 (independent) to 1; None where that cannot be said.

        The share of the variance of being wrong that lies between steps: the mean over steps of the pairs of votes
        that are both wrong, less the square of the error rate, over the variance of one vote.
        """
        pairs = both = 0
        for step in self.steps:
            good, bad = step.counts
            pairs += (good + bad) * (good + bad - 1) // 2
            both += bad * (bad - 1) // 2
        wrong = 1 - self.right / self.valid if self.valid else 0.0
        if not pairs or not 0 < wrong < 1:
            return None
        return max(0.0, min(1.0, (both / pairs - wrong**2) / (wrong * (1 - wrong))))

    def hardest(self, most: int = 10) -> list[StepReadings]:
        """Return the steps with the smallest shares of right votes, those with any wrong vote or none at all."""
        unsound = [step for step in self.steps if step.counts[1] or not step.counts[0]]
        return sorted(unsound, key=lambda step: (step.counts[0] - step.counts[1], step.step))[:most]

    def mute(self) -> int:
        """Return at how many steps no sample was valid: a run cannot pass such a step."""
        return sum(bool(step.readings) and not step.votes for step in self.steps)

    def flags(self) -> Counter[str]:
        """Return how many responses each rule discards."""
        return Counter(one.verdict.rule for one in self.readings if isinstance(one.verdict, Flag))

    def errors(self) -> dict[int, float]:
        """Return the share of wrong votes of each step that has votes, by the step's number."""
        return {step.step: step.counts[1] / sum(step.counts) for step in self.steps if sum(step.counts)}


def error_correlation(one: Tally, other: Tally) -> float | None:
    """Return Pearson's r of two models' errors over the steps that both were asked; None where one never erred."""
    mine, theirs = one.errors(), other.errors()
    both = sorted(mine.keys() & theirs.keys())
    if len(both) < 2:
        return None
    x, y = [mine[step] for step in both], [theirs[step] for step in both]
    mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
    across = sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True))
    spread = sum((a - mean_x) ** 2 for a in x) * sum((b - mean_y) ** 2 for b in y)
    return None if spread <= 0 else across / spread**0.5


def flag_worths(tally: Tally) -> list[FlagWorth]:
    """Return what each flag is worth that discarded anything, the busiest first."""
    lacking = sum(not one.right for one in tally.readings)
    found = []
    for rule, flagged in tally.flags().most_common():
        by_it = [one for one in tally.readings if isinstance(one.verdict, Flag) and one.verdict.rule == rule]
        wrong = sum(not one.right for one in by_it)
        found.append(
            FlagWorth(rule, flagged, wrong / flagged, wrong / lacking if lacking else 0.0, _worth(tally, by_it))
        )
    return found


def _worth(tally: Tally, by_it: Sequence[Reading]) -> float | None:
    """Return the cost without a flag over that with it; what is malformed votes for nothing, with or without."""
    voting = [one for one in by_it if not isinstance(one.verdict, Flag) or one.verdict.rule != "malformed"]
    with_it = _cost(tally.right, tally.valid)
    without = _cost(tally.right + sum(one.right for one in voting), tally.valid + len(voting))
    return None if with_it is None or without is None else without / with_it


def _cost(right: int, valid: int) -> float | None:
    """Return what a run costs in samples, up to a factor: k over v(2p − 1) (Eq. 19), k by its logarithm (Eq. 14)."""
    wrong = valid - right
    if not valid or right <= wrong:
        return None
    odds = (right + 0.5) / (wrong + 0.5)  # no error seen is not no error
    weigh = math.log(odds)
    return None if weigh <= 0 else 1 / weigh / (valid * (2 * right / valid - 1))
