"""Writes responses as a model might, out of the prompt's words alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from maker_engine.core.decomposition import Mistake
from maker_engine.core.errors import TaskError

from .plain_words import read_plainly
from .windows import AFTERNOON, MORNING, WEEKDAYS
from .wording import READ

_ROW = re.compile(
    r"^(\d+)\. [A-Z]\w+ (\d{4}-\d\d-\d\d \d\d:\d\d)(?:, (.+))?: reach (none|\d+(?:/\d+)?), takes (\d+)$", re.MULTILINE
)
_ROOMS = re.compile(r"the room that comes first in: (.+)\.$", re.MULTILINE)
_NEXT = re.compile(r"interviews are placed\. Next: ([^,]+), (.+), \d+ minutes\.")
_PLACED = re.compile(r"^\d+\. ([^:]+): (.+)$", re.MULTILINE)
_WORDS = re.compile(rf'{READ} (.+) about when they want their interviews:\n"(.*)"')


class _Row(NamedTuple):
    number: int
    time: str
    room: str
    reach: str
    takes: int

    @property
    def worth(self) -> tuple[int, ...]:
        """The reach as numbers; none is below all."""
        return (-1,) if self.reach == "none" else tuple(map(int, self.reach.split("/")))


def imitate(prompt: str, mistake: Mistake | None, variant: int) -> tuple[str, str]:
    """Write the reasoning and the answer of a response.

    Args:
        prompt: The user prompt.
        mistake: How the response goes wrong, None when it is right.
        variant: Which wording and which slip, ≥ 0.

    Raises:
        TaskError: The prompt is none of this task's.
    """
    if words := _WORDS.search(prompt):
        return _reading(words[2], mistake, variant)
    following = _NEXT.search(prompt)
    if following is None:
        raise TaskError("this prompt asks for no interview's slot")
    if rows := [
        _Row(int(n), time, room or "", reach, int(takes)) for n, time, room, reach, takes in _ROW.findall(prompt)
    ]:
        return _slot(rows, _ROOMS.search(prompt), mistake, variant)
    people = {*following[2].split(", ")}
    placed = [(name, {*who.split(", ")}) for name, who in _PLACED.findall(prompt.partition("in this order:")[2])]
    return _way_out(placed, people, mistake, variant)


def _slot(rows: Sequence[_Row], rooms: re.Match[str] | None, mistake: Mistake | None, variant: int) -> tuple[str, str]:
    order = rooms[1].split(", ") if rooms else [""]
    ranked = sorted(
        rows, key=lambda row: (tuple(-one for one in row.worth), row.takes, row.time, order.index(row.room))
    )
    right = ranked[0]
    others = ranked[1:] or [right]
    reasoning = f"The largest reach is {right.reach}: that is row {right.number}, which takes {right.takes}."
    if mistake is Mistake.WRONG:
        return reasoning, _lines(others[variant % len(others)])
    if mistake is Mistake.MALFORMED:
        broken = (
            f"slot {right.number}",
            f"I choose the slot at {right.time}.",
            f"slot = {right.number}\ntime = {right.time}",
        )
        return reasoning, broken[variant % len(broken)]
    if mistake is Mistake.ILLEGAL:
        return reasoning, _lines(right._replace(number=len(rows) + 1 + variant % 5))
    if mistake is Mistake.INCONSISTENT:
        other = others[variant % len(others)]
        slip = (
            right._replace(time=f"2001-01-01 {8 + variant % 9:02}:00")
            if other is right
            else right._replace(number=other.number)
        )
        return reasoning, _lines(slip)
    return reasoning, _lines(right)


def _lines(row: _Row) -> str:
    room = f"room = {row.room}\n" if row.room else ""
    return f"slot = {row.number}\ntime = {row.time}\n{room}reach = {row.reach}"


def _way_out(
    placed: Sequence[tuple[str, set[str]]], people: set[str], mistake: Mistake | None, variant: int
) -> tuple[str, str]:
    sharing = [name for name, who in placed if who & people]
    right = sharing[-1] if sharing else placed[-1][0] if placed else ""
    answer = f"undo = {right}" if right else "no schedule"
    wrong = [f"undo = {name}" for name, _ in placed if name != right] + (["no schedule"] if right else [])
    reasoning = "I look for the last placed interview that shares a person."
    broken = ("undo the last one", f"undo {right or 'it'} or no schedule", "there is a clash")
    unknown = f"undo = {right or 'one'}-{variant % 9 + 1}"
    forms = {
        None: answer,
        Mistake.WRONG: wrong[variant % len(wrong)] if wrong else unknown,
        Mistake.MALFORMED: broken[variant % len(broken)],
        Mistake.ILLEGAL: unknown,
        Mistake.INCONSISTENT: unknown,
    }
    return reasoning, forms[mistake]


def _reading(words: str, mistake: Mistake | None, variant: int) -> tuple[str, str]:
    known = read_plainly(words)
    right = [f"{'prefer' if wanted else 'avoid'} {window}" for wanted, window in (known.rules if known else ())]
    reasoning = "I look for each window that the words name."
    windows = (MORNING, AFTERNOON, *WEEKDAYS)
    extra = f"{'prefer' if variant % 2 else 'avoid'} {windows[variant % len(windows)]}"
    wrong = (
        right[1:]
        if right and variant % 3 == 0
        else [*(line for line in right if line.split(" ", 1)[1] != extra.split(" ", 1)[1]), extra]
    )
    wrong = wrong if sorted(wrong) != sorted(right) else []
    both = right or ["prefer morning"]
    turned = both[0].replace("prefer", "avoid") if both[0].startswith("prefer") else both[0].replace("avoid", "prefer")
    forms = {
        None: right,
        Mistake.WRONG: wrong,
        Mistake.MALFORMED: [*right, f"prefer {('lunch', 'soon', 'whenever')[variant % 3]}"],
        Mistake.ILLEGAL: ["prefer the usual"],
        Mistake.INCONSISTENT: [*both, turned],
    }
    return reasoning, "\n".join(forms[mistake]) or "none"
