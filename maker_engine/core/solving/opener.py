"""Opens steps: gives each ballot its number, and takes earlier decisions over where prompts are the same."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import NamedTuple

from maker_engine.core.decomposition import AnyTask, Vote
from maker_engine.core.responses import PROBES, Prompt, Response
from maker_engine.core.solving.open_step import OpenStep
from maker_engine.core.solving.settings import Settings

REMEMBERED = 100_000
"""Decisions kept for reuse; the oldest go first."""


class Waste(NamedTuple):
    """A sample drawn for nothing; `guess` where its step was opened from a prediction."""

    step: int
    sample: int
    response: Response | None
    guess: bool = False


class Opener:
    """Opens the steps of one run.

    Attributes:
        settings: How to vote on the steps that are opened from now on.
    """

    __slots__ = ("_decided", "_serial", "_task", "settings")

    def __init__(self, task: AnyTask, settings: Settings) -> None:
        self.settings = settings
        self._task = task
        self._serial = 0
        self._decided: OrderedDict[Prompt, tuple[int, Hashable]] = OrderedDict()

    def next_serial(self) -> int:
        """Return the number of another ballot, unique in the run."""
        self._serial += 1
        return self._serial

    def open(self, number: int, state: Hashable, origin: Hashable) -> OpenStep:
        """Open a step; the arguments are those of `OpenStep`.

        Raises:
            TaskError: The task cannot say what is to be answered at `state`.
        """
        self._serial += 1
        opened = OpenStep(self._task, self.settings, number, state, origin, self._serial)
        if self.settings.carried is not None and isinstance(opened.step, Vote):
            opened.carry(self.settings.carried(number, self.settings.k))
            if opened.carried is not None:
                return opened
        if self._decided and isinstance(opened.step, Vote) and opened.poll and opened.step.certificate is None:
            known = self._decided.get(opened.step.prompt)
            if known is not None:
                opened.reused_from, answer = known
                opened.poll.settle(answer)
        return opened

    def remember(self, done: OpenStep) -> None:
        """Keep a decision for reuse, where the settings say so."""
        if not self.settings.reuse or not isinstance(done.step, Vote):
            return
        if done.poll is not None and done.reused_from is None:
            self._decided[done.step.prompt] = (done.number, done.poll.winner)
            if len(self._decided) > REMEMBERED:
                self._decided.popitem(last=False)


def waste_of(one: OpenStep) -> list[Waste]:
    """Return what was asked for a step and is not counted: samples and probes in flight, and those out of turn."""
    unused = [] if one.poll is None else one.poll.unused()
    if not unused and not one.probes:  # most steps
        return []
    waste = [Waste(one.number, *each) for each in unused]
    return waste + [Waste(one.number, PROBES + probe, None) for probe in one.probes]


def counted_waste(one: OpenStep) -> list[Waste]:
    """Return the samples that were counted for a step before its turn came."""
    return [Waste(one.number, each.sample, each.response) for each in (*(one.former or ()), *one.counted)]
