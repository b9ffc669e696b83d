"""What an agent reads and how its answer is read: one line each for the value, the digit and the carry."""

from __future__ import annotations

import re

from maker_engine.core.red_flags import ILLEGAL, INCONSISTENT, MALFORMED
from maker_engine.core.responses import Flag, Prompt, excerpt

from .paper import Answer, Question

SYSTEM = """\
You do a single step of a long calculation with pen and paper.

You are given two digits and a carry. Work out the value of the line exactly. The last digit of the value is the \
digit to write down; what stands before it is the carry, 0 if nothing does. Example: 7 × 8 + 3 has the value 59, so \
the digit is 9 and the carry is 5; 4 + 3 + 1 has the value 8, so the digit is 8 and the carry is 0.

Reason briefly if you like, then end with these three lines, with numbers in place of the words:
value = VALUE
digit = DIGIT
carry = CARRY\
"""

_ANSWER = re.compile(r"value\s*=\s*([0-9]{1,3})\s+digit\s*=\s*([0-9])\s+carry\s*=\s*([0-9])(?![\w.])")
_NAME = re.compile(r"(?<!\w)value\s*=")
MOST_CARRY = {"×": 8, "+": 1}
"""9 × 9 + 8 = 89 and 9 + 9 + 1 = 19 are the most there can be."""


def prompt(question: Question) -> Prompt:
    """Ask for one digit and its carry."""
    line = f"{question.left} {question.sign} {question.right} + {question.carry}"
    return Prompt(SYSTEM, f"What is {line}?\n\nEnd with:\nvalue = VALUE\ndigit = DIGIT\ncarry = CARRY")


def read_answer(text: str) -> Answer | Flag:
    """Read the last three lines `value =`, `digit =`, `carry =`; case and blanks are free, all else is not."""
    lowered = text.lower()
    names = [*_NAME.finditer(lowered)]
    if not names:
        return Flag(MALFORMED, "no `value =`", excerpt(text[-120:]))
    found = _ANSWER.match(lowered, names[-1].start())
    if found is None:
        reason = "`value =`, `digit =` and `carry =` with their numbers do not follow each other"
        return Flag(MALFORMED, reason, excerpt(lowered, names[-1].start()))
    return Answer(int(found[1]), int(found[2]), int(found[3]))


def objection(question: Question, answer: Answer) -> Flag | None:
    """Flag an answer whose parts contradict each other, or whose carry no such step can have."""
    if answer.total != 10 * answer.carry + answer.digit:
        reason = f"digit {answer.digit} and carry {answer.carry} are not those of {answer.total}"
        return Flag(INCONSISTENT, reason, written(answer))
    most = MOST_CARRY[question.sign]
    if answer.carry > most:
        return Flag(ILLEGAL, f"a carry of {answer.carry}, at most {most} is possible", written(answer))
    return None


def written(answer: Answer) -> str:
    """Write an answer as a response ends."""
    return f"value = {answer.total}\ndigit = {answer.digit}\ncarry = {answer.carry}"
