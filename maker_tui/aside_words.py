"""Probes and changes of a run in words."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING

from maker_engine.core.responses import Flag
from maker_engine.printable import one_line

if TYPE_CHECKING:
    from maker_engine.core.interventions import ProbeAnswered
    from maker_engine.sessions.asides import Change, Probe


def change_words(change: Change) -> str:
    """Say what was changed."""
    told = [f"k {change.k}"] if change.k is not None else []
    told += [f"voters {one_line(change.model, 60)}"] if change.voters else []
    told += ["the prompt of this step"] if change.prompt is not None else []
    return ", ".join(told) or "nothing"


def probe_words(probe: Probe | ProbeAnswered, describe: Callable[[Hashable], str]) -> str:
    """Say what a probe's response says, and to what."""
    verdict = probe.verdict
    told = f"⚑ {one_line(verdict.rule, 30)}" if isinstance(verdict, Flag) else one_line(describe(verdict), 40)
    return told if probe.prompt is None else f"{told}, edited prompt"
