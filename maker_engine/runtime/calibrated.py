"""What a calibration has found of a model, kept for the runs that choose their k by themselves.

It is found again by what it was measured by: task, prompt, model and settings. Where one of these differs it is stale.
"""

from __future__ import annotations

import json
import os
import secrets
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from maker_engine import catalogue
from maker_engine.core.decomposition import AnyTask, Vote
from maker_engine.core.errors import InputError
from maker_engine.law_files import law_of_json
from maker_engine.runtime.preflight import SENT
from maker_engine.runtime.run_order import RunOrder
from maker_engine.sessions.store.prompt_digests import digest_of
from maker_engine.sessions.store.user_data import home

MEASURED = (*(name for name in SENT if name != "voters"), "paper_flags", "constrain")
"""Fields of an order that a measurement depends on."""
FILE = "calibrations.json"
MOST_KEPT, MOST_BYTES = 200, 4_000_000


@dataclass(frozen=True, slots=True)
class Calibrated:
    """What is kept of a calibration.

    Attributes:
        law: The law of p to plan with, as the option `law` takes it.
        source: What it is called where k is said to come from it.
    """

    law: str
    source: str


def measured_by(task: AnyTask, order: RunOrder) -> dict[str, Any]:
    """Return what a measurement depends on: the task and its first prompt, the model, and how it is asked."""
    step = task.step(task.start())
    prompt = step.prompt if isinstance(step, Vote) else None
    return {
        "task": catalogue.located(order.task),
        "prompt_digest": "" if prompt is None else digest_of(prompt),
        **{name: getattr(order, name) for name in MEASURED},
    }


def remember(measured: Mapping[str, Any], law: list[list[float]], steps: int) -> None:
    """Keep what was found, in place of what was found before; where it cannot be written nothing is kept.

    Args:
        measured: As `measured_by` has it.
        law: The worst law of p that the sample allows, (p, weight) pairs.
        steps: Steps that were sampled.
    """
    kept = _kept()
    key = _key(measured)
    kept.pop(key, None)
    kept[key] = {"law": law, "steps": steps, "day": time.strftime("%Y-%m-%d")}
    while len(kept) > MOST_KEPT:
        del kept[next(iter(kept))]
    place = home() / FILE
    beside = place.with_name(f"{FILE}.{secrets.token_hex(4)}")
    with suppress(OSError):
        with os.fdopen(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
            json.dump(kept, file)
        Path(beside).replace(place)


def recall(task: AnyTask, order: RunOrder) -> Calibrated | None:
    """Return what is known of the model that an order asks, None where nothing is, or it is stale, or unreadable."""
    if order.voters:
        return None
    found: Any = _kept().get(_key(measured_by(task, order)))
    try:
        law = law_of_json(found, FILE)
        return Calibrated(
            json.dumps([list(point) for point in law.points]),
            f"the calibration of {str(found['day'])[:10]} over {int(found['steps']):,} steps",
        )
    except (InputError, KeyError, TypeError, ValueError):
        return None


def _key(measured: Mapping[str, Any]) -> str:
    return json.dumps(measured, sort_keys=True, default=list)


def _kept() -> dict[str, Any]:
    try:
        place = home() / FILE
        if place.stat().st_size > MOST_BYTES:
            return {}
        found = json.loads(place.read_text(encoding="ascii"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
