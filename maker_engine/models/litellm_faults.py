"""LiteLLM's exceptions, judged anew: which fault it was, what to tell the user, and no secret in it.

LiteLLM's own classes do not tell: a dropped connection and a page of HTML both arrive as InternalServerError 500. So a
fault is judged by what lies behind the exception: an HTTP status that a server did send, else a broken connection or a
timeout, else an answer that could not be read. Classes are told by name: importing them would import LiteLLM.
"""

from __future__ import annotations

import json
import math
import os
import re
import time
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from maker_engine.core.errors import Fault, ProviderError
from maker_engine.printable import one_line

LONGEST_WAIT_S = 3600.0

_BY_STATUS = {
    401: Fault.AUTH, 402: Fault.QUOTA, 403: Fault.AUTH, 404: Fault.NOT_FOUND, 408: Fault.TIMEOUT, 409: Fault.OVERLOAD,
    413: Fault.CONTEXT, 425: Fault.OVERLOAD, 429: Fault.RATE,
}  # fmt: skip

_TIMEOUTS = frozenset({"TimeoutError", "TimeoutException", "Timeout", "APITimeoutError"})
_LOST = frozenset({"RequestError", "ClientError", "HTTPClientError", "ConnectionError", "gaierror", "SSLError"})
_LITELLM = "OpenAIError"  # the root of the openai package's errors, and so of LiteLLM's

# Google says "exceeded your current quota" of a limit that is over in a minute, and marks it RESOURCE_EXHAUSTED.
_QUOTA = re.compile(
    r"insufficient_quota|credit balance is too low|insufficient (?:balance|credits)"
    r"|exceeded your current quota(?!.*RESOURCE_EXHAUSTED)",
    re.IGNORECASE | re.DOTALL,
)
_CONTEXT = re.compile(
    r"context_length_exceeded|context (?:length|window|size)|maximum context|(?:prompt|input) is too long"
    r"|too many (?:input )?tokens|string too long",
    re.IGNORECASE,
)
_POLICY = re.compile(
    r"content[ _](?:policy|filter|management policy)|safety system|flagged (?:by|as|for)|\bmoderation\b", re.IGNORECASE
)

_PREFIX = re.compile(r"^(?:litellm\.)?(?:(?>\w*(?:Error|Exception|Timeout)\b)(?: Error)?+(?::| -)?+ *+)++")
_SECRET_NAME = re.compile(r"(?:^|_)(?:API)?(?:KEY|TOKEN|SECRET|PASSWORD|CREDENTIAL)S?(?:_|$)", re.IGNORECASE)
_SHORTEST_SECRET = 6  # characters: shorter values are words such as "none", and would blot out half of the message
_SECRETS = (
    re.compile(r"(?i)(\b(?:bearer|basic)\s+)[^\s\"',;]+"),
    re.compile(r"(?i)((?:key|token|secret|password)[\"']?\s*[=:]\s*[\"']?)[^\s\"',;&]+"),
    re.compile(r"()\b(?:sk|pk|rk|gsk|xai|hf|r8|nvapi|pplx|AIza|AKIA)[-_A-Za-z0-9*.]{6,}"),
)


class UnreadableError(Exception):
    """An answer that is not read to its end: too long, or compressed. LiteLLM's exceptions have it behind them."""


def translate(error: BaseException, model: str) -> ProviderError | None:
    """Say which fault `error` stands for; None where it is nobody's but ours.

    The result holds no reference to `error`, which holds the request and with it the key.
    """
    chain = list(_chain(error))
    unreadable = next((link for link in chain if isinstance(link, UnreadableError)), None)
    if unreadable is not None:
        return fault(Fault.MALFORMED, model, str(unreadable))
    refused = next((link for link in chain if "HTTPStatusError" in _names(link)), None)
    if refused is not None:
        return _refusal(error, model, getattr(refused, "response", None))
    if any(_names(link) & _TIMEOUTS for link in chain):
        return fault(Fault.TIMEOUT, model, "the connection timed out")
    lost = next((link for link in chain if _names(link) & _LOST), None)
    if lost is not None:
        return fault(Fault.CONNECTION, model, f"no connection, or it broke: {_said(str(lost))}")
    if _LITELLM in _names(error):
        return _unread(error, model, alone=len(chain) == 1)
    return None


def fault(kind: Fault, model: str, detail: str, retry_after_s: float | None = None) -> ProviderError:
    """Build the error that a run sees: one line, printable, short, without secrets."""
    return ProviderError(kind, one_line(redact(f"{model}: {detail}")), retry_after_s)


def redact(text: str) -> str:
    """Blot out every secret of the environment, and whatever else looks like a key."""
    values = {value for name, value in os.environ.items() if _SECRET_NAME.search(name)}
    for value in sorted(values, key=len, reverse=True):
        if len(value) >= _SHORTEST_SECRET:
            text = text.replace(value, "***")
    for pattern in _SECRETS:
        text = pattern.sub(r"\1***", text)
    return text


def _refusal(error: BaseException, model: str, response: Any) -> ProviderError:
    """Judge an HTTP status that a server did send."""
    status = int(response.status_code)
    body = _body(response)
    said = _said(body) or _said(str(error))
    return fault(
        _kind(status, f"{error} {body}"),
        model,
        f"HTTP {status}: {said}",
        _retry_after(getattr(error, "litellm_response_headers", None), response.headers),
    )


def _kind(status: int, text: str) -> Fault:
    if status in {400, 402, 403, 429} and _QUOTA.search(text):
        return Fault.QUOTA
    if status in {400, 413, 422, 500} and _CONTEXT.search(text):
        return Fault.CONTEXT
    if status in {400, 403, 422} and _POLICY.search(text):
        return Fault.POLICY
    return _BY_STATUS.get(status, Fault.OVERLOAD if status >= 500 else Fault.BAD_REQUEST)


def _unread(error: BaseException, model: str, *, alone: bool) -> ProviderError:
    """Judge what LiteLLM itself objected to: our request, before it was sent, or the answer.

    Args:
        error: LiteLLM's exception.
        model: The model as the user named it.
        alone: Nothing lies behind the exception: it was raised by a check, not by reading an answer.
    """
    said = _said(str(error))
    status = getattr(error, "status_code", None)
    if "ContextWindowExceededError" in _names(error):
        return fault(Fault.CONTEXT, model, said)
    if "ContentPolicyViolationError" in _names(error):
        return fault(Fault.POLICY, model, said)
    if "UnsupportedParamsError" in _names(error) or (status == 400 and alone):
        return fault(Fault.BAD_REQUEST, model, said)
    # An answer of status 200 can carry an error object with a status of its own; LiteLLM makes 400, 422 and 500 up.
    if isinstance(status, int) and (status in _BY_STATUS or status > 500):
        return fault(_kind(status, said), model, f"error {status}: {said}")
    return fault(Fault.MALFORMED, model, f"the answer is no chat completion: {said}")


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Walk through an exception and everything behind it."""
    seen: set[int] = set()
    ahead: list[BaseException | None] = [error]
    while ahead:
        link = ahead.pop()
        if link is not None and id(link) not in seen:
            seen.add(id(link))
            yield link
            ahead += [link.__context__, link.__cause__]


def _names(error: BaseException) -> set[str]:
    return {parent.__name__ for parent in type(error).__mro__}


def _body(response: Any) -> str:
    try:
        return str(response.text)
    except Exception:  # noqa: BLE001 - an unread or undecodable body; it only serves to explain
        return ""


def _said(text: str) -> str:
    """Find the sentence for a person in an error's text: the message of a JSON body, or the text without prefixes."""
    text = _PREFIX.sub("", text.partition("Traceback (most recent call last)")[0].strip())
    try:
        return _message(json.loads(text)) or text
    except (ValueError, RecursionError):
        return text


def _message(body: object) -> str:
    if isinstance(body, list) and body:
        return _message(body[0])
    if isinstance(body, dict):
        return next(filter(None, (_message(body.get(key)) for key in ("error", "message", "detail"))), "")
    return body if isinstance(body, str) else ""


def _retry_after(*sources: object) -> float | None:
    """Read the seconds to wait from the first headers that say: a number, or a date. Never more than an hour."""
    for headers in sources:
        if isinstance(headers, Mapping):
            said = next((str(headers[name]) for name in headers if str(name).lower() == "retry-after"), None)
            if said is not None:
                return _seconds(said)
    return None


def _seconds(said: str) -> float | None:
    try:
        wait = float(said)
    except ValueError:
        try:
            wait = parsedate_to_datetime(said).timestamp() - time.time()
        except (ValueError, OverflowError):
            return None
    return None if math.isnan(wait) else min(max(wait, 0.0), LONGEST_WAIT_S)
