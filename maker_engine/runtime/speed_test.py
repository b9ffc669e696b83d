"""How fast this machine is with a simulated model that answers at once, measured by a short run of the real engine."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from maker_engine.core.errors import MakerError
from maker_engine.core.record.outcomes import Outcome
from maker_engine.runtime.order import PreparedRun, drive, prepare
from maker_engine.runtime.plan import STOP
from maker_engine.runtime.step_control import Inbox

MEASURED_S = 0.2
"""Going time of the short run; a millionth of a long one is enough, since samples are alike."""
LEAST_SAMPLES = 20
"""Fewer say nothing of a run that is longer."""


def samples_per_second(prepared: PreparedRun) -> float | None:
    """Measure a run's speed; None where its model is real or takes its time, or where too little came of it.

    The run is stopped after `MEASURED_S`, and its session is written to a folder that is gone afterwards, so that what
    is measured includes the writing.
    """
    if not prepared.plan.model.simulated or prepared.forecast.wall_s:
        return None
    with TemporaryDirectory(prefix="maker-measured-") as folder:
        order = replace(
            prepared.order,
            session=Path(folder) / "measured.maker",
            k=prepared.settings.k,
            limit_seconds=MEASURED_S,
            limit_samples=None,
            limit_usd=None,
            limit_tokens=None,
            undecided=STOP,
            attended=False,
            breaks=(),
            apart=False,
        )
        try:
            view = asyncio.run(drive(prepare(order, type(prepared.task)), Inbox(), lambda _view: None))
        except MakerError:
            return None
    samples = view.snapshot.totals.samples
    enough = samples >= LEAST_SAMPLES or view.snapshot.outcome is Outcome.SOLVED
    return samples / view.elapsed_s if enough and samples and view.elapsed_s > 0 else None
