"""No server can make the adapter read, inflate or hold more of a response than the limit."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import subprocess
import sys
import tracemalloc
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from maker_engine.core.errors import Fault, ProviderError
from maker_engine.models.litellm_bytes import MOST_BYTES
from maker_engine.models.via_litellm import LONGEST_TEXT, LiteLLMModel
from tests.models.test_via_litellm import NAMES, REQUEST, ask, only_our_key
from tests.support.openai_server import OpenAIServer, Reply

__all__ = ["only_our_key"]

MB = 1_000_000
PIECE = b" " * 65_536
CHUNKED = "transfer-encoding: chunked"
BODIES = {
    "chunked": (CHUNKED, b"%x\r\n%s\r\n" % (len(PIECE), PIECE)),
    "without a length": ("connection: close", PIECE),
    "of a terabyte": (f"content-length: {10**12}", PIECE),
}
BOMB = gzip.compress(bytes(50 * MB), 1)
GZIP = {"content-encoding": "gzip"}


class Endless:
    """A server that answers the first request in full, and each later one with a body that never ends."""

    def __init__(self, header, piece, status=200):
        self.sent = 0
        self.hung_up = asyncio.Event()
        self._head = f"HTTP/1.1 {status} Status\r\ncontent-type: application/json\r\n{header}\r\n\r\n".encode()
        self._piece = piece
        self._asked = 0

    @asynccontextmanager
    async def listen(self):
        """Give the server's address."""
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        async with server:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"

    async def _talk(self, reader, writer):
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                await reader.readexactly(int(head.partition(b"content-length:")[2].partition(b"\r\n")[0]))
                self._asked += 1
                if self._asked == 1:
                    body = Reply().body({}, 0)
                    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body))
                    continue
                writer.write(self._head)
                while True:
                    writer.write(self._piece)
                    await writer.drain()
                    self.sent += len(self._piece)
        self.hung_up.set()
        writer.transport.abort()


def open_files():
    """Count this process's open files and sockets."""
    return len(list(Path("/proc/self/fd").iterdir()))


async def outcome(model):
    """Draw a sample; return its text, or the fault."""
    try:
        return (await model.sample(REQUEST)).text
    except ProviderError as error:
        return error


@asynccontextmanager
async def measured():
    """Give a list that holds, afterwards, the most bytes of memory that were taken in between."""
    most = []
    tracemalloc.start()
    try:
        yield most
        most.append(tracemalloc.get_traced_memory()[1])
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("body", BODIES)
async def test_an_endless_body_is_cut(body, name):
    """An answer without an end is malformed: read up to the limit, its connection closed at once, memory flat."""
    endless = Endless(*BODIES[body])
    async with endless.listen() as address:
        model = LiteLLMModel(name, address, timeout_s=60.0)
        assert await outcome(model) == "ok"
        async with measured() as most:
            error = await outcome(model)
        await asyncio.wait_for(endless.hung_up.wait(), 60)
        await model.aclose()
    assert (error.kind, str(error)) == (Fault.MALFORMED, f"{name}: more than 4,194,304 bytes in the answer")
    assert endless.sent < 4 * MOST_BYTES  # what the sockets hold comes on top
    assert most[0] < 3 * MOST_BYTES


@pytest.mark.parametrize("name", NAMES)
async def test_a_bomb_is_not_inflated(name):
    """A compressed answer, which nobody asked for, is inflated up to the limit of any answer and no further."""
    replies = [Reply(), Reply(raw=BOMB, headers=GZIP)]
    with OpenAIServer(lambda _messages, _body, number: replies[number]) as server:
        model = LiteLLMModel(name, server.base_url)
        assert await outcome(model) == "ok"
        async with measured() as most:
            error = await outcome(model)
        await model.aclose()
    assert {request.headers["accept-encoding"] for request in server.requests} == {"identity"}
    assert error.kind is Fault.MALFORMED
    assert str(error) == f"{name}: more than 4,194,304 bytes in the answer"
    assert most[0] < 3 * MOST_BYTES


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("encoding", ["br", "zstd", "deflate", "gzip", "gzip, gzip", "x" * 500])
async def test_an_encoding_that_is_not_known_or_not_true_is_malformed(encoding, name):
    """An answer in an encoding that is not known, or not in the one it says, is malformed, in one printable line."""
    error, _ = await ask(Reply(headers={"content-encoding": encoding}), name)
    assert error.kind is Fault.MALFORMED
    assert str(error).isprintable()
    assert len(str(error)) <= 200


@pytest.mark.parametrize("name", NAMES)
async def test_an_error_is_judged_by_its_status(name):
    """An HTTP error whose body is compressed is the fault that its status says, and Retry-After is heard."""
    error, _ = await ask(Reply(status=429, raw=BOMB, headers={**GZIP, "retry-after": "7"}), name)
    assert (error.kind, error.retry_after_s) == (Fault.RATE, 7)


@pytest.mark.parametrize("name", NAMES)
async def test_an_endless_error_is_cut(name):
    """An HTTP error whose body has no end is the fault that its status says."""
    endless = Endless(*BODIES["chunked"], status=503)
    async with endless.listen() as address:
        model = LiteLLMModel(name, address, timeout_s=60.0)
        assert await outcome(model) == "ok"
        error = await outcome(model)
        await asyncio.wait_for(endless.hung_up.wait(), 60)
        await model.aclose()
    assert error.kind is Fault.OVERLOAD
    assert endless.sent < 2 * MOST_BYTES


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("headers", [{}, {"content-encoding": "identity"}])
async def test_the_longest_text_fits(headers, name):
    """The limit leaves room for the longest text that is accepted, in any script."""
    body = json.loads(Reply("𝔸" * LONGEST_TEXT).body({}, 0))
    response, _ = await ask(Reply(raw=json.dumps(body, ensure_ascii=False).encode(), headers=headers), name)
    assert len(response.text) == LONGEST_TEXT


@pytest.mark.parametrize("name", NAMES)
async def test_a_refused_answer_leaves_no_connection_open(name):
    """Answers that were refused or cut hold no file descriptor once the model is closed."""
    replies = [Reply(raw=BOMB, headers=GZIP), Reply(raw=b" " * (MOST_BYTES + 1)), Reply(status=503, raw=b"x" * MB)]
    await ask("ok", name)  # what LiteLLM opens once stays open
    before = open_files()
    with OpenAIServer(lambda _messages, _body, number: replies[number % 3]) as server:
        model = LiteLLMModel(name, server.base_url)
        faults = await asyncio.gather(*(outcome(model) for _ in range(30)))
        await model.aclose()
    assert {fault.kind for fault in faults} == {Fault.MALFORMED, Fault.OVERLOAD}
    assert open_files() <= before


ANOTHER_WAY = """
import asyncio, sys
from maker_engine.core.errors import ProviderError
from maker_engine.models.via_litellm import LiteLLMModel
from tests.models.test_via_litellm import REQUEST
async def main():
    model = LiteLLMModel(sys.argv[1], sys.argv[2])
    try:
        await model.sample(REQUEST)
    except ProviderError as error:
        print(error.kind.value, error)
    await model.aclose()
asyncio.run(main())
"""


def test_the_environment_cannot_lift_the_limit():
    """Variables that send LiteLLM over another transport, or aiohttp through a proxy, have no effect on loopback."""
    elsewhere = {"AIOHTTP_TRUST_ENV": "True", "http_proxy": "http://127.0.0.1:9"}
    environment = {**os.environ, "DISABLE_AIOHTTP_TRANSPORT": "True", "LITELLM_HTTP2": "True", **elsewhere}
    with OpenAIServer(lambda _messages, _body, _number: Reply(raw=BOMB, headers=GZIP)) as server:
        said = subprocess.run(
            [sys.executable, "-c", ANOTHER_WAY, NAMES[1], server.base_url],
            env=environment, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True,
        )  # fmt: skip
    assert "more than 4,194,304 bytes" in said.stdout, said.stderr
