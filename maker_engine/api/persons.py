"""The caller of a run: answers its questions, and stops it where it would wait for a person who is not there."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

from maker_engine.core.decomposition import Ask
from maker_engine.core.errors import InputError
from maker_engine.core.record.commands import Answer, Command, Stop
from maker_engine.runtime.step_control import Inbox
from maker_engine.runtime.view import RunView

OnAsk: TypeAlias = Callable[[Ask], str | Awaitable[str]]
"""Takes a question and returns what a person says to it, or an awaitable of it."""
VOTER = "caller"
"""The name under which its words are on record."""


class Person:
    """Sees every view of a run and sends commands.

    Args:
        on_ask: Answers questions, None where no one does; a plain function is called in a thread.
        on_stuck: Says what to do about a step that can be decided no more, None to leave that to the run.
    """

    def __init__(
        self, on_ask: OnAsk | None = None, on_stuck: Callable[[RunView], Sequence[Command]] | None = None
    ) -> None:
        if on_ask is not None and not callable(on_ask):
            raise InputError(f"on_ask is a function from a question to text, got {on_ask!r:.60}")
        self.inbox = Inbox()
        self.fault: Exception | None = None
        self._on_ask = on_ask
        self._on_stuck = on_stuck
        self._asked: tuple[int, str, Ask | None] = (-1, "", None)
        self._stuck = -1
        self._answering: asyncio.Task[None] | None = None

    def __call__(self, view: RunView) -> None:
        """Look at the run."""
        snapshot = view.snapshot
        if snapshot.outcome is not None:
            return
        step = snapshot.totals.steps
        if view.obstacle:
            self.inbox.send(Stop(view.obstacle))
        stuck = snapshot.undecided or (snapshot.hopeless is not None and snapshot.paused)
        if self._on_stuck is not None and stuck and step != self._stuck:
            self._stuck = step
            for command in self._on_stuck(view):
                self.inbox.send(command)
        place = (step, snapshot.refused, snapshot.question)
        if self._on_ask is not None and snapshot.question is not None and place != self._asked:
            self._asked = place
            self._answering = asyncio.ensure_future(self._answer(snapshot.question))

    async def _answer(self, question: Ask) -> None:
        assert self._on_ask is not None  # noqa: S101 - only called where someone answers
        try:
            direct = inspect.iscoroutinefunction(self._on_ask)
            said = self._on_ask(question) if direct else await asyncio.to_thread(self._on_ask, question)
            text: object = await said if inspect.isawaitable(said) else said
        except Exception as error:  # noqa: BLE001 - raised where the run was started, once it has stopped
            self.fault = error
            self.inbox.send(Stop("the question could not be answered"))
            return
        if isinstance(text, str):
            self.inbox.send(Answer(text, VOTER))
        else:
            self.fault = InputError(f"on_ask returns a {type(text).__name__}: it has to return text")
            self.inbox.send(Stop("the question could not be answered"))
