"""A person at the conversation's keys, with facts of their own that nobody else knows."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import Any

from textual import events
from textual.pilot import Pilot

from maker_engine.core.decomposition import Ask
from maker_engine.runtime.order import RunOrder, prepare
from maker_tui.app import MakerApp
from maker_tui.runs.bridge import LiveRun
from tests.tui.looking import until

QUESTIONS = 12
"""Enough that a person is asked about every part, beside what the idea leaves open."""


def interview(idea: str, **options: Any) -> LiveRun:
    """A run of the real engine about `idea`, not started."""
    order = RunOrder(
        "interview", {"idea": idea, "questions": QUESTIONS, **options}, model="sim", k=3, attended=True, undecided="ask"
    )
    return LiveRun(prepare(order))


def question(app: MakerApp) -> Ask | None:
    """The question on the screen."""
    return app.screen._question.question


def votes_known(app: MakerApp, run: LiveRun) -> bool:
    """Whether the document shows the votes of every step so far, which are read from the session in a thread."""
    return len(app.screen._writing.ballots) == run.view().snapshot.totals.steps


async def asked(pilot: Pilot[Any], begins: str = "") -> Ask:
    """Wait for a question that begins so."""
    app = pilot.app
    await until(pilot, lambda: (one := question(app)) is not None and one.question.startswith(begins))
    return question(app)


async def answered_until(pilot: Pilot[Any], begins: str) -> Ask:
    """Choose the first option of every question before the one that begins so; return that one."""
    while not (one := await asked(pilot)).question.startswith(begins):
        await pilot.press("1", "enter")
        await until(pilot, lambda one=one: question(pilot.app) not in (None, one))
    return one


async def type_in(pilot: Pilot[Any], key: str, text: str) -> None:
    """Press a key that lets a line be typed, paste the text, enter it."""
    await pilot.press(key)
    pilot.app.screen.post_message(events.Paste(text))
    await until(pilot, lambda: pilot.app.screen._prompt.text.endswith(text))
    await pilot.press("enter")


@dataclass
class Persona:
    """Knows what they want, and says it when they are asked.

    Attributes:
        wants: Words by which they know an option that is theirs.
        facts: What they say in their own words, by how the question begins.
        asked: Every question they were asked.
    """

    wants: tuple[str, ...]
    facts: dict[str, str]
    asked: list[Ask] = field(default_factory=list)

    async def answer(self, pilot: Pilot[Any], one: Ask) -> None:
        """Answer one question by the keys."""
        self.asked.append(one)
        options = enumerate(one.options, 1)
        mine = [place for place, option in options if any(want in option.casefold() for want in self.wants)]
        if one.options == ("done",):
            mine = [1]
        words = next((text for begins, text in self.facts.items() if one.question.startswith(begins)), "")
        if not mine and not words:
            mine = [len(one.options)]  # skip
        await pilot.press(*map(str, mine))
        if words:
            await type_in(pilot, "a", words)
        else:
            await pilot.press("enter")

    async def through(self, pilot: Pilot[Any], run: LiveRun) -> None:
        """Answer everything until the interview is over."""
        while not run.ended:
            await until(pilot, lambda: run.ended or question(pilot.app) is not None)
            if (one := question(pilot.app)) is not None and not run.ended:
                await self.answer(pilot, one)
                await until(pilot, partial(_moved_on, pilot.app, run, one))


def _moved_on(app: MakerApp, run: LiveRun, one: Ask) -> bool:
    return run.ended or question(app) != one
