"""Sentences with labels, to develop the gates on and to measure them with."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from maker_tasks.interview.document import Kind
from maker_tasks.interview.gates import check_line

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


def labelled(name: str) -> list[Labelled]:
    """Read a file of sentences."""
    lines = (Path(__file__).parent / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    rows = [line.split("|", 2) for line in lines if line and not line.startswith("#")]
    return [Labelled(label == "smelly", KINDS[kind], text) for label, kind, text in rows]


def measure(sentences: list[Labelled]) -> Measured:
    """Run the gates and compare with the labels."""
    failed = {each for each in sentences if any(not result.passed for result in check_line(each.kind, each.text))}
    smelly = {each for each in sentences if each.smelly}
    hits = len(failed & smelly)
    missed, false_alarms = sorted(smelly - failed), sorted(failed - smelly)
    return Measured(
        hits / len(failed), hits / len(smelly), [each.text for each in missed], [each.text for each in false_alarms]
    )
