"""Where work is done: one small port, with this machine's processes and a Dask cluster behind it.

What is called has to be safe to call again: a worker that is lost takes its calls with it, and they go to another one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

from maker_engine.core.errors import InputError, MakerError

LOCAL, DASK = "local", "dask"
_RETRIES = 3
"""How often a call that a worker failed at is made again; beside that, one that four lost workers had is given up."""


class Executor(Protocol):
    """Calls functions somewhere.

    Attributes:
        workers: Calls that are made at once.
    """

    workers: int

    async def call(self, function: Callable[..., Any], *given: Any) -> Any:
        """Call a function and return what it does.

        Raises:
            MakerError: The function raises it.
            ClusterError: Whoever was to call it failed.
        """

    async def aclose(self) -> None:
        """Close everything. No call may follow."""


class ClusterError(MakerError):
    """A cluster failed at a call, for instance since it ended four workers."""


class LocalExecutor:
    """Calls in threads of this process: for functions that wait, such as for a process of their own.

    Args:
        workers: Calls at once.
    """

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._free = asyncio.Semaphore(workers)

    async def call(self, function: Callable[..., Any], *given: Any) -> Any:
        """Call a function in its turn."""
        async with self._free:
            return await asyncio.to_thread(function, *given)

    async def aclose(self) -> None:
        """Leave the threads, which end with their calls."""


class DaskExecutor:
    """Calls on a Dask cluster. Keys of providers are taken from the environment of its workers and never sent.

    Args:
        address: The scheduler's, empty for a cluster of processes on this machine.
        workers: How many of these processes.

    Raises:
        InputError: Dask is not installed, or there is no scheduler at the address.
    """

    def __init__(self, address: str = "", workers: int = 2) -> None:
        try:
            from distributed import Client, LocalCluster  # noqa: PLC0415 - an extra, and 1 s to import
        except ImportError:
            raise InputError("--executor dask needs the extra dask: pip install 'maker-workbench[dask]'") from None
        self._cluster = None
        try:
            if not address:
                self._cluster = LocalCluster(
                    n_workers=workers, threads_per_worker=1, dashboard_address=None, host="127.0.0.1", silence_logs=50
                )
            self.client = Client(address or self._cluster, timeout=10, set_as_default=False)
        except (OSError, ValueError) as error:
            raise InputError(f"--executor dask={address}: no scheduler answers there ({error})") from None
        self.workers = max(1, len(self.client.scheduler_info(n_workers=-1)["workers"]))

    async def call(self, function: Callable[..., Any], *given: Any) -> Any:
        """Call a function on a worker; where that is lost, on another one."""
        future = self.client.submit(function, *given, pure=False, retries=_RETRIES)
        try:
            return await asyncio.to_thread(future.result)
        except MakerError:
            raise
        except Exception as error:  # noqa: BLE001 - a cluster's own, such as a call that ended four workers
            raise ClusterError(f"the cluster failed ({type(error).__name__})") from None

    async def aclose(self) -> None:
        """Leave the cluster; end it where it is ours."""
        await asyncio.to_thread(self.client.close)
        if self._cluster is not None:
            await asyncio.to_thread(self._cluster.close)


def read_executor(name: str) -> tuple[str, str]:
    """Return the kind, and the address, of an executor that `--executor` names: local, dask or dask=ADDRESS.

    Raises:
        InputError: There is no such executor.
    """
    kind, _, address = name.partition("=")
    if kind == DASK or (kind == LOCAL and not address):
        return kind, address
    raise InputError(f"--executor is local, dask or dask=ADDRESS, got {name!r:.60}")
