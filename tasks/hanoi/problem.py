"""Reading and writing a problem: the disks, the goal, the rule. Whatever is wrong is reported in one line."""

from __future__ import annotations

import json
import reprlib
from collections.abc import Mapping
from typing import Any, NamedTuple

from maker_engine.core.errors import ProblemError

from .answers import to_pegs
from .prompt import PAPER, STATE
from .towers import Pegs, ordered, tower, tower_peg

AUTO = "auto"
DEFAULT_DISKS, MAX_DISKS = 5, 64
DEFAULT_GOAL = 2
_EXAMPLE = '{"pegs": [[3, 2, 1], [], []], "goal": 2}'
_KEYS = ("pegs", "goal", "rule")


class Problem(NamedTuple):
    """One instance.

    Attributes:
        pegs: Where the disks are at the start.
        goal: Peg they all go to (0-based).
        rule: The decision rule, "paper" or "state".
    """

    pegs: Pegs
    goal: int
    rule: str


def read_problem(options: Mapping[str, int | str], source: str | None) -> Problem:
    """Make a problem of the options and, if given, the source text, which has the say over the disks.

    Raises:
        ProblemError: Not a legal instance.
    """
    rule = _rule(options.get("strategy", options.get("rule", AUTO)))  # as the option was called before
    if source is None:
        disks = options.get("disks", DEFAULT_DISKS)
        pegs, goal = tower(_disk_count(disks)), DEFAULT_GOAL
    else:
        fields = _fields(source)
        pegs, goal = _pegs(fields["pegs"]), _goal(fields.get("goal", DEFAULT_GOAL))
        written = _rule(fields.get("rule", AUTO))
        rule = written if rule == AUTO else rule
    whole = tower_peg(pegs) is not None
    if rule == PAPER and not whole:
        raise ProblemError(
            "the rule 'paper' needs all disks on one peg at the start: use --strategy state for this one"
        )
    if rule == AUTO:
        rule = PAPER if whole else STATE
    return Problem(pegs, goal, rule)


def write_problem(problem: Problem) -> str:
    """Write a problem as the source text that reads back as it."""
    return json.dumps(problem._asdict())


def _fields(source: str) -> dict[str, Any]:
    try:
        fields = json.loads(source, parse_constant=_refuse_constant, object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno} column {error.colno}"
        raise ProblemError(f"the problem is not JSON ({error.msg}, {place}): write it as {_EXAMPLE}") from None
    except RecursionError:
        raise ProblemError(f"the problem is nested too deeply: write it as {_EXAMPLE}") from None
    except ValueError:  # Python refuses to read integers of thousands of digits
        raise ProblemError(f"the problem has a number too long to read: write it as {_EXAMPLE}") from None
    if not isinstance(fields, dict):
        raise ProblemError(f"the problem must be an object such as {_EXAMPLE}, got {_shown(fields)}")
    strange = next((key for key in fields if key not in _KEYS), None)
    if strange is not None:
        raise ProblemError(f"unknown key {_shown(strange)}: a problem has pegs, goal and rule, as in {_EXAMPLE}")
    if "pegs" not in fields:
        raise ProblemError(f"the problem has no pegs: write it as {_EXAMPLE}")
    return fields


def _refuse_constant(name: str) -> Any:
    raise ProblemError(f"{name} is not a number of disks or pegs: write whole numbers, as in {_EXAMPLE}")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise ProblemError(f"a key is given twice: write each once, as in {_EXAMPLE}")
    return fields


def _pegs(value: Any) -> Pegs:
    if not isinstance(value, list) or len(value) != 3 or not all(isinstance(peg, list) for peg in value):
        raise ProblemError(f"pegs must be three lists, bottom disk first, as in {_EXAMPLE}, got {_shown(value)}")
    disks = [disk for peg in value for disk in peg]
    strange = next((disk for disk in disks if type(disk) is not int), None)
    if strange is not None or None in disks:
        raise ProblemError(f"disks must be whole numbers, got {_shown(strange)}")
    _disk_count(len(disks))
    _check_numbers(disks)
    pegs = to_pegs(value)
    if not ordered(pegs):
        peg = next(peg for peg in range(3) if not ordered((pegs[peg], (), ())))
        raise ProblemError(
            f"peg {peg} has a larger disk on a smaller one: list its disks from the bottom, largest first"
        )
    return pegs


def _check_numbers(disks: list[int]) -> None:
    n = len(disks)
    outside = next((disk for disk in disks if not 1 <= disk <= n), None)
    if outside is not None:
        raise ProblemError(f"{n} disks must be numbered 1 to {n}, got disk {_shown(outside)}")
    missing = set(range(1, n + 1)).difference(disks)
    if missing:
        twice = next(disk for disk in disks if disks.count(disk) > 1)
        raise ProblemError(
            f"disk {twice} is there twice and disk {min(missing)} is missing: give each of 1 to {n} once"
        )


def _disk_count(value: object) -> int:
    if type(value) is not int or not 1 <= value <= MAX_DISKS:
        raise ProblemError(f"disks must be 1 to {MAX_DISKS}, got {_shown(value)}")
    return value


def _goal(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= 2:
        raise ProblemError(f"goal must be peg 0, 1 or 2, got {_shown(value)}")
    return value


def _rule(value: object) -> str:
    if value not in (AUTO, PAPER, STATE):
        raise ProblemError(f"rule must be auto, paper or state, got {_shown(value)}")
    return str(value)


def _shown(value: object) -> str:
    """Show a user's value in one short line, whatever its size or depth."""
    if isinstance(value, int) and abs(value) > 10**12:
        return "a far larger number"
    return reprlib.repr(value)
