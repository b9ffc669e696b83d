"""Calls and dollars of a run whose votes share calls, beside the same run with a call a vote."""

from __future__ import annotations

import asyncio
import os
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from maker_engine import catalogue
from maker_engine.core.decomposition import AnyTask, Step, Vote
from maker_engine.core.responses import Prompt
from maker_engine.runtime.order import RunOrder, drive, prepare
from maker_engine.runtime.step_control import Inbox
from tests.benchmarks.table import Row
from tests.support.openai_server import OpenAIServer, Reply
from tests.support.toy import Count

DISKS, STEPS, K = 7, 100, 3
CHARACTERS_PER_TOKEN = 4
LUNA, MINI = "openai/gpt-6-luna", "openai/gpt-4.1-mini"
"""For their list prices; and the first takes no temperature, so that all votes of a step can share a call."""
ALL = "all votes of a step by one call"
BUT_FIRST = "all but the first, which has a temperature of its own"


class Bill(NamedTuple):
    """What a server saw of a run, and what it cost by list prices."""

    calls: int
    prompt: int
    answers: int
    output: int
    usd: float

    def words(self) -> str:
        """Say it."""
        return f"{self.calls:,} calls, {self.prompt:,} prompt tokens, {self.answers:,} answers, ${self.usd:.4f}"


class Lengthy(Count):
    """Counting, after two thousand tokens of introduction."""

    def step(self, state: int) -> Step | None:
        """Ask at length."""
        asked = super().step(state)
        assert asked is None or isinstance(asked, Vote)
        introduction = "An hour is as long as any other, and follows the one before it. " * 120
        return None if asked is None else Vote(Prompt(introduction + asked.prompt.system, asked.prompt.user))


class Answering:
    """Answers from the prompt, rightly and in few words, each answer in words of its own; keeps the bill."""

    def __init__(self, task: AnyTask) -> None:
        self._task = task
        self.calls = self.prompt = self.answers = self.output = 0

    def __call__(self, messages: list[dict[str, Any]], body: dict[str, Any], _number: int) -> Reply:
        said = {message["role"]: message["content"] for message in messages}
        _, answer = self._task.imitate(Prompt(said["system"], said["user"]), None, 0)
        texts = [f"Look {self.answers + one}.\n\n{answer}" for one in range(body.get("n", 1))]
        prompt = sum(map(len, said.values())) // CHARACTERS_PER_TOKEN
        output = sum(map(len, texts)) // CHARACTERS_PER_TOKEN
        self.calls, self.answers = self.calls + 1, self.answers + len(texts)
        self.prompt, self.output = self.prompt + prompt, self.output + output
        return Reply(texts, usage=(prompt, output, 0))


def rows(disks: int = DISKS, steps: int = STEPS) -> list[Row]:
    """Measure each run twice: as ordered, and with one answer a call."""
    os.environ.setdefault("OPENAI_API_KEY", "none-is-needed")
    hanoi, counting = (catalogue.find("hanoi"), {"disks": disks}), (Lengthy, {"length": steps, "hours": steps + 1})
    return [
        _compared(*counting, LUNA, ALL, 60),
        _compared(*hanoi, LUNA, ALL, 50),
        _compared(*hanoi, MINI, BUT_FIRST, 25),
    ]


def _compared(family: type[AnyTask], options: dict[str, int | str], name: str, how: str, goal: float) -> Row:
    shared, alone = (_bill(family, options, name, answers) for answers in ("auto", 1))
    assert shared.answers == alone.answers
    each = f"prompts of {alone.prompt / alone.calls:,.0f} tokens and answers of {alone.output / alone.answers:.0f}"
    return Row(f"money saved by several answers a call, {each}, k = {K}: {how}", shared.words(),
               f"{alone.words()} one a call", 100 * (1 - shared.usd / alone.usd), "%", goal, True)  # fmt: skip


def _bill(family: type[AnyTask], options: dict[str, int | str], name: str, answers: int | str) -> Bill:
    answering = Answering(family.load({}))
    with tempfile.TemporaryDirectory() as directory, OpenAIServer(answering) as server:
        path = Path(directory) / "run.maker"
        order = RunOrder(family.name, options, model=name, api_base=server.base_url, k=K, n=answers, session=path,
                         preflight=False)  # fmt: skip
        view = asyncio.run(drive(prepare(order, family), Inbox(), lambda _: None))
    totals = view.snapshot.totals
    assert view.snapshot.outcome == "solved", view.snapshot.reason
    assert (totals.tokens_in, totals.tokens_out) == (answering.prompt, answering.output)
    return Bill(answering.calls, answering.prompt, answering.answers, answering.output, totals.cost_usd)
