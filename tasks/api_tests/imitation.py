"""Responses as a model might write them, right or wrong in a chosen way, out of nothing but the prompt's words."""

from __future__ import annotations

import re

from maker_engine.core.decomposition import Mistake
from maker_engine.core.errors import TaskError

_OFFER = re.compile(r"^(\S+): set-up (yes|no), priority (-?\d+), dependants (\d+)$", re.MULTILINE)
_FACT = re.compile(r"^([A-Z][A-Za-z ]+): (.*)$", re.MULTILINE)
_OPENINGS = (
    "I go through the facts one by one.",
    "Let me hold each row against the evidence.",
    "I look for the first that fits.",
)
_THENS = ("go on", "skip dependants", "stop")


def imitate(prompt: str, mistake: Mistake | None, variant: int) -> tuple[str, str]:
    """Write the reasoning and the answer of a response.

    Args:
        prompt: The user prompt.
        mistake: How the response goes wrong, None when it is right.
        variant: Which wording and which slip, ≥ 0.

    Raises:
        TaskError: The prompt is not one of this task's.
    """
    if prompt.startswith("These tests can be sent:"):
        return _OPENINGS[variant % 3], _order(prompt, mistake, variant)
    if prompt.startswith("Test "):
        return _OPENINGS[variant % 3], _fault(prompt, mistake, variant)
    raise TaskError("this prompt is none of API tests")


def _order(prompt: str, mistake: Mistake | None, variant: int) -> str:
    offers = _OFFER.findall(prompt.partition("\nRule:")[0])
    if not offers:
        raise TaskError("this prompt offers no test")
    ranked = sorted(offers, key=lambda one: (one[1] == "no", -int(one[2]), -int(one[3]), one[0]))
    name, _, _, count = ranked[0]
    others = ranked[1:] or [("none-such", "no", "0", "0")]
    wrong = others[variant % len(others)]
    broken = (
        f"test = {name}",
        f"dependants = {count}\ntest = {name}",
        f"{name}, with {count} dependants",
        "test = ?\ndependants = ?",
    )
    forms = {
        None: f"test = {name}\ndependants = {count}",
        Mistake.WRONG: f"test = {wrong[0]}\ndependants = {wrong[3]}",
        Mistake.MALFORMED: broken[variant % len(broken)],
        Mistake.ILLEGAL: f"test = {name}-{variant % 9 + 1}x\ndependants = {count}",
        Mistake.INCONSISTENT: f"test = {name}\ndependants = {int(count) + 1 + variant % 3}",
    }
    return forms[mistake]


def _fault(prompt: str, mistake: Mistake | None, variant: int) -> str:
    facts = dict(_FACT.findall(prompt.partition("\nRule:")[0]))
    row, answer = _judged(facts)
    then = _then(facts)
    kinds = ("product fault", "test fault", "environment")
    rows = {"product fault": 10, "test fault": 9, "environment": 7}
    others = [(rows[kind], f"{kind}, {then}") for kind in kinds if not answer.startswith(kind)]
    if not answer.startswith("again"):
        others += [(row, f"{answer.partition(',')[0]}, {one}") for one in _THENS if one != then]
    elif facts["Tries left"] != "0":
        others.append((row, f"again after {int(answer.split()[2]) + 1 + variant % 5} s"))
    slip = others[variant % len(others)]
    broken = (
        f"row = {row}",
        f"answer = {answer}\nrow = {row}",
        f"row = {row}\nanswer = perhaps {answer}",
        f"row = 11\nanswer = {answer}",
    )
    clash = 3 if answer.startswith(("again", "product", "environment")) else 10
    forms = {
        None: f"row = {row}\nanswer = {answer}",
        Mistake.WRONG: f"row = {slip[0]}\nanswer = {slip[1]}",
        Mistake.MALFORMED: broken[variant % len(broken)],
        Mistake.ILLEGAL: f"row = {row if answer[0] == 'a' else 5}\nanswer = again after {9_000 + variant % 99} s",
        Mistake.INCONSISTENT: f"row = {clash}\nanswer = {answer}",
    }
    return forms[mistake]


def _then(facts: dict[str, str]) -> str:
    if facts["Critical"] == "yes":
        return "stop"
    return "go on" if facts["Dependants"] == "0" else "skip dependants"


def _judged(facts: dict[str, str]) -> tuple[int, str]:
    """Go down the rows of the rule; return the number of the one that fits and the answer."""
    came, then = facts["What came"], _then(facts)
    status = 0 if facts["Status"] == "none" else int(facts["Status"])
    asked = None if facts["Wait asked for"] == "none" else int(facts["Wait asked for"].split()[0])
    left, soon = facts["Tries left"] != "0", asked is None or asked <= 120
    anew = left and facts["The request may be sent twice"] == "yes" and facts["The failure before was the same"] == "no"
    busy = came == "no connection" or status in (502, 503, 504)
    if facts["The document asks for a retry"] != "no":
        return 1, f"again after {facts['The document asks for a retry'].split()[2]} s"
    if came in ("the secure connection failed", "the request was not allowed"):
        return 2, f"environment, {then}"
    if came.startswith("a value was missing"):
        return 3, f"test fault, {then}"
    if left and soon and (status == 429 or busy):
        wait = asked if asked is not None else int(status == 429)
        return (4 if status == 429 else 5), f"again after {wait} s"
    return _worse(came, status, then, anew=anew, busy=busy, broken=facts["The request breaks the schema"] == "yes")


def _worse(came: str, status: int, then: str, *, anew: bool, busy: bool, broken: bool) -> tuple[int, str]:
    nothing = came.startswith("no whole answer")
    if nothing and anew:
        return 6, "again after 0 s"
    if nothing or busy or status == 429:
        return 7, f"environment, {then}"
    if status >= 500 and anew:
        return 8, "again after 0 s"
    return (9, f"test fault, {then}") if broken and status < 500 else (10, f"product fault, {then}")
