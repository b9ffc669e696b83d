"""What a person does about the voting of a run under way: probes, another k, another pool of voters."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from maker_engine.core.errors import InputError
from maker_engine.core.record.commands import ChangeSettings, Probe
from maker_engine.core.record.events import Event, SettingsChanged
from maker_engine.core.responses import SampleRequest
from maker_engine.core.solver import Solver
from maker_engine.models.port import Model
from maker_engine.runtime.calls import Caller
from maker_engine.runtime.plan import Plan

MOST_PROBES = 100
"""Probes that are asked for at once, at most."""


class Changing:
    """Follows probes and changes.

    Args:
        plan: Opens pools.
        solver: Votes.
        caller: Asks whoever answers now.
        wake: Called when a pool has been opened, or cannot be.

    Attributes:
        refused: Why the last change was not made, in one line; empty where it was.
    """

    def __init__(self, plan: Plan, solver: Solver, caller: Caller, wake: Callable[[], None]) -> None:
        self._plan = plan
        self._solver = solver
        self._caller = caller
        self._wake = wake
        self._opening: set[asyncio.Task[None]] = set()
        self._opened: list[Model] = []
        self._ready: list[tuple[ChangeSettings, Model]] = []
        self.refused = ""

    def probe(self, command: Probe, room: int) -> list[SampleRequest]:
        """Return the requests of a probe, at most `room`."""
        return self._solver.probe(command, min(MOST_PROBES, room))

    def change(self, command: ChangeSettings) -> list[Event]:
        """Follow a change; one of the pool follows later, when it has been opened and checked."""
        self.refused = ""
        if not command.voters:
            return self._changed(command)
        opening = asyncio.create_task(self._open(command))
        self._opening.add(opening)
        opening.add_done_callback(self._opening.discard)
        return []

    def ready(self) -> list[Event]:
        """Go over to the pools that have been opened since."""
        ready, self._ready = self._ready, []
        return [event for command, model in ready for event in self._changed(command, model)]

    async def close(self) -> None:
        """Close the pools that were opened here."""
        for opening in self._opening:
            opening.cancel()
        await asyncio.gather(*self._opening, return_exceptions=True)
        for model in self._opened:
            await model.aclose()

    async def _open(self, command: ChangeSettings) -> None:
        try:
            model = self._plan.open_pool(command.voters)
            self._opened.append(model)
            await model.check()
        except InputError as error:
            self.refused = str(error)
        else:
            self._ready.append((command, model))
        self._wake()

    def _changed(self, command: ChangeSettings, model: Model | None = None) -> list[Event]:
        name, simulated = ("", False) if model is None else (model.name, model.simulated)
        changed = SettingsChanged(self._solver.step, command.voter, command.k, command.voters, name, simulated)
        try:
            events = self._solver.change(changed)
        except InputError as error:
            self.refused = str(error)
            return []
        if model is not None:
            self._caller.turn_to(model)
        return events
