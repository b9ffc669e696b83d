"""An answer that came as server-sent events, in OpenAI's form, put together again; no stream is ever asked for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from maker_engine.models.litellm_faults import UnreadableError

_OPENINGS = ("data:", "event:", "id:", "retry:")
_LINE_END = re.compile(r"\r\n|\r|\n")  # no others: JSON may hold the rest of what Python takes for line ends
_TEXTS = ("content", "reasoning_content", "reasoning", "refusal")
_MEND = "switch streaming off in the server or proxy"


def are(text: str) -> bool:
    """Return whether a body is a stream of events."""
    return text.startswith(_OPENINGS)


def merged(text: str) -> dict[str, Any]:
    """Return the completion that the events of `text` add up to, or the error that one of them holds.

    Raises:
        UnreadableError: They do not add up to one whole answer.
    """
    events, done = _events(text)
    error = next((event for event in events if event.get("error")), None)
    if error is not None:
        return error
    if len(events) == 1 and isinstance(_choice(events[0]).get("message"), dict):
        return events[0]
    if not events or not all(isinstance(event.get("choices"), list) for event in events):
        raise UnreadableError(f"the answer is a stream of events, which was not asked for: {_MEND}")
    message: dict[str, Any] = {"role": "assistant", "content": ""}
    whole = {**events[0], "object": "chat.completion", "usage": None}
    whole["choices"] = [{"index": 0, "message": message, "finish_reason": None}]
    bits: dict[str, list[str]] = {}
    for event in events:
        whole["usage"] = event.get("usage") or whole["usage"]
        _add(whole["choices"][0], bits, _choice(event))
    message |= {name: "".join(found) for name, found in bits.items()}
    if whole["choices"][0]["finish_reason"] is None and not done:
        raise UnreadableError("the answer is a stream of events that breaks off")
    return whole


def _events(text: str) -> tuple[list[dict[str, Any]], bool]:
    """Read the events; return whether the one that ends a stream is among them."""
    found: list[dict[str, Any]] = []
    for data in _data(text):
        if data == "[DONE]":
            return found, True
        try:
            event = json.loads(data)
        except (ValueError, RecursionError):
            event = None
        if not isinstance(event, dict):
            raise UnreadableError("the answer is a stream of events, and one of them is not a JSON object")
        found.append(event)
    return found, False


def _data(text: str) -> Iterator[str]:
    """Walk through the data of the events: lines that follow each other belong together."""
    lines: list[str] = []
    for line in [*_LINE_END.split(text), ""]:
        if line.startswith("data:"):
            lines.append(line[5:].strip())
        elif not line and lines:
            yield "\n".join(lines)
            lines = []


def _choice(event: dict[str, Any]) -> dict[str, Any]:
    """Return the one choice of an event, empty where it has none."""
    choices = event.get("choices")
    if not isinstance(choices, list) or not choices:
        return {}
    if len(choices) > 1 or not isinstance(choices[0], dict) or choices[0].get("index", 0) != 0:
        raise UnreadableError("the answer is a stream of events with several choices instead of one")
    return choices[0]


def _add(whole: dict[str, Any], bits: dict[str, list[str]], choice: dict[str, Any]) -> None:
    """Add what one event brings to the choice; bits of text are joined at the end."""
    delta = choice.get("delta")
    delta = delta if isinstance(delta, dict) else {}
    for name in _TEXTS:
        bit = delta.get(name)
        if isinstance(bit, str):
            bits.setdefault(name, []).append(bit)
        elif bit is not None:
            raise UnreadableError(f"the answer is a stream of events, and the {name} of one of them is not text")
    if delta.get("tool_calls"):
        # Only that there was a call matters; its pieces would be no call that LiteLLM could read.
        call = {"id": "call", "type": "function", "function": {"name": "unknown", "arguments": ""}}
        whole["message"]["tool_calls"] = [call]
    for name in ("finish_reason", "native_finish_reason"):
        if choice.get(name):
            whole[name] = choice[name]
