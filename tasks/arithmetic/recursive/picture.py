"""The stack as text: the products from the whole one down to the one in question, and what is asked about that one."""

from __future__ import annotations

from rich.text import Text

from .prompts import written
from .work import ATOM, CHOOSE, COMPOSE, SECOND, SETTLE, SPLIT, Part, Work

_ASKED = {
    SPLIT: "gathering ways to split it",
    CHOOSE: "which proposal splits it by the rule?",
    ATOM: "what is its value?",
    COMPOSE: "gathering values of P1 · 10^m + P2",
    SETTLE: "which proposal is P1 · 10^m + P2?",
}


def draw(whole: tuple[int, int], state: Work, columns: int, rows: int) -> Text:
    """Draw a stack within `columns` × `rows` cells; what does not fit is left out in the middle, then at the end."""
    lines = [line for depth, part in enumerate(state.stack) for line in _lines(part, depth)]
    if not state.stack:
        product = f"{whole[0]} × {whole[1]}"
        outcome = "given up" if state.result is None else f"= {state.result}"
        lines = [(product, "given"), (outcome, "conflict" if state.result is None else "target")]
    else:
        part = state.stack[-1]
        tail = [(_ASKED[part.stage], "label")]
        tail += [(f"{n}. {written(offer, ', ')}", "plain") for n, offer in enumerate(part.offers, 1)]
        tail = tail[: max(1, rows - 2)]
        room = rows - len(tail)
        if len(lines) > room:
            lines = [lines[0], ("…", "rail"), *lines[len(lines) - room + 2 :]] if room > 2 else lines[-room:]
        lines += tail
    cut = [(text if len(text) <= columns else f"{text[: columns - 1]}…", role) for text, role in lines[:rows]]
    return Text("\n").join(Text(text, role) for text, role in cut)


def _lines(part: Part, depth: int) -> list[tuple[str, str]]:
    """Describe a product, and the value of its first part where that is known."""
    indent = " " * min(depth, 12)
    asked = part.stage in _ASKED
    lines = [(f"{indent}{'?' if asked else '┌'} {part.left} × {part.right}", "moved" if asked else "source")]
    if part.split is not None and part.split.first and part.stage in (SECOND, COMPOSE, SETTLE):
        a, b = part.split.first
        lines.append((f"{indent}├ {a} × {b} = {part.first}  · 10^{part.split.power}", "plain"))
    if part.split is not None and part.split.second and part.second is not None:
        c, d = part.split.second
        lines.append((f"{indent}└ {c} × {d} = {part.second}", "plain"))
    return lines
