"""A loopback server that answers every chat completion at once, as cheaply as Python can: `python -m … server`."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys

LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
TEXT = "I look at the tops of the pegs first. Disk 1 is due, and goes one peg on in its direction. " * 5
BODY = json.dumps(
    {
        "id": "chatcmpl-%d",
        "object": "chat.completion",
        "created": 0,
        "model": "bench",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": TEXT}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 480, "completion_tokens": 120, "total_tokens": 600},
    }
).encode()


class Answering(asyncio.Protocol):
    """One connection; every request is answered by the same text, under an id of its own."""

    answered = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = transport
        self._heard = b""

    def data_received(self, data: bytes) -> None:
        """Answer whatever has come in whole."""
        self._heard += data
        while (end := self._heard.find(b"\r\n\r\n")) >= 0:
            length = LENGTH.search(self._heard, 0, end)
            whole = end + 4 + (int(length[1]) if length else 0)
            if len(self._heard) < whole:
                return
            self._heard = self._heard[whole:]
            Answering.answered += 1
            body = BODY % Answering.answered
            head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body)
            self._transport.write(head + body)


async def serve() -> None:
    """Say the port, and serve until the parent closes our input."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Answering, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    asyncio.run(serve())
