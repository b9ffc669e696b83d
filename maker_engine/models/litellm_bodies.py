"""The body of an answer made plain: what a server wrapped oddly is unwrapped, what it said stays as it said it.

Servers and proxies send lines of comment ahead of the JSON, events though no stream was asked for, another charset,
content in parts, token counts that cannot be. Each of these is read where only one reading is possible, with a note of
it; anything else is refused by name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from maker_engine.models import litellm_events
from maker_engine.models.litellm_faults import UnreadableError

MOST_TOKENS = 1_000_000_000
"""No answer and no prompt has so many tokens: a greater count is an error, and would overflow what is added up."""

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
# Python knows encodings that run code paths no one wants to hand to a server, such as idna and unicode_escape.
_TEXT_ENCODINGS = re.compile(
    r"(?:iso[-_]?8859[-_]\d{1,2}|latin[-_]?\d{1,2}|(?:windows|cp)[-_]?(?:125\d|437|850|932|949)|us-ascii"
    r"|utf[-_]?(?:8|16|32)(?:[-_]?[lb]e)?|gbk|gb2312|gb18030|big5|euc[-_](?:jp|kr)|shift[-_]?jis|koi8[-_][ru])",
    re.IGNORECASE,
)
_COMMENTS = re.compile(r"\ufeff?(?:\s*:[^\n]*(?:\n|\Z))*\s*")
_COUNT = re.compile(r"(?!tokens$).*(?:tokens?(?:_?count)?|_count)$", re.IGNORECASE)
_COUNTED = ("usage", "usageMetadata", "usage_metadata", "meta")

UNASKED = "the server sends its answers as a stream of events, which was not asked for: put together"
_UNCOUNTED = "the server reports token counts that are not whole numbers of tokens: taken as unknown where not plain"


def plain(raw: bytes, content_type: str) -> tuple[bytes, dict[str, Any] | None, list[str]]:
    """Return the body as LiteLLM is to read it, its fields (None where it is no JSON object), and notes.

    Raises:
        UnreadableError: It is in a form that is not read.
    """
    text, notes = _decoded(raw, content_type)
    if text is None:
        return raw, None, []
    payload = _without_comments(text)
    if payload != text.strip().lstrip("\ufeff"):
        notes.append("the server puts comment lines around its answers: left out")
    if litellm_events.are(payload):
        notes.append(UNASKED)
        fields: Any = litellm_events.merged(payload)
    else:
        try:
            fields = json.loads(payload)
        except (ValueError, RecursionError):
            return raw, None, []
    if not isinstance(fields, dict):
        return raw, None, []
    notes += _messages_made_plain(fields)
    if _counts_made_plain(fields):
        notes.append(_UNCOUNTED)
    return (json.dumps(fields).encode() if notes else raw), fields, notes


def _decoded(raw: bytes, content_type: str) -> tuple[str | None, list[str]]:
    """Decode as JSON is decoded; by the charset that the server states only where that fails."""
    try:
        return raw.decode(json.detect_encoding(raw)), []
    except UnicodeDecodeError:
        stated = _CHARSET.search(content_type)
    if stated is None or _TEXT_ENCODINGS.fullmatch(stated[1]) is None:
        return None, []
    try:
        return raw.decode(stated[1]), [f"the server writes in {stated[1].lower()} instead of UTF-8: read as that"]
    except (UnicodeDecodeError, LookupError):
        return None, []


def _without_comments(text: str) -> str:
    """Drop blank lines and lines of comment before the answer and after it, in time linear in their number."""
    opening = _COMMENTS.match(text)
    start, end = opening.end() if opening else 0, len(text)
    while True:
        while end > start and text[end - 1].isspace():
            end -= 1
        line = text.rfind("\n", start, end)
        if line < 0 or not text.startswith(":", line + 1):
            return text[start:end]
        end = line


def _messages_made_plain(fields: dict[str, Any]) -> Iterator[str]:
    choices = fields.get("choices")
    if not isinstance(choices, list) or not all(isinstance(choice, dict) for choice in choices):
        return
    numbers = [choice.get("index") for choice in choices]
    if all(type(number) is int for number in numbers) and numbers != sorted(numbers):
        choices.sort(key=lambda choice: int(choice["index"]))  # LiteLLM numbers them again
        yield "the server lists the answers of a call out of their order: put in order"
    for choice in choices:
        ending = choice.get("finish_reason")
        if isinstance(ending, dict):
            choice["finish_reason"] = str(ending.get("type", ending))
            yield "the server writes its finish reason as an object: its type is read"
        message = choice.get("message")
        if isinstance(message, dict) and isinstance(message.get("content"), list):
            message["content"], thoughts = _joined(message["content"])
            if thoughts:
                message.setdefault("reasoning_content", thoughts)
            yield "the server sends its answers in parts: put together"


def _joined(parts: list[Any]) -> tuple[str, str]:
    """Join the parts of a content: return the text, and the reasoning."""
    texts: list[str] = []
    thoughts: list[str] = []
    for part in parts:
        kind = part.get("type", "text") if isinstance(part, dict) else None
        if kind in {"text", "output_text"} and isinstance(part.get("text"), str):
            texts.append(part["text"])
        elif kind in {"thinking", "reasoning"}:
            thoughts.append(json.dumps(part.get(kind, part.get("text", ""))))
        else:
            raise UnreadableError(f"the answer has a part that is not text (type {kind!r})")
    return "".join(texts), "\n".join(thoughts)


def _counts_made_plain(fields: dict[str, Any]) -> bool:
    """Make odd token counts plain, or take them out where they cannot be; return whether there were any."""
    odd = False
    for name in [name for name in fields if name in _COUNTED or name.endswith("_count")]:
        value = fields[name]
        if name not in _COUNTED:
            odd |= _odd(fields, name)
        elif isinstance(value, dict):
            odd |= _without_odd_counts(value)
        elif value is not None:
            del fields[name]
            odd = True
    return odd


def _without_odd_counts(counts: dict[str, Any], depth: int = 4) -> bool:
    odd = False
    for name, value in list(counts.items()):
        if _COUNT.match(name):
            odd |= _odd(counts, name)
            continue
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, dict) and depth:
                odd |= _without_odd_counts(part, depth - 1)
    return odd


def _odd(counts: dict[str, Any], name: str) -> bool:
    """Make the count of that name plain, or take it out where it cannot be; return whether it was odd."""
    value = counts[name]
    if value is None or (type(value) is int and 0 <= value <= MOST_TOKENS):
        return False
    del counts[name]
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if type(value) is int and 0 <= value <= MOST_TOKENS:
        counts[name] = value
    return True
