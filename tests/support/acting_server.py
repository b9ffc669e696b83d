"""A server on loopback that counts what is done to it: its log is the witness of every effect; some paths misbehave."""

from __future__ import annotations

import gzip
import json
import ssl
import threading
import time
from collections import Counter
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit


class ActingServer:
    """Takes POST /do?name=N (does it, every time), PUT /put?name=N, GET /done?name=N; says what was done in `log`.

    Args:
        delay_s: Seconds before and after it does something.
        certificate: Files of its certificate and key, to speak TLS; None for plain HTTP.

    Attributes:
        log: (method, name, idempotency key) of every request that changed something, in order.
    """

    def __init__(self, delay_s: float = 0.0, certificate: tuple[str, str] | None = None) -> None:
        self.log: list[tuple[str, str, str]] = []
        self.delay_s = delay_s
        self._lock = threading.Lock()
        self._http = _Http(("127.0.0.1", 0), _Handler)
        self._http.owner = self
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self._http.socket = context.wrap_socket(self._http.socket, server_side=True)
        threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._http.server_address[1])

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def note(self, method: str, name: str, key: str) -> None:
        """Do it."""
        with self._lock:
            self.log.append((method, name, key))

    def done(self, name: str) -> int:
        """How often it was done."""
        with self._lock:
            return sum(one[1] == name for one in self.log)

    @property
    def counts(self) -> Counter[str]:
        """How often each was done by POST."""
        with self._lock:
            return Counter(name for method, name, _ in self.log if method == "POST")


_LEADS = {"/here": "/echo", "/away": "http://localhost:1/", "/round": "/round"}


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    owner: ActingServer

    def handle_error(self, *_: Any) -> None:
        """Say nothing of whoever was killed in the middle of a request."""


class _Handler(BaseHTTPRequestHandler):
    server: _Http
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        pass

    def _name(self) -> str:
        return parse_qs(urlsplit(self.path).query).get("name", [""])[0]

    def _say(self, body: bytes, status: int = 200, length: int | None = None, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        with suppress(OSError):  # whoever asked was killed
            self.wfile.write(body)

    def _change(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.server.owner.delay_s:
            time.sleep(self.server.owner.delay_s)
        self.server.owner.note(self.command, self._name(), self.headers.get("Idempotency-Key", ""))
        if self.server.owner.delay_s:
            time.sleep(self.server.owner.delay_s)
        self._say(json.dumps({"done": self._name()}).encode(), 201)

    do_POST = do_PUT = do_DELETE = _change  # noqa: N815 - likewise

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path == "/done":
            self._say(json.dumps({"times": self.server.owner.done(self._name())}).encode())
        elif path == "/port":
            known = [self.client_address[1], self.headers.get("Cookie")]
            self._say(json.dumps(known).encode(), Set_Cookie="session=1")
        elif path == "/echo":
            self._say(json.dumps(dict(self.headers.items())).encode(), X_Token=self.headers.get("X-Token", ""))
        else:
            self._misbehave(path)

    def _drip(self) -> None:
        self._say(b"", length=1_000)
        with suppress(OSError):
            for _ in range(200):
                self.wfile.write(b"x")
                time.sleep(0.02)

    def _misbehave(self, path: str) -> None:
        match path:
            case "/big":
                self._say(b"x" * (2 << 20), length=50 << 20)
            case "/bomb":
                self._say(gzip.compress(b"0" * (20 << 20)), Content_Encoding="gzip")
            case "/drip":
                self._drip()
            case "/binary":
                self._say(b"\xff\xfe\x00\x01")
            case "/middle":
                self._say(b"only this", length=100)
                self.close_connection = True
            case "/never":
                time.sleep(30)
            case "/here" | "/away" | "/round":
                self._say(b"", 302, Location=_LEADS[path])
            case _:
                self._say(b"{not json")
