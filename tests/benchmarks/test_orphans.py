from __future__ import annotations

import os
import subprocess
import sys

from tests.support.orphans import has_ended

PATIENCE_S = 60.0
BENCHMARK = """
import sys, tempfile
from tests.benchmarks.first_paint import MINIMAL
from tests.benchmarks.screen import Screen

with tempfile.TemporaryDirectory() as home, Screen(["-c", MINIMAL], home) as screen:
    screen.until(lambda rows: any("three" in row for row in rows))
    print(screen._child.pid, flush=True)
    sys.stdin.read()
"""


def test_a_killed_benchmark_leaves_no_program_on_a_dead_terminal() -> None:
    """What it has started in a terminal ends with it, even a program that would spin there for ever."""
    with subprocess.Popen(
        [sys.executable, "-c", BENCHMARK], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as benchmark:
        assert benchmark.stdout is not None
        child = os.pidfd_open(int(benchmark.stdout.readline()))
        try:
            assert not has_ended(child, 0)
            benchmark.kill()
            assert has_ended(child, PATIENCE_S)
        finally:
            os.close(child)
