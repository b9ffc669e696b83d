"""Reading an answer strictly: the last two lines of the demanded form, or a red flag. Nothing is repaired (§3.3)."""

from __future__ import annotations

import re

from maker_engine.core.red_flags import ILLEGAL, INCONSISTENT, MALFORMED
from maker_engine.core.responses import Flag, excerpt

from .prompt import PHASES_METHOD
from .question import Answer, Question

_BLANKS = r"[^\S\n]*"
_FORMS = {
    "move": (r"[UDLRFB](?:2|')?", "a move such as U, U2 or U'"),
    "distance": (r"0|[1-9][0-9]?", "a whole number"),
    "case": (r"[1-9][0-9]?", "the number of a case"),
    "place": (r"[UDLRFB]{2,3}", "two or three letters of faces"),
}
_NAMED = {name: re.compile(rf"(?<!\w){name}{_BLANKS}={_BLANKS}", re.IGNORECASE) for name in _FORMS}
_WHOLE = {name: re.compile(rf"({form}){_BLANKS}(?:\n|$)") for name, (form, _) in _FORMS.items()}


def names(method: str) -> tuple[str, str]:
    """Return what the two lines of an answer are called."""
    return ("move", "distance") if method == PHASES_METHOD else ("case", "place")


def read_answer(method: str, text: str) -> Answer | Flag:
    """Read the last line of each name; what comes last has to be whole, even where an earlier one is.

    Args:
        method: "phases" or "layers".
        text: The response, any text at all.

    Returns:
        The pair as written, in the list of cases or not; a flag when there is none.
    """
    found: list[str] = []
    for name in names(method):
        at = None
        for at in _NAMED[name].finditer(text):  # noqa: B007 - the last one is wanted
            pass
        wanted = _FORMS[name][1]
        if at is None:
            return Flag(MALFORMED, f"no `{name} = …`", excerpt(text[-120:]))
        value = _WHOLE[name].match(text, at.end())
        if value is None:
            return Flag(MALFORMED, f"the {name} is not {wanted}, alone on its line", excerpt(text, at.start()))
        found.append(value[1])
    return Answer(*found)


def objection(method: str, question: Question, answer: Answer) -> Flag | None:
    """Flag a choice that is not in the list, or one whose second line is not that of its case."""
    choice, reading = names(method)
    case = question.find(answer.choice)
    if case is None:
        return Flag(ILLEGAL, f"{choice} {answer.choice} is not in the list", excerpt(f"{choice} = {answer.choice}"))
    if case.answer != answer:
        reason = f"the {reading} of {choice} {answer.choice} is {case.answer.reading}, not {answer.reading}"
        return Flag(INCONSISTENT, reason, excerpt(f"{reading} = {answer.reading}"))
    return None
