"""The review: a vote a change, in the order of their addresses."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from rich.text import Text

from maker_engine.core.decomposition import Json, Step, Vote
from maker_engine.core.responses import Flag
from maker_engine.core.task.papers import Ballots
from maker_engine.wording import count_of

from ..flow import Flow
from . import text
from .masks import Item, Row
from .picture import draw
from .policy import Policy, policy_json
from .report import COLUMNS, Report, Reviewed, as_json, as_markdown, as_table, reviewed
from .rules import OF_RULE, VERDICTS, Finding, judge
from .sarif import as_sarif
from .verifier import findings

_LETTERS = "aqb"
"""How verdicts are kept in a state, by their place in `VERDICTS`."""


class Review(Flow):
    """The review of a plan.

    Args:
        items: The changes, masked, sorted by address.
        policy: The policy.
        tool: Who wrote the plan.
        called: The plan's file, as reports name it.
    """

    def __init__(self, items: Sequence[Item], policy: Policy, tool: str, called: str) -> None:
        self.items, self.policy, self.tool, self.called = tuple(items), policy, tool, called
        self._findings: dict[int, Finding] = {}

    @property
    def label(self) -> str:
        """Such as `review of 12 changes`."""
        return f"review of {count_of(len(self.items), 'change')}"

    @property
    def expected_steps(self) -> int:
        """A step a change."""
        return len(self.items)

    def source(self) -> str:
        """Return what agents may see of the plan, with the policy."""
        return self._source

    @cached_property
    def _source(self) -> str:
        changes = [
            {
                "address": item.address,
                "type": item.type,
                "actions": [*item.actions],
                "action": item.action,
                "rows": [[row.path, row.before, row.after] for row in item.rows],
            }
            for item in self.items
        ]
        whole = {
            "kind": "review",
            "format": self.tool,
            "called": self.called,
            "policy": policy_json(self.policy),
            "changes": changes,
        }
        return json.dumps(whole, ensure_ascii=False)

    def start(self) -> str:
        """Return the state without verdicts."""
        return ""

    def step(self, state: str) -> Step | None:
        """Ask for the verdict on the next change."""
        if len(state) >= len(self.items):
            return None
        return Vote(text.prompt(self.items[len(state)], self.policy, len(state) + 1, len(self.items)))

    def parse(self, state: str, text_: str) -> str | Flag:  # noqa: ARG002 - every change is answered alike
        """Read a verdict."""
        return text.read(text_)

    def apply(self, state: str, answer: str) -> str:
        """Keep a verdict."""
        return state + _LETTERS[VERDICTS.index(answer)]

    def finding(self, number: int) -> Finding:
        """Return what the rules say of a change (0-based)."""
        if number not in self._findings:
            self._findings[number] = judge(self.items[number], self.policy)
        return self._findings[number]

    def oracle(self, state: str) -> str | None:
        """Return the verdict of the rules, which know nothing of the owners' words."""
        return self.finding(len(state)).verdict if len(state) < len(self.items) else None

    def right_answers(self, state: str) -> tuple[str, ...]:
        """Return every verdict that a rule gives and no rule before it takes away."""
        if len(state) >= len(self.items):
            return ()
        holding = self.finding(len(state)).rule
        return tuple({verdict for rule, verdict in OF_RULE.items() if rule == holding})

    def verify(self, answers: Iterable[Any]) -> list[str]:
        """Check that every change has a verdict, and that nothing plainly dangerous is approved."""
        return findings(self._source, [str(one) for one in answers])

    def verdicts(self, state: str) -> list[str]:
        """Return the verdicts that were decided."""
        return [VERDICTS[_LETTERS.index(letter)] for letter in state]

    def report(self, state: str, ballots: Ballots) -> Report:
        """Return the review as it is reported: the stricter of vote and rules, and ask where agents disagreed.

        Args:
            state: The verdicts.
            ballots: Their votes, as far as they are known.
        """
        found = [
            reviewed(item, verdict, self.finding(number), ballots.get(number, ()))
            for number, (item, verdict) in enumerate(zip(self.items, self.verdicts(state), strict=False))
        ]
        return Report(self.tool, tuple(found))

    def result(self, state: str) -> Json:
        """Return the verdicts with their reasons, and how many there are of each."""
        report = self.report(state, {})
        rows: list[Json] = [_row(one) for one in report.changes]
        return {"resources": rows, "counts": dict(report.counts)}

    def papers(self, state: str, ballots: Ballots) -> Mapping[str, str]:
        """Return the review as JSON, Markdown and SARIF, where every change has a verdict."""
        if len(state) < len(self.items):
            return {}
        report = self.report(state, ballots)
        return {
            "review.txt": as_table(report, COLUMNS),
            "review.json": json.dumps(as_json(report), indent=1, ensure_ascii=False) + "\n",
            "review.md": as_markdown(report),
            "review.sarif": json.dumps(as_sarif(report, self.called), indent=1) + "\n",
        }

    def picture(self, state: str, columns: int, rows: int) -> Text:
        """Draw the changes with their verdicts, around the one in question."""
        return draw(self.items, self.verdicts(state), columns, rows)

    def describe(self, answer: str) -> str:
        """Return the verdict."""
        return answer

    def encode_state(self, state: str) -> Json:
        """Return the letters."""
        return state

    def decode_state(self, value: Any) -> str:
        """Return the letters."""
        return str(value)

    def encode_answer(self, answer: str) -> Json:
        """Return the verdict."""
        return answer

    def decode_answer(self, value: Any) -> str:
        """Return the verdict."""
        return str(value)


def _row(one: Reviewed) -> Json:
    return {"address": one.item.address, "actions": [*one.item.actions], "verdict": one.verdict, "reason": one.reason}


def items_from(value: Any) -> list[Item]:
    """Turn the `changes` of a source back into items.

    Raises:
        ValueError: They are none.
        TypeError: Likewise.
        KeyError: Likewise.
    """
    return [
        Item(
            str(one["address"]),
            str(one["type"]),
            tuple(map(str, one["actions"])),
            str(one["action"]),
            tuple(Row(str(path), str(before), str(after)) for path, before, after in one["rows"]),
        )
        for one in value
    ]
