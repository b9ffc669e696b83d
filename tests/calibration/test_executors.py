"""Where calls are made changes nothing: a cluster gives what one process gives, whatever becomes of its workers."""

from __future__ import annotations

import asyncio
import os
import signal
from dataclasses import replace
from typing import Any

import pytest

from maker_engine import catalogue
from maker_engine.calibration import executors, sweep
from maker_engine.calibration.estimate import Sought
from maker_engine.calibration.report import calibration_json
from maker_engine.calibration.steps import from_oracle
from maker_engine.calibration.sweep import Calibration, calibrate
from maker_engine.runtime import executors as clusters
from maker_engine.runtime.run_order import RunOrder


def ordered(executor: str, model: str = "sim:p=0.9,latency=0.02") -> Calibration:
    """A small calibration."""
    task = catalogue.find("hanoi").load({"disks": 6})
    places = from_oracle(task, 40, 0).places
    order = RunOrder(task="hanoi", k=1, preflight=False)
    return Calibration("hanoi", task, (model,), order, places, 2, Sought(63), executor=executor, fresh=True)


def figures(measured: Any) -> dict[str, Any]:
    """What was measured, the time and the place aside."""
    (one,) = calibration_json(measured, Sought(63), "oracle")["models"]
    return {name: value for name, value in one.items() if name not in ("session", "latency_s", "hours", "advice")}


def test_a_cluster_gives_the_same_and_a_killed_worker_loses_nothing(monkeypatch: pytest.MonkeyPatch):
    """With the same seed a Dask cluster counts what this process counts, though one of its workers is killed."""
    pytest.importorskip("distributed")
    monkeypatch.setattr(executors.DaskExecutor, "chunk", 5)
    local = asyncio.run(calibrate(ordered("local")))
    opened: list[executors.DaskExecutor] = []
    workers: list[int] = []

    def watched(name: str, *_: Any) -> executors.DaskExecutor:
        cluster = clusters.DaskExecutor(name.partition("=")[2])
        opened.append(executors.DaskExecutor(cluster))
        opened[0].width = 4
        workers.extend(cluster.client.run(os.getpid).values())
        return opened[0]

    def kill_one(_model: str, steps: int) -> None:
        if steps == 20:  # the next four jobs are then under way
            asyncio.get_running_loop().call_later(0.05, os.kill, workers[0], signal.SIGKILL)

    monkeypatch.setattr(sweep, "open_executor", watched)
    apart = asyncio.run(calibrate(ordered("dask"), kill_one))
    with pytest.raises(ProcessLookupError):
        os.kill(workers[0], 0)
    assert figures(apart) == figures(local)
    assert apart[0].ended == "all 40 steps are drawn"


def test_jobs_that_are_cut_otherwise_give_the_same(monkeypatch: pytest.MonkeyPatch):
    """How steps are put into jobs does not change what is counted."""
    whole = asyncio.run(calibrate(ordered("local", "sim:p=0.9")))
    monkeypatch.setattr(executors.LocalExecutor, "chunk", 7)
    assert figures(asyncio.run(calibrate(ordered("local", "sim:p=0.9")))) == figures(whole)


def test_models_share_the_money():
    """Two models together never spend more than the limit, and each has drawn something."""
    limited = replace(ordered("local", "sim:p=0.9"), models=("sim:p=0.9", "sim:p=0.95"), limit_usd=0.03)
    found = asyncio.run(calibrate(limited))
    spent = [sum(one.found.tally.costs()) for one in found if one.found is not None]
    assert len(spent) == 2
    assert sum(spent) <= 0.03
