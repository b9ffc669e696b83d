"""Idea 3, red-flagging: a response that looks unreliable is discarded before it votes, never repaired (§3.3)."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import TypeVar

from maker_engine.core.flags import (
    ILLEGAL as ILLEGAL,  # noqa: PLC0414 - the rules are found in one place
    INCONSISTENT as INCONSISTENT,  # noqa: PLC0414
    MALFORMED as MALFORMED,  # noqa: PLC0414
)
from maker_engine.core.responses import Flag, Response, excerpt
from maker_engine.wording import count_of

LENGTH, REASONING, TRUNCATED, FINISH, REFUSAL = "length", "reasoning", "truncated", "finish", "refusal"

RULES: dict[str, str] = {
    LENGTH: "more output tokens in the answer than the limit",
    REASONING: "more reasoning tokens than their limit",
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
    "function_call": "the answer is a call of a function, though none was offered: switch that off in the server",
    REFUSED: "the model refused to answer",
}
"""What is to be said of finish reasons that have one cause."""

LONGEST_TOKEN = 16
"""Characters: a text has no fewer tokens than one for so many."""

_REFUSAL = re.compile(
    r"\b(?:I(?:['’]m| am) (?:sorry|unable)|I (?:cannot|can['’]t|won['’]t) (?:help|assist|answer|continue|comply)"
    r"|as an AI (?:language )?model)\b",
    re.IGNORECASE,
)
_REFUSAL_WINDOW = 200  # characters: a refusal opens the response; the same words later on are quotation or reasoning
Answer = TypeVar("Answer", bound=Hashable)


@dataclass(frozen=True, slots=True)
class FlagRules:
    """Which signs discard a response.

    Attributes:
        max_tokens: Most output tokens of the answer; the paper's run used 750 (§4.4).
        paper_only: Keep to the paper's two flags, length and format. Being cut off counts as length: it is how the
            limit shows in an API's answer. Illegal and inconsistent answers then vote.
        max_reasoning_tokens: Most reasoning tokens before the answer; 0 where the model is given no room of its own
            for them, so that reasoning and answer share the limit of the call.
    """

    max_tokens: int = 750
    paper_only: bool = False
    max_reasoning_tokens: int = 0


def inspect(
    response: Response,
    rules: FlagRules,
    parse: Callable[[str], Answer | Flag],
    objection: Callable[[Answer], Flag | None],
) -> Answer | Flag:
    """Return the response's answer, or the first flag on it.

    The order is cheapest first and most telling first: how it ended, what it says, its form, its content.
    """
    tokens = response.tokens_out
    if tokens is None:  # no one counted: the fewest that so long a text can have
        tokens = len(response.text) // LONGEST_TOKEN
    if response.finish_reason != "stop" or tokens > rules.max_tokens:
        flag = _ending(response, rules)
        if flag is not None:
            return flag
    if not rules.paper_only and _may_refuse(response.text):
        refusal = _REFUSAL.search(response.text, 0, _REFUSAL_WINDOW)
        if refusal is not None:
            return Flag(REFUSAL, RULES[REFUSAL], excerpt(response.text, refusal.start()))
    answer = parse(response.text)
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


def _ending(response: Response, rules: FlagRules) -> Flag | None:
    """Judge how a response ended, and its length: answer and reasoning each by its own limit."""
    tail, reasoning = excerpt(response.text[-60:]), response.tokens_reasoning or 0
    if response.finish_reason == "length":
        if not response.text.strip():
            return Flag(TRUNCATED, f"cut off while reasoning, before any answer{_used(response)}")
        return Flag(TRUNCATED, f"cut off at {count_of(rules.max_tokens + rules.max_reasoning_tokens, 'token')}", tail)
    if too_long := _too_long(response, rules.max_tokens):
        return Flag(LENGTH, too_long, tail)
    if rules.max_reasoning_tokens and reasoning > rules.max_reasoning_tokens:
        return Flag(REASONING, f"{count_of(reasoning, 'reasoning token')}, at most {rules.max_reasoning_tokens}", tail)
    if response.finish_reason != "stop":
        reason = f"finish reason {response.finish_reason!r}, only 'stop' may vote"
        return Flag(FINISH, ENDINGS.get(response.finish_reason, reason), tail)
    return None


def _too_long(response: Response, most: int) -> str:
    """Say that an answer has more than `most` tokens, by count or by its length; empty where it has not."""
    answer, fewest = response.tokens_answer, len(response.text) // LONGEST_TOKEN
    if answer is None and fewest > most:
        how = f"{len(response.text)} characters, and no usage was reported"
        return f"at least {fewest} output tokens, at most {most}: it has {how}"
    return (
        f"{count_of(answer, 'output token')} in the answer, at most {most}"
        if answer is not None and answer > most
        else ""
    )


def _used(response: Response) -> str:
    return "" if response.tokens_out is None else f": all {response.tokens_out} tokens were used up"
