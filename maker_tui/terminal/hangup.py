"""When the terminal goes away: a dropped connection sends SIGHUP, a closed one may do no more than hang up."""

from __future__ import annotations

import os
import select
import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Protocol, Self

if TYPE_CHECKING:
    import argparse

NO_MOUSE = "leave the mouse to the terminal, to select text with"
STOP, CONTINUE = "stop", "continue"
WENT_AWAY = "the terminal went away"
HUNG_UP = 128 + signal.SIGHUP
"""Exit status, as a shell would report it of a program that SIGHUP ended."""
INTERRUPTED = 130
"""Exit status of what a key, SIGINT or SIGTERM stopped."""

LOOK_MS = 500
"""Most terminals wake whoever waits for their end; one that does not is examined this often."""
LEAVE_S = 0.4
"""The app has this long to take its screen down once the run is saved and there is no terminal to put in order."""


def add_flag(parser: argparse._ActionsContainer) -> None:
    """Add `--on-hangup`, and `--no-mouse` beside it: what a command that may open the app takes."""
    parser.add_argument(
        "--on-hangup",
        choices=(STOP, CONTINUE),
        default=STOP,
        help="when the terminal goes away: stop and save, or continue without it (default stop)",
    )
    parser.add_argument("--no-mouse", dest="mouse", action="store_false", help=NO_MOUSE)


def hung_up(fd: int) -> bool:
    """Return whether no one is at the other end any more."""
    poll = select.poll()
    poll.register(fd, 0)
    return any(events & (select.POLLHUP | select.POLLERR) for _, events in poll.poll(0))


class Watch:
    """Hears signals, and the terminal's death as a SIGHUP, in a thread of its own.

    The main thread could not: it may be stuck in a write to that very terminal. SIGHUP is sent once. A signal that the
    process was started to ignore, as under nohup, stays ignored.

    Args:
        hear: Called with each signal, in that thread.
        signals: What to hear.
        terminal: Its file descriptor, None where there is none to lose.
    """

    def __init__(
        self, hear: Callable[[signal.Signals], None], *signals: signal.Signals, terminal: int | None = None
    ) -> None:
        self.dead = False
        self._hear = hear
        self._signals = signals
        self._terminal = terminal
        self._before: dict[signal.Signals, Callable[[int, FrameType | None], object] | int | None] = {}
        self._announced = False
        self._ear, self._mouth = os.pipe()
        self._thread = threading.Thread(target=self._listen, name="maker-hangup", daemon=True)

    def __enter__(self) -> Self:
        for number in self._signals:
            if signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._catch)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            # The kernel and the shell may each send one: the second must not kill what the first is ending.
            signal.signal(number, signal.SIG_IGN if number == signal.SIGHUP and self._announced else handler)
        os.write(self._mouth, b"\0")
        self._thread.join()
        os.close(self._ear)
        os.close(self._mouth)

    def _catch(self, number: int, _: FrameType | None) -> None:
        os.write(self._mouth, bytes([number]))
        if number != signal.SIGHUP:
            signal.signal(number, signal.SIG_DFL)  # whoever asks twice does not want to wait

    def _listen(self) -> None:
        poll = select.poll()
        poll.register(self._ear, select.POLLIN)
        if self._terminal is not None:
            poll.register(self._terminal, 0)
        while True:
            ready = [fd for fd, _ in poll.poll(LOOK_MS)]
            numbers = list(os.read(self._ear, 64)) if self._ear in ready else []
            if self._terminal is not None and not self.dead and hung_up(self._terminal):
                self.dead = True
                poll.unregister(self._terminal)
                _cut_off()
                numbers.insert(0, signal.SIGHUP)
            for number in numbers:
                if number == 0:
                    return
                self._tell(signal.Signals(number))

    def _tell(self, number: signal.Signals) -> None:
        if number == signal.SIGHUP:
            if self._announced:
                return
            self._announced = True
        self._hear(number)


def _cut_off() -> None:
    """Let the standard streams that lead to a dead terminal lead nowhere: there, reading spins and writing fails."""
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        if hung_up(fd):
            os.dup2(null, fd)
    os.close(null)


class Leavable(Protocol):
    """What the app has to offer; all of it from any thread."""

    def leave(self) -> None:
        """Take the screen down; the run is not touched."""

    def stop_run(self, reason: str) -> None:
        """Ask the run that is open, if there is one, to end."""

    def close_source(self) -> None:
        """Stop and save that run, and wait for it."""


class Attendance:
    """Looks after an app and its run: ends them properly when the terminal goes away or SIGTERM comes.

    SIGINT is the person's: it leaves the app, as a key does. It is heard here because it has to end a run that is alone
    too, and Textual swallows one that comes while the screen is taken down.

    Args:
        app: The app.
        on_hangup: What to do with the run when the terminal goes away: `STOP` or `CONTINUE`.
    """

    def __init__(self, app: Leavable, on_hangup: str) -> None:
        self.signal_received: signal.Signals | None = None
        self.alone = False
        self._app = app
        self._on_hangup = on_hangup
        self._left = threading.Event()
        self._watch = Watch(self._hear, signal.SIGHUP, signal.SIGTERM, signal.SIGINT, terminal=0)

    def __enter__(self) -> Self:
        self._watch.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._left.set()
        self._watch.__exit__(kind, error, trace)

    def _hear(self, number: signal.Signals) -> None:
        self.alone = self.alone or (number == signal.SIGHUP and self._on_hangup == CONTINUE)
        if number == (signal.SIGHUP if self.alone else signal.SIGINT):
            self._app.leave()
            return
        self.signal_received = number
        self._app.stop_run(WENT_AWAY if number == signal.SIGHUP else f"interrupted by {number.name}")
        self._app.leave()
        if number == signal.SIGHUP and self._watch.dead:
            self._app.close_source()
            # A thread that reads a long session would hold the process for as long as it takes.
            if not self._left.wait(LEAVE_S):
                os._exit(HUNG_UP)
