"""The supervisor: a process apart from maker that holds the instances and the front port, and takes orders.

    python -I -S -c "…; main()" FOLDER

Orders come through the socket FOLDER/control, a line of JSON each. It outlives maker, so that the services continue
serving and a resumed run finds them; when nobody has held a connection for the lease, it ends all and itself. If it is
killed itself, its instances end (their input closes), and the next supervisor of the folder starts them again as
FOLDER/state.json has them and continues with the same log.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from .figures import Figures
from .fleet import Fleet, Key
from .front import Front, Load, ask
from .processes import kill_group, start_time

SETTLE_S = 5.0
BASELINE = 10
"""Requests that each old instance is sent at the beginning, as a baseline."""


class OrderError(Exception):
    """An order cannot be carried out; the text is one line."""


class Supervisor:
    """Carries out orders.

    Args:
        folder: Where its socket, its state and its log are.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._figures = Figures(folder / "log.jsonl")
        self._spec: dict[str, Any] = {}
        self._fleet = Fleet(self._figures, ask, 2.0, self._save)
        self._front = Front(self._fleet, self._figures)
        self._load: Load | None = None
        self._holders = 0
        self._opening = asyncio.Lock()
        self._over = asyncio.Event()
        self._closed = self._failed = False
        self._left: list[list[Any]] | None = None

    async def run(self) -> None:
        """Take orders until the last one, or until nobody holds on to it any more."""
        path = self._folder / "control"
        path.unlink(missing_ok=True)
        server = await asyncio.start_unix_server(self._serve, path, limit=1 << 20)
        path.chmod(0o600)
        lease = asyncio.create_task(self._watch_lease())
        await self._restore()
        await self._over.wait()
        lease.cancel()
        server.close()
        path.unlink(missing_ok=True)

    async def _watch_lease(self) -> None:
        alone = 0.0
        while not self._over.is_set():
            await asyncio.sleep(0.25)
            alone = 0.0 if self._holders else alone + 0.25
            if alone >= self._spec.get("lease_s", 60.0):
                try:
                    with suppress(OSError):  # a full disk, or a folder that is gone, must leave nothing running
                        self._figures.write("lease", seconds=alone)
                    self._left = self._fleet.roster()  # what a resumed run continues with
                    await self._end_all()
                    with suppress(OSError):
                        self._save()
                finally:
                    self._over.set()

    def _save(self) -> None:
        """Put the state on disk, whole."""
        roster = self._fleet.roster() if self._left is None else self._left
        state = {
            "pid": os.getpid(), "started": start_time(os.getpid()), "spec": self._spec, "shares": self._fleet.shares,
            "port": self._front.port, "roster": roster, "totals": self._figures.totals(),
            "closed": self._closed,
        }  # fmt: skip
        part = self._folder / "state.part"
        part.write_text(json.dumps(state), "utf-8")
        part.replace(self._folder / "state.json")

    async def _restore(self) -> None:
        """Go on where a supervisor was that is gone."""
        try:
            state = json.loads((self._folder / "state.json").read_text("utf-8"))
        except (OSError, ValueError):
            self._save()
            return
        for *_, pid, started in state["roster"]:
            kill_group(pid, started)
        if state["closed"] or not state["spec"]:
            self._closed = state["closed"]
            self._figures.restore(state["totals"])
            self._save()
            return
        async with self._opening:
            self._figures.write("restarted")
            names = [tuple(one[:3]) for one in state["roster"]]
            try:
                await self._begin(state["spec"], names, state["port"])
            except OrderError:  # another program has taken it in the meantime
                self._failed = False
                await self._begin(state["spec"], names, 0)
            self._fleet.shares.update(state["shares"])
            self._figures.restore(state["totals"])

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held = False
        try:
            while line := await reader.readline():
                order = json.loads(line)
                if order.get("hold"):
                    held, self._holders = True, self._holders + (not held)
                    continue
                answer = await self._answer(order)
                writer.write(json.dumps(answer).encode() + b"\n")
                await writer.drain()
        except (OSError, ValueError):
            return
        finally:
            self._holders -= held
            writer.close()
            if self._closed or self._failed:
                self._over.set()

    async def _answer(self, order: dict[str, Any]) -> dict[str, Any]:
        try:
            async with self._opening:
                pass  # what is being started or restored is there first
            if "open" in order:
                return await self._open(order["open"])
            if self._closed:
                return self._figures.totals() if "close" in order else {"error": "the processes have been ended"}
            if not self._spec:
                return {"error": "nothing has been started"}
            return await self._carry_out(order)
        except (OrderError, OSError) as error:
            return {"error": f"{error}"}

    async def _carry_out(self, order: dict[str, Any]) -> dict[str, Any]:
        if "start" in order:
            return await self._start(order["start"])
        if "stop" in order:
            return await self._stop(order["stop"])
        if "shift" in order:
            return self._shift(order["shift"], order["share"])
        if "watch" in order:
            return await self._watch(order["watch"], float(order["seconds"]), int(order["load"]))
        if "look" in order:
            await self._fleet.settled(SETTLE_S)
            sides = {name: {side: sum(one.serves for one in self._fleet.of(name, side)) for side in ("old", "new")}
                     for name in self._fleet.services}  # fmt: skip
            return {"serving": sides}
        return await self._close()

    async def _open(self, spec: dict[str, Any]) -> dict[str, Any]:
        if not self._spec:
            async with self._opening:
                names = [
                    (one["name"], "old", number) for one in spec["services"] for number in range(1, one["replicas"] + 1)
                ]
                await self._begin(spec, names, int(spec["port"]))
                self._fleet.shares = {one["name"]: one["share"] for one in spec["services"]}
                self._figures.lowest = {name: self._fleet.available(name) for name in self._fleet.services}
                for one in [*self._fleet.instances.values()]:
                    for _ in range(BASELINE):
                        await self._front.observed(one, "/")
                self._figures.write("opened", port=self._front.port)
                self._save()
        available = {name: self._fleet.available(name) for name in self._fleet.services}
        return {"stage": self._folder.name, "port": self._front.port, "available": available}

    async def _begin(self, spec: dict[str, Any], names: list[Any], port: int) -> None:
        """Open the front port, start instances side by side, and begin to send requests."""
        try:
            await self._front.open(port)
        except OSError as error:
            self._failed = True
            raise OrderError(f"the front port {port} cannot be opened: {os.strerror(error.errno or 0)}") from None
        self._spec = spec
        fleet = Fleet(self._figures, ask, float(spec["grace_s"]), self._save)
        fleet.services = {one["name"]: one for one in spec["services"]}
        self._fleet = self._front.fleet = fleet
        self._save()
        await asyncio.gather(*(fleet.start((name, side, number), SETTLE_S) for name, side, number in names))
        self._load = Load(self._front, [*fleet.services], int(spec["rate"]), self._figures)
        self._load.start()

    async def _start(self, which: dict[str, Any]) -> dict[str, Any]:
        key = _key(which)
        self._figures.begin_window(key[0])
        patience = max(0.5, float(self._spec["window_s"]))
        one = await self._fleet.start(key, patience)
        return {"did": ["start", *key], "ready": one.ready, "available": self._fleet.available(key[0])}

    async def _stop(self, which: dict[str, Any]) -> dict[str, Any]:
        key = _key(which)
        gone = await self._fleet.stop(key, guard=True)
        if gone:
            self._figures.begin_window(key[0])
        return {"did": ["stop", *key], "stopped": gone, "available": self._fleet.available(key[0])}

    def _shift(self, name: str, share: int) -> dict[str, Any]:
        self._fleet.shares[name] = share
        self._figures.begin_window(name)
        self._figures.write("shifted", service=name, share=share)
        self._save()
        return {"did": ["shift", name, "", share], "shifted": True, "available": self._fleet.available(name)}

    async def _watch(self, name: str, seconds: float, load: int) -> dict[str, Any]:
        """Send probes to both versions, as many as the new one's share of the load; return all evidence."""
        many = max(1, round(2 * int(self._spec["probes"]) * load / 100))
        probes = []
        for turn in range(many):
            for side in ("new", "old"):
                able = [one for one in self._fleet.of(name, side) if one.serves]
                if able:
                    probes.append(asyncio.create_task(self._front.observed(able[turn % len(able)], "/")))
            await asyncio.sleep(seconds / many)
        if probes:
            await asyncio.wait(probes)
        mine = self._fleet.of(name, "new")
        self._save()
        return {**self._figures.evidence(name), "ready": sum(one.serves for one in mine), "due": len(mine),
                "available": self._fleet.available(name)}  # fmt: skip

    async def _end_all(self) -> None:
        if self._load is not None:
            await self._load.stop()
        self._figures.write("closing")
        totals = self._figures.totals()  # what ends from here on was to end
        self._front.close()
        await asyncio.gather(*(self._fleet.stop(key, guard=False) for key in [*self._fleet.instances]))
        self._figures.restore(totals)

    async def _close(self) -> dict[str, Any]:
        await self._end_all()
        self._closed = True
        self._save()
        self._figures.write("closed", **self._figures.totals())
        return self._figures.totals()


def _key(which: dict[str, Any]) -> Key:
    return str(which["service"]), str(which["side"]), int(which["number"])


def main() -> None:
    """Supervise, unless another one does."""
    folder = Path(sys.argv[1])
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    with suppress(BlockingIOError):
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        asyncio.run(Supervisor(folder).run())
