"""The effect "deployment": orders to maker's own servers on the loopback. It reaches nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from maker_engine.core.decomposition import Json
from maker_engine.effects.consent import Scope
from maker_engine.effects.port import Call, EffectError, take

from .client import NAME, StageError, ask, folder_of, prepare

_KNOWN: dict[str, type | tuple[type, ...]] = {
    "open": dict, "stage": str, "start": dict, "stop": dict, "shift": str, "share": int, "watch": str,
    "seconds": (int, float), "load": int, "look": bool, "close": bool,
}  # fmt: skip


class Stage:
    """Starts, moves and ends the bundled servers.

    Arguments: {"open": what runs} gives {"stage": its name, "port": the front port, "available"}; with "stage" one of
    {"start"}, {"stop"} (each with "service", "side", "number"), {"shift", "share"}, {"watch", "seconds", "load"},
    {"look"}, {"close"}. Each may be given again: what has been done is not done twice.
    """

    def scope(self, arguments: Mapping[str, Any], *, writes: bool) -> Scope | None:  # noqa: ARG002 - it touches nothing else
        """Return None: nothing but maker's own servers is reached."""
        take(arguments, _KNOWN)
        if "open" not in arguments and not NAME.fullmatch(arguments.get("stage", "")):
            raise EffectError("arguments", "there are no processes of that name", refused=True)
        return None

    def describe(self, arguments: Mapping[str, Any]) -> str:
        """Name the order."""
        return next(
            (f"{key} {value}" if isinstance(value, str) else key for key, value in arguments.items() if key != "stage"),
            "",
        )

    async def carry_out(self, call: Call) -> dict[str, Json]:
        """Give the order, and return the answer."""
        order = dict(call.arguments)
        try:
            if "open" in order:  # the key is the same when it is done again, and so are the processes
                folder = prepare(hashlib.sha256(call.key.encode()).hexdigest()[:16])
            else:
                folder = folder_of(order.pop("stage"))
                if not folder.is_dir():
                    raise EffectError("connection", "the processes of this run are gone, and so is their folder")
            return await ask(folder, order)
        except StageError as error:
            raise EffectError("connection", str(error)) from None
        except OSError as error:
            raise EffectError("connection", f"the processes cannot be reached: {error}") from None
