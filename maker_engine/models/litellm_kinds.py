"""Which fault an HTTP status and a server's words mean.

The status alone does not say: servers refuse with 400 what passes in a minute, and with 429 what never will. So the
words go first, the most telling ones before the others, and the status decides what they leave open.
"""

from __future__ import annotations

import re

from maker_engine.core.errors import Fault

_BY_STATUS = {
    401: Fault.AUTH, 402: Fault.QUOTA, 403: Fault.AUTH, 404: Fault.NOT_FOUND, 407: Fault.AUTH, 408: Fault.TIMEOUT,
    409: Fault.OVERLOAD, 410: Fault.NOT_FOUND, 413: Fault.CONTEXT, 421: Fault.OVERLOAD, 423: Fault.OVERLOAD,
    424: Fault.OVERLOAD, 425: Fault.OVERLOAD, 429: Fault.RATE, 444: Fault.OVERLOAD, 449: Fault.OVERLOAD,
    451: Fault.POLICY, 460: Fault.OVERLOAD, 498: Fault.OVERLOAD, 499: Fault.OVERLOAD, 501: Fault.BAD_REQUEST,
}  # fmt: skip

KNOWN = frozenset(_BY_STATUS)
"""The statuses below 500 that mean something by themselves."""


def _words(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(alternatives), re.IGNORECASE | re.DOTALL)


# Google says "exceeded your current quota" of a limit that is over in a minute, and marks it RESOURCE_EXHAUSTED.
_EMPTY = _words(
    r"insufficient[_ ](?:quota|balance|credits?|funds)", r"credit balance is too low", r"requires more credits",
    r"exceeded your current quota(?!.*RESOURCE_EXHAUSTED)", r"exceeded[_ ]?budget", r"budget (?:has been|was) exceeded",
    r"billing (?:hard )?limit", r"account is (?:not active|overdue|suspended)", r"\barrear",
)  # fmt: skip
_THROTTLED = _words(
    r"throttl", r"too many requests", r"rate[ _-]?limit", r"(?:tokens|requests) per (?:second|min|hour|day)",
    r"\b[TR]PM\b", r"usage[_ ]limit", r"regain access", r"too many tokens.{0,20}wait", r"slow down",
    r"please wait (?:before|and|a)",
)  # fmt: skip
_LOADING = _words(
    r"loading (?:the |this )?model", r"model (?:\S+ )?(?:is |was |has been )?(?:still |currently |being )*unloaded",
    r"(?:still|currently|is) loading", r"being loaded", r"\bnot (?:yet )?(?:ready|loaded)\b", r"ModelNotReady",
    r"warming up", r"cold start", r"scal(?:ing up|ed to zero)", r"(?:is|still) (?:starting|initiali[sz]ing)",
    r"waiting for (?:llama )?runner to start", r"model (?:has |was )?(?:unloaded or )?crashed",
)  # fmt: skip
_CONTEXT = _words(
    r"context_length_exceeded", r"context (?:length|window|size)", r"maximum context",
    r"(?:prompt|input) is too long", r"too many (?:input )?tokens", r"string too long",
)  # fmt: skip
_ACCOUNT = _words(r"\b(?:account|organi[sz]ation|api key)\b[^.]{0,40}\bflagged")
_POLICY = _words(
    r"content[ _-](?:policy|filter\w*|management policy|moderation|inspection)", r"data[ _]?inspection",
    r"safety (?:system|settings|filters?|reasons)", r"\bflagged\b", r"\bmoderation\b", r"usage (?:policy|policies)",
    r"usage guidelines", r"prohibited[ _]content", r"(?:inappropriate|sensitive|harmful) content",
)  # fmt: skip
_DAMAGED = _words(
    r"could not parse the JSON", r"(?:invalid|malformed) JSON (?:body|payload|in (?:the )?(?:request )?body)",
    r"unexpected end of (?:JSON|data|input)", r"JSON decode error", r"unterminated string",
    r"(?:parse|decode|read|parsing|decoding|reading) (?:the )?(?:request )?body",
)  # fmt: skip
_OURS = _words(
    r"unsupported", r"not support", r"unknown (?:parameter|field|name)", r"unrecognized", r"must be", r"deprecated",
    r"(?:invalid|not a valid|bad) (?:value|param|argument|model|type|temperature)", r"not permitted", r"not allowed",
)  # fmt: skip
_UPSTREAM = _words(
    r"provider returned error", r"upstream", r"bad gateway", r"gateway time", r"temporarily",
    r"(?:service|server|model|provider|currently) (?:is )?(?:currently )?unavailable", r"overloaded", r"capacity",
    r"internal (?:server )?error", r"(?:try|retry)(?: your request| the request)? again", r"please retry",
    r"connection (?:reset|refused|error|aborted|closed)", r"timed? ?out", r"operation (?:was )?cancell?ed",
    r"server (?:is )?busy", r"disconnect",
)  # fmt: skip
_SYSTEM = _words(
    r"system (?:role|prompt|message|instruction)s? (?:is |are )?not (?:supported|allowed|enabled)",
    r"developer instructions? (?:is |are )?not enabled", r"only user and assistant roles",
    r"roles must alternate user/assistant", r"does not support (?:the )?[\"'`]?system[\"'`]?\b",
    r"does not support (?:the )?system (?:role|prompt|message|instruction)", r"unexpected role [\"'`]?system",
)  # fmt: skip
_ONLY_STREAMS = _words(
    r"only supports? (?:the )?stream",
    r"stream(?:ing)? (?:mode |parameter )?(?:is required|only|must be (?:set to )?true)",
    r"(?:for|supports?) non-?stream", r"non-?stream\w*(?: \w+)? (?:is |are )?not supported", r"enable the stream",
)  # fmt: skip
_TOO_LARGE = re.compile(
    r"limit\W{1,3}([\d,]{1,15})\b.{0,60}?requested\W{1,3}([\d,]{1,15})\b", re.IGNORECASE | re.DOTALL
)


_BY_WORDS = (
    (frozenset({400, 404, 409, 424, 425, 429, *range(500, 600)}), _LOADING, Fault.LOADING),
    (frozenset({400, 403, 413, 422, 424}), _THROTTLED, Fault.RATE),
    (frozenset({400, 413, 422, 500}), _CONTEXT, Fault.CONTEXT),
    (frozenset({403}), _ACCOUNT, Fault.AUTH),
    (frozenset({400, 403, 422}), _POLICY, Fault.POLICY),
    (frozenset({400, 403, 422}), _DAMAGED, Fault.CONNECTION),  # what we send is sound: it was damaged on the way
    (frozenset({400, 403, 422}), _OURS, None),
    (frozenset({400, 403, 422}), _UPSTREAM, Fault.OVERLOAD),
)
"""The words that outweigh a status, first come first served; None leaves it to the status."""


def judge(status: int, words: str, *, resets: bool) -> Fault:
    """Say which fault it is.

    Args:
        status: The HTTP status, or the one in an error object.
        words: All that the server said.
        resets: It also said when the limit that was reached is over.
    """
    if status == 402 or (status in {400, 403, 429} and _EMPTY.search(words)):
        return Fault.RATE if resets else Fault.QUOTA
    for statuses, pattern, kind in _BY_WORDS:
        if status in statuses and pattern.search(words):
            if kind is not None:
                return kind
            break
    return _BY_STATUS.get(status, Fault.OVERLOAD if status >= 500 else Fault.BAD_REQUEST)


def refuses_system(status: int, words: str) -> bool:
    """Return whether a model takes no system prompt; templates of local servers say so with 500."""
    return status in {400, 422, 500} and _SYSTEM.search(words) is not None


def only_streams(status: int, words: str) -> bool:
    """Return whether a server answers only as a stream."""
    return status in {400, 422} and _ONLY_STREAMS.search(words) is not None


def is_too_large(words: str) -> bool:
    """Return whether one request counts for more tokens than a limit by the minute allows at all: no waiting helps."""
    found = _TOO_LARGE.search(words)
    if found is None:
        return False
    most, asked = (int(figure.replace(",", "") or 0) for figure in found.groups())
    return asked > most
