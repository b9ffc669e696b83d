"""Idea 3, red-flagging: a response that looks unreliable is discarded before it votes, never repaired (§3.3)."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import TypeVar

from maker_engine.core.responses import Flag, Response, excerpt

LENGTH, TRUNCATED, FINISH, REFUSAL, MALFORMED, ILLEGAL, INCONSISTENT = (
    "length", "truncated", "finish", "refusal", "malformed", "illegal", "inconsistent",
)  # fmt: skip

RULES: dict[str, str] = {
    LENGTH: "more output tokens than the limit",
    TRUNCATED: "cut off at the token limit",
    FINISH: "ended for another reason than being complete",
    REFUSAL: "declines to answer",
    MALFORMED: "the answer is not in the demanded format",
    ILLEGAL: "the answer breaks the rules of the task",
    INCONSISTENT: "the parts of the answer contradict each other",
}
"""Every built-in rule with what it means. A task can add rules of its own through `Task.objection`."""

IN_REASONING, IN_TOOL_CALL, REFUSED = "answer in reasoning", "tool_calls", "refusal"
ENDINGS: dict[str, str] = {
    IN_REASONING: "the server put the answer into its reasoning: its reasoning parser is wrong",
    IN_TOOL_CALL: "the answer is a tool call, though no tools were offered: switch tool calling off in the server",
    REFUSED: "the model refused to answer",
}
"""What is to be said of finish reasons that have one cause."""

_REFUSAL = re.compile(
    r"\b(?:I(?:['’]m| am) (?:sorry|unable)|I (?:cannot|can['’]t|won['’]t) (?:help|assist|answer|continue|comply)"
    r"|as an AI (?:language )?model)\b",
    re.IGNORECASE,
)
# The blanks of typesetting, which some models write inside `name = [1, 2]`: to a reader, and to a task, a blank.
_BLANKS = dict.fromkeys(
    map(ord, "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"), " "
)
_REFUSAL_WINDOW = 200  # characters: a refusal opens the response; the same words later on are quotation or reasoning
Answer = TypeVar("Answer", bound=Hashable)


@dataclass(frozen=True, slots=True)
class FlagRules:
    """Which signs discard a response.

    Attributes:
        max_tokens: Most output tokens; the paper's run used 750 (§4.4).
        paper_only: Keep to the paper's two flags, length and format. Being cut off counts as length: it is how the
            limit shows in an API's answer. Illegal and inconsistent answers then vote.
    """

    max_tokens: int = 750
    paper_only: bool = False


def inspect(
    response: Response,
    rules: FlagRules,
    parse: Callable[[str], Answer | Flag],
    objection: Callable[[Answer], Flag | None],
) -> Answer | Flag:
    """Return the response's answer, or the first flag on it.

    The order is cheapest first and most telling first: how it ended, what it says, its form, its content.
    """
    if response.finish_reason != "stop" or (response.tokens_out or 0) > rules.max_tokens:
        return _ending(response, rules.max_tokens)
    if not rules.paper_only and _may_refuse(response.text):
        refusal = _REFUSAL.search(response.text, 0, _REFUSAL_WINDOW)
        if refusal is not None:
            return Flag(REFUSAL, RULES[REFUSAL], excerpt(response.text, refusal.start()))
    text = response.text
    answer = parse(text if text.isascii() else text.translate(_BLANKS))
    if isinstance(answer, Flag) or rules.paper_only:
        return answer
    return objection(answer) or answer


def _may_refuse(text: str) -> bool:
    """Look for how every refusal in plain ASCII begins: ten times as fast as the expression is at failing."""
    opening = text[:_REFUSAL_WINDOW]
    if not opening.isascii():  # a letter may then have more than two cases, and an apostrophe another form
        return True
    low = opening.lower()
    return "i'm " in low or "i am " in low or "i can" in low or "i won't " in low or "as an ai" in low


def _ending(response: Response, max_tokens: int) -> Flag:
    if response.finish_reason == "length":
        return Flag(TRUNCATED, f"cut off at {max_tokens} tokens", excerpt(response.text[-60:]))
    if response.tokens_out is not None and response.tokens_out > max_tokens:
        return Flag(LENGTH, f"{response.tokens_out} output tokens, at most {max_tokens}", excerpt(response.text[-60:]))
    reason = ENDINGS.get(response.finish_reason, f"finish reason {response.finish_reason!r}, only 'stop' may vote")
    return Flag(FINISH, reason, excerpt(response.text[-60:]))
