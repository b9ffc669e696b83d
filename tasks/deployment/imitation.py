"""Writes responses as a model might, out of the prompt's words alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from maker_engine.core.decomposition import Mistake
from maker_engine.core.errors import TaskError

from .judging import ALLOWED, WORDS, row
from .state import ORDER, Evidence, Side

_ROW = re.compile(
    r"^(\d+)\. ((\w+) .+): waits for (\S+), (not begun|begun), criticality (\d+), runs (\d+) of at most (\d+),"
    r" serves (\d+) of at least (\d+)$",
    re.MULTILINE,
)
_SIDE = re.compile(
    r"^(new|old) \S+: (\d+) requests, (\d+) errors, p95 (\d+) ms, (\d+) failures, (\d+) wrong versions$", re.MULTILINE
)
_READY = re.compile(r"^new instances: (\d+) ready of (\d+) started$", re.MULTILINE)
_HOLDS = re.compile(r"^holds so far: (\d+)$", re.MULTILINE)
_LITTLE = re.compile(r"^5\. fewer than (\d+) requests, .*after (\d+) or more holds", re.MULTILINE)
_NAME = re.compile(r"^(?:migrate|shift|start|stop) (?:old |new )?(\S+)")


class _Row(NamedTuple):
    number: int
    words: str
    rank: tuple[int, str, int]
    may: bool

    @property
    def lines(self) -> str:
        return f"operation = {self.number}\ndoes = {self.words}"


def imitate(prompt: str, mistake: Mistake | None, variant: int) -> tuple[str, str]:
    """Write the reasoning and the answer of a response.

    Args:
        prompt: The user prompt.
        mistake: How the response goes wrong, None when it is right.
        variant: Which wording and which slip, ≥ 0.

    Raises:
        TaskError: The prompt is none of this task's.
    """
    if "Which operation is next?" in prompt:
        return _operation(_rows(prompt), mistake, variant)
    if "What is the verdict?" in prompt:
        return _verdict(prompt, mistake, variant)
    raise TaskError("this prompt asks for no operation and no verdict")


def _rows(prompt: str) -> list[_Row]:
    found = _ROW.findall(prompt)
    begun = any(one[4] == "begun" for one in found)
    rows = []
    for number, words, verb, waits, state, criticality, *counts in found:
        runs, most, serves, least = map(int, counts)
        may = waits == "none" and (state == "begun" or not begun)
        may = may and not (verb == "start" and runs >= most) and not (verb == "stop" and serves <= least)
        named = _NAME.match(words)
        name = named[1] if named else words
        rows.append(_Row(int(number), words, (int(criticality), name, ORDER.index(verb)), may))
    return rows


def _operation(rows: Sequence[_Row], mistake: Mistake | None, variant: int) -> tuple[str, str]:
    right = min((one for one in rows if one.may), key=lambda one: one.rank)
    others = [one for one in rows if one is not right]
    reasoning = f"What is left by the rule is led by criticality {right.rank[0]}: {right.words}."
    if mistake is Mistake.WRONG and others:
        return reasoning, others[variant % len(others)].lines
    if mistake is Mistake.MALFORMED:
        broken = (right.words, f"operation {right.number}", f"operation = {right.number}")
        return reasoning, broken[variant % len(broken)]
    if mistake in (Mistake.ILLEGAL, Mistake.WRONG):  # where the list has one operation, any other is none of it
        return reasoning, right._replace(number=len(rows) + 1 + variant % 5).lines
    if mistake is Mistake.INCONSISTENT:
        return reasoning, right._replace(words=f"{right.words} and {variant % 9}").lines
    return reasoning, right.lines


def _verdict(prompt: str, mistake: Mistake | None, variant: int) -> tuple[str, str]:
    sides = {name: Side(*map(int, counts)) for name, *counts in _SIDE.findall(prompt)}
    ready, holds, little = _READY.search(prompt), _HOLDS.search(prompt), _LITTLE.search(prompt)
    if ready is None or holds is None or little is None or len(sides) < 2:
        raise TaskError("this prompt has no evidence")
    evidence = Evidence("", sides["new"], sides["old"], int(ready[1]), int(ready[2]))
    number = row(evidence, int(little[1]), int(holds[1]), int(little[2]))
    reasoning = f"Row {number} is the first that applies: {WORDS[number]}."
    right = f"row = {number}\nverdict = {ALLOWED[number]}"
    wrong = [one for one in ALLOWED if ALLOWED[one] != ALLOWED[number]]
    other = wrong[variant % len(wrong)]
    forms = {
        None: right,
        Mistake.WRONG: f"row = {other}\nverdict = {ALLOWED[other]}",
        Mistake.MALFORMED: (f"verdict: {ALLOWED[number]}", f"row {number}")[variant % 2],
        Mistake.ILLEGAL: f"row = {number}\nverdict = wait {variant % 9}",
        Mistake.INCONSISTENT: f"row = {number}\nverdict = {ALLOWED[other]}",
    }
    return reasoning, forms[mistake]
