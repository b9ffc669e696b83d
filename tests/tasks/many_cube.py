"""`python -m tests.tasks.many_cube --phases 200 --layers 50` solves so many random cubes with the simulated model."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import NamedTuple

from maker_tasks.cube.facelets import from_facelets, to_facelets
from maker_tasks.cube.pieces import CORNERS, EDGES

from maker_engine.core.errors import ProblemError
from maker_engine.runtime.order import RunOrder, drive, prepare
from maker_engine.runtime.step_control import Inbox
from maker_engine.runtime.view import RunView
from maker_engine.sessions.store.reader import Reader

MODEL = "sim:p=0.95,v=0.95"


class Solved(NamedTuple):
    """What has come of one cube.

    Attributes:
        outcome: The run's own word.
        findings: What the sticker model says against the answers as the session has them.
        steps: Decisions.
        turns: Turns of a face.
        samples: Responses that were counted.
        wrong: Decisions that the rule does not make.
    """

    outcome: str
    findings: list[str]
    steps: int
    turns: int
    samples: int
    wrong: int


def random_cube(dice: Random) -> str:
    """Draw 54 letters of a cube, every one that turns can make as likely as any other."""
    while True:
        cube: list[str] = []
        for homes in (EDGES, CORNERS):
            for place in dice.sample(homes, len(homes)):
                first = dice.randrange(len(place))
                cube.append(place[first:] + place[:first])
        letters = to_facelets(tuple(cube))
        try:
            from_facelets(letters)
        except ProblemError:  # eleven in twelve cannot be solved
            continue
        return letters


def solve(letters: str, method: str, seed: int, folder: Path) -> Solved:
    """Run the simulated model on a cube to the end, and replay what its session holds."""
    path = folder / f"{method}-{seed}.maker"
    order = RunOrder("cube", {"facelets": letters, "method": method}, model=MODEL, seed=seed, session=path)
    prepared = prepare(order)
    snapshot = asyncio.run(drive(prepared, Inbox(), on_view=_unseen)).snapshot
    task = prepared.task
    with Reader(path) as reader:
        answers = list(reader.answers(task))
    state, turns = task.start(), 0
    for answer in answers:
        state = task.apply(state, answer)
        turns += len(state.played.split())
    wrong = snapshot.totals.wrong
    return Solved(str(snapshot.outcome), task.verify(answers), len(answers), turns, snapshot.totals.samples, wrong)


def _unseen(_: RunView) -> None:
    """Nobody looks."""


def many(method: str, count: int, seed: int = 0) -> Iterator[Solved]:
    """Solve `count` random cubes by one method."""
    with TemporaryDirectory() as folder:
        for number in range(seed, seed + count):
            yield solve(random_cube(Random(f"{method} {number}")), method, number, Path(folder))


def _told(method: str, cubes: list[Solved]) -> str:
    good = sum(cube.outcome == "solved" and not cube.findings for cube in cubes)
    columns = {
        "decisions": [cube.steps for cube in cubes],
        "turns": [cube.turns for cube in cubes],
        "samples": [cube.samples for cube in cubes],
    }
    spans = [f"{name} {sum(of) / len(of):.1f} ({min(of)}-{max(of)})" for name, of in columns.items()]
    wrong = sum(cube.wrong for cube in cubes)
    return f"{method}: {good} of {len(cubes)} solved and replayed; {', '.join(spans)}; {wrong} wrong decisions"


def main() -> int:
    """Solve as many as asked for; the exit status is 1 where one was not solved."""
    parser = argparse.ArgumentParser(prog="python -m tests.tasks.many_cube")
    parser.add_argument("--phases", type=int, default=200, metavar="N", help="random cubes by phases (default 200)")
    parser.add_argument("--layers", type=int, default=50, metavar="N", help="random cubes by layers (default 50)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="number of the first cube (default 0)")
    chosen = parser.parse_args()
    failed = 0
    for method, count in (("phases", chosen.phases), ("layers", chosen.layers)):
        cubes = list(many(method, count, chosen.seed))
        failed += sum(cube.outcome != "solved" or bool(cube.findings) for cube in cubes)
        if cubes:
            sys.stdout.write(f"{_told(method, cubes)} ({MODEL}, simulated)\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
