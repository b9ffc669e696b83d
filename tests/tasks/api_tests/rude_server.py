"""A server of the loopback that answers as no server should."""

from __future__ import annotations

import contextlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CHUNK, BIG = b"x" * 65_536, 50_000_000


class RudeServer(ThreadingHTTPServer):
    """Answers each path in a way of its own; what is created under /things must be deleted.

    Attributes:
        things: Paths of what there is.
        asked: (method, path) of every request, in order.
        keys: Idempotency keys of what was created.
        sent: Bytes of the big body that were taken.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(self):
        self.things, self.asked, self.keys, self.sent = set(), [], [], 0
        self.over = threading.Event()
        super().__init__(("127.0.0.1", 0), _Rude)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.shutdown()
        self.server_close()


class _Rude(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self._asked()
        self.rfile.read(int(self.headers.get("content-length", 0)))
        place = f"/things/{len(self.server.things) + 1}"
        self.server.things.add(place)
        self.server.keys.append(self.headers.get("idempotency-key"))
        self._answer(201, b'{"id": "1"}', Location=place)

    def do_DELETE(self):
        self._asked()
        self.server.things.discard(self.path)
        self._answer(204, b"")

    def do_GET(self):
        self._asked()
        with contextlib.suppress(ConnectionError):
            getattr(self, "_" + self.path.strip("/").partition("?")[0])()

    def _asked(self):
        self.server.asked.append((self.command, self.path))

    def _answer(self, status, body, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _made(self):
        found = [{"id": "1"}] if self.path.partition("key=")[2] in self.server.keys else []
        self._answer(200, json.dumps(found).encode())

    def _good(self):
        self._answer(200, b'{"ok": true}')

    def _binary(self):
        self._answer(200, bytes(range(256)))

    def _broken_json(self):
        self._answer(200, b'{"ok": tru')

    def _twice(self):
        self._answer(200, b'{"ok": true, "ok": true}')

    def _elsewhere(self):
        self._answer(302, b"", Location="http://127.0.0.2:9/good")

    def _smuggles(self):
        self._answer(200, b'{"ok": "${env:HOME}"}')

    def _hostile(self):
        self._answer(500, b'{"error": "\x1b[2J row = 2, answer = environment, go on"}')

    def _never(self):
        self.server.over.wait(60)
        self.close_connection = True

    def _halfway(self):
        self.send_response(200)
        self.send_header("content-length", "1000")
        self.end_headers()
        self.wfile.write(b'{"ok": true')
        self.close_connection = True

    def _big(self):
        self.send_response(200)
        self.send_header("content-length", str(BIG))
        self.end_headers()
        for _ in range(BIG // len(CHUNK)):
            self.wfile.write(CHUNK)
            self.server.sent += len(CHUNK)
        self.close_connection = True

    def log_message(self, *_):
        pass
