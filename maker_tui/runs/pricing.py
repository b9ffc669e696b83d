"""What models cost, as a user says it: in the settings file, and on the command line, which goes before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from maker_engine.models.prices import read_prices
from maker_engine.runtime.continuing import reordered
from maker_engine.runtime.order import RunOrder
from maker_engine.runtime.order_models import real_models
from maker_engine.sessions.store.reader import Reader
from maker_engine.sessions.store.upgrade import bring_up
from maker_tui.settings.config import prices


def priced(order: RunOrder) -> RunOrder:
    """Return an order with what the settings file says its models cost, behind what the order says already.

    Raises:
        InputError: The settings file cannot be read, or a price in it cannot be used.
    """
    return replace(order, prices={**prices(), **order.prices}) if real_models(order) else order


def with_prices(
    path: Path, branch: int | None, changes: Mapping[str, Any], given: Sequence[str] = ()
) -> dict[str, Any]:
    """Return changes to a session's order, and with them what the user says that its models cost.

    Raises:
        InputError: A price cannot be used, or the settings file cannot be read.
        SessionError: The session cannot be read.
    """
    bring_up(path)
    with Reader(path, branch) as reader:
        order = reordered(reader.meta()["order"], path, changes)
    # Whom a person had asked since it began is on record, and not in the order.
    named = [text.rpartition("=")[0] for text in given if "=" in text]
    typed = read_prices([text for text in given if "=" in text], named)
    typed |= read_prices([text for text in given if "=" not in text], real_models(order))
    return {**changes, "prices": {**prices(), **typed}} if real_models(order) or typed else {**changes}
