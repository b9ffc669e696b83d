"""The effect "process": a program with a list of arguments, in a process group of its own. No shell; always reaped."""

from __future__ import annotations

import asyncio
import os
import selectors
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from maker_engine.core.decomposition import Json
from maker_engine.effects import receipts
from maker_engine.effects.consent import EXEC, Scope, program
from maker_engine.effects.port import Call, EffectError, limit_of, take, text_or_base64
from maker_engine.printable import one_line

LEASH = Path(__file__).with_name("leash.py")
PATIENCE_S = 2.0
"""Seconds between the polite signal and the other one, and for output that comes after the end."""
LOOK_S = 0.05
_CHUNK = 1 << 16
_KNOWN: dict[str, type | tuple[type, ...]] = {
    "argv": list, "cwd": str, "env": dict, "stdin": str, "most_bytes": int, "receipt": bool,
}  # fmt: skip


class Process:
    """Runs a program to its end.

    Arguments: "argv" (program and arguments), and "cwd", "env" (added to the environment), "stdin" (text), "most_bytes"
    (1 MiB each of output and errors), "receipt" (True has "process_end" know after a crash how it ended). Value:
    {"exit", "stdout", "stderr", "cut"}; an output that is no UTF-8 is in base64 under its name with _base64 behind;
    "exit" is −n where signal n ended it.
    """

    def __init__(self) -> None:
        self._swept = False

    def scope(self, arguments: Mapping[str, Any], *, writes: bool) -> Scope:  # noqa: ARG002 - nobody knows what it does
        """Return the program: a bare name, which is found along PATH, or a path."""
        take(arguments, _KNOWN)
        argv = arguments.get("argv") or [""]
        if not (argv[0] and all(isinstance(one, str) and "\0" not in one for one in argv)):
            raise EffectError("arguments", "argv must be a list of texts that begins with a program", refused=True)
        return Scope(EXEC, program(argv[0]), writes=True)

    def describe(self, arguments: Mapping[str, Any]) -> str:
        """Describe the command."""
        return " ".join(map(str, arguments.get("argv", ())))

    def prepare(self, arguments: Mapping[str, Any], receipt: Path) -> None:
        """Lay out the receipt, where one is wanted."""
        if arguments.get("receipt"):
            if not self._swept:
                self._swept = True
                receipts.sweep(receipt.parent)
            receipts.lay_out(receipt)

    async def carry_out(self, call: Call) -> dict[str, Json]:
        """Run it; cancelled, end it with all of its group."""
        limit, found = limit_of(call.arguments), _find(call.arguments["argv"][0])
        running = _Running(call, found, limit)
        ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        loop = asyncio.get_running_loop()

        def drive() -> None:
            error: Exception | None = None
            try:
                running.drive()
            except Exception as raised:  # noqa: BLE001 - reported below, in the loop that waits
                error = raised
            with suppress(RuntimeError):  # the loop is gone, and no one waits
                loop.call_soon_threadsafe(_settle, ended, error)

        thread = threading.Thread(target=drive, name="maker process", daemon=True)
        thread.start()
        try:
            await asyncio.shield(ended)
        except asyncio.CancelledError:
            running.stop.set()
            await asyncio.shield(ended)
            raise
        return {"exit": running.exit, **running.output("stdout"), **running.output("stderr"), "cut": running.cut}


def _settle(ended: asyncio.Future[None], error: Exception | None) -> None:
    if error is None:
        ended.set_result(None)
    else:
        ended.set_exception(error)


def _find(name: str) -> str:
    found = os.path.realpath(name) if os.sep in name else shutil.which(name)
    if found is None or not os.access(found, os.X_OK):
        raise EffectError("program", f"there is no program {one_line(name, 80)!r}", refused=True)
    return found


class _Running:
    """A program while it runs; driven by one thread, which starts it, feeds it, reads it and reaps it."""

    def __init__(self, call: Call, found: str, limit: int) -> None:
        self._call = call
        self._found = found
        self._limit = limit
        self._receipt = call.receipt if call.arguments.get("receipt") else None
        self._kept = {"stdout": bytearray(), "stderr": bytearray()}
        self._over: set[str] = set()
        self.stop = threading.Event()
        self.exit = 0

    @property
    def cut(self) -> bool:
        """Whether there was more output than is kept."""
        return bool(self._over)

    def output(self, name: str) -> dict[str, Json]:
        """Return what came out of one of its two outputs, masked."""
        return text_or_base64(name, bytes(self._kept[name]), self._call.secrets, cut=name in self._over)

    def drive(self) -> None:
        """Run it to its end, or until `stop` is set."""
        leash, hold = os.pipe()
        try:
            with self._started(leash) as started:
                try:
                    self._converse(started, self._call.arguments.get("stdin", "").encode())
                finally:
                    self._end(started)
            self.exit = started.returncode
        finally:
            os.close(leash)
            os.close(hold)

    def _started(self, leash: int) -> subprocess.Popen[bytes]:
        given = self._call.arguments
        receipt = -1 if self._receipt is None else receipts.begin(self._receipt)
        command = [sys.executable, "-I", "-S", str(LEASH), str(leash), str(receipt), self._found, *given["argv"]]
        environment = {**os.environ, "MAKER_IDEMPOTENCY_KEY": self._call.key, **given.get("env", {})}
        try:
            return subprocess.Popen(  # noqa: S603 - consent was given to this program; no shell
                command, cwd=given.get("cwd"), env=environment, start_new_session=True,
                pass_fds=(leash,) if receipt < 0 else (leash, receipt),
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            )  # fmt: skip
        except (OSError, ValueError) as error:
            raise EffectError("program", one_line(f"{self._found} cannot be started: {error}")) from None
        finally:
            if receipt >= 0:
                os.close(receipt)

    def _converse(self, started: subprocess.Popen[bytes], left: bytes) -> None:
        """Feed it, and read what comes out, until it has ended and nothing more comes, or it is stopped."""
        late = 0.0
        with selectors.DefaultSelector() as ready:
            for name in ("stdout", "stderr"):
                ready.register(_pipe(started, name), selectors.EVENT_READ, name)
            self._offer(ready, _pipe(started, "stdin"), left)
            while not self.stop.is_set():
                if not late and started.poll() is not None:
                    late = time.monotonic() + PATIENCE_S
                    self._kill(started)  # what it has left behind, and what may hold its output open
                if late and (not ready.get_map() or time.monotonic() > late):
                    return
                if not ready.get_map():
                    self.stop.wait(LOOK_S)
                for key, _ in ready.select(LOOK_S) if ready.get_map() else ():
                    if key.data == "stdin":
                        left = self._feed(ready, key.fileobj, left)
                    elif not self._take(key.data, key.fd):
                        ready.unregister(key.fileobj)

    @staticmethod
    def _offer(ready: selectors.BaseSelector, pipe: IO[bytes], left: bytes) -> None:
        if not left:
            pipe.close()
            return
        os.set_blocking(pipe.fileno(), False)
        ready.register(pipe, selectors.EVENT_WRITE, "stdin")

    @staticmethod
    def _feed(ready: selectors.BaseSelector, pipe: Any, left: bytes) -> bytes:
        try:
            left = left[os.write(pipe.fileno(), left[:_CHUNK]) :]
        except BlockingIOError:
            return left
        except OSError:
            left = b""  # it reads no more: its own business
        if not left:
            ready.unregister(pipe)
            with suppress(OSError):
                pipe.close()
        return left

    def _take(self, name: str, pipe: int) -> bool:
        data = os.read(pipe, _CHUNK)
        room = self._limit - len(self._kept[name])
        self._kept[name] += data[:room]
        if len(data) > room:
            self._over.add(name)
        return bool(data)

    def _end(self, started: subprocess.Popen[bytes]) -> None:
        if started.poll() is None:
            if self._receipt is not None:
                receipts.note_stop(self._receipt)
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(started.pid, signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                started.wait(PATIENCE_S)
            self._kill(started)
            started.wait()

    @staticmethod
    def _kill(started: subprocess.Popen[bytes]) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(started.pid, signal.SIGKILL)


def _pipe(started: subprocess.Popen[bytes], name: str) -> IO[bytes]:
    pipe: IO[bytes] = getattr(started, name)
    return pipe
