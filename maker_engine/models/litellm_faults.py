"""LiteLLM's exceptions, classified again: which fault it was, what to say to the user, and no secret in it.

LiteLLM's own classes do not say: a dropped connection and a page of HTML both arrive as InternalServerError 500. So a
fault is judged by what lies behind the exception: an HTTP status that a server did send, else a broken connection or a
timeout, else an answer that could not be read. Classes are recognized by name: importing them would import LiteLLM.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from maker_engine.core.errors import Fault, ProviderError
from maker_engine.models import litellm_kinds, litellm_waits, litellm_wire
from maker_engine.printable import one_line

MOST_WORDS = 8_192
"""Characters of a refusal that are searched for what it means."""
LONGEST_WAIT_S = 3600.0
"""What is believed of a server that is only busy; a limit that was reached may be reset much later."""

_TIMEOUTS = frozenset({"TimeoutError", "TimeoutException", "Timeout", "APITimeoutError"})
_LOST = frozenset({"RequestError", "ClientError", "HTTPClientError", "ConnectionError", "gaierror", "SSLError"})
_LITELLM = "OpenAIError"  # the root of the openai package's errors, and so of LiteLLM's

_AT_THE_PROXY = frozenset({403, 407, 502, 503, 504})
"""Statuses with which a proxy says that it does not let a request through, or cannot."""
_CERTIFICATES = re.compile(r" ssl:(?:<[^<>]*>|\w+)")  # aiohttp's word on certificates, of plain http addresses too
_PREFIX = re.compile(r"^(?:litellm\.)?(?:(?>\w*(?:Error|Exception|Timeout)\b)(?: Error)?+(?::| -)?+ *+)++")
_SECRET_NAME = re.compile(r"(?:^|_)(?:API)?(?:KEY|TOKEN|SECRET|PASSWORD|CREDENTIAL)S?(?:_|$)", re.IGNORECASE)
_SHORTEST_SECRET = 6  # characters: shorter values are words such as "none", and would blot out half of the message
_SECRETS = (
    re.compile(r"(?i)(\b(?:bearer|basic)\s+)[^\s\"',;]+"),
    re.compile(r"(?i)((?:key|token|secret|password)[\"']?\s*[=:]\s*[\"']?)[^\s\"',;&]+"),
    re.compile(r"()\b(?:sk|pk|rk|gsk|xai|hf|r8|nvapi|pplx|AIza|AKIA)[-_A-Za-z0-9*.]{6,}"),
)


class UnreadableError(Exception):
    """An answer that is not read to its end: too long, or in no form that is read.

    LiteLLM's exceptions have it behind them.
    """


class ElsewhereError(Exception):
    """A redirect that is not followed; LiteLLM's exceptions have it behind them."""


class SystemRoleError(ProviderError):
    """The model takes no system prompt: asked again without one it may answer."""


class StreamOnlyError(ProviderError):
    """The server answers only as a stream: asked again for one it may answer."""


def translate(error: BaseException, model: str) -> ProviderError | None:
    """Return which fault `error` is; None where it is our own.

    The result holds no reference to `error`, which holds the request and with it the key.
    """
    chain = list(_chain(error))
    unread = next((link for link in chain if isinstance(link, UnreadableError | ElsewhereError)), None)
    if unread is not None:
        return fault(Fault.MALFORMED if isinstance(unread, UnreadableError) else Fault.CONNECTION, model, str(unread))
    refused = next((link for link in chain if "HTTPStatusError" in _names(link)), None)
    if refused is not None:
        return _refusal(error, model, getattr(refused, "response", None))
    if any(_names(link) & _TIMEOUTS for link in chain):
        return fault(Fault.TIMEOUT, model, "the connection timed out", mend=around_the_proxy(Fault.TIMEOUT))
    if any(_names(link) & _LOST for link in chain):
        return fault(Fault.CONNECTION, model, _lost(chain), mend=around_the_proxy(Fault.CONNECTION))
    if _LITELLM in _names(error):
        return _unread(error, model, alone=len(chain) == 1)
    return None


def fault(kind: Fault, model: str, detail: str, retry_after_s: float | None = None, mend: str = "") -> ProviderError:
    """Build the error that a run sees: one line, printable, short, without secrets; `mend` is not cut off with it."""
    return ProviderError(kind, _line(model, detail, mend), retry_after_s)


def _line(model: str, detail: str, mend: str = "") -> str:
    return one_line(redact(f"{model}: {detail}")) + (f" ({one_line(redact(mend))})" if mend else "")


def redact(text: str) -> str:
    """Blot out every secret of the environment, and whatever else looks like a key."""
    values = {value for name, value in os.environ.items() if _SECRET_NAME.search(name)}
    for value in sorted(values, key=len, reverse=True):
        if len(value) >= _SHORTEST_SECRET:
            text = text.replace(value, "***")
    for pattern in _SECRETS:
        text = pattern.sub(r"\1***", text)
    return text


def _lost(chain: list[BaseException]) -> str:
    """Say to where there is no connection, and why."""
    reached = next((link for link in chain if hasattr(link, "host") and hasattr(link, "port")), None)
    if reached is None:
        lost = next(link for link in chain if _names(link) & _LOST)
        return f"no connection, or it broke: {_CERTIFICATES.sub('', _said(str(lost)))}"
    cause = getattr(reached, "os_error", None)
    number = getattr(cause, "errno", None)
    if isinstance(number, int) and number > 0 and "SSLError" not in _names(reached) | _names(cause):
        why = os.strerror(number)
    else:  # a name that is not found, or one of OpenSSL's errors, which have numbers of their own
        why = getattr(cause, "strerror", None) or str(cause or reached)
    return f"no connection to {reached.host}:{reached.port}: {_CERTIFICATES.sub('', why)}"


def around_the_proxy(kind: Fault) -> str:
    """Name the proxy that a call without an answer went through, and the way around it; "" where there was none."""
    proxy = litellm_wire.current().proxy
    if proxy is None or kind not in {Fault.CONNECTION, Fault.TIMEOUT}:
        return ""
    try:
        address = urlsplit(proxy)
        shown = f"{address.scheme}://{address.hostname}" + (f":{address.port}" if address.port else "")
    except ValueError:
        shown = "of the environment"
    return f"through the proxy {shown}: to go direct, put the server's host into NO_PROXY"


def _refusal(error: BaseException, model: str, response: Any) -> ProviderError:
    """Judge an HTTP status that a server did send."""
    status = int(response.status_code)
    body = _body(response)
    said = _said(body) or _said(str(error)) or "no reason given"
    headers = dict(response.headers)
    if "retry-after" not in headers:
        headers |= dict(getattr(error, "litellm_response_headers", None) or {})
    return _judged(error, model, f"HTTP {status}: {said}", status, body or said, headers)


def _judged(
    error: BaseException, model: str, detail: str, status: int, words: str, headers: Mapping[str, str]
) -> ProviderError:
    """Say which fault it is that a server spoke of, and when to ask again."""
    now = datetime.now(UTC).astimezone()  # in the zone of this machine: so are times on a clock
    resets = litellm_waits.in_body(words, now) is not None
    wait = litellm_waits.stated(headers, words, now)
    words = words[:MOST_WORDS]
    if litellm_kinds.refuses_system(status, words):
        return SystemRoleError(Fault.BAD_REQUEST, _line(model, detail))
    if litellm_kinds.only_streams(status, words):
        return StreamOnlyError(Fault.BAD_REQUEST, _line(model, detail))
    kind = litellm_kinds.judge(status, words, resets=resets)
    if kind is Fault.BAD_REQUEST and "ContextWindowExceededError" in _names(error):
        kind = Fault.CONTEXT  # LiteLLM knows further wordings
    if kind is Fault.RATE:
        wait = wait or litellm_waits.used_up(headers, now)
    elif wait is not None:
        wait = min(wait, LONGEST_WAIT_S)
    return fault(kind, model, detail, wait, _mend(status, words))


def _mend(status: int, words: str) -> str:
    if status in {413, 429} and litellm_kinds.is_too_large(words):
        return "one call counts for more than the limit allows at all: lower --max-tokens"
    return around_the_proxy(Fault.CONNECTION) if status in _AT_THE_PROXY else ""


def _unread(error: BaseException, model: str, *, alone: bool) -> ProviderError:
    """Judge what LiteLLM itself objected to: our request, before it was sent, or the answer.

    Args:
        error: LiteLLM's exception.
        model: The model as the user named it.
        alone: Nothing lies behind the exception: it was raised by a check, not by reading an answer.
    """
    said = _said(str(error))
    status = getattr(error, "status_code", None)
    own = _own_error(litellm_wire.current().answer or {})
    if own is not None:
        return _judged(error, model, f"error {own[0]}: {_said(own[1])}", *own, {})
    if "ContextWindowExceededError" in _names(error):
        return fault(Fault.CONTEXT, model, said)
    if "ContentPolicyViolationError" in _names(error):
        return fault(Fault.POLICY, model, said)
    if "UnsupportedParamsError" in _names(error) or (status == 400 and alone):
        return fault(Fault.BAD_REQUEST, model, said)
    # LiteLLM makes 400, 422 and 500 up for answers that it cannot read.
    if isinstance(status, int) and (status in litellm_kinds.KNOWN or status > 500):
        return _judged(error, model, f"error {status}: {said}", status, said, {})
    return fault(Fault.MALFORMED, model, f"the answer is not a chat completion: {said}")


def _own_error(answer: Mapping[str, Any]) -> tuple[int, str] | None:
    """Return the status and the words of an error that came with HTTP status 200, None where it has no status."""
    error = answer.get("error")
    if not isinstance(error, dict):
        return None
    codes = (str(error.get(name)) for name in ("code", "status", "http_code"))
    status = next((int(code) for code in codes if re.fullmatch(r"[45]\d\d", code)), None)
    return None if status is None else (status, json.dumps({"error": error}))


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


def _names(error: object) -> set[str]:
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
    if not isinstance(body, dict):
        return body if isinstance(body, str) else ""
    said = next(filter(None, (_message(body.get(key)) for key in ("error", "message", "detail"))), "")
    cause = body.get("metadata")  # a router's, around the words of the provider it asked
    raw = _said(cause["raw"]) if isinstance(cause, dict) and isinstance(cause.get("raw"), str) else ""
    return f"{said}: {raw}" if said and raw else said
