"""The effect "http": one request and its answer."""

from __future__ import annotations

import base64
import ssl
import zlib
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

import httpx

from maker_engine.core.decomposition import Json
from maker_engine.effects.consent import HTTP, Scope, host_of, is_local
from maker_engine.effects.port import Call, EffectError, limit_of, take, text_or_base64
from maker_engine.printable import one_line

READING = frozenset({"GET", "HEAD", "OPTIONS"})
METHODS = READING | {"POST", "PUT", "PATCH", "DELETE"}
MOST_REDIRECTS = 5
KEPT_S = 1.0
"""A connection is kept for so long: servers close theirs after two seconds or more."""
LIMITS = httpx.Limits(max_connections=None, max_keepalive_connections=32, keepalive_expiry=KEPT_S)
_KNOWN: dict[str, type | tuple[type, ...]] = {
    "method": str, "url": str, "headers": dict, "query": dict, "body": str, "json": object, "auth": dict,
    "most_bytes": int,
}  # fmt: skip
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Http:
    """Sends a request, follows redirects of reads within its own server, and reads the answer up to a limit.

    Arguments: "url", and "method" (GET), "headers", "query", "body" (text) or "json" (any), "auth" ({"user",
    "password"} or {"bearer"}), "most_bytes" (1 MiB). Value: {"status", "headers", "body" or "body_base64",
    "bytes", "cut", "url"}.
    """

    def __init__(self) -> None:
        self._tls: ssl.SSLContext | None = None
        self._kept: httpx.AsyncClient | None = None

    def scope(self, arguments: Mapping[str, Any], *, writes: bool) -> Scope:
        """Return the server, with its port; every method but GET, HEAD and OPTIONS writes."""
        take(arguments, _KNOWN)
        if _method(arguments) not in METHODS:
            raise EffectError("arguments", f"there is no method {one_line(arguments['method'], 20)!r}", refused=True)
        parts = _parts(arguments.get("url", ""))
        writes = writes or _method(arguments) not in READING
        return Scope(HTTP, _server(parts), writes, local=is_local(host_of(parts)))

    def describe(self, arguments: Mapping[str, Any]) -> str:
        """Describe the request's first line."""
        return f"{_method(arguments)} {arguments.get('url', '')}"

    async def carry_out(self, call: Call) -> dict[str, Json]:
        """Send it; whatever goes wrong on the way is an `EffectError` of one line."""
        url = call.arguments["url"]
        try:
            async with self._client(call) as client:
                for _ in range(MOST_REDIRECTS + 1):
                    async with self._sent(client, call, url) as answer:
                        onward = self._onward(call, answer)
                        if onward is None:
                            return await _read(call, answer)
                        url = onward
        except ssl.SSLError as error:
            raise EffectError("tls", one_line(f"{_server(_parts(url))}: {error}")) from None
        except httpx.HTTPError as error:
            raise _fault_of(error, url) from None
        except (httpx.InvalidURL, UnicodeError, ValueError) as error:
            raise EffectError("arguments", one_line(f"the request cannot be written: {error}")) from None
        raise EffectError("redirect", one_line(f"{url} leads on more than {MOST_REDIRECTS} times"))

    @asynccontextmanager
    async def _client(self, call: Call) -> AsyncIterator[httpx.AsyncClient]:
        """Give a client. Reads share one and its connections; a write has a connection of its own.

        A server may close a kept connection just as the next request is sent. Nobody knows then whether it has come:
        of a read that does no harm.
        """
        if call.lasting and not call.writes:
            if self._kept is None:
                self._kept = self._made()
            yield self._kept
        else:
            async with self._made() as client:
                yield client

    def _made(self) -> httpx.AsyncClient:
        no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=()))
        return httpx.AsyncClient(
            verify=self._context(), timeout=None, trust_env=False, cookies=no_cookies, limits=LIMITS,  # noqa: S113 - the caller's time limit goes for all of it
        )  # fmt: skip

    async def close(self) -> None:
        """Close the connections that are kept."""
        if self._kept is not None:
            client, self._kept = self._kept, None
            await client.aclose()

    def _context(self) -> ssl.SSLContext:
        if self._tls is None:
            self._tls = httpx.create_ssl_context(trust_env=False)
        return self._tls

    def _sent(self, client: httpx.AsyncClient, call: Call, url: str) -> AbstractAsyncContextManager[httpx.Response]:
        given = call.arguments
        headers = {"accept-encoding": "gzip, identity", "user-agent": "maker", **_headers(call)}
        if call.writes:
            headers.setdefault("idempotency-key", call.key)
        content: dict[str, Any] = {"content": given["body"].encode()} if "body" in given else {}
        if "json" in given:
            content = {"json": given["json"]}
        return client.stream(_method(given), url, headers=headers, params=given.get("query") or None, **content)

    def _onward(self, call: Call, answer: httpx.Response) -> str | None:
        """Return where a redirect of a read leads on its own server, None where the answer is the answer."""
        place = answer.headers.get("location")
        if answer.status_code not in _REDIRECTS or not place:
            return None
        here = str(answer.request.url)
        onward = urljoin(here, place)
        there = _parts(onward)
        if (there.scheme, _server(there)) != (urlsplit(here).scheme, _server(_parts(here))):
            raise EffectError("redirect", one_line(f"{here} leads to another server, {_server(there)}: not followed"))
        return onward if _method(call.arguments) in READING else None


def _method(arguments: Mapping[str, Any]) -> str:
    return str(arguments.get("method", "GET")).upper()


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises where it is none
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname or "${" in parts.netloc:
        raise EffectError("arguments", f"{one_line(url, 80)!r} is not an http or https address", refused=True)
    if parts.username is not None:
        raise EffectError("arguments", "a user in an address is not sent: give them as auth", refused=True)
    return parts


def _server(parts: SplitResult) -> str:
    return f"{host_of(parts)}:{parts.port or (443 if parts.scheme == 'https' else 80)}"


def _headers(call: Call) -> dict[str, str]:
    headers = {str(name).lower(): str(value) for name, value in call.arguments.get("headers", {}).items()}
    if "host" in headers:
        raise EffectError("arguments", "the header host is that of the address: it cannot be given", refused=True)
    auth = call.arguments.get("auth", {})
    if "bearer" in auth:
        headers["authorization"] = f"Bearer {auth['bearer']}"
    elif auth:
        both = base64.b64encode(f"{auth.get('user', '')}:{auth.get('password', '')}".encode()).decode()
        call.secrets.hide(both, "authorization")
        headers["authorization"] = f"Basic {both}"
    return headers


async def _read(call: Call, answer: httpx.Response) -> dict[str, Json]:
    limit = limit_of(call.arguments)
    encoding = answer.headers.get("content-encoding", "").lower()
    unpack = zlib.decompressobj(47) if encoding in ("gzip", "deflate") else None
    body, cut, size = bytearray(), False, 0
    async for chunk in answer.aiter_raw():
        size += len(chunk)
        try:
            body += chunk if unpack is None else unpack.decompress(chunk, limit + 1 - len(body))
        except zlib.error as error:
            raise EffectError("closed", f"the body is not {encoding}: {error}") from None
        if len(body) > limit:
            cut = True
            break
    charset = answer.charset_encoding or "utf-8"
    kept = text_or_base64("body", bytes(body[:limit]), call.secrets, cut=cut, charset=charset)
    headers: Json = {name.lower(): value for name, value in answer.headers.items()}
    return {
        "status": answer.status_code, "headers": headers, **kept, "bytes": size, "cut": cut, "url": str(answer.url),
    }  # fmt: skip


def _fault_of(error: httpx.HTTPError, url: str) -> EffectError:
    server = _server(_parts(url))
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError) or "SSL" in str(cause)[:40]:
            return EffectError("tls", one_line(f"{server}: {cause}"))
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpx.ConnectError):
        return EffectError("connection", one_line(f"{server} cannot be reached: {error}"))
    if isinstance(error, httpx.LocalProtocolError | httpx.UnsupportedProtocol):
        return EffectError("arguments", one_line(f"the request cannot be sent: {error}"))
    if isinstance(error, httpx.RemoteProtocolError | httpx.ReadError | httpx.WriteError | httpx.CloseError):
        return EffectError("closed", one_line(f"{server} closed in the middle: {str(error) or type(error).__name__}"))
    return EffectError("connection", one_line(f"{server}: {str(error) or type(error).__name__}"))
