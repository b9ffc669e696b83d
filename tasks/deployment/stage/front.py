"""The front port: routes each request to an instance by turns and shares, and counts every one that is lost."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

from .figures import Figures
from .fleet import Fleet, Instance

CONNECT_S, ANSWER_S = 5.0, 15.0
TRIES = 3
"""Instances that a request is given to, one after the other, as long as none has answered."""
MOST_BODY = 1 << 20


async def ask(port: int, path: str) -> tuple[int, str, bytes]:
    """Send a GET to a port of the loopback; return status, version, and all bytes of the answer.

    Raises:
        OSError: Nobody answers.
    """
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode()
    return await relay(port, request)


async def relay(port: int, request: bytes) -> tuple[int, str, bytes]:
    """Send a request to a port of the loopback; return status, version, and all bytes of the answer.

    Raises:
        OSError: Nobody answers, or not in time, or not in HTTP.
    """
    reader, writer = await asyncio.wait_for(asyncio.open_connection("127.0.0.1", port), CONNECT_S)
    try:
        writer.write(request)
        answer = await asyncio.wait_for(reader.read(MOST_BODY), ANSWER_S)
        while part := await asyncio.wait_for(reader.read(MOST_BODY), ANSWER_S):
            answer += part
            if len(answer) > MOST_BODY:
                break
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
    head, _, _ = answer.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    words = lines[0].split()
    if len(words) < 2 or not words[1].isdigit():
        raise ConnectionError("the answer is no HTTP")
    versions = [line.partition(":")[2].strip() for line in lines if line.lower().startswith("x-version:")]
    return int(words[1]), versions[0] if versions else "", answer


class Front:
    """One listening port for all services: the first part of a path names the service.

    Args:
        fleet: Who serves.
        figures: What counts.
    """

    def __init__(self, fleet: Fleet, figures: Figures) -> None:
        self.fleet, self._figures = fleet, figures
        self._server: asyncio.Server | None = None
        self.port = 0

    async def open(self, port: int) -> None:
        """Begin to listen.

        Raises:
            OSError: The port is taken.
        """
        self._server = await asyncio.start_server(self._answer, "127.0.0.1", port, backlog=512)
        self.port = self._server.sockets[0].getsockname()[1]

    def close(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), ANSWER_S)
            words = head.split(b"\r\n", 1)[0].decode("latin-1").split()
            name, _, rest = (words[1] if len(words) > 1 else "/").lstrip("/").partition("/")
            if name not in self.fleet.services or words[0] != "GET":
                writer.write(b"HTTP/1.1 404 X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            else:
                writer.write(await self._routed(name, f"/{rest}"))
            await writer.drain()
        except (TimeoutError, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            return
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _routed(self, name: str, path: str) -> bytes:
        tried: set[Instance] = set()
        began = time.monotonic()
        for _ in range(TRIES):
            chosen = self.fleet.choose(name, tried)
            if chosen is None:
                break
            tried.add(chosen)
            found = await self.observed(chosen, path)
            if found is not None:
                status, answer = found
                self._figures.request(name, chosen.side, chosen.number, status, time.monotonic() - began)
                return answer
        planned = not tried and not self.fleet.services[name]["least"]
        self._figures.request(name, "", 0, 502, time.monotonic() - began, planned=planned)
        return b"HTTP/1.1 502 X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

    async def observed(self, chosen: Instance, path: str) -> tuple[int, bytes] | None:
        """Send a request to an instance and count what comes of it; return status and answer, None where none came."""
        seen = self._figures.seen(chosen.service, chosen.side)
        began = time.monotonic()
        chosen.in_flight += 1
        try:
            status, version, answer = await ask(chosen.port, path)
        except (TimeoutError, OSError):
            seen.add(0, time.monotonic() - began, wrong=False)
            return None
        finally:
            chosen.in_flight -= 1
        seen.add(status, time.monotonic() - began, wrong=version != chosen.version)
        return status, answer


class Load:
    """Sends so many requests a second through the front port, to each service by turns.

    Args:
        front: The front port.
        services: Their names.
        rate: Requests a second.
        figures: Counts what the front port does not answer.
    """

    def __init__(self, front: Front, services: list[str], rate: int, figures: Figures) -> None:
        self._front, self._services, self._rate, self._figures = front, services, rate, figures
        self._running: set[asyncio.Task[None]] = set()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._send())

    async def stop(self) -> None:
        """End, and wait for the last answers."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        if self._running:
            await asyncio.wait(self._running)

    async def _send(self) -> None:
        due, turn = time.monotonic(), 0
        while True:
            task = asyncio.create_task(self._one(self._services[turn % len(self._services)]))
            self._running.add(task)
            task.add_done_callback(self._running.discard)
            turn += 1
            due = max(due + 1 / self._rate, time.monotonic() - 1)  # after a pause of the machine, no flood
            await asyncio.sleep(max(0.0, due - time.monotonic()))

    async def _one(self, name: str) -> None:
        try:
            await ask(self._front.port, f"/{name}/")
        except (TimeoutError, OSError):
            self._figures.lose(name)
