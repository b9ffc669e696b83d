"""A real loopback server that speaks the OpenAI chat-completions wire format, and misbehaves on request.

    with OpenAIServer(lambda messages, body, number: "move 1 from A to C") as server:
        model = LiteLLMModel("openai/any", api_base=server.base_url)

`answer` runs on the server's own thread, one call at a time. A string is a plain answer; a `Reply` says more.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Literal, Self

PATIENCE_S = 60.0
FOR_EVER_S = 3600.0


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer, good or bad.

    Attributes:
        text: The message's content; None is sent as null. Several are those of as many choices.
        finish_reason: Sent as it is.
        usage: Prompt, output and cached prompt tokens; None sends no usage block.
        model: Name of the model that claims to have answered; None echoes the one asked for.
        status: HTTP status.
        headers: Further response headers; they win over ours.
        raw: The whole body, instead of one made of the fields above.
        delay_s: Seconds before the first byte.
        drip_s: Seconds between the body's bytes; 0 sends it at once.
        close: "before" hangs up without a byte, "mid body" after half of the body, "reset" likewise with a RST.
        wire: All that is sent, status line and headers included, instead of a proper response; then it hangs up.
        stall: Keep the connection open after the last byte, and silent.
    """

    text: str | Sequence[str | None] | None = "ok"
    finish_reason: str | None = "stop"
    usage: tuple[int, int, int] | None = (11, 3, 0)
    model: str | None = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    delay_s: float = 0.0
    drip_s: float = 0.0
    close: Literal["", "before", "mid body", "reset"] = ""
    wire: bytes | None = None
    stall: bool = False

    @classmethod
    def error(cls, status: int, message: str, code: str = "", headers: Mapping[str, str] | None = None) -> Reply:
        """Refuse, in OpenAI's words."""
        body = {"error": {"message": message, "type": code or "error", "param": None, "code": code or None}}
        return cls(status=status, raw=json.dumps(body).encode(), headers=headers or {})

    def body(self, asked: Mapping[str, Any], number: int) -> bytes:
        """Write the response body to request `number`, 0-based."""
        if self.raw is not None:
            return self.raw
        texts = [self.text] if self.text is None or isinstance(self.text, str) else self.text
        answer: dict[str, Any] = {
            "id": f"chatcmpl-{number}",
            "object": "chat.completion",
            "created": 0,
            "model": self.model or asked.get("model"),
            "choices": [
                {
                    "index": index,
                    "message": {"role": "assistant", "content": text},
                    "finish_reason": self.finish_reason,
                }
                for index, text in enumerate(texts)
            ],
        }
        if self.usage is not None:
            prompt, output, cached = self.usage
            answer["usage"] = {
                "prompt_tokens": prompt,
                "completion_tokens": output,
                "total_tokens": prompt + output,
                "prompt_tokens_details": {"cached_tokens": cached},
            }
        return json.dumps(answer).encode()


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it arrived; header names in lower case."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]


Answer = Callable[[list[dict[str, Any]], dict[str, Any], int], str | Reply]


class OpenAIServer:
    """The server; a context manager. It listens on 127.0.0.1 at a port of the system's choice, in its own thread.

    Args:
        answer: What it says.
        slots: Answers that are under way at the same time, None for all; the others wait in the order of arrival.
        up: False to refuse connections until `come_up`.

    Attributes:
        requests: Every chat request that arrived whole, in order of arrival.
        hung_up: Clients that closed their connection before their answer was complete.
    """

    def __init__(self, answer: Answer, *, slots: int | None = None, up: bool = True) -> None:
        self.requests: list[Request] = []
        self.hung_up = 0
        self._answer = answer
        self._changed = threading.Condition()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="openai-server", daemon=True)
        # Connections are accepted by hand: asyncio's own server loses sight of one that arrives while it closes.
        self._listener = socket.socket()
        self._listener.bind(("127.0.0.1", 0))
        self._listener.setblocking(False)
        self._slots = None if slots is None else asyncio.Semaphore(slots)
        self._up = up
        self._port = self._listener.getsockname()[1]
        self._talks: dict[asyncio.Task[None], socket.socket] = {}
        self._bugs: list[BaseException] = []

    @property
    def base_url(self) -> str:
        """What to give as `api_base`."""
        return f"http://127.0.0.1:{self._port}/v1"

    def wait_until(self, condition: Callable[[OpenAIServer], bool]) -> None:
        """Block until `condition(self)` holds; fail after half a minute."""
        with self._changed:
            assert self._changed.wait_for(lambda: condition(self), PATIENCE_S), "the server waited in vain"

    def come_up(self) -> None:
        """Listen from now on."""
        self._listener.listen(512)
        self._loop.call_soon_threadsafe(self._loop.add_reader, self._listener, self._accept)

    def __enter__(self) -> Self:
        self._thread.start()
        if self._up:
            self.come_up()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(PATIENCE_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE_S)
        self._loop.close()
        if error is None and self._bugs:
            raise self._bugs[0]

    async def _close(self) -> None:
        self._loop.remove_reader(self._listener)
        self._listener.close()
        talks = dict(self._talks)
        for talk in talks:
            talk.cancel()
        await asyncio.gather(*talks, return_exceptions=True)
        await asyncio.sleep(0)  # an aborted transport lets go of its socket in the loop's next turn
        for connection in talks.values():
            connection.close()

    def _accept(self) -> None:
        with suppress(BlockingIOError):
            connection, _ = self._listener.accept()
            connection.setblocking(False)
            # asyncio does this for the connections it makes itself; without it each answer waits 40 ms for an ACK.
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            talk = self._loop.create_task(self._talk(connection))
            self._talks[talk] = connection
            talk.add_done_callback(self._ended)

    def _ended(self, talk: asyncio.Task[None]) -> None:
        del self._talks[talk]
        if not talk.cancelled() and (bug := talk.exception()) is not None:
            self._bugs.append(bug)

    async def _talk(self, connection: socket.socket) -> None:
        reader, writer = await asyncio.open_connection(sock=connection)
        try:
            # A client that leaves is part of what is tested.
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                while await self._exchange(reader, writer):
                    pass
                writer.close()
                await writer.wait_closed()
        finally:
            writer.transport.abort()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Serve one request; False ends the connection."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
        content = await reader.readexactly(int(headers.get("content-length", "0")))
        request = Request(head[0].split(" ")[1], headers, json.loads(content or b"{}"))
        number = len(self.requests)
        with self._changed:
            self.requests.append(request)
            self._changed.notify_all()
        given = self._answer(request.body.get("messages", []), request.body, number)
        reply = Reply(given) if isinstance(given, str) else given
        body = reply.body(request.body, number)
        if not (reply.delay_s or reply.drip_s or reply.stall):
            return await self._send(reply, body, writer)
        return await self._send_watched(reply, body, reader, writer)

    async def _send_watched(
        self, reply: Reply, body: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Send slowly, and notice at once when the client leaves."""
        sending = asyncio.ensure_future(self._send(reply, body, writer))
        leaving = asyncio.ensure_future(reader.read(1))
        try:
            await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if sending.done():
                return sending.result()
            with self._changed:
                self.hung_up += 1
                self._changed.notify_all()
            return False
        finally:
            for half in (sending, leaving):
                half.cancel()
            await asyncio.gather(sending, leaving, return_exceptions=True)

    async def _send(self, reply: Reply, body: bytes, writer: asyncio.StreamWriter) -> bool:
        async with self._slots or nullcontext():
            await asyncio.sleep(reply.delay_s)
        if reply.close == "before":
            return False
        headers = {"content-type": "application/json", "content-length": str(len(body)), **reply.headers}
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        head = f"HTTP/1.1 {reply.status} Status\r\n{lines}\r\n".encode("latin-1")
        if reply.wire is not None:
            head, body = b"", reply.wire
        writer.write(head)
        if reply.close:
            writer.write(body[: len(body) // 2])
            await writer.drain()
            if reply.close == "reset":
                _reset(writer)
            return False
        for piece in [body[i : i + 1] for i in range(len(body))] if reply.drip_s else [body]:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(reply.drip_s)
        await asyncio.sleep(FOR_EVER_S if reply.stall else 0)
        return reply.wire is None


def _reset(writer: asyncio.StreamWriter) -> None:
    """Hang up with a RST instead of a FIN."""
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
