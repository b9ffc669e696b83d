"""The tree of a session's forks as lines of text, for the screen and for the plain terminal alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from maker_engine.printable import one_line
from maker_tui.text.figures import count, count_of
from maker_tui.text.words import BUSY, OPEN, outcome_word

if TYPE_CHECKING:
    from maker_engine.sessions.queries.forks import ForkNode
    from maker_tui.text.words import Word


def fork_lines(nodes: Sequence[ForkNode], *, driven: bool = False) -> list[str]:
    """Return a line a branch; each is connected to its parent above it.

    Args:
        nodes: The branches.
        driven: A process drives one of those that have no end.
    """
    unended = sum(node.outcome is None for node in nodes)
    word = outcome_word(None) if not driven else BUSY if unended == 1 else OPEN
    return [f"{rail}{_summary(node, word)}" for rail, node in zip(_rails(nodes), nodes, strict=True)]


def _rails(nodes: Sequence[ForkNode]) -> list[str]:
    rails = []
    for place, node in enumerate(nodes):
        rail = ""
        for depth in range(1, node.depth + 1):
            goes_on = _has_sibling_below(nodes, place, depth)
            rail += ("├─ " if goes_on else "└─ ") if depth == node.depth else ("│  " if goes_on else "   ")
        rails.append(rail)
    return rails


def _has_sibling_below(nodes: Sequence[ForkNode], place: int, depth: int) -> bool:
    for node in nodes[place + 1 :]:
        if node.depth <= depth:
            return node.depth == depth
    return False


def _summary(node: ForkNode, unended: Word) -> str:
    name = "the run" if node.parent is None else f"fork {node.id} at step {count(node.fork_step + 1)}"
    reached = count_of(node.steps, "step")
    if node.expected is not None:
        reached = f"{count(node.steps)}/{count_of(node.expected, 'step')}"
    model = f"{node.model}{' (simulated)' if node.simulated else ''}"
    note = f" · {node.note}" if node.note else ""
    summary = f"{name}: k = {node.k}, {model}, {reached}{note}"
    word = unended if node.outcome is None else outcome_word(node.outcome)
    return f"{word}  {one_line(summary)}"
