"""How a run acts, and its ways from the effects to the rest of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from maker_engine.core.record.events import Event
from maker_engine.effects.consent import Consent
from maker_engine.effects.world import World


class Ways(NamedTuple):
    """The ways from the effects to the rest of a run.

    Attributes:
        wake: Lets it look again.
        record: Takes events in, and commits what is decided.
        flush: Makes everything recorded durable.
    """

    wake: Callable[[], None]
    record: Callable[[list[Event]], None]
    flush: Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Conduct:
    """How a run acts.

    Attributes:
        world: What carries effects out, None for the real one.
        consent: What was allowed.
        in_doubt: What is done about an effect of which nobody can tell whether it happened: "ask" a person, "stop",
            "again" or "failed".
        attended: There is someone to be asked.
        dry: Nothing is done: the task imitates every outcome, but for reads that were allowed.
        identity: The session's part of every idempotency key.
        branch: The branch of the session that is written.
    """

    world: World | None = None
    consent: Consent = field(default_factory=Consent)
    in_doubt: str = "stop"
    attended: bool = False
    dry: bool = False
    identity: str = ""
    branch: int = 0
