"""Pausing and stepping: the gate every sample goes through, and the inbox that brings a person's commands."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress

from maker_engine.core.commands import Command, Continue, DecideStep, DrawSample, Pause, Stop
from maker_engine.core.events import Event, RunContinued, RunPaused
from maker_engine.runtime.limits import UNLIMITED


class Inbox:
    """Brings commands from any thread to the runner's event loop."""

    def __init__(self) -> None:
        self._commands: deque[Command] = deque()
        self._bound: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None

    def send(self, command: Command) -> None:
        """Put a command in, from any thread, before or during a run."""
        self._commands.append(command)
        if self._bound is not None:
            loop, wake = self._bound
            with suppress(RuntimeError):  # the run has ended, and its loop with it
                loop.call_soon_threadsafe(wake.set)

    def bind(self, loop: asyncio.AbstractEventLoop, wake: asyncio.Event) -> None:
        """Set `wake` on `loop` whenever a command comes in from now on."""
        self._bound = (loop, wake)

    def drain(self) -> list[Command]:
        """Take out what is there."""
        taken = []
        while self._commands:
            taken.append(self._commands.popleft())
        return taken


class Gate:
    """Says how many samples may be asked for now."""

    def __init__(self) -> None:
        self._paused = False
        self._until_decided = False
        self._credit = 0
        self._held = False
        self.stopped: Stop | None = None

    @property
    def stepping(self) -> bool:
        """Whether a person goes through the run by hand: nothing is then drawn ahead."""
        return self._paused or self._until_decided

    @property
    def room(self) -> int:
        """Samples that may be asked for now."""
        return self._credit if self._paused else UNLIMITED

    @property
    def may_commit(self) -> bool:
        """Whether a decided step may be committed now; one that a person is stepping through waits for the next key."""
        return not self._held or self._credit > 0

    def obey(self, command: Command) -> list[Event]:
        """Follow a command; return what came of it."""
        match command:
            case Pause():
                return self._pause()
            case Continue():
                self._until_decided = False
                return self._continue()
            case DecideStep():
                self._until_decided = True
                return self._continue()
            case DrawSample():
                events = self._pause()
                self._credit += 1
                return events
            case Stop():
                self.stopped = self.stopped or command  # the first one says why
        return []

    def hold(self) -> list[Event]:
        """Wait for a person."""
        return self._pause()

    def asked(self, samples: int) -> None:
        """Note that so many samples went through."""
        self._credit = max(0, self._credit - samples)

    def decided(self) -> list[Event]:
        """Note that a step was committed; pauses when that was what the run went on for."""
        self._credit = 0
        if not self._until_decided:
            return []
        self._held = True
        return self._pause()

    def _pause(self) -> list[Event]:
        self._until_decided = False
        if self._paused:
            return []
        self._paused = True
        return [RunPaused()]

    def _continue(self) -> list[Event]:
        self._credit = 0
        self._held = False
        if not self._paused:
            return []
        self._paused = False
        return [RunContinued()]
