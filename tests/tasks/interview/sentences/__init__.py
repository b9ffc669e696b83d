"""Sentences with labels, to develop the gates on and to measure them with."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from maker_tasks.interview.document import Kind
from maker_tasks.interview.gates import check_line, check_lines

KINDS = {
    "F": Kind.FEATURE, "C": Kind.CONSTRAINT, "A": Kind.ACCEPTANCE, "S": Kind.STORY, "N": Kind.NON_GOAL, "D": Kind.DATA,
    "I": Kind.INTERFACE,
}  # fmt: skip


class Labelled(NamedTuple):
    """One sentence and whether a gate should fail it."""

    smelly: bool
    kind: Kind
    text: str


class Measured(NamedTuple):
    """How the gates did on labelled sentences; `missed` and `false_alarms` are the sentences."""

    precision: float
    recall: float
    missed: list[str]
    false_alarms: list[str]


def rows(name: str) -> list[list[str]]:
    """Read the fields of each line of a file, the label first."""
    lines = (Path(__file__).parent / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [line.split("|") for line in lines if line and not line.startswith("#")]


def labelled(name: str) -> list[Labelled]:
    """Read a file of sentences."""
    return [Labelled(label == "smelly", KINDS[kind], text) for label, kind, text in rows(name)]


def measure(sentences: list[Labelled]) -> Measured:
    """Run the gates and compare with the labels."""
    failed = {each for each in sentences if any(not result.passed for result in check_line(each.kind, each.text))}
    smelly = {each for each in sentences if each.smelly}
    hits = len(failed & smelly)
    missed, false_alarms = sorted(smelly - failed), sorted(failed - smelly)
    return Measured(
        hits / len(failed), hits / len(smelly), [each.text for each in missed], [each.text for each in false_alarms]
    )


def pairs_measured(name: str) -> Measured:
    """Run the gate of consistency on pairs of lines and compare with the labels; a pair is told by its lines."""
    pairs = [tuple(row) for row in rows(name)]
    told = {row for row in pairs if _contradict(*row[1:])}
    right = {row for row in pairs if row[0] == "contradict"}
    hits = len(told & right)
    missed, false_alarms = sorted(right - told), sorted(told - right)
    return Measured(
        hits / len(told), hits / len(right), ["|".join(row) for row in missed], ["|".join(row) for row in false_alarms]
    )


def _contradict(one: str, other: str) -> bool:
    results = check_lines([("L1", Kind.FEATURE, one), ("L2", Kind.FEATURE, other)])
    return any(result.gate == "consistent" and not result.passed for of_line in results for result in of_line)
