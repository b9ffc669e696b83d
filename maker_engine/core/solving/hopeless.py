"""A hopeless step: its samples are flagged one after the other, and more of the same would be discarded too.

It is checked when a dozen samples in a row were flagged, and again after a further dozen; no sample is asked for
beyond the next look. So what is found depends on nothing but what the samples say, in the order in which they are
counted, and is found again when a run is replayed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from maker_engine.core.red_flags import FINISH
from maker_engine.core.responses import Flag, Sample

if TYPE_CHECKING:
    from maker_engine.core.record.events import StepHopeless

HOLD, STOP, WARM = POLICIES = ("hold", "stop", "warm")
"""What a run does about such a step: hold for a person, end, or first change what further samples are asked."""
DOZEN = 12
"""Flagged samples in a row after which a step is examined: where one in two is flagged, one step in 4,096 begins so by
chance, and where one in ten is, none ever does."""
FEWEST = 3
"""Samples after which the opening of a run is examined, if k is not more: they cost next to nothing, and three answers
cut off in a row are no chance where one in ten is."""
LONGEST_TEXT = 400
"""Characters that are kept of a response to show."""

STARVED = "the limit was used up by reasoning: raise --max-reasoning-tokens or lower --reasoning"
LEFT_IN_REASONING = "the answer is left in the reasoning: the server's reasoning parser is wrong"
WORDLESS = "no response has any text"


def first_look(k: int) -> int:
    """Return after how many samples of a run it is checked whether any of them could be read at all."""
    return max(FEWEST, min(k, DOZEN))


class Doubt:
    """What is known against a step: the samples since its last vote, all of them flagged.

    Args:
        opening: No sample of the run has been read yet: one that is starved is found before a dozen.

    Attributes:
        found: What was found and has not been answered yet, None for nothing.
    """

    __slots__ = ("_again", "_due", "_opening", "_samples", "found")

    def __init__(self, *, opening: bool = False) -> None:
        self._opening = opening
        self._again = False
        self._due = DOZEN
        self._samples: list[Sample] = []
        self.found: StepHopeless | None = None

    @property
    def room(self) -> int:
        """Samples that may be drawn before the next look."""
        return self._due - len(self._samples)

    @property
    def opening(self) -> bool:
        """Whether no sample of the run could be read yet."""
        return self._opening

    def begin(self, k: int) -> int:
        """Return after how many samples the first look is."""
        self._due = first_look(k) if self._opening else DOZEN
        return self._due

    def take(self, counted: Sequence[Sample]) -> None:
        """Take in what was counted; a vote takes away what there was against the step."""
        for sample in counted:
            if isinstance(sample.verdict, Flag):
                self._samples.append(sample)
            else:
                self._samples.clear()
                self._again = self._opening = False
                self._due = DOZEN

    def look(self, step: int) -> None:
        """Look at the samples; either something is found, or there is room for more."""
        samples = self._samples
        starved = is_starved(samples)
        if self._opening and not starved:
            self._opening, self._due = False, DOZEN
            if self.room > 0:
                return
        alike = len(_rules(samples)) == 1 or len(_texts(samples)) == 1
        if self._again or starved or alike or len(samples) > DOZEN:
            self.found = _finding(step, samples, starved=starved)
        else:
            self._due = 2 * DOZEN

    def begin_anew(self, k: int) -> int:
        """Forget the samples so far; return after how many the next look is, at which any rules will do."""
        self._again, self.found = True, None
        self._samples.clear()
        return self.begin(k)


def is_starved(samples: Sequence[Sample]) -> bool:
    """Return whether all samples were cut off, or none has a visible text."""
    responses = [sample.response for sample in samples]
    return all(one.finish_reason == "length" for one in responses) or not any(one.text.strip() for one in responses)


def _finding(step: int, samples: Sequence[Sample], *, starved: bool) -> StepHopeless:
    from maker_engine.core.record.events import StepHopeless  # noqa: PLC0415 - start-up: the options take words from here

    rules = _rules(samples)
    text, _ = _texts(samples).most_common(1)[0]
    shown = text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"
    return StepHopeless(step, len(samples), min(rules) if len(rules) == 1 else "", _cause(samples), shown, starved)


def _rules(samples: Sequence[Sample]) -> Counter[str]:
    return Counter(sample.verdict.rule for sample in samples if isinstance(sample.verdict, Flag))


def _texts(samples: Sequence[Sample]) -> Counter[str]:
    return Counter(sample.response.text for sample in samples)


def _cause(samples: Sequence[Sample]) -> str:
    """Say why, as far as it can be known: where the tokens went, or the reason given most often."""
    responses = [sample.response for sample in samples]
    flags = [sample.verdict._replace(excerpt="") for sample in samples if isinstance(sample.verdict, Flag)]
    flag, _ = Counter(flags).most_common(1)[0]
    wordless = not any(one.text.strip() for one in responses)
    spent = sum(one.tokens_out or 0 for one in responses)
    if all(one.finish_reason == "length" for one in responses):
        if wordless or 2 * sum(one.tokens_reasoning or 0 for one in responses) > spent:
            return STARVED
        return f"every answer was {flag.reason}: raise --max-tokens"
    if wordless and flag.rule != FINISH:  # a finish reason says by itself what happened
        return LEFT_IN_REASONING if spent else WORDLESS
    return f"{'mostly ' * (len(_rules(samples)) > 1)}{flag.rule}: {flag.reason}"
