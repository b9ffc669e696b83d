"""Probes, changes and doubts of a run in words."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING

from maker_engine.core.responses import Flag
from maker_engine.printable import one_line

if TYPE_CHECKING:
    from maker_engine.core.record.entries import Change, Doubted, Probe
    from maker_engine.core.record.events import ProbeAnswered, StepHopeless


def change_words(change: Change) -> str:
    """Say what was changed."""
    parts = [f"k {change.k}"] if change.k is not None else []
    parts += [f"voters {one_line(change.model, 60)}"] if change.voters else []
    parts += ["the prompt of this step"] if change.prompt is not None else []
    return ", ".join(parts) or "nothing"


def probe_words(probe: Probe | ProbeAnswered, describe: Callable[[Hashable], str]) -> str:
    """Say what a probe's response says, and to what."""
    verdict = probe.verdict
    parts = f"⚑ {one_line(verdict.rule, 30)}" if isinstance(verdict, Flag) else one_line(describe(verdict), 40)
    return parts if probe.prompt is None else f"{parts}, edited prompt"


def doubt_words(found: Doubted | StepHopeless) -> str:
    """Say what was found of a step that is hopeless, and what was changed for its further samples."""
    return f"{found.samples} in a row flagged, {one_line(found.cause, 120)}; {remedy_words(found)}"


def remedy_words(found: Doubted | StepHopeless) -> str:
    """Say what was changed for the further samples of a step that is hopeless."""
    parts = [] if found.temperature is None else [f"from here on T {found.temperature:g} or more"]
    parts += ["from here on the form repeated"] if found.reminder else []
    return ", ".join(parts) or "nothing changed"
