"""Probes, changes and doubts of a run in words."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING

from maker_engine.core.responses import Flag
from maker_engine.printable import one_line

if TYPE_CHECKING:
    from maker_engine.core.events import ProbeAnswered, StepHopeless
    from maker_engine.core.record.entries import Change, Doubted, Probe


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


def doubt_words(found: Doubted | StepHopeless) -> str:
    """Say what was found of a step that is hopeless, and what was changed for its further samples."""
    return f"{found.samples} in a row flagged, {one_line(found.cause, 120)}; {remedy_words(found)}"


def remedy_words(found: Doubted | StepHopeless) -> str:
    """Say what was changed for the further samples of a step that is hopeless."""
    told = [] if found.temperature is None else [f"from here on T {found.temperature:g} or more"]
    told += ["from here on the form repeated"] if found.reminder else []
    return ", ".join(told) or "nothing changed"
