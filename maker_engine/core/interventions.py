"""What a person does about a vote besides voting: ask what the model would say, and change how it is voted. Events."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from maker_engine.core.responses import Prompt, Response


@dataclass(frozen=True, slots=True)
class ProbeAsked:
    """A person had the model asked about the open step, only to see what it says; `probe` is 0-based in its step."""

    step: int
    probe: int
    voter: str


@dataclass(frozen=True, slots=True)
class ProbeAnswered:
    """A probe came back: paid for, and neither a vote nor a sample that the vote counts.

    Attributes:
        step: Step, 0-based.
        probe: Number within the step, 0-based.
        voter: The person who asked.
        verdict: The answer in it, or the flag that would have discarded it.
        response: What came back.
        prompt: What was sent instead of the step's own prompt, None where it was that one.
    """

    step: int
    probe: int
    voter: str
    verdict: Hashable
    response: Response
    prompt: Prompt | None = None


@dataclass(frozen=True, slots=True)
class SettingsChanged:
    """From the open step on it is voted otherwise; votes counted before stay counted.

    Attributes:
        step: Step, 0-based.
        voter: The person who changed it.
        k: The new margin, None for the one before.
        voters: The new pool, as `pool.parse_voter` reads each; empty for the one before.
        model: Name of the new pool; empty for the one before.
        simulated: True when nobody in the new pool is real.
        prompt: What agents read at this step alone, None for what the task says. Only a fork begins so.
        asked: Samples of the step that had been asked for by then, of the pool before.
    """

    step: int
    voter: str
    k: int | None = None
    voters: tuple[str, ...] = ()
    model: str = ""
    simulated: bool = False
    prompt: Prompt | None = None
    asked: int = 0
