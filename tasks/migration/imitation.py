"""Responses as a model might write them, right or wrong in a chosen way, out of nothing but the prompt's words."""

from __future__ import annotations

import re

from maker_engine.core.decomposition import Mistake
from maker_engine.core.errors import TaskError

_OFFER = re.compile(r"^(\S+): kind (additive|data|destructive), plan number (\d+)$", re.MULTILINE)
_FACT = re.compile(r"^([A-Z][A-Za-z ,]+): (.*)$", re.MULTILINE)
_LIMIT = re.compile(r"more than (\d+) rows")
_OPENINGS = (
    "I go down the rows of the rule.",
    "Let me hold each row against the facts.",
    "The first row that fits decides.",
)
_KINDS = ("additive", "data", "destructive")
_GATES = {1: "ask", 2: "back up", 3: "batches", 4: "run"}
_ELSEWHERE = (("run", "batches", "back up"), ("keep", "revert", "restore"))
_VERDICTS = {1: "keep", 2: "revert", 3: "revert", 4: "restore"}


def imitate(prompt: str, mistake: Mistake | None, variant: int) -> tuple[str, str]:
    """Write the reasoning and the answer of a response.

    Args:
        prompt: The user prompt.
        mistake: How the response goes wrong, None when it is right.
        variant: Which wording and which slip, ≥ 0.

    Raises:
        TaskError: The prompt is not one of this task's.
    """
    opening = _OPENINGS[variant % len(_OPENINGS)]
    if prompt.startswith("These changes can go next"):
        return opening, _choice(prompt, mistake, variant)
    facts = dict(_FACT.findall(prompt.partition("\nRule:")[0]))
    if " goes next. " in prompt[:400]:
        return opening, _rowed(_gate(facts, prompt), _GATES, mistake, variant)
    if " was carried out. " in prompt[:400]:
        return opening, _rowed(_verdict(facts), _VERDICTS, mistake, variant)
    raise TaskError("this prompt is none of a migration's")


def _choice(prompt: str, mistake: Mistake | None, variant: int) -> str:
    offers = _OFFER.findall(prompt.partition("\nRule:")[0])
    if not offers:
        raise TaskError("this prompt offers no change")
    ranked = sorted(offers, key=lambda one: (_KINDS.index(one[1]), int(one[2])))
    name, kind, _ = ranked[0]
    wrong = ranked[1 + variant % (len(ranked) - 1)] if len(ranked) > 1 else ranked[0]
    broken = (f"change = {name}", f"kind = {kind}\nchange = {name}", f"{name}, which is {kind}", "change = ?\nkind = ?")
    forms = {
        None: f"change = {name}\nkind = {kind}",
        Mistake.WRONG: f"change = {wrong[0]}\nkind = {wrong[1]}",
        Mistake.MALFORMED: broken[variant % len(broken)],
        Mistake.ILLEGAL: f"change = {name}-{variant % 9 + 1}x\nkind = {kind}",
        Mistake.INCONSISTENT: f"change = {name}\nkind = {_KINDS[(_KINDS.index(kind) + 1 + variant % 2) % 3]}",
    }
    return forms[mistake]


def _gate(facts: dict[str, str], prompt: str) -> int:
    limits = [int(one) for one in _LIMIT.findall(prompt)]
    rows = int(facts["Rows of the largest table"])
    if facts["A person is to be asked of heavy locks"] == "yes" and facts["Lock"] == "table" and rows > limits[0]:
        return 1
    if int(facts["Risk"]) >= 4 and facts["Tested backup newer than the last change of data"] == "no":
        return 2
    return 3 if facts["Can be split"] == "yes" and rows > limits[1] else 4


def _verdict(facts: dict[str, str]) -> int:
    ran, lost = facts["Statements"] == "all ran", facts["Lost and not declared"] != "nothing"
    places = ("before", "after")
    before, after = (int(facts[f"Rows whose foreign key leads nowhere, {one}"]) for one in places)
    if ran and facts["Verify"] == "nothing found" and after <= before and not lost:
        return 1
    if facts["Left in the database"] == "nothing":
        return 2
    return 3 if ran and not lost and facts["Has a revert script"] == "yes" else 4


def _rowed(row: int, rows: dict[int, str], mistake: Mistake | None, variant: int) -> str:
    answer = rows[row]
    others = [(other, words) for other, words in rows.items() if words != answer]
    slip = others[variant % len(others)]
    broken = (
        f"row = {row}",
        f"answer = {answer}\nrow = {row}",
        f"row = {row}\nanswer = perhaps {answer}",
        f"row = 9\nanswer = {answer}",
    )
    forms = {
        None: f"row = {row}\nanswer = {answer}",
        Mistake.WRONG: f"row = {slip[0]}\nanswer = {slip[1]}",
        Mistake.MALFORMED: broken[variant % len(broken)],
        Mistake.ILLEGAL: f"row = {row}\nanswer = {_ELSEWHERE[rows is _GATES][variant % 3]}",
        Mistake.INCONSISTENT: f"row = {slip[0]}\nanswer = {answer}",
    }
    return forms[mistake]
