"""What an agent reads, how its answer is read (generously in form, strictly in content), and how one is imitated."""

from __future__ import annotations

import re

from maker_engine.core.decomposition import Mistake
from maker_engine.core.errors import TaskError
from maker_engine.core.red_flags import INCONSISTENT, MALFORMED
from maker_engine.core.responses import Flag, Prompt, excerpt

# The plainest wording that was tried: small models do better on it than on any with a role or a form in it.
_QUESTION = re.compile(r"What is (\d) x (\d)\? Answer with the number alone\.")
_DRESS = str.maketrans("", "", "*`$")
_ANSWER = re.compile(r"(?:(\d{1,4})[^\S\n]?[×x][^\S\n]?(\d{1,4})[^\S\n]?=[^\S\n]?)?(\d{1,6})\.?")
_LONGEST_LINE = 200  # characters: nothing longer is in form
_OPENINGS = ("I multiply the two numbers.", "I count it up in steps.", "This is in the times table.")


def ask(a: int, b: int) -> Prompt:
    """Ask for the product of two digits."""
    return Prompt("", f"What is {a} x {b}? Answer with the number alone.")


def read(a: int, b: int, text: str) -> int | Flag:
    """Read the product from the last line: a number alone, or an equation, which must be about `a` and `b`."""
    line = text.rstrip().rpartition("\n")[2].strip()
    plain = line[:_LONGEST_LINE].translate(_DRESS).strip().replace("\\times", "×")
    found = _ANSWER.fullmatch(plain) if len(line) <= _LONGEST_LINE else None
    if found is None:
        return Flag(MALFORMED, "the last line is not a number alone", excerpt(line))
    if found[1] is not None and (int(found[1]), int(found[2])) not in ((a, b), (b, a)):
        return Flag(INCONSISTENT, f"the equation is not about {a} × {b}", excerpt(line))
    return int(found[3])


def imitate(prompt: str, mistake: Mistake | None, variant: int) -> tuple[str, str]:
    """Write the reasoning and the answer of a response.

    Args:
        prompt: The user prompt.
        mistake: How the response goes wrong, None when it is right.
        variant: Which wording and which slip, ≥ 0.

    Raises:
        TaskError: The prompt is not one of this task's.
    """
    found = _QUESTION.match(prompt)  # a reminder may follow
    if found is None:
        raise TaskError("this prompt asks for no product")
    a, b = int(found[1]), int(found[2])
    reasoning = f"{_OPENINGS[variant % len(_OPENINGS)]} {a} groups of {b}."
    slips = [one for one in (a * (b - 1), a * (b + 1), (a - 1) * b, a * b + 1, a * b - 2) if 0 < one <= 81]
    broken = (f"product: {a * b}", f"{a * b} or so", "the product of the two")
    forms = {
        None: str(a * b),
        Mistake.WRONG: str(slips[variant % len(slips)]),
        Mistake.MALFORMED: broken[variant % len(broken)],
        Mistake.ILLEGAL: str(a * b + 100 * (1 + variant % 5)),
        Mistake.INCONSISTENT: f"{a} × {b + 1} = {a * b}",
    }
    return reasoning, forms[mistake]
