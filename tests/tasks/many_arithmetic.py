"""Long products through the whole runner with the simulated model: many of one size, or one large one.

    python -m tests.tasks.many_arithmetic --digits 50 --problems 10
    python -m tests.tasks.many_arithmetic --digits 6 --method recursive --p 0.9

The automatic k aims at all of them together coming out right with 95 %, not each.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time

from maker_engine.core.record.events import Outcome
from tests.tasks.many_sudoku import solve


def main():
    """Solve them and print what came of it; exit with 1 unless all are solved without a wrong decision."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--problems", type=int, default=10)
    parser.add_argument("--digits", type=int, default=50)
    parser.add_argument("--method", default="digits")
    parser.add_argument("--p", type=float, default=0.97)
    arguments = parser.parse_args()
    began, solved, steps, samples, wrong, k = time.perf_counter(), 0, 0, 0, 0, None
    with tempfile.TemporaryDirectory() as directory:
        for number in range(arguments.problems):
            options = {"digits": arguments.digits, "method": arguments.method, "numbers-seed": number}
            target = 0.95 ** (1 / arguments.problems)
            snapshot, k = solve("arithmetic", options, arguments.p, target, number, directory)
            solved += snapshot.outcome == Outcome.SOLVED
            steps += snapshot.totals.steps
            samples += snapshot.totals.samples
            wrong += snapshot.totals.wrong
    size = f"{arguments.digits} × {arguments.digits} digits"
    print(  # noqa: T201 - a command prints
        f"{solved} of {arguments.problems} solved: {size}, method {arguments.method}, p = {arguments.p} (simulated), "
        f"k = {k}, {steps:,} steps, {samples:,} samples, {wrong} wrong decisions, {time.perf_counter() - began:.0f} s"
    )
    return 0 if solved == arguments.problems and not wrong else 1


if __name__ == "__main__":
    sys.exit(main())
