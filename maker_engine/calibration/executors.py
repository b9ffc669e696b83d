"""Where the calls of a sweep are made: one small port. The results are the same everywhere, for the same seed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from maker_engine.calibration.drawing import Done, Drawer, Job, done_of, draw_apart
from maker_engine.core.record.events import Event
from maker_engine.runtime import executors
from maker_engine.runtime.order import PreparedRun

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
    """Draws on a Dask cluster.

    Args:
        cluster: The cluster.
    """

    chunk = 25

    def __init__(self, cluster: executors.DaskExecutor) -> None:
        self._cluster = cluster
        self.width = _DASK_JOBS * cluster.workers

    async def draw(self, model: str, job: Job) -> Done:  # noqa: ARG002 - the job names it
        """Draw a job; one that was with a worker that is lost is drawn by another."""
        try:
            return done_of(await self._cluster.call(draw_apart, job))
        except executors.ClusterError as error:
            return Done(fault=str(error))

    async def aclose(self) -> None:
        """Leave the cluster; end it where it is ours."""
        await self._cluster.aclose()


def open_executor(
    name: str, prepared: Mapping[str, PreparedRun], tell: Callable[[Event], None] = lambda _: None
) -> Executor:
    """Open the executor that `--executor` names: local, dask or dask=ADDRESS.

    Raises:
        InputError: There is no such executor.
    """
    kind, address = executors.read_executor(name)
    if kind == executors.LOCAL:
        return LocalExecutor(prepared, tell)
    return DaskExecutor(executors.DaskExecutor(address))
