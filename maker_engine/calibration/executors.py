"""Where the calls of a sweep are made: one small port. The results are the same everywhere, for the same seed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Protocol

from maker_engine.calibration.drawing import Done, Drawer, Job, done_of, draw_apart
from maker_engine.core.errors import InputError, MakerError
from maker_engine.core.record.events import Event
from maker_engine.runtime.order import PreparedRun

LOCAL, DASK = "local", "dask"
_DASK_JOBS = 4
"""Jobs that are with a cluster at once for each of its workers and models."""


class Executor(Protocol):
    """Draws jobs. A job has no effect but its result, so that it may be drawn again wherever a worker is lost.

    Attributes:
        width: Jobs of one model that are worth having under way at once.
        chunk: Steps of a job: few enough that little is lost with one, and that money is not set aside for long.
    """

    width: int
    chunk: int

    async def draw(self, model: str, job: Job) -> Done:
        """Draw a job of a model, named as ordered."""

    async def aclose(self) -> None:
        """Close everything. No job may follow."""


class LocalExecutor:
    """Draws in this process, as many calls at once as ordered.

    Args:
        prepared: The runs whose calls they are, by the model's name.
        tell: Called for each call that is made again.
    """

    width, chunk = 1, 10

    def __init__(self, prepared: Mapping[str, PreparedRun], tell: Callable[[Event], None] = lambda _: None) -> None:
        self._drawers = {model: Drawer(one, tell) for model, one in prepared.items()}

    async def draw(self, model: str, job: Job) -> Done:
        """Draw a job."""
        return await self._drawers[model].draw(job)

    async def aclose(self) -> None:
        """Leave the models to whoever opened them."""


class DaskExecutor:
    """Draws on a Dask cluster. Keys of providers are taken from the environment of its workers and never sent.

    Args:
        address: The scheduler's, empty for a cluster of two processes on this machine.

    Raises:
        InputError: Dask is not installed, or there is no scheduler at the address.
    """

    chunk = 25

    def __init__(self, address: str = "") -> None:
        try:
            from distributed import Client, LocalCluster  # noqa: PLC0415 - an extra, and 1 s to import
        except ImportError:
            raise InputError("--executor dask needs the extra dask: pip install 'maker-workbench[dask]'") from None
        self._cluster = None
        try:
            if not address:
                self._cluster = LocalCluster(
                    n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1", silence_logs=50
                )
            self._client = Client(address or self._cluster, timeout=10, set_as_default=False)
        except (OSError, ValueError) as error:
            raise InputError(f"--executor dask={address}: no scheduler answers there ({error})") from None
        self.width = _DASK_JOBS * max(1, len(self._client.scheduler_info()["workers"]))

    async def draw(self, model: str, job: Job) -> Done:  # noqa: ARG002 - the job names it
        """Draw a job; one that was with a worker that is lost is drawn by another."""
        future = self._client.submit(draw_apart, job, pure=False, retries=3)
        try:
            return done_of(await asyncio.to_thread(future.result))
        except MakerError:
            raise
        except Exception as error:  # noqa: BLE001 - a cluster's own, such as a job that ended four workers
            return Done(fault=f"the cluster failed ({type(error).__name__})")

    async def aclose(self) -> None:
        """Leave the cluster; end it where it is ours."""
        await asyncio.to_thread(self._client.close)
        if self._cluster is not None:
            await asyncio.to_thread(self._cluster.close)


def open_executor(
    name: str, prepared: Mapping[str, PreparedRun], tell: Callable[[Event], None] = lambda _: None
) -> Executor:
    """Open the executor that `--executor` names: local, dask or dask=ADDRESS.

    Raises:
        InputError: There is no such executor.
    """
    kind, _, address = name.partition("=")
    if kind == LOCAL and not address:
        return LocalExecutor(prepared, tell)
    if kind == DASK:
        return DaskExecutor(address)
    raise InputError(f"--executor is local, dask or dask=ADDRESS, got {name!r:.60}")
