"""Accidents of every kind to real sessions, and what is left of them.

    python -m tests.crash --kills 200 --cuts 200 --damages 500 --openers 200 --full 20 --acting 200 --rows 20 [--seed N]

Ends with status 1 on any loss.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from tests.crash import acting, child, cuts, damages, full_disk, kills, openers, rows


def main(arguments: list[str] | None = None) -> int:
    """Do what is asked for, print its figures and every failure; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__.partition("\n")[0])
    for name, told in (
        ("kills", "children killed with SIGKILL"),
        ("cuts", "power cuts"),
        ("damages", "damages to a file"),
        ("openers", "second openers"),
        ("full", "full devices"),
        ("acting", "runs with effects killed with SIGKILL"),
        ("rows", "kills of one run over 10,000 rows of a table"),
    ):
        parser.add_argument(f"--{name}", type=int, default=0, metavar="N", help=told)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    directory = Path(tempfile.mkdtemp(prefix="maker-crash-"))
    failures: list[str] = []
    for name, make in _PARTS.items():
        if number := getattr(given, name):
            (directory / name).mkdir()
            begun = time.monotonic()
            figures, failed = make(number, given.seed, directory / name)
            _print(f"{name} (seed {given.seed}, {time.monotonic() - begun:.0f} s)", figures)
            failures += failed
    sys.stdout.write("".join(f"LOST {failure}\n" for failure in failures))
    if failures:
        sys.stdout.write(f"what they left is in {directory}\n")
    else:
        shutil.rmtree(directory)
    return int(bool(failures))


def _kills(number: int, seed: int, directory: Path) -> tuple[Iterable[tuple[str, object]], list[str]]:
    killing = kills.kill(number, seed, directory, child.JOBS)
    return killing.figures(), killing.losses.told()


def _rows(number: int, seed: int, directory: Path) -> tuple[Iterable[tuple[str, object]], list[str]]:
    killed = rows.kill_rows(10_000, number, seed, directory)
    return killed.figures(), killed.failures


def _acting(number: int, seed: int, directory: Path) -> tuple[Iterable[tuple[str, object]], list[str]]:
    killed = acting.kill_runs(number, seed, directory)
    return killed.figures(), killed.failures


def _cuts(number: int, seed: int, directory: Path) -> tuple[Iterable[tuple[str, object]], list[str]]:
    cutting = cuts.cut(number, seed, directory, child.SOLVING)
    blind = [] if cutting.control_bad else ["with every sync ignored nothing was lost: the harness sees nothing"]
    return cutting.figures(), cutting.losses.told() + blind


def _damages(number: int, seed: int, directory: Path) -> tuple[Iterable[tuple[str, object]], list[str]]:
    damaging = damages.damage(number, seed, directory)
    return damaging.figures(), damaging.told()


def _openers(number: int, seed: int, directory: Path) -> tuple[Iterable[tuple[str, object]], list[str]]:
    opening = openers.open_twice(number, seed, directory)
    return opening.figures(), opening.failures


def _full(number: int, seed: int, directory: Path) -> tuple[Iterable[tuple[str, object]], list[str]]:
    filling = full_disk.fill(number, seed, directory, "answers at once", child.JOBS["answers at once"])
    return filling.figures(), filling.losses.told()


_PARTS = {
    "kills": _kills, "cuts": _cuts, "damages": _damages, "full": _full, "openers": _openers, "acting": _acting,
    "rows": _rows,
}  # fmt: skip


def _print(title: str, figures: Iterable[tuple[str, object]]) -> None:
    sys.stdout.write(f"{title}\n")
    for name, figure in figures:
        told = f"{figure:,}" if isinstance(figure, int) else str(figure)
        sys.stdout.write(f"  {name:<58}{told:>26}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
