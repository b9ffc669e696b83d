"""Two runs compared, made ready to be shown: their figures side by side, and both ballots of the step they part at."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from maker_engine.core.record import decisions
from maker_engine.core.responses import Flag, Sample
from maker_engine.printable import one_line
from maker_engine.sessions.library.naming import name_of
from maker_engine.sessions.queries.comparison import Comparison, RunFigures, compare
from maker_engine.sessions.queries.inspection import replay
from maker_engine.sessions.store.reader import Reader
from maker_engine.sessions.store.time_travel import entries_of
from maker_tui.runs.opening import task_to_read
from maker_tui.text.figures import count, count_of, dollars, fit, ordinal
from maker_tui.text.words import outcome_word
from maker_tui.text.wrapping import wrapped

if TYPE_CHECKING:
    from maker_tui.settings.memory import Memory

Line = Sequence[tuple[str, str]]
"""Bits of text, each with its role."""
LABEL_CELLS = 14
MOST_CANDIDATES = 6


class Run(NamedTuple):
    """One run of a session.

    Attributes:
        path: The session.
        branch: Which of its runs, None for the newest.
    """

    path: Path
    branch: int | None = None


class Side(NamedTuple):
    """What one of two runs did at the step at which they part.

    Attributes:
        name: What its session is called.
        answer: What it decided, in words; empty where it has decided nothing there.
        ballot: Its candidates in words, each with its votes, the decided one first.
        samples: Samples counted there.
        flagged: Those of them that were flagged.
    """

    name: str
    answer: str = ""
    ballot: Sequence[tuple[str, int]] = ()
    samples: int = 0
    flagged: int = 0


class Compared(NamedTuple):
    """Two runs compared, with what each did where they part."""

    comparison: Comparison
    left: Side
    right: Side


def compared(left: Run, right: Run, memory: Memory) -> Compared:
    """Compare two runs.

    Raises:
        InputError: They are not runs of one problem.
        SessionError: One of them cannot be read.
    """
    with Reader(left.path, left.branch) as one, Reader(right.path, right.branch) as other:
        found = compare(one, other)
        return Compared(found, _side(one, found.parts_at, memory), _side(other, found.parts_at, memory))


def _side(reader: Reader, step: int | None, memory: Memory) -> Side:
    name = name_of(reader.path) or reader.path.stem
    if step is None or step > reader.steps_done():
        return Side(name)
    task = task_to_read(reader, memory)
    entries = entries_of(reader, task, step)
    counted = [*replay(entries)]
    answer: Hashable = next(reader.answers(task, step, step + 1), None)
    votes = counted[-1].votes if counted else ()
    rows = votes if answer is None else decisions.decided_first(votes, answer)
    samples = [entry for entry in entries if isinstance(entry, Sample)]
    return Side(
        name,
        "" if answer is None else one_line(decisions.describe(task, answer), 120),
        [(one_line(decisions.describe(task, candidate), 120), number) for candidate, number in rows],
        len(samples),
        sum(isinstance(entry.verdict, Flag) for entry in samples),
    )


def verdict(found: Comparison) -> str:
    """Say in one sentence where two runs part, and how much of them differs."""
    if found.parts_at is None and not found.compared:
        return "There is nothing to compare: neither has decided a step."
    if found.parts_at is None:
        return f"They are the same: {count_of(found.compared, 'step')} decided alike."
    if not found.decided_by_both:
        longer = "first" if found.left.steps > found.right.steps else "second"
        return f"Both decided {count_of(found.compared, 'step')} alike; the {longer} one continues from there."
    share = f"both decided {count_of(found.compared, 'step')}, {count(found.differing)} of them differently"
    return f"They part at step {ordinal(found.parts_at)}; {share}."


def lines(found: Compared, width: int) -> list[Line]:
    """Lay a comparison out in two columns."""
    half = max(8, (width - LABEL_CELLS - 2) // 2)
    figures = found.comparison.left, found.comparison.right
    sides = found.left, found.right
    rows: list[Line] = [_row("session", [one.name for one in sides], half, "strong"), []]
    rows += [[(text, "accent")] for text in wrapped(verdict(found.comparison), max(20, width))]
    step = found.comparison.parts_at
    if step is not None:
        rows.append(_row(f"step {ordinal(step)}", [one.answer or "not decided" for one in sides], half, "strong"))
        for place in range(min(MOST_CANDIDATES, max(len(one.ballot) for one in sides))):
            rows.append(_row("votes" if place == 0 else "", [_candidate(one, place) for one in sides], half))
        rows.append(_row("samples", [f"{count(one.samples)}, {count(one.flagged)} flagged" for one in sides], half))
    rows += [[], [("the whole runs", "label")]]
    rows += [_row(label, cells, half) for label, cells in _figures(figures)]
    return rows


def _figures(sides: tuple[RunFigures, RunFigures]) -> list[tuple[str, Sequence[str]]]:
    totals = [one.totals for one in sides]
    return [
        ("run", ["the first" if one.branch == 0 else f"fork {one.branch}" for one in sides]),
        ("model", [f"{one.model}{' (simulated)' if one.simulated else ''}" for one in sides]),
        ("k", [str(one.k) for one in sides]),
        ("outcome", [outcome_word(one.outcome).text for one in sides]),
        ("steps", [count(one.steps) for one in sides]),
        ("samples", [count(one.samples) for one in totals]),
        ("flagged", [count(one.flagged) for one in totals]),
        ("dissent", [count_of(one.dissent, "step") for one in totals]),
        ("wrong", [count(one.totals.wrong) if one.has_oracle else "no oracle" for one in sides]),
        ("cost", [dollars(one.cost_usd) for one in sides]),
    ]


def _candidate(side: Side, place: int) -> str:
    if place >= len(side.ballot):
        return ""
    if place == MOST_CANDIDATES - 1 and len(side.ballot) > MOST_CANDIDATES:
        return f"and {len(side.ballot) - place} more"
    text, votes = side.ballot[place]
    return f"{votes:>4}  {text}"


def _row(label: str, cells: Sequence[str], half: int, role: str = "plain") -> Line:
    left, right = (fit(one_line(cell), half) for cell in cells)
    return [(fit(label, LABEL_CELLS), "label"), (f"{left}  ", role), (right.rstrip(), role)]
