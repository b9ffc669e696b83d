"""The port of an effect: what it needs consent for, how it is shown, and how it is carried out."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from maker_engine.core.decomposition import Do, Json
from maker_engine.effects.consent import Scope
from maker_engine.effects.secrets import Secrets

MOST_BYTES = 1 << 20
"""Bytes of a body or of a process's output that are kept where the arguments name no other limit."""
MOST_BYTES_EVER = 16 << 20


class EffectError(Exception):
    """An effect cannot be carried out; its text is one line.

    Attributes:
        kind: One word or two: "arguments", "connection", "tls", "closed", "redirect", "sql", "program", "secret".
        refused: It has not begun, and the world was not asked.
    """

    def __init__(self, kind: str, message: str, *, refused: bool = False) -> None:
        super().__init__(message)
        self.kind = kind
        self.refused = refused


@dataclass(frozen=True, slots=True)
class Call:
    """One effect that is to be carried out now.

    Attributes:
        arguments: What it needs, with secrets and the key filled in. Never kept, never shown.
        writes: It may change something.
        key: Its idempotency key: the same when it is done again after a crash.
        timeout_s: Seconds that it has; the caller sees to it, and an effect may pass it on.
        secrets: What must be masked in all that comes back.
        sleep: Waits for so many seconds, on the clock of the run.
        receipt: The file in which it may note what its end should be known by after a crash; None for none.
        lasting: It will be closed (`Closing`), and so may keep something for the next call.
    """

    arguments: Mapping[str, Any]
    writes: bool
    key: str
    timeout_s: float
    secrets: Secrets
    sleep: Callable[[float], Coroutine[Any, Any, None]]
    receipt: Path | None = None
    lasting: bool = False


class Effect(Protocol):
    """One kind of effect. Found by its name through the entry points `maker.effects`; made without arguments."""

    def scope(self, arguments: Mapping[str, Any], *, writes: bool) -> Scope | None:
        """Return what consent covers it, None where it does nothing outside the run and needs none.

        Raises:
            EffectError: The arguments are none for it.
        """

    def describe(self, arguments: Mapping[str, Any]) -> str:
        """Describe it in one line, such as "POST http://127.0.0.1:8000/users"; the arguments are those of `scope`."""

    async def carry_out(self, call: Call) -> dict[str, Json]:
        """Do it, and return its value. Cancelled, it leaves nothing running.

        Raises:
            EffectError: It cannot be done.
        """


@runtime_checkable
class Preparing(Protocol):
    """What an effect may offer, too: a note that is made before its intent is on record."""

    def prepare(self, arguments: Mapping[str, Any], receipt: Path) -> None:
        """Lay out its receipt; `arguments` are those of `Effect.scope`. Raises nothing."""


@runtime_checkable
class Closing(Protocol):
    """What an effect may offer, too: it lets go of what it keeps from one call to the next."""

    async def close(self) -> None:
        """Let go of it; on the loop that it was used on. Raises nothing."""


def arguments_of(do: Do) -> Mapping[str, Any]:
    """Return the arguments of an effect, as the task wrote them.

    Raises:
        EffectError: They are no JSON object.
    """
    try:
        found = json.loads(do.arguments)
    except (TypeError, ValueError, RecursionError) as error:
        raise EffectError("arguments", f"the arguments of {do.effect!r} are not JSON: {error}", refused=True) from None
    if not isinstance(found, dict):
        raise EffectError("arguments", f"the arguments of {do.effect!r} must be a JSON object", refused=True)
    return found


def take(arguments: Mapping[str, Any], known: Mapping[str, type | tuple[type, ...]]) -> None:
    """See to it that arguments hold nothing but what is known, each of its type.

    Raises:
        EffectError: They do not; the text names the first that is wrong.
    """
    for name, value in arguments.items():
        if name not in known:
            raise EffectError("arguments", f"there is no argument {name!r}; known: {', '.join(known)}", refused=True)
        wanted = known[name]
        if not isinstance(value, wanted) or (isinstance(value, bool) and bool not in _types(wanted)):
            names = " or ".join(one.__name__ for one in _types(wanted))
            raise EffectError("arguments", f"argument {name!r} must be {names}, got {value!r:.40}", refused=True)


def _types(wanted: type | tuple[type, ...]) -> tuple[type, ...]:
    return wanted if isinstance(wanted, tuple) else (wanted,)


def limit_of(arguments: Mapping[str, Any]) -> int:
    """Return how many bytes are kept of what comes back.

    Raises:
        EffectError: The argument "most_bytes" is out of range.
    """
    limit = arguments.get("most_bytes", MOST_BYTES)
    if not 0 <= limit <= MOST_BYTES_EVER:
        raise EffectError("arguments", f"most_bytes must be 0 to {MOST_BYTES_EVER:,}, got {limit:,}", refused=True)
    return int(limit)


def text_or_base64(name: str, data: bytes, secrets: Secrets, *, cut: bool, charset: str = "utf-8") -> dict[str, Json]:
    """Return bytes that came back as JSON: text under `name` where they are text, else base64 under `name`_base64.

    Secrets are masked; of what was cut, the last bytes go that may be the beginning of one.
    """
    masked = secrets.mask_bytes(data, cut=cut)
    try:
        text = masked.decode(charset)
    except (LookupError, UnicodeDecodeError) as error:
        broken_end = cut and isinstance(error, UnicodeDecodeError) and error.start >= len(masked) - 3
        if not broken_end:
            return {f"{name}_base64": base64.b64encode(masked).decode()}
        text = masked.decode(charset, "ignore")
    return {name: text}
