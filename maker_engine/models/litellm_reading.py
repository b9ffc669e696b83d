"""What an answer says: its text, how it ended, what it used. Only what is known to be whole ends with "stop".

LiteLLM calls every ending that it does not know "stop", and makes up what a server leaves out. So the server's own
words go first, where they were seen on the wire.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from maker_engine.core.red_flags import IN_REASONING, IN_TOOL_CALL, REFUSED
from maker_engine.models.litellm_bodies import MOST_TOKENS
from maker_engine.models.litellm_wire import Wire
from maker_engine.models.served_name import served_name

LONGEST_WORD = 100  # characters of a model's name or a finish reason
LONGEST_PATH = 4_096  # characters of a path that is given as a model's name

_WHOLE = frozenset({"stop", "end_turn", "stop_sequence", "eos", "eos_token", "complete", "completed"})
_LENGTH = frozenset({"length", "max_tokens", "max_output_tokens", "max_length", "token_limit"})
_CUT = _LENGTH | {
    "model_length", "model_context_window_exceeded", "context_length_exceeded", "incomplete", "pause_turn", "error",
    "abort", "aborted", "cancelled", "canceled", "failed", "network_error", "load", "unload", "content_filter",
    "content_filtered", "safety", "refusal", "recitation", "blocklist", "prohibited_content", "spii", "sensitive",
    "guardrail_intervened", "language", "other", "tool_calls", "tool_use", "function_call", "malformed_function_call",
    "unexpected_tool_call", "compaction",
}  # fmt: skip
"""What a second word has to be to be believed against a first one of "stop"."""
_THOUGHTS = ("reasoning_content", "reasoning", "thinking")


class Usage(NamedTuple):
    """Tokens of one call; None where the provider did not say.

    Attributes:
        prompt: Prompt tokens, those that came from a cache or were written to one included.
        cached: Prompt tokens that came from a cache.
        written: Prompt tokens that were written to a cache, which some providers charge more for.
        output: Output tokens, reasoning included.
        reasoning: Output tokens that were spent on reasoning.
    """

    prompt: int | None
    cached: int
    written: int
    output: int | None
    reasoning: int | None


def usage(reply: Any, wire: Wire) -> Usage:
    """Read the token counts.

    LiteLLM reports 0 and 0 where the provider reported nothing, and on some routes counts by a tokenizer of its own.
    """
    said = getattr(reply, "usage", None)
    prompt, output = _counted(said, wire)
    if prompt is None and output is None:
        return Usage(None, 0, 0, None, None)
    if not output and any(text(reply, index) for index in range(len(reply.choices))):
        output = None  # no text has no tokens
    details = getattr(said, "prompt_tokens_details", None)
    cached = min(_count(details, "cached_tokens") or 0, prompt or 0)
    written = _count(said, "cache_creation_input_tokens") or _count(details, "cache_write_tokens") or 0
    reasoning = _count(getattr(said, "completion_tokens_details", None), "reasoning_tokens")
    if output is not None and reasoning:
        if (prompt or 0) + output + reasoning == _count(said, "total_tokens"):
            output += reasoning  # some providers count them apart
        reasoning = min(reasoning, output)
    return Usage(prompt, cached, min(written, (prompt or 0) - cached), output, reasoning)


def _count(said: object, name: str) -> int | None:
    value = getattr(said, name, None)
    return value if type(value) is int and 0 <= value <= MOST_TOKENS else None


def _counted(said: object, wire: Wire) -> tuple[int | None, int | None]:
    """Return the prompt and output tokens that the server itself counted."""
    prompt, output = _count(said, "prompt_tokens"), _count(said, "completion_tokens")
    answer = wire.answer or {}
    if "done" in answer:
        return (prompt if "prompt_eval_count" in answer else None, output if "eval_count" in answer else None)
    if (not prompt and not output) or ("choices" in answer and not answer.get("usage")):
        return None, None
    return prompt or None, output


def text(reply: Any, index: int = 0) -> str | None:
    """Return the text that LiteLLM found in a choice, None for none."""
    found = getattr(getattr(reply.choices[index], "message", None), "content", None)
    return found if isinstance(found, str) else None


def origin(reply: Any, wire: Wire) -> tuple[str, str]:
    """Return the name of the model that answered and the response's id, each empty where the server gives none."""
    answer = wire.answer
    served, number = getattr(reply, "model", None), getattr(reply, "id", None)
    if answer is not None:  # LiteLLM makes an id up for each answer of some providers, so that no copy would be noticed
        served = answer.get("model") or answer.get("modelVersion") or served
        number = answer.get("id") or answer.get("responseId")
    return served_name(str(served or "")[:LONGEST_PATH])[:LONGEST_WORD], str(number or "")[:LONGEST_WORD]


def ending(reply: Any, wire: Wire, output: int | None, index: int = 0) -> str:
    """Say how an answer ended: "stop" if it is known to be whole, "" if nothing says that it is.

    Args:
        reply: What LiteLLM made of it.
        wire: What was seen of it.
        output: Its output tokens, None for unknown.
        index: Number of the choice, 0-based.
    """
    mapped = str(getattr(reply.choices[index], "finish_reason", None))
    words = None if wire.answer is None else _own_words(wire.answer, index)
    if words is None:
        native = (getattr(reply.choices[index], "provider_specific_fields", None) or {}).get("native_finish_reason")
        words = (native or mapped, None)
    found = _judged(mapped, words, wire, output)
    if found != "stop" or (text(reply, index) or "").strip():
        return found
    return _where_the_answer_is(_message(wire.answer or {}, index)) or found


def _judged(mapped: str, words: tuple[object, object], wire: Wire, output: int | None) -> str:
    if words[0] in (None, ""):
        return _by_length(wire, output)
    first, second = str(words[0])[:LONGEST_WORD], str(words[1] or "")[:LONGEST_WORD]
    for word in (first, second):
        if word.lower() in _LENGTH:
            return "length"
    if mapped != "stop":
        return mapped[:LONGEST_WORD]
    if first.lower() not in _WHOLE:
        wire.notes.append(f"finish reason {first!r} is not known to mean a whole answer: flagged")
        return first
    if second.lower() in _CUT:
        return second
    if second and second.lower() not in _WHOLE:
        wire.notes.append(f"{second!r} beside finish reason {first!r} is not known: taken as whole")
    return "stop"


def _by_length(wire: Wire, output: int | None) -> str:
    """Judge an answer without a finish reason: one that was counted, and could have gone on, has ended by itself."""
    limit = wire.limit()
    if not output or limit is None or output >= limit:
        return ""
    wire.notes.append("the server gives no finish reason: what ends below the token limit is taken as whole")
    return "stop"


def _own_words(answer: Mapping[str, Any], index: int) -> tuple[object, object] | None:
    """Return the server's finish reason and a second one beside it, None in a form that is not known."""
    choice = _choice(answer, index)
    if choice is not None:
        return choice.get("finish_reason") or choice.get("finishReason"), choice.get("native_finish_reason")
    if "done" in answer:
        return answer.get("done_reason") if answer["done"] is True else "not done", None
    return next(
        ((answer[name], None) for name in ("stop_reason", "stopReason", "finish_reason") if name in answer), None
    )


def _where_the_answer_is(message: Mapping[str, Any]) -> str:
    """Find an answer without text in another field, where the server put it by mistake; "" where it is not."""
    if message.get("tool_calls") or message.get("function_call"):
        return IN_TOOL_CALL
    if isinstance(message.get("refusal"), str) and message["refusal"]:
        return REFUSED
    written = message.get("content")
    if any(message.get(name) for name in _THOUGHTS) and not (isinstance(written, str) and written.strip()):
        return IN_REASONING
    return ""


def _message(answer: Mapping[str, Any], index: int) -> Mapping[str, Any]:
    message = (_choice(answer, index) or answer).get("message")
    return message if isinstance(message, dict) else {}


def _choice(answer: Mapping[str, Any], index: int) -> Mapping[str, Any] | None:
    """Return a choice as the server wrote it, None where it writes no list of them."""
    for name in ("choices", "candidates"):
        listed = answer.get(name)
        if isinstance(listed, list) and index < len(listed) and isinstance(listed[index], dict):
            found: dict[str, Any] = listed[index]
            return found
    return None
