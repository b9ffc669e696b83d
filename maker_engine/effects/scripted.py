"""A scripted world: effects that a test answers, on a clock that it turns by hand. Nothing is touched."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any, Protocol

from maker_engine.core.decomposition import Do, Done, Status
from maker_engine.effects.consent import Scope

Script = Callable[[Do, str], tuple[Done, float]]
"""What has come of an effect with a key, and how many seconds it took."""


class Hands(Protocol):
    """What a scripted world needs of a clock."""

    def wall(self) -> float:
        """Return the seconds since 1970."""

    def sleep(self, seconds: float) -> Coroutine[Any, Any, None]:
        """Wait for so long."""


class ScriptedWorld:
    """Answers effects from a script, and remembers what it was asked to do.

    Args:
        script: Says what comes of each.
        clock: Moved by the time that each takes, or by its time limit.
        scope: The consent that every effect needs; None for none.

    Attributes:
        done: (effect, key) of each that was carried out, in order of their beginnings.
    """

    def __init__(self, script: Script, clock: Hands, scope: Scope | None = None) -> None:
        self._script = script
        self._clock = clock
        self._scope = scope
        self.done: list[tuple[Do, str]] = []

    def scope(self, do: Do) -> Scope | None:  # noqa: ARG002 - one consent goes for all
        """Return what every effect needs."""
        return self._scope

    def describe(self, do: Do) -> str:
        """Describe an effect."""
        return do.label or f"{do.effect} {do.arguments}"

    def mask(self, text: str) -> str:
        """Return the text as it is: a script knows no secrets."""
        return text

    def prepare(self, do: Do, key: str) -> None:
        """Nothing is noted beforehand."""

    async def carry_out(self, do: Do, key: str) -> Done:
        """Let it take its time and return what the script says."""
        self.done.append((do, key))
        began = self._clock.wall()
        done, took = self._script(do, key)
        await self._clock.sleep(min(took, do.timeout_s))
        if took > do.timeout_s:
            done = Done(Status.TIMED_OUT, '{"error": "it did not end in its time", "kind": "timeout"}')
        return replace(done, started=began, ended=self._clock.wall())
