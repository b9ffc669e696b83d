"""Several samples by one call: how many answers a model may be asked for at once, and what was found out about that.

A call for several answers pays for its prompt once. Some servers give one answer whatever they are asked for, some
refuse, and some give the same text several times over, which would be copies and no votes. All of this is noticed,
remembered for the rest of the run, and on record.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from maker_engine.core.errors import Fault, ProviderError
from maker_engine.core.responses import Response, SampleRequest
from maker_engine.models.port import Together
from maker_engine.models.sampling import MOST_ANSWERS, Answers, sent_temperature
from maker_engine.printable import one_line

TRIED = 3
"""Calls whose answers were all one text before such answers are taken for copies."""
DOUBTED = 2
"""Failures in a row of calls for several, before any such call went well, after which one answer is asked for."""

_SENTENCE = 200  # characters of a provider's words that are kept
_NAMES_ANSWERS = re.compile(
    r"['\"`]n['\"`]|\bn(?:_cmpl|_choices)?\b (?:must|should|is|does|cannot|can't|=|>)|candidate_?count|best_of"
    r"|\b(?:one|1|single|multiple|several) (?:completion |response )?(?:choice|completion|candidate|response)",
    re.IGNORECASE,
)
_MAY_BE_ITS_FAULT = frozenset({Fault.OVERLOAD, Fault.MALFORMED, Fault.CONNECTION, Fault.TIMEOUT})


@dataclass(frozen=True, slots=True)
class Sharing:
    """What is known by now of which samples may share a call. It passes between processes.

    Attributes:
        most: Answers that a call may bring.
        drops_temperature: No temperature is sent but the fixed ones.
        fixed: Temperatures that the user named.
    """

    most: int = 1
    drops_temperature: bool = False
    fixed: tuple[float, ...] = ()

    def of(self, request: SampleRequest) -> Together:
        """Return what decides which samples may share a call with this one.

        One at temperature 0 shares it with none: answers that cannot differ are no votes, however they are drawn.
        """
        sent = sent_temperature(request, self.fixed, dropped=self.drops_temperature)
        return Together(1 if sent == 0 else self.most, sent)


class Several:
    """How many answers one model is asked for at once.

    Args:
        answers: What the user wants. Where it is a number, answers that are all one text are not taken for copies.

    Attributes:
        most: Answers to ask for at most; 1 asks for each sample by a call of its own.
        adjustments: What is asked for otherwise than ordered, and why; one line each.
    """

    def __init__(self, answers: Answers) -> None:
        self.most = MOST_ANSWERS if isinstance(answers, str) else answers
        self.adjustments: tuple[str, ...] = ()
        self._differ = not isinstance(answers, str)  # nothing is left to be tested
        self._alike = 0  # calls so far, while the answers of each are one text
        self._went_well = False
        self._failures = 0  # in a row, while none has gone well

    def alone(self, why: str) -> None:
        """Ask for each sample by a call of its own from now on."""
        self._lower(1, one_line(why, _SENTENCE))

    def ask_for(self, wanted: int) -> int:
        """Return for how many of `wanted` answers the next call is to ask."""
        return 1 if self._failures >= DOUBTED else min(wanted, self.most)

    def failed(self, error: ProviderError, asked: int) -> int:
        """Note that a call for so many answers failed; return for how many to ask at once again, 0 for none.

        Fewer may be accepted where the number is what was refused. The words do not always say so, and some servers
        that do say so call it an error of their own.
        """
        if asked == 1:
            self._failures = 0
            return 0
        named = error.kind is Fault.OVERLOAD and _NAMES_ANSWERS.search(str(error))
        if named or error.kind is Fault.BAD_REQUEST:
            return (asked + 1) // 2
        if not self._went_well and error.kind in _MAY_BE_ITS_FAULT:
            self._failures += 1
        return 0

    def refused(self, error: ProviderError, accepted: int) -> None:
        """Remember that more answers than `accepted` were refused by `error`, and so many were not."""
        self._lower(accepted, one_line(f"the server refuses more ({error})", _SENTENCE))

    def brought(
        self, wanted: int, asked: int, found: int, responses: Sequence[Response], temperature: float | None
    ) -> None:
        """Learn from what a call brought.

        Args:
            wanted: Answers that it would have asked for without doubts.
            asked: Answers that it asked for.
            found: Answers that came.
            responses: Those of them that can be used.
            temperature: What was sent, None for none.
        """
        if asked == 1:
            if wanted > 1 and self._failures >= DOUBTED:
                self._lower(1, "calls for more have failed, and one for one has not")
            return
        self._failures = 0
        if found < asked:
            self._lower(found, f"the server gave {found} where {asked} were asked for")
        else:
            self._went_well = True
        self._test(responses, temperature)

    def _test(self, responses: Sequence[Response], temperature: float | None) -> None:
        """Find out whether the answers of a call differ, from the first few calls where they may."""
        whole = [one.text for one in responses if one.finish_reason == "stop" and one.text.strip()]
        if self._differ or temperature == 0 or len(whole) < 2:
            return
        if len(set(whole)) > 1:
            self._differ = True
            return
        self._alike += 1
        if self._alike == TRIED:
            self._lower(1, f"the answers of each of the first {TRIED} calls were one text, and copies are not votes")

    def _lower(self, most: int, why: str) -> None:
        if most < self.most:
            self.most = max(1, most)
            asked = "one answer a call is" if self.most == 1 else f"at most {self.most} answers a call are"
            self.adjustments = (*self.adjustments, f"{asked} asked for: {why}")


def split(call: Response, answers: Sequence[tuple[str, str]]) -> list[Response]:
    """Make the responses of one call, so that their tokens and costs add up to the call's exactly.

    Prompt, reasoning and cost are shared evenly. No one says how many tokens each answer has: output tokens go by the
    length of its text, since the length flag looks at them.

    Args:
        call: What the call used, and all that its answers have in common.
        answers: Text and finish reason of each, in the order of the server's indices.
    """
    number = len(answers)
    if number == 1:
        return [replace(call, text=answers[0][0], finish_reason=answers[0][1])]
    even, by_length = [1] * number, [len(text) for text, _ in answers]
    reasoning = _shares(call.tokens_reasoning, even)
    written = _shares(call.tokens_answer, by_length)
    prompt = _shares(call.tokens_in, even)
    dollars = [None] * number if call.cost_usd is None else dollar_shares(call.cost_usd, number)
    return [
        replace(
            call,
            text=text,
            finish_reason=finish_reason,
            tokens_in=prompt[index],
            tokens_out=None if (own := written[index]) is None else own + (reasoning[index] or 0),
            tokens_reasoning=reasoning[index],
            cost_usd=dollars[index],
            id=f"{call.id}#{index}" if call.id else "",
            shared=number,
        )
        for index, (text, finish_reason) in enumerate(answers)
    ]


def shares(total: int, weights: Sequence[int]) -> list[int]:
    """Distribute a count by weights, evenly where all are 0; what is left over is the first's."""
    whole = sum(weights)
    parts = [total * weight // whole if whole else total // len(weights) for weight in weights]
    return [parts[0] + total - sum(parts), *parts[1:]]


def _shares(total: int | None, weights: Sequence[int]) -> list[int | None]:
    return [None] * len(weights) if total is None else [*shares(total, weights)]


def dollar_shares(total: float, answers: int) -> list[float]:
    """Distribute dollars evenly, so that the shares, added in any order, are `total` to the last bit.

    Each is a whole number of units of the last place of `total`: such numbers are added without rounding.
    """
    unit = math.ulp(total)
    return [units * unit for units in shares(round(total / unit), [1] * answers)]
