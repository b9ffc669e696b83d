"""Effects that an earlier process began and saw no end of: whether they have happened, by the world or by a person."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import NamedTuple

from maker_engine.core.decomposition import AnyTask, Ask, Do, Done, NotDone, Safety, Status, Unknown
from maker_engine.core.errors import TaskError
from maker_engine.core.solving.effects import Flight
from maker_engine.core.task.steps import EffectQuestion
from maker_engine.effects.consent import Consent, Scope
from maker_engine.effects.outcomes import failure
from maker_engine.effects.port import EffectError
from maker_engine.effects.world import World
from maker_engine.printable import one_line

ASK, STOP, AGAIN, FAILED = "ask", "stop", "again", "failed"
POLICIES = (STOP, ASK, AGAIN, FAILED)
ALLOW, REFUSE = "allow", "refuse"
HAPPENED, NOT_HAPPENED, LEAVE = "it has happened", "it has not happened", "leave it as unknown"


class Found(NamedTuple):
    """What was found out about an effect.

    Attributes:
        how: "again" to do it again, "asked" where the world said, "not_done", "person", "left"; "ask" or "stop" where
            no one knows.
        done: What has come of it, None where it has not happened or it is unknown.
        why: What is not known, one line; "" for nothing.
    """

    how: str
    done: Done | None = None
    why: str = ""


def consent_question(scope: Scope, description: str, *, forked: bool) -> Ask:
    """Return the question whether effects within `scope` are allowed; `description` is the first that needs it."""
    why = "This is asked once, and the answer is kept in the session."
    if forked:
        why = f"The world has moved on since the run from which this one was forked did its part. {why}"
    return EffectQuestion(f"Allow {scope}? It is needed to {description}", (ALLOW, REFUSE), why, free=False)


class Doubts:
    """Looks into one effect after the other.

    Args:
        task: Knows how to ask.
        world: Is asked.
        consent: What may be read there.
        wake: Called when an answer has come in.
        policy: What is done where it is unknown.

    Attributes:
        answered: What a person said of the first, None before that.
    """

    def __init__(self, task: AnyTask, world: World, consent: Consent, wake: Callable[[], None], policy: str) -> None:
        self._task = task
        self._world = world
        self._consent = consent
        self._wake = wake
        self._policy = policy
        self._lost: deque[Flight] = deque()
        self._asking: asyncio.Task[Done] | None = None
        self.answered: tuple[str, Done | None, str] | None = None

    def take(self, lost: Iterable[Flight]) -> None:
        """Take effects in, to be examined."""
        self._lost.extend(lost)

    def __bool__(self) -> bool:
        return bool(self._lost)

    @property
    def first(self) -> Flight:
        """The effect that is examined now."""
        return self._lost[0]

    def settle(self) -> None:
        """Go over to the next."""
        self._lost.popleft()
        self._asking = self.answered = None

    async def look(self) -> Found | None:
        """Find out about the first; None while the world has not answered yet.

        Raises:
            TaskError: The task fails.
        """
        if self.answered is not None:
            return Found(*self.answered)
        flight = self.first
        if flight.do.safety is Safety.IDEMPOTENT:
            return Found("again")
        if flight.do.safety is not Safety.ASKABLE:
            return self._unknown("")
        if self._asking is None:
            return self._question_world(flight)
        if not self._asking.done():
            return None
        return self._read(flight, self._asking.result())

    def _question_world(self, flight: Flight) -> Found | None:
        query = self._guarded("recover", lambda: self._task.recover(flight.state, flight.do))
        if query is None:
            return self._unknown("nothing can show it")
        if not isinstance(query, Do):
            raise TaskError(f"task {self._task.name} recovers with {query!r:.60}: it must be a Do that only reads")
        query = replace(query, writes=False)
        try:
            scope = self._world.scope(query)
        except EffectError as error:
            return self._unknown(str(error))
        if scope is not None and scope.writes:
            raise TaskError(
                f"task {self._task.name} recovers with an effect that writes: {self._world.describe(query)}"
            )
        if not self._consent.allows(scope):
            return self._unknown(f"to look, it needs --allow {scope}")
        self._asking = asyncio.create_task(self._world.carry_out(query, flight.key))
        self._asking.add_done_callback(lambda _: self._wake())
        return None

    def _read(self, flight: Flight, done: Done) -> Found:
        said = self._guarded("recovered", lambda: self._task.recovered(flight.state, flight.do, done))
        match said:
            case Done():
                return Found("asked", said)
            case NotDone():
                return Found("not_done")
            case Unknown():
                return self._unknown(said.why)
        raise TaskError(f"task {self._task.name} reads {said!r:.60}: recovered gives a Done, a NotDone or an Unknown")

    def _guarded(self, what: str, call: Callable[[], object]) -> object:
        try:
            return call()
        except Exception as error:
            place = f"step {self.first.step + 1:,}"
            raise TaskError(f"task {self._task.name} fails in {what} at {place}: {error}") from error

    def _unknown(self, why: str) -> Found:
        if self._policy == AGAIN:
            return Found("again", None, why)
        if self._policy == FAILED:
            message = "the run ended while it was in flight, and it is unknown whether it has happened"
            return Found("left", failure(Status.CANCELLED, "unknown", message), why)
        return Found(self._policy, None, why)

    def question(self, why: str) -> Ask:
        """Return the question to a person about the first."""
        description = self._world.describe(self.first.do)
        return EffectQuestion(
            f"Has this happened at step {self.first.step + 1:,}? {description}",
            (HAPPENED, NOT_HAPPENED, LEAVE),
            one_line(f"The run ended while it was in flight{f': {why}' if why else ''}."),
            free=False,
        )

    def reason(self, why: str) -> str:
        """Say in one line why the run stops at the first."""
        description = self._world.describe(self.first.do)
        more = f" ({why})" if why else ""
        mend = "answer in the app, or resume with --in-doubt again or failed"
        return one_line(f"step {self.first.step + 1:,} may have happened or not: {description}{more}; {mend}", 400)

    async def close(self) -> None:
        """Ask no longer."""
        if self._asking is not None and not self._asking.done():
            self._asking.cancel()
            await asyncio.wait([self._asking])
