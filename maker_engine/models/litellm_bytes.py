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
import json
import re
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from typing import Any, cast

import httpx

from maker_engine.models import litellm_bodies, litellm_redirects
from maker_engine.models.litellm_faults import ElsewhereError, UnreadableError
from maker_engine.models.litellm_gzip import Inflater
from maker_engine.models.litellm_route import is_loopback
from maker_engine.models.litellm_wire import Wire, current

MOST_BYTES = 4 * 1024 * 1024  # of an answer: room for `LONGEST_TEXT` characters of any script
MOST_BYTES_OF_ERROR = 64 * 1024  # of the body of an HTTP error, which only serves to explain

_CHOICES = b'"choices"'
# Inside a text the quotation marks would be escaped, so these are the fields themselves.
_FINISHED = re.compile(rb'(?<!\\)"finish_reason"\s*:\s*"')
_STREAMED = re.compile(rb'(?<!\\)"stream"\s*:\s*true')
_TRANSPORT = "litellm.llms.custom_httpx.aiohttp_transport"

_Handle = Callable[[Any, httpx.Request], Awaitable[httpx.Response]]


def limit() -> None:
    """Make LiteLLM read no more than `MOST_BYTES` of an answer, made plain first. To be called once."""
    transport = importlib.import_module(_TRANSPORT).LiteLLMAiohttpTransport
    transport.handle_async_request = _limited(transport.handle_async_request)


def _limited(handle: _Handle) -> _Handle:
    @functools.wraps(handle)
    async def handle_limited(transport: Any, request: httpx.Request) -> httpx.Response:
        wire = current()
        wire.asked = _content(request) or wire.asked
        if wire.as_stream and wire.asked:
            request = _asking_for_a_stream(request, wire.asked)
        request.headers["accept-encoding"] = "identity"  # answers are small, and inflating them is work
        if is_loopback(request.url.host):
            transport.proxy_cache[request.url.host] = None  # a proxy's 127.0.0.1 is another machine's
        try:
            response = await handle(transport, request)
        finally:
            wire.proxy = transport.proxy_cache.get(request.url.host)
        if response.has_redirect_location:
            await _redirect(request, response, wire)
        response.stream = _Limited(response, wire)
        return response

    return handle_limited


def _content(request: httpx.Request) -> bytes:
    try:
        return request.content
    except httpx.RequestNotRead:  # after a redirect the body is sent again as a stream
        return b""


def _asking_for_a_stream(request: httpx.Request, asked: bytes) -> httpx.Request:
    try:
        fields = json.loads(asked)
    except ValueError:
        return request
    fields |= {"stream": True, "stream_options": {"include_usage": True}}
    headers = {name: value for name, value in request.headers.items() if name != "content-length"}
    return httpx.Request(request.method, request.url, headers=headers, json=fields, extensions=request.extensions)


async def _redirect(request: httpx.Request, response: httpx.Response, wire: Wire) -> None:
    """Let httpx follow a redirect that stays at the server, with the same request; refuse any other."""
    try:
        wire.notes.append(litellm_redirects.note(str(request.url), response.headers.get("location", "")))
    except ElsewhereError:
        await response.aclose()
        raise
    if response.status_code in {301, 302}:
        response.status_code = 308  # or httpx turns a POST into a GET, as browsers do


class _Limited(httpx.AsyncByteStream):
    """The body of `response`, up to a limit and made plain.

    An answer that breaks the limit is an error; of an HTTP error, whose status says enough, the rest is left out.
    """

    def __init__(self, response: httpx.Response, wire: Wire) -> None:
        self._response = response
        self._stream = cast("httpx.AsyncByteStream", response.stream)
        self._wire = wire
        self._is_error = response.status_code >= 300
        self._most = MOST_BYTES_OF_ERROR if self._is_error else MOST_BYTES
        self._encoding = response.headers.get("content-encoding", "").strip().lower()
        if "content-encoding" in response.headers:
            del response.headers["content-encoding"]  # or httpx makes a decoder, without a limit

    async def __aiter__(self) -> AsyncIterator[bytes]:
        if 200 < self._response.status_code < 300:
            raise UnreadableError(f"HTTP {self._response.status_code} is not a complete answer, only 200 is")
        try:
            body = await self._read()
        except UnreadableError:
            if not self._is_error:
                raise
            body = b""
        yield body if self._is_error else self._plain(body)

    async def _read(self) -> bytes:
        """Read the body, inflated where it is compressed."""
        inflater = Inflater(self._encoding, self._most)
        body = bytearray()
        taken = 0
        # Closed at once, the inner generator hangs up at once; left to the garbage collector, some time later.
        async with aclosing(cast("AsyncGenerator[bytes, None]", aiter(self._stream))) as chunks:
            async for chunk in chunks:
                taken += len(chunk)
                body += inflater.more(chunk)
                if max(len(body), taken) > self._most:
                    if self._is_error:
                        return bytes(body[: self._most])
                    raise UnreadableError(f"more than {self._most:,} bytes in the answer")
        inflater.end()
        if inflater.inflates:
            self._wire.notes.append(f"the server compresses its answers ({self._encoding}), unasked: inflated")
        return bytes(body)

    def _plain(self, raw: bytes) -> bytes:
        if _STREAMED.search(self._wire.asked):  # LiteLLM's own way to a provider that knows no other
            if _CHOICES in raw and _FINISHED.search(raw) is None:
                raise UnreadableError("the answer does not say that it is complete: it has no finish reason")
            return raw
        body, answer, notes = litellm_bodies.plain(raw, self._response.headers.get("content-type", ""))
        if answer is not None:
            self._response.headers["content-type"] = "application/json"  # which the openai package goes by
        self._wire.answer = answer
        self._wire.notes += [note for note in notes if note != litellm_bodies.UNASKED or not self._wire.as_stream]
        return body

    async def aclose(self) -> None:
        """Let go of the connection; one with a body still on the way is closed."""
        await self._stream.aclose()
