"""Probes, changes and doubts of a run in words."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING

from maker_engine.core.responses import Flag
from maker_engine.printable import one_line

if TYPE_CHECKING:
    from maker_engine.core.record.entries import Carried, Change, Doubted, Probe
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


def carried_words(entry: Carried, describe: Callable[[Hashable], str]) -> str:
    """Say what was carried over from where, and with which votes."""
    votes = ", ".join(f"{one_line(describe(answer), 24)} {count}" for answer, count in entry.votes[:4])
    by = one_line(entry.voter, 30) if entry.voter else votes or "no vote"
    return (
        f"{one_line(describe(entry.answer), 40)} from step {entry.origin + 1:,} of {one_line(entry.session, 40)} ({by})"
    )


def doubt_words(found: Doubted | StepHopeless) -> str:
    """Say what was found of a step that is hopeless, and what was changed for its further samples."""
    return f"{found.samples} in a row flagged, {one_line(found.cause, 120)}; {remedy_words(found)}"


def remedy_words(found: Doubted | StepHopeless) -> str:
    """Say what was changed for the further samples of a step that is hopeless."""
    parts = [] if found.temperature is None else [f"from here on T {found.temperature:g} or more"]
    parts += ["from here on the form repeated"] if found.reminder else []
    return ", ".join(parts) or "nothing changed"
