"""The instances: started, watched, started again when they end by themselves, drained and ended; each in its group."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from .figures import Figures
from .processes import start_time

SCRIPT = Path(__file__).with_name("instance.py")
HEALTH_S, LAPSES = 0.1, 3
"""Seconds between two questions for health, and failed ones in a row after which an instance is not ready any more."""
STARTING_S = 20.0
"""Seconds that a process has to begin to answer at all."""
BACKOFF_S, LONGEST_BACKOFF_S = 0.3, 5.0
OLD_FAULT = "hangs-at-stop"
"""The fault of the old version, which is the one that is stopped; all others are the new one's."""
Key = tuple[str, str, int]
Asking = Callable[[int, str], Any]


class Instance:
    """One instance, over its restarts.

    Args:
        key: Service, side, and number from 1.
        version: What it is to be.
        fault: What it does wrong; "" for nothing.
    """

    def __init__(self, key: Key, version: str, fault: str) -> None:
        self.service, self.side, self.number = key
        self.key, self.version, self.fault = key, version, fault
        self.process: asyncio.subprocess.Process | None = None
        self.pid, self.started, self.port = 0, "", 0
        self.ready = self.draining = self.answered = False
        self.failures = self.in_flight = 0
        self.keeper: asyncio.Task[None] | None = None

    @property
    def serves(self) -> bool:
        """Whether requests are given to it."""
        return self.ready and not self.draining


class Fleet:
    """All instances.

    Args:
        figures: Is told what serves and what failed.
        asking: Sends a GET to a port; gives the status first.
        grace_s: Seconds that an instance has to end before it is killed.
        save: Called after each change of which processes there are.
    """

    def __init__(self, figures: Figures, asking: Asking, grace_s: float, save: Callable[[], None]) -> None:
        self._figures, self._asking, self._grace_s, self._save = figures, asking, grace_s, save
        self.services: dict[str, dict[str, Any]] = {}
        self.instances: dict[Key, Instance] = {}
        self.shares: dict[str, int] = {}
        self._locks: dict[Key, asyncio.Lock] = {}
        self._turns: dict[str, int] = {}
        self._credit: dict[str, int] = {}

    def of(self, service: str, side: str = "") -> list[Instance]:
        """Return the instances of a service, or of one side of it, in order of side and number."""
        return [one for key, one in sorted(self.instances.items()) if key[0] == service and side in ("", key[1])]

    def available(self, service: str) -> int:
        """Return how many instances serve."""
        return sum(one.serves for one in self.of(service))

    def _count(self, service: str) -> None:
        self._figures.serving(service, self.available(service))

    def choose(self, service: str, but: Iterable[Instance]) -> Instance | None:
        """Return the instance whose turn it is, None where none serves that is not among `but`."""
        able = [one for one in self.of(service) if one.serves and one not in but]
        share = self.shares.get(service, -1)
        sides = {side: [one for one in able if one.side == side] for side in ("new", "old")}
        if share >= 0 and sides["new"] and sides["old"]:
            credit = self._credit.get(service, 0) + share
            self._credit[service] = credit % 100
            able = sides["new" if credit >= 100 else "old"]
        if not able:
            return None
        turn = self._turns[service] = self._turns.get(service, -1) + 1
        return able[turn % len(able)]

    async def start(self, key: Key, patience_s: float) -> Instance:
        """Start an instance unless it runs, and wait until it is ready, fails, or is not ready after a while."""
        async with self._locks.setdefault(key, asyncio.Lock()):
            one = self.instances.get(key)
            if one is None:
                service = self.services[key[0]]
                at_stop = service["fault"] == OLD_FAULT
                one = Instance(key, service[key[1]], service["fault"] if at_stop == (key[1] == "old") else "")
                self.instances[key] = one
                await self._spawn(one)
                one.keeper = asyncio.create_task(self._keep(one))
            loop = asyncio.get_running_loop()
            began = loop.time()
            await self._until(
                lambda: one.ready or one.failures > 0 or (one.answered and loop.time() - began > patience_s),
                STARTING_S,
            )
            return one

    async def _spawn(self, one: Instance) -> None:
        environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin")}
        one.process = await asyncio.create_subprocess_exec(
            sys.executable, "-I", "-S", str(SCRIPT), one.service, one.version, one.fault, env=environment,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        one.pid, one.started, one.port = one.process.pid, start_time(one.process.pid), 0
        self._figures.write("started", service=one.service, side=one.side, number=one.number, pid=one.pid)
        self._save()
        assert one.process.stdout is not None  # noqa: S101 - it is a pipe
        with suppress(asyncio.TimeoutError, ValueError):
            one.port = int(await asyncio.wait_for(one.process.stdout.readline(), STARTING_S))

    async def _keep(self, one: Instance) -> None:
        """Ask for health, and start it again when it has ended, until it is stopped."""
        lapses, pause = 0, BACKOFF_S
        while not one.draining:
            if one.process is not None and one.process.returncode is not None:
                self._failed(one, "ended")
                await asyncio.sleep(pause)
                pause = min(LONGEST_BACKOFF_S, 2 * pause)
                if not one.draining:
                    await self._spawn(one)
                continue
            well = await self._is_well(one)
            lapses = 0 if well else lapses + 1
            if well and not one.ready:
                one.ready = True
                self._count(one.service)
            elif one.ready and lapses >= LAPSES and not one.draining:
                self._failed(one, "not ready any more")
            await asyncio.sleep(HEALTH_S)

    async def _is_well(self, one: Instance) -> bool:
        try:
            found = await self._asking(one.port, "/health")
        except (TimeoutError, OSError):
            return False
        one.answered = True
        return bool(found[0] == 200)

    def _failed(self, one: Instance, how: str) -> None:
        one.ready = False
        one.failures += 1
        self._figures.seen(one.service, one.side).failures += 1
        self._figures.write("failed", service=one.service, side=one.side, number=one.number, how=how)
        self._count(one.service)

    async def stop(self, key: Key, *, guard: bool) -> bool:
        """Drain and end an instance, if enough serve without it; tell whether it is gone."""
        async with self._locks.setdefault(key, asyncio.Lock()):
            one = self.instances.get(key)
            if one is None:
                return True
            if guard and one.serves and self.available(one.service) <= self.services[one.service]["least"]:
                return False
            one.draining = True
            self._count(one.service)
            await self._until(lambda: not one.in_flight, self._grace_s)
            await self._end(one)
            del self.instances[key]
            self._figures.write("stopped", service=one.service, side=one.side, number=one.number, pid=one.pid)
            self._save()
            return True

    async def _end(self, one: Instance) -> None:
        if one.keeper is not None:
            await asyncio.wait({one.keeper}, timeout=1.0)
            one.keeper.cancel()
        process = one.process
        if process is None:
            return
        for number in (signal.SIGTERM, signal.SIGKILL):
            if process.returncode is None:
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(one.pid, number)
                with suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(process.wait(), self._grace_s)

    @staticmethod
    async def _until(holds: Callable[[], bool], longest_s: float) -> None:
        loop = asyncio.get_running_loop()
        ends = loop.time() + longest_s
        while not holds() and loop.time() < ends:  # noqa: ASYNC110 - what is waited for has many causes
            await asyncio.sleep(0.02)

    async def settled(self, longest_s: float) -> None:
        """Wait until every instance serves, or for so long."""
        await self._until(lambda: all(one.serves for one in self.instances.values()), longest_s)

    def roster(self) -> list[list[Any]]:
        """Return (service, side, number, process, start time) of every instance."""
        return [[*key, one.pid, one.started] for key, one in sorted(self.instances.items())]
