"""One instance of a service: answers with its version, and does what its fault is. A script: imports nothing of ours.

    python -I -S instance.py NAME VERSION FAULT

It writes its port to its output, and ends with its whole group when its input is closed: whoever started it is gone.
"""

import os
import signal
import socket
import sys
import threading
import time
from collections import deque

UNHEALTHY_S = 0.3
"""Seconds after its first healthy answer that a version turns unhealthy."""
SLOW_S = 0.4
SLOW_START_S = 1.5
LOAD, LOAD_S = 7, 0.25
"""Requests within so many seconds above which one in twenty fails."""


class Server:
    """Answers each connection once.

    Args:
        name: The service.
        version: What it says it is.
        fault: What it does wrong; "" for nothing.
    """

    def __init__(self, name: str, version: str, fault: str) -> None:
        self.name, self.version, self.fault = name, version, fault
        self.began = time.monotonic()
        self.healthy_since = 0.0
        self.recent: deque[float] = deque()
        self.under_load = 0
        self.lock = threading.Lock()

    def status(self, path: str) -> int:
        """Return the status of the answer to a path, as the fault has it."""
        now = time.monotonic()
        if self.fault == "slow-start" and now - self.began < SLOW_START_S:
            return 503
        if self.fault == "unhealthy":
            self.healthy_since = self.healthy_since or now
            if now - self.healthy_since > UNHEALTHY_S:
                return 503
        if path == "/health":
            return 200
        if self.fault == "slow":
            time.sleep(SLOW_S)
        return 500 if self.fault == "errors" and self._fails(now) else 200

    def _fails(self, now: float) -> bool:
        with self.lock:
            self.recent.append(now)
            while self.recent[0] < now - LOAD_S:
                self.recent.popleft()
            self.under_load += len(self.recent) > LOAD
            return len(self.recent) > LOAD and self.under_load % 20 == 1

    def answer(self, connection: socket.socket) -> None:
        """Read one request and answer it."""
        with connection:
            connection.settimeout(10)
            try:
                data = b""
                while b"\r\n\r\n" not in data and len(data) < 65_536:
                    part = connection.recv(8_192)
                    if not part:
                        return
                    data += part
                words = data.split(b"\r\n", 1)[0].split()
                path = words[1].decode("latin-1") if len(words) > 1 else "/"
                status = self.status(path)
                body = f"{self.name} {self.version}\n".encode()
                head = f"HTTP/1.1 {status} X\r\nX-Version: {self.version}\r\nContent-Length: {len(body)}\r\n"
                connection.sendall(head.encode() + b"Connection: close\r\n\r\n" + body)
            except OSError:
                return


def _leash() -> None:
    while os.read(0, 64):
        pass
    os.killpg(0, signal.SIGKILL)


def main() -> None:
    """Serve until the end."""
    name, version, fault = sys.argv[1:4]
    threading.Thread(target=_leash, daemon=True).start()
    if fault == "hangs-at-stop":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    server = Server(name, f"{version}-wrong" if fault == "wrong-version" else version, fault)
    listening = socket.create_server(("127.0.0.1", 0), backlog=256)
    os.write(1, f"{listening.getsockname()[1]}\n".encode())
    if fault == "dies":
        os._exit(3)
    while True:
        connection, _ = listening.accept()
        threading.Thread(target=server.answer, args=(connection,), daemon=True).start()


if __name__ == "__main__":
    main()
