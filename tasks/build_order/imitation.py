"""Writes responses as a model might, out of the prompt's words alone."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from maker_engine.core.decomposition import Mistake
from maker_engine.core.errors import TaskError

_GUIDED = re.compile(r"^(\d+)\. (.+): waiting (\d+), chain (\d+)$", re.MULTILINE)
_RAW = re.compile(r"^(\d+)\. (.+?)(?: \(a group of (\d+) modules\))?: needs (nothing|\d+(?:, \d+)*)$", re.MULTILINE)
_NEED = re.compile(r"^(\d+)\. (optional|dev|peer|required): (.+)$", re.MULTILINE)
_STRENGTH = ("optional", "dev", "peer", "required")
_CIRCLE = "need each other in a circle"
_ASKED = "of those that are ready, choose the one"


class _Row(NamedTuple):
    number: int
    name: str
    waiting: int
    chain: int

    @property
    def lines(self) -> str:
        """The row as an answer."""
        return f"module = {self.number}\nname = {self.name}\nwaiting = {self.waiting}\nchain = {self.chain}"


def imitate(prompt: str, mistake: Mistake | None, variant: int) -> tuple[str, str]:
    """Write the reasoning and the answer of a response.

    Args:
        prompt: The user prompt.
        mistake: How the response goes wrong, None when it is right.
        variant: Which wording and which slip, ≥ 0.

    Raises:
        TaskError: The prompt is none of this task's.
    """
    if _CIRCLE in prompt:
        return _circle(prompt, mistake, variant)
    if _ASKED not in prompt:
        raise TaskError("this prompt asks for no module")
    rows = [
        _Row(int(number), name, int(waiting), int(chain)) for number, name, waiting, chain in _GUIDED.findall(prompt)
    ]
    if rows:
        return _build(rows, len(rows), mistake, variant)
    left = _RAW.findall(prompt)
    return _build(_worked_out(left), len(left), mistake, variant)


def _worked_out(left: Sequence[tuple[str, str, str, str]]) -> list[_Row]:
    """Return the rows that are ready, with the numbers that the rule goes by."""
    size = {number: int(group or 1) for number, _, group, _ in left}
    needed_by: dict[str, list[str]] = {number: [] for number in size}
    for number, _, _, needs in left:
        for need in needs.split(", ") if needs != "nothing" else ():
            needed_by[need].append(number)
    chains: dict[str, int] = {}

    def chain(number: str) -> int:
        if number not in chains:
            chains[number] = max((chain(other) + 1 for other in needed_by[number]), default=0)
        return chains[number]

    return [
        _Row(int(number), name, sum(size[one] for one in _reached(number, needed_by)), chain(number))
        for number, name, _, needs in left
        if needs == "nothing"
    ]


def _reached(number: str, ways: Mapping[str, Sequence[str]]) -> set[str]:
    """Return what ways lead to from a row, itself left out."""
    found: set[str] = set()
    ahead = [number]
    while ahead:
        for other in ways[ahead.pop()]:
            if other not in found:
                found.add(other)
                ahead.append(other)
    return found


def _build(rows: Sequence[_Row], listed: int, mistake: Mistake | None, variant: int) -> tuple[str, str]:
    ranked = sorted(rows, key=lambda row: (-row.waiting, -row.chain, row.name))
    right, others = ranked[0], ranked[1:]
    reasoning = f"The most that wait on one of them is {right.waiting}: {right.name}, with a chain of {right.chain}."
    if mistake is None:
        return reasoning, right.lines
    if mistake is Mistake.WRONG and others:
        return reasoning, others[variant % len(others)].lines
    if mistake is Mistake.MALFORMED:
        broken = (f"module {right.number}", f"I choose {right.name}.", f"module = {right.number}\nname = {right.name}")
        return reasoning, broken[variant % len(broken)]
    if mistake is Mistake.ILLEGAL:
        return reasoning, right._replace(number=listed + 1 + variant % 5).lines
    slips = (right._replace(chain=right.waiting + 1 + variant % 3), right._replace(name=f"{right.name}-{variant % 9}"))
    return reasoning, slips[variant % 2].lines


def _circle(prompt: str, mistake: Mistake | None, variant: int) -> tuple[str, str]:
    path = next(line for line in prompt.splitlines() if " -> " in line)
    rows = []
    for number, kind, words in _NEED.findall(prompt):
        one, other = _halves(words, path)
        rows.append((_STRENGTH.index(kind), one, other, int(number)))
    right = min(rows)
    unites = "build the modules as one unit" in prompt and right[0] == len(_STRENGTH) - 1
    answers = ["one unit", *(_drop(row) for row in sorted(rows))] if unites else [_drop(right)]
    wrong = [answer for answer in ("one unit", *map(_drop, rows)) if answer != answers[0]]
    reasoning = f"The weakest need of the circle is {_STRENGTH[right[0]]}."
    broken = ("drop it", "as one", f"drop = {right[3]}")
    forms = {
        None: answers[0],
        Mistake.WRONG: wrong[variant % len(wrong)],
        Mistake.MALFORMED: broken[variant % len(broken)],
        Mistake.ILLEGAL: _drop((right[0], right[1], right[2], len(rows) + 1 + variant % 5)),
        Mistake.INCONSISTENT: _drop((right[0], right[2], f"{right[1]}-{variant % 9}", right[3])),
    }
    return reasoning, forms[mistake]


def _halves(words: str, path: str) -> tuple[str, str]:
    """Split `A needs B` where both are names: a name may hold the word itself."""
    parts = words.split(" needs ")
    for at in range(1, len(parts)):
        one, other = " needs ".join(parts[:at]), " needs ".join(parts[at:])
        if len(parts) == 2 or f"{one} -> {other}" in path:
            return one, other
    return parts[0], " needs ".join(parts[1:])


def _drop(row: tuple[int, str, str, int]) -> str:
    return f"drop = {row[3]}\nmodule = {row[1]}\nneeds = {row[2]}"
