"""The effect "wait": lets so many seconds pass, on the clock of the run. It touches nothing and needs no consent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from maker_engine.core.decomposition import Json
from maker_engine.effects.consent import Scope
from maker_engine.effects.port import Call, EffectError, take

LONGEST_S = 7 * 24 * 3600


class Wait:
    """Arguments: {"seconds": a number from 0 to 604800}. Value: {}."""

    def scope(self, arguments: Mapping[str, Any], *, writes: bool) -> Scope | None:  # noqa: ARG002 - it touches nothing
        """Return None: nothing is touched."""
        take(arguments, {"seconds": (int, float)})
        if not 0 <= arguments.get("seconds", -1) <= LONGEST_S:
            raise EffectError("arguments", f"wait takes seconds from 0 to {LONGEST_S:,}", refused=True)
        return None

    def describe(self, arguments: Mapping[str, Any]) -> str:
        """Return how long."""
        return f"wait {arguments.get('seconds', 0):g} s"

    async def carry_out(self, call: Call) -> dict[str, Json]:
        """Wait."""
        await call.sleep(float(call.arguments["seconds"]))
        return {}
