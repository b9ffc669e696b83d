"""A million steps: `maker run hanoi --disks 20` as a user starts it, watched from outside."""

from __future__ import annotations

import json
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

from tests.benchmarks import engine, kept
from tests.benchmarks.table import Row
from tests.support.orphans import end_with_parent

DISKS = 20
LOOK_S = 1.0
TICKS = os.sysconf("SC_CLK_TCK")


class Look(NamedTuple):
    """One look at the run from outside."""

    cpu_s: float
    steps: int
    resident_mb: float


def rows(disks: int = DISKS, look_s: float = LOOK_S) -> list[Row]:
    """Measure one run."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "run.maker"
        onlooker = kept.Onlooker(path)
        figures, looks, wall_s = _watched(disks, path, look_s)
        onlooker.close()
        file_bytes = path.stat().st_size
        afterwards = kept.rows(path)
    steps = int(figures["decided_steps"])
    assert figures["outcome"] == "solved", figures["reason"]
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = used.ru_utime + used.ru_stime
    early, late = _speeds(looks, steps)
    what = f"{disks} disks, {steps:,} steps, {figures['samples']:,} samples, k = {figures['k']}, headless, journal on"
    return [
        Row(what, f"{wall_s:.0f} s wall, {cpu_s:.0f} s CPU", "", wall_s / 60, "min", 4),
        Row("wrong decisions in it", "solved and verified", "", float(figures["wrong_decisions"]), "", 0),
        Row("its peak memory", "of the whole process", "", used.ru_maxrss / 1e3, "MB", 300),
        Row("its session file", f"{file_bytes / 1e6:,.0f} MB", "", file_bytes / steps, "bytes a step", 300),
        Row("steps per CPU second, last tenth", f"{late:,.0f}", f"{early:,.0f} first tenth", 100 * late / early,
            "% of the start", 90, True),
        Row("memory gained from 1/4 of it to its end", _memory(looks, steps), "", _gain(looks, steps), "MB", 10),
        Row("its log, somebody looking on all the time", "at its longest", "", onlooker.longest_log / 1e6, "MB", 32),
        *afterwards,
    ]  # fmt: skip


def _watched(disks: int, path: Path, look_s: float) -> tuple[dict[str, Any], list[Look], float]:
    """Run the command; return its JSON, what was seen of it while it went, and its wall seconds."""
    command = [sys.executable, "-m", "maker_tui", "run", "hanoi", "--disks", str(disks), "--model", "sim:p=0.999",
               "--headless", "--json", "--session", str(path)]  # fmt: skip
    begun, looks = time.perf_counter(), [Look(0.0, 0, 0.0)]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=end_with_parent,  # noqa: PLW1509 - a million steps that nobody waits for
    ) as child:
        while True:
            try:
                out, _ = child.communicate(timeout=look_s)
                break
            except subprocess.TimeoutExpired:
                look = Look(_cpu_s(child.pid), _steps(path), engine.resident_mb(child.pid))
                if look.resident_mb:  # it has not ended since
                    looks.append(look)
    return json.loads(out), looks, time.perf_counter() - begun


def _steps(path: Path) -> int:
    """Steps that are safe in the file."""
    if not path.exists():
        return 0
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        last = connection.execute("SELECT max(id) FROM step").fetchone()[0]
    except sqlite3.Error:  # not yet laid out
        return 0
    finally:
        connection.close()
    return 0 if last is None else int(last) + 1


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _speeds(looks: list[Look], steps: int) -> tuple[float, float]:
    """Steps per CPU second over the first tenth of the run, starting up left out, and over the last one."""
    going = [look for look in looks if 0 < look.steps < steps] or looks
    first, last = going[0], going[-1]
    end_of_first = next((look for look in going if look.steps >= first.steps + steps / 10), last)
    begin_of_last = next((look for look in reversed(going) if look.steps <= last.steps - steps / 10), first)
    return _speed(first, end_of_first), _speed(begin_of_last, last)


def _speed(begin: Look, end: Look) -> float:
    return max(end.steps - begin.steps, 1) / max(end.cpu_s - begin.cpu_s, 1 / TICKS)


def _quarter(looks: list[Look], steps: int) -> Look:
    return next((look for look in looks if look.steps >= steps / 4), looks[-1])


def _gain(looks: list[Look], steps: int) -> float:
    return looks[-1].resident_mb - _quarter(looks, steps).resident_mb


def _memory(looks: list[Look], steps: int) -> str:
    return f"{_quarter(looks, steps).resident_mb:.1f} MB, then {looks[-1].resident_mb:.1f} MB"
