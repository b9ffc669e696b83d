"""Pausing and stepping: the gate every sample goes through, and the inbox that brings a person's commands."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Hashable
from contextlib import suppress

from maker_engine.core.record.commands import (
    Command,
    Continue,
    DecideStep,
    DrawSample,
    DrawVote,
    DropBreak,
    Pause,
    RunUntil,
    SetBreak,
    Stop,
    TurnBreak,
)
from maker_engine.core.record.events import Event, ResponseFlagged, RunContinued, RunPaused, SamplesDrawn, VoteCast
from maker_engine.core.responses import Flag
from maker_engine.runtime.breakpoints import Breakpoints
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


class StepControl:
    """Says how many samples may be asked for now, and whether a decided step may be committed.

    Args:
        stops: Where the run holds.
    """

    def __init__(self, stops: Breakpoints) -> None:
        self._stops = stops
        self._paused = False
        self._steps = 0  # to decide before the next pause; 0 for no pause
        self._votes = 0  # to be counted before the run holds again; 0 for not waiting for any
        self._credit = 0
        self._held = False
        self.stopped: Stop | None = None

    @property
    def stepping(self) -> bool:
        """Whether a person goes through the run by hand: nothing is then drawn ahead."""
        return self._paused or self._steps > 0

    @property
    def free(self) -> bool:
        """Whether the run continues by itself: the gate need not be asked or notified before the next command."""
        return not (self.stepping or self._held or self.watching)

    @property
    def watching(self) -> bool:
        """Whether `see` has to be called with every event."""
        return self._votes > 0 or self._stops.active

    @property
    def room(self) -> int:
        """Samples that may be asked for now."""
        return self._credit if self._paused else UNLIMITED

    @property
    def stride(self) -> int:
        """Samples after which the gate has to be asked again, if they are drawn at once."""
        return self._stops.stride

    @property
    def may_commit(self) -> bool:
        """Whether a decided step may be committed now; one that a person is stepping through waits for the next key."""
        return not self._held or self._credit > 0

    def pass_decided(self, state: Hashable, winner: Hashable) -> list[Event]:
        """Look at a step that is decided, before it is committed; return what came of it: nothing, or a pause."""
        return self.hold() if self._stops.active and self._stops.decided(state, winner) is not None else []

    def see(self, event: Event) -> list[Event]:
        """Take an event in; return what came of it."""
        match event:
            case VoteCast():
                self._counted(votes=1)
            case ResponseFlagged():
                self._counted(votes=0)
            case SamplesDrawn():
                self._counted(votes=sum(not isinstance(one.verdict, Flag) for one in event.samples))
        return self.hold() if self._stops.active and self._stops.see(event) is not None else []

    def before_effect(self) -> list[Event]:
        """Look at a step that is about to act; return what came of it: nothing, or a pause."""
        return self.hold() if self._stops.active and self._stops.before_effect() is not None else []

    def obey(self, command: Command) -> list[Event]:
        """Follow a command; return what came of it."""
        match command:
            case Pause():
                return self._pause()
            case Continue() | DecideStep() | RunUntil():
                events = self._continue()
                if isinstance(command, DecideStep):
                    self._steps = max(1, command.steps)
                elif isinstance(command, RunUntil):
                    self._stops.obey(command)
                return events
            case DrawSample() | DrawVote():
                events = self._pause()
                if isinstance(command, DrawSample):
                    self._credit += max(1, command.samples)
                else:
                    self._votes, self._credit = max(1, command.votes), max(1, self._credit)
                return events
            case SetBreak() | TurnBreak() | DropBreak():
                self._stops.obey(command)
            case Stop():
                self.stopped = self.stopped or command  # the first one says why
        return []

    def stand(self) -> list[Event]:
        """Wait for a person."""
        return self._pause()

    def hold(self) -> list[Event]:
        """Wait for a person, and let a step that is decided meanwhile wait too."""
        self._held = True
        self._credit = 0
        return self._pause()

    def asked(self, samples: int) -> None:
        """Note that so many samples went through."""
        self._credit = max(0, self._credit - samples)

    def decided(self) -> list[Event]:
        """Note that a step was committed; pauses when that was what the run was continued for."""
        self._credit = self._votes = 0
        if not self._steps:
            return []
        self._steps -= 1
        if self._steps:
            return []
        self._held = True
        return self._pause()

    def _counted(self, votes: int) -> None:
        """Let, where votes are waited for, the next sample through."""
        if self._votes:
            self._votes = max(0, self._votes - votes)
            self._credit = 1 if self._votes else 0

    def _pause(self) -> list[Event]:
        self._steps = self._votes = 0
        if self._paused:
            return []
        self._paused = True
        return [RunPaused()]

    def _continue(self) -> list[Event]:
        self._stops.go_on()
        self._credit = self._steps = self._votes = 0
        self._held = False
        if not self._paused:
            return []
        self._paused = False
        return [RunContinued()]
