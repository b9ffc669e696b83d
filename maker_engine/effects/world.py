"""The world as a run sees it: finds the effect of a step, says what consent it needs, and carries it out."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Protocol

from maker_engine.core.decomposition import Do, Done, Status
from maker_engine.effects.consent import Scope
from maker_engine.effects.outcomes import failure
from maker_engine.effects.port import Call, Closing, Effect, EffectError, Preparing, arguments_of
from maker_engine.effects.secrets import MissingSecretError, Secrets
from maker_engine.printable import one_line
from maker_engine.suggestion import suggestion

GROUP = "maker.effects"
DESCRIPTION_LIMIT = 160
"""Characters of an effect as it is reported in one line."""


class World(Protocol):
    """What a run needs of the world."""

    def scope(self, do: Do) -> Scope | None:
        """Return the consent that an effect needs, None for none.

        Raises:
            EffectError: It cannot be carried out as it is written.
        """

    def describe(self, do: Do) -> str:
        """Describe an effect in one line: its label, or what it does."""

    def mask(self, text: str) -> str:
        """Return a text with every secret masked that was filled in so far."""

    def prepare(self, do: Do, key: str) -> None:
        """Note what shows after a crash whether an effect has begun; called before its intent is on record."""

    async def carry_out(self, do: Do, key: str) -> Done:
        """Carry an effect out and return what has come of it; raises nothing but that it was cancelled."""


class RealWorld:
    """The world by its registered effects.

    Args:
        effects: Effects by their names, None for those that are installed.
        environment: Where secrets come from, None for the process's own environment.
        wall: Gives the time of day, in s since 1970.
        sleep: Waits for so many seconds.
        receipts: Where effects keep their receipts, a file a key; None for nowhere.
        lasting: It is closed at its end, so that effects may keep connections from one call to the next.
    """

    def __init__(
        self,
        effects: Mapping[str, Effect] | None = None,
        environment: Mapping[str, str] | None = None,
        wall: Callable[[], float] = time.time,
        sleep: Callable[[float], Coroutine[Any, Any, None]] = asyncio.sleep,
        receipts: Path | None = None,
        lasting: bool = False,
    ) -> None:
        self._effects: dict[str, Effect] = dict(effects or {})
        self._closed = effects is not None
        self.secrets = Secrets(environment)
        self._wall = wall
        self._sleep = sleep
        self._receipts = receipts
        self._lasting = lasting

    def scope(self, do: Do) -> Scope | None:
        """As `World.scope`."""
        return self._effect(do).scope(arguments_of(do), writes=do.writes)

    def describe(self, do: Do) -> str:
        """As `World.describe`."""
        if do.label:
            return one_line(self.mask(do.label), DESCRIPTION_LIMIT)
        try:
            return one_line(self.mask(self._effect(do).describe(arguments_of(do))), DESCRIPTION_LIMIT)
        except (EffectError, TypeError, ValueError, AttributeError, LookupError):
            return one_line(f"{do.effect} {do.arguments}", DESCRIPTION_LIMIT)

    def mask(self, text: str) -> str:
        """As `World.mask`."""
        masked: str = self.secrets.mask(text)
        return masked

    def prepare(self, do: Do, key: str) -> None:
        """As `World.prepare`."""
        effect, receipt = self._effect(do), self._receipt(key)
        if receipt is not None and isinstance(effect, Preparing):
            effect.prepare(arguments_of(do), receipt)

    def _receipt(self, key: str) -> Path | None:
        return None if self._receipts is None else self._receipts / key

    async def carry_out(self, do: Do, key: str) -> Done:
        """As `World.carry_out`."""
        began = round(self._wall(), 3)
        done = await self._outcome(do, key)
        return replace(done, value=self.mask(done.value), started=began, ended=round(self._wall(), 3))

    async def close(self) -> None:
        """Let effects let go of what they keep."""
        for effect in self._effects.values():
            if isinstance(effect, Closing):
                await effect.close()

    async def _outcome(self, do: Do, key: str) -> Done:
        try:
            given = arguments_of(do)
            effect = self._effect(do)
            scope = effect.scope(given, writes=do.writes)
            writes = do.writes if scope is None else scope.writes
            filled, receipt = self.secrets.fill(given, key), self._receipt(key)
            call = Call(filled, writes, key, do.timeout_s, self.secrets, self._sleep, receipt, self._lasting)
            async with asyncio.timeout(do.timeout_s):
                value = self.secrets.mask(await effect.carry_out(call))
            return Done(Status.OK, json.dumps(value, ensure_ascii=False))
        except TimeoutError:
            return failure(Status.TIMED_OUT, "timeout", f"it did not end within {do.timeout_s:g} s")
        except MissingSecretError as error:
            return failure(Status.REFUSED, "secret", str(error))
        except EffectError as error:
            return failure(Status.REFUSED if error.refused else Status.FAILED, error.kind, str(error))
        except Exception as error:  # noqa: BLE001 - an extension's fault is an outcome, and ends no run
            return failure(Status.FAILED, "effect", f"effect {do.effect!r} fails: {type(error).__name__}: {error}")

    def _effect(self, do: Do) -> Effect:
        if do.effect not in self._effects and not self._closed:
            self._effects.update(_installed(do.effect))
        if do.effect not in self._effects:
            known = sorted(self._effects if self._closed else {one.name for one in entry_points(group=GROUP)})
            near = suggestion(do.effect, known)
            message = f"there is no effect {one_line(do.effect, 40)!r}; known: {', '.join(known)}{near}"
            raise EffectError("arguments", message, refused=True)
        return self._effects[do.effect]


def _installed(name: str) -> dict[str, Effect]:
    for point in entry_points(group=GROUP, name=name):
        try:
            return {name: point.load()()}
        except Exception as error:  # noqa: BLE001 - whatever an extension raises is its fault, and reported as that
            raise EffectError("effect", f"effect {name!r} cannot be loaded: {error}", refused=True) from None
    return {}
