"""What an agent reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from maker_engine.core.responses import Prompt
from maker_engine.wording import count_of

from .knots import Circle
from .problem import DROP, Kind, Problem
from .ruling import SHOWN, Menu

SYSTEM = (
    "You put the modules of a project into the order in which they are built, one decision at a time. Apply the rule"
    " you are given to the facts you are given, and end with the answer in exactly the form that is asked for."
)
OTHER = "other"
_PATH = 12
"""Modules of a circle that are written out."""
_BY_NAME = "compared character by character, by Unicode code point"


def build_prompt(menu: Menu, problem: Problem) -> Prompt:
    """Ask which module is next."""
    return Prompt(SYSTEM, raw_text(menu, problem) if menu.left else guided_text(menu, problem))


def guided_text(menu: Menu, problem: Problem) -> str:
    """Word the question with both numbers of every entry."""
    found = menu.plan
    rows = "\n".join(
        f"{number}. {menu.plan.names[unit]}: waiting {found.waiting[unit]}, chain {found.chain[unit]}"
        for number, unit in enumerate(menu.units, 1)
    )
    more = menu.ready - len(menu.units)
    others = (
        f"\n{more} more {'is' if more == 1 else 'are'} ready, and none of them comes before these by the rule. To"
        f" choose one all the same, answer `module = {OTHER}` and its name."
        if more
        else ""
    )
    return f"""{_head(menu, problem)} "waiting" is how many modules wait on one, directly or indirectly; "chain" is \
how many are in the longest chain of modules that wait on it, each on the one before.
Ready, in order of name:
{rows}{others}
{_rule()}
End with these lines and nothing after them, copied from the row you choose:
module = NUMBER
name = NAME
waiting = NUMBER
chain = NUMBER"""


def raw_text(menu: Menu, problem: Problem) -> str:
    """Word the question with the modules that are left; the numbers are for the agent to work out."""
    number = {unit: place for place, unit in enumerate(menu.left, 1)}
    rows = "\n".join(f"{number[unit]}. {_needs(menu, unit, number)}" for unit in menu.left)
    return f"""{_head(menu, problem)} These are left, in order of name, each with the numbers of those it needs that \
are left, too:
{rows}
A module is ready when it needs nothing of what is left. "waiting" is how many modules need one, directly or \
indirectly, a group counted with all its modules; "chain" is how many rows are in the longest chain of those that need \
it, each needing the one before.
{_rule()}
End with these lines and nothing after them:
module = NUMBER
name = NAME
waiting = NUMBER
chain = NUMBER"""


def _needs(menu: Menu, unit: int, number: Mapping[int, int]) -> str:
    needs = sorted(number[need] for need in menu.plan.needs[unit] if need in number)
    size = _size(len(menu.plan.members[unit]))
    return f"{menu.plan.names[unit]}{size}: needs {', '.join(map(str, needs)) or 'nothing'}"


def _head(menu: Menu, problem: Problem) -> str:
    of_the_others = " of the others" if menu.done else ""
    return (
        f"{menu.done} of {count_of(len(problem.modules), 'module')} {'is' if menu.done == 1 else 'are'} built;"
        f" {menu.ready}{of_the_others} {'is' if menu.ready == 1 else 'are'} ready: all they need is built."
    )


def _rule() -> str:
    return (
        "Rule: of those that are ready, choose the one with the largest waiting; of several, the one with the largest"
        f" chain; of several, the one whose name comes first, {_BY_NAME}."
    )


def _size(count: int) -> str:
    return "" if count == 1 else f" (a group of {count} modules)"


def circle_prompt(circle: Circle, problem: Problem) -> Prompt:
    """Ask what becomes of a cycle."""
    names = problem.names
    shown = circle.weakest[:SHOWN]
    rows = "\n".join(
        f"{number}. {Kind(kind).word}: {names[one]} needs {names[other]}"
        for number, (one, other, kind) in enumerate(by_name(shown), 1)
    )
    more = len(circle.weakest) - len(shown)
    others = f"\n{more} more needs are in the circle, and the rule drops none of them before these.\n" if more else "\n"
    knot = (
        f" They belong to {len(circle.modules)} modules that all need each other in the end."
        if len(circle.modules) > len(circle.path)
        else ""
    )
    drop = (
        "drop the weakest need: optional is weaker than dev, dev than peer, and peer than required; of several, the one"
        f" of the module whose name comes first, {_BY_NAME}; of several, the one of the needed module whose name comes"
        " first."
    )
    unite = "If all of them are required, build the modules as one unit."
    rule = drop if problem.settings.cycles == DROP else f"if any of the needs is not required, {drop} {unite}"
    user = f"""These {len(circle.path)} modules need each other in a circle, so that none of them can be built first:
{path_words(circle, problem)}{knot}
The needs of the circle:
{rows}{others}Rule: {rule}
End with one of these and nothing after it; the lines of a drop are copied from one row:
one unit
drop = NUMBER
module = NAME
needs = NAME"""
    return Prompt(SYSTEM, user)


def by_name(needs: Sequence[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Return the needs in order of name, so that a row's place says nothing of the rule."""
    return sorted(needs)


def path_words(circle: Circle, problem: Problem) -> str:
    """Write the circle on one line, the middle left out where it is long."""
    names = [problem.modules[place].name for place in circle.path]
    if len(names) > _PATH:
        names = [*names[: _PATH // 2], f"({len(names) - _PATH} more)", *names[-_PATH // 2 :]]
    return " -> ".join([*names, names[0]])
