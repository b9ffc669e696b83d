"""How much of a response LiteLLM gets to read; left alone, it takes in, inflates and decodes whatever a server sends.

Every provider that LiteLLM reaches through httpx goes through one class of its own, a transport on aiohttp, and so does
the openai package, whose client LiteLLM builds. The method that sends a request is replaced in that class, for all of
the process. LiteLLM's public ways in reach less: `client=` is another type for each provider and is left out of the
second try after a broken connection, `shared_session=` is not passed on by every provider. Should a new version of
LiteLLM take another way, `tests/models/test_via_litellm_bytes.py` fails.

Imported late, with LiteLLM: httpx takes its time too.
"""

from __future__ import annotations

import functools
import importlib
import re
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from typing import Any, cast

import httpx

from maker_engine.models.litellm_faults import UnreadableError

MOST_BYTES = 4 * 1024 * 1024  # of an answer: room for `LONGEST_TEXT` characters of any script
MOST_BYTES_OF_ERROR = 64 * 1024  # of the body of an HTTP error, which only serves to explain

_CHOICES = b'"choices"'
# Inside a text the quotation marks would be escaped, so this is the field itself.
_FINISHED = re.compile(rb'(?<!\\)"finish_reason"\s*:\s*"')
_PLAIN = frozenset({"", "identity"})
_TRANSPORT = "litellm.llms.custom_httpx.aiohttp_transport"

_Handle = Callable[[Any, httpx.Request], Awaitable[httpx.Response]]


def limit() -> None:
    """Make LiteLLM read no more than `MOST_BYTES` of an answer, and nothing compressed. To be called once."""
    transport = importlib.import_module(_TRANSPORT).LiteLLMAiohttpTransport
    transport.handle_async_request = _limited(transport.handle_async_request)


def _limited(handle: _Handle) -> _Handle:
    @functools.wraps(handle)
    async def handle_limited(transport: Any, request: httpx.Request) -> httpx.Response:
        request.headers["accept-encoding"] = "identity"  # answers are small; what is not inflated cannot explode
        response = await handle(transport, request)
        response.stream = _Limited(response)
        return response

    return handle_limited


class _Limited(httpx.AsyncByteStream):
    """The body of `response`, up to a limit.

    An answer that breaks the limit is an error; of an HTTP error, whose status says enough, the rest is left out.
    """

    def __init__(self, response: httpx.Response) -> None:
        self._stream = cast("httpx.AsyncByteStream", response.stream)
        self._status = response.status_code
        self._is_error = response.status_code >= 400
        self._most = MOST_BYTES_OF_ERROR if self._is_error else MOST_BYTES
        self._encoding = response.headers.get("content-encoding", "").strip().lower()
        if self._encoding not in _PLAIN:
            del response.headers["content-encoding"]  # or httpx makes a decoder, and feeds it even an empty body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        if self._encoding not in _PLAIN:
            self._refuse(f"the answer is compressed ({self._encoding}), which was not asked for")
            return
        if 200 < self._status < 300:
            self._refuse(f"HTTP {self._status} is no complete answer, only 200 is")
        body = bytearray()
        # Closed at once, the inner generator hangs up at once; left to the garbage collector, some time later.
        async with aclosing(cast("AsyncGenerator[bytes, None]", aiter(self._stream))) as chunks:
            async for chunk in chunks:
                body += chunk
                if len(body) > self._most:
                    self._refuse(f"more than {self._most:,} bytes in the answer")
                    return
                yield chunk
        # LiteLLM makes "stop" of a finish reason that is not there; in the raw body it can still be told apart.
        if _CHOICES in body and _FINISHED.search(body) is None:
            self._refuse("the answer does not say that it is complete: it has no finish reason")

    async def aclose(self) -> None:
        """Let go of the connection; one with a body still on the way is closed."""
        await self._stream.aclose()

    def _refuse(self, why: str) -> None:
        if not self._is_error:
            raise UnreadableError(why)
