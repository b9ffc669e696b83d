"""What a session from elsewhere would have this user's keys used for, and that it is not done unasked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from maker_engine.core.errors import UntrustedError
from maker_engine.models.pool import parse_voter
from maker_engine.models.profile import PREFIX
from maker_engine.printable import one_line
from maker_engine.runtime.order_models import stronger_of
from maker_engine.runtime.run_order import TASK, RunOrder

MOST_NAMED = 3
"""So many models are named; of more it is said how many."""


class Named(NamedTuple):
    """What a session names that this user did not.

    Attributes:
        address: The server that everything would be sent to, None for the providers' own.
        models: The real models that would be asked.
    """

    address: str | None
    models: tuple[str, ...]

    def __str__(self) -> str:
        """Describe it in one line."""
        shown = [one_line(model, 60) for model in self.models[:MOST_NAMED]]
        shown += [f"{len(self.models) - MOST_NAMED} more"] if len(self.models) > MOST_NAMED else []
        models = f"the model{'s' if len(self.models) > 1 else ''} {', '.join(shown)}" if shown else ""
        if self.address is None:
            return models
        return f"{models}{' at ' if models else ''}the server {one_line(self.address, 120)}"


def named_elsewhere(order: RunOrder, changes: Mapping[str, Any], voters: Iterable[str] = ()) -> Named | None:
    """Return what an order names of its own accord that costs money or may get a key; None for nothing.

    Args:
        order: What is to be run, changes included.
        changes: What this user has said themselves. Who names the server trusts it with every model.
        voters: The pool that the session has changed to.
    """
    chosen = {"model", "voters"} & changes.keys()
    named = [*([] if chosen else order.voters or (order.model,)), *voters]
    named += [order.draft] if "draft" not in changes and order.draft not in ("", TASK) else []
    stronger = stronger_of(order)
    named += [stronger] if not {"undecided", "cascade"} & changes.keys() and stronger else []
    models = dict.fromkeys(parse_voter(text).model for text in named if text.strip())
    real = tuple(model for model in models if model.partition(":")[0] != PREFIX)
    # Some providers take the server out of the model's name.
    servers = [model for model in real if "://" in model]
    if changes.get("api_base") is not None:
        return Named(servers[0], tuple(servers)) if servers else None
    address = order.api_base or next(iter(servers), None)
    return Named(address, real) if address is not None or real else None


def require_trust(path: Path, named: Named | None) -> None:
    """Refuse to continue with what a session from elsewhere names.

    Raises:
        UntrustedError: It names something.
    """
    if named is None:
        return
    keys = "; your API key would go there" if named.address is not None else ""
    other = ", or --api-base URL for a server of yours" if named.address is not None else ""
    name = one_line(path.name, 60)
    raise UntrustedError(
        f"session {name} comes from elsewhere and names {named}{keys}: if that is meant, add --trust{other}",
        named.address,
        named.models,
    )
