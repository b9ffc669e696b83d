"""The shop on a socket of the loopback; it can keep what it was asked in a file, and continue there after a crash."""

from __future__ import annotations

import contextlib
import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from .scripts import SLOW_S, Answer
from .shop import Shop

LARGEST = 1_000_000
LOG, HOST = "/_log", "127.0.0.1"


class ShopServer(ThreadingHTTPServer):
    """A server of one shop.

    Args:
        port: 0 for any that is free.
        faults: Name of the script of its faults.
        kept: File in which its requests are kept, and from which earlier ones are read; None for none.

    Raises:
        OSError: The port is taken, or the file cannot be written.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(self, port: int = 0, faults: str = "none", kept: Path | None = None) -> None:
        self.shop = Shop(faults)
        self._lock = threading.Lock()
        self._kept = kept
        self._began = time.monotonic()
        if kept is not None and kept.exists():
            for line in kept.read_text("utf-8").splitlines():
                with contextlib.suppress(ValueError, TypeError):  # the last line may have been cut by a crash
                    self.shop.handle(*json.loads(line))
        super().__init__((HOST, port), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that went away; of anything else as the library does."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    @property
    def url(self) -> str:
        """Return its address."""
        return f"http://{HOST}:{self.server_address[1]}"

    def start(self) -> None:
        """Serve from a thread of its own, which ends with the process."""
        threading.Thread(target=self.serve_forever, args=(0.05,), name="api-demo-server", daemon=True).start()

    def stop(self) -> None:
        """Stop serving and close the socket."""
        self.shutdown()
        self.server_close()

    def answer(self, method: str, path: str, headers: dict[str, str], body: str) -> Answer:
        """Answer a request, one at a time; it is on disk before anything comes of it."""
        with self._lock:
            if path == LOG:
                return Answer(200, list(self.shop.log))
            if self._kept is not None:
                with self._kept.open("a", encoding="utf-8") as file:
                    file.write(json.dumps([method, path, headers, body]) + "\n")
            answer = self.shop.handle(method, path, headers, body)
            self.shop.log[-1]["at"] = round(time.monotonic() - self._began, 4)
            return answer


class _Handler(BaseHTTPRequestHandler):
    """Reads one request and writes its answer."""

    protocol_version = "HTTP/1.1"
    timeout = 30
    server: ShopServer

    def _serve(self) -> None:
        length = self.headers.get("content-length", "0")
        size = int(length) if length.isdecimal() and len(length) < 10 else LARGEST + 1
        if size > LARGEST:
            self.close_connection = True
            self._send(Answer(413, {"error": "the body is too large"}))
            return
        data = self.rfile.read(size)
        if len(data) < size:  # the client went away in the middle of it: what it meant is not known
            self.close_connection = True
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = data.decode("utf-8", "replace")
        answer = self.server.answer(self.command, self.path.partition("?")[0], headers, body)
        time.sleep(min(answer.delay_s, SLOW_S))
        with contextlib.suppress(ConnectionError):
            self._send(answer)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _serve  # noqa: N815 - so the library has them

    def _send(self, answer: Answer) -> None:
        body = b"" if answer.body is None else json.dumps(answer.body).encode()
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if body:
            self.send_header("content-type", "application/json")
        if answer.status != 204:
            self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if answer.closes else body)
        if answer.closes:
            self.close_connection = True

    def log_message(self, *_: Any) -> None:
        """Write no line a request: `/_log` has them."""
