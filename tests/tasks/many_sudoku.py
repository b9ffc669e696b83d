"""Many puzzles, made here over all grades, each through the whole runner with the simulated model.

    python -m tests.tasks.many_sudoku --puzzles 200

The automatic k aims at all of them together coming out right with 95 %, not each.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from maker_engine.core.record.events import Outcome
from maker_engine.runtime.order import RunOrder, drive, prepare
from maker_engine.runtime.step_control import Inbox

GRADES = ("easy", "medium", "hard", "extreme")


def solve(task, options, p, target, seed, directory):
    """Run one problem to its end; return the run's last snapshot and its k."""
    session = Path(directory) / "run.maker"
    order = RunOrder(task, options, model=f"sim:p={p}", target=target, seed=seed, session=session)
    prepared = prepare(order)
    view = asyncio.run(drive(prepared, Inbox(), on_view=lambda _: None))
    session.unlink()
    return view.snapshot, prepared.settings.k


def many(puzzles, p, first_seed=1):
    """Solve that many puzzles, the grades taking turns; return a tally of what came of them and the figures."""
    ends, steps, samples, wrong = Counter(), 0, 0, 0
    ks, longest = Counter(), 0
    with tempfile.TemporaryDirectory() as directory:
        for number in range(puzzles):
            grade = GRADES[number % len(GRADES)]
            options = {"grade": grade, "puzzle-seed": first_seed + number // len(GRADES)}
            snapshot, k = solve("sudoku", options, p, 0.95 ** (1 / puzzles), number, directory)
            ends[(grade, snapshot.outcome)] += 1
            ks[k] += 1
            steps += snapshot.totals.steps
            longest = max(longest, snapshot.totals.steps)
            samples += snapshot.totals.samples
            wrong += snapshot.totals.wrong
    return ends, {"steps": steps, "longest": longest, "samples": samples, "wrong": wrong, "k": dict(sorted(ks.items()))}


def main():
    """Solve them and print what came of it; exit with 1 unless all are solved without a wrong decision."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--puzzles", type=int, default=200)
    parser.add_argument("--p", type=float, default=0.97)
    arguments = parser.parse_args()
    began = time.perf_counter()
    ends, figures = many(arguments.puzzles, arguments.p)
    for (grade, outcome), count in sorted(ends.items()):
        print(f"{grade:8} {outcome:10} {count}")  # noqa: T201 - a command prints
    print(f"p = {arguments.p} (simulated), {figures}, {time.perf_counter() - began:.0f} s")  # noqa: T201 - likewise
    solved = sum(count for (_, outcome), count in ends.items() if outcome == Outcome.SOLVED)
    return 0 if solved == arguments.puzzles and not figures["wrong"] else 1


if __name__ == "__main__":
    sys.exit(main())
