"""Gold from people: which rows are drawn to be labelled, whatever the votes made of them, and a table of the labels."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from maker_engine.labelling.gold import ID
from maker_engine.labelling.units import Units
from maker_engine.records.people import Answers

ROWS = 100
"""Rows that are drawn where nothing else is asked for."""


def drawn(units: Units, rows: int, seed: int) -> list[int]:
    """Return the steps (0-based) of all fields of rows drawn at random, in the order of drawing.

    Args:
        units: What is asked of the rows; of equal ones the first can be drawn.
        rows: How many, or all where there are fewer.
        seed: The same draws the same, and a larger number of rows begins with those of a smaller one.
    """
    order = [*range(units.distinct)]
    Random(f"maker gold {seed}").shuffle(order)  # noqa: S311 - of what is drawn, not of a secret
    fields = len(units.codebook.fields)
    return [place * fields + field for place in order[:rows] for field in range(fields)]


def gold_columns(units: Units) -> list[str]:
    """Return the columns of a table of gold."""
    return [units.codebook.id or ID, *(field.name for field in units.codebook.fields)]


def gold_rows(units: Units, people: Answers) -> Iterator[dict[str, object]]:
    """Give the rows of a table of gold, which `--gold` takes."""
    key = units.codebook.id or ID
    for row, answers in people.gold().items():
        yield {key: row, **answers}
