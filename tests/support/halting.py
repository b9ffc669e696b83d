"""Runs that hold: a bench with breakpoints, commands sent one at each halt, and what is on record in the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from maker_engine.core.filters.language import parse_filter
from maker_engine.core.record.commands import Command, Stop
from maker_engine.core.responses import Response, Sample, SampleRequest
from maker_engine.core.solving.settings import Settings
from maker_engine.models.profile import Profile
from maker_engine.models.simulated import SimulatedModel
from maker_engine.runtime.order import PreparedRun, RunOrder, drive, prepare
from maker_engine.runtime.runner import Runner
from maker_engine.runtime.step_control import Inbox
from maker_engine.runtime.view import RunView
from maker_engine.sessions.integrity.verify import verify
from maker_engine.sessions.store.reader import Reader, StoredStep
from tests.support.running import TOY, Bench, right
from tests.support.toy import Count, answer

NOISY = "sim:p=0.75,v=0.85"
NEVER_HELD: dict[int, list[StoredStep]] = {}
"""What was decided in the runs of `simulated` that nobody held, by seed."""


def dissenting(request: SampleRequest) -> Response:
    """Right, but for the second sample of the third step and a rambling first one of the fifth."""
    if (request.step, request.sample) == (2, 1):
        return answer(7)
    return answer(5, tokens_out=999) if (request.step, request.sample) == (4, 0) else right(request)


def table(directory: Path, script: Callable[[SampleRequest], Any] = dissenting, *breaks: str, **chosen: Any) -> Bench:
    """A bench over eight steps with breakpoints."""
    bench = Bench(directory, script, task=chosen.pop("task", Count(8)), **chosen)
    plan = replace(bench.runner._plan, breaks=tuple(map(parse_filter, breaks)))
    bench.runner = Runner(plan, bench.journal, inbox=bench.inbox, on_view=bench._see, clock=bench.clock)
    return bench


def simulated(directory: Path, seed: int, latency: float, *breaks: str) -> Bench:
    """A run over a noisy model."""
    task = Count(8)
    model = SimulatedModel("sim", Profile(p=0.75, v=0.85, latency=latency), task, seed=seed)
    return table(directory, right, *breaks, task=task, model=model, settings=Settings(k=2, window=4))


async def never_held(directory: Path, seed: int) -> list[StoredStep]:
    """What `simulated` decides when nobody holds it."""
    if seed not in NEVER_HELD:
        bench = simulated(directory, seed, 0)
        await bench.run()
        NEVER_HELD[seed] = decided(bench.journal.path, bench.task)
    return NEVER_HELD[seed]


class Halts:
    """Sends one command, or several, each time a run stands still with something new to see; then stops it.

    Args:
        inbox: Where to.
        commands: What, halt by halt.

    Attributes:
        views: What was to be seen at each halt.
    """

    def __init__(self, inbox: Inbox, *commands: Command | Sequence[Command]) -> None:
        self.views: list[RunView] = []
        self._inbox = inbox
        self._ahead = list(commands)
        self._seen: list[Any] = []

    def __call__(self, view: RunView) -> None:
        totals, tally = view.snapshot.totals, view.snapshot.open
        now = (totals.steps, totals.samples, totals.probes, view.snapshot.started, view.held, view.refused)
        waiting = view.in_flight or (tally is not None and tally.probing)
        if not view.snapshot.paused or waiting or (self._seen and now == self._seen[-1]):
            return
        self.views.append(view)
        self._seen.append(now)
        command = self._ahead.pop(0) if self._ahead else Stop()
        for each in command if isinstance(command, Sequence) else [command]:
            self._inbox.send(each)

    @property
    def steps(self) -> list[int]:
        """The steps at which a breakpoint held it, 0-based."""
        return [view.held.step for view in self.views if view.held is not None]


def at_each_halt(bench: Bench, *commands: Command | Sequence[Command]) -> Halts:
    """Let the run on the bench be steered so."""
    bench.watch = halts = Halts(bench.inbox, *commands)
    return halts


def decided(path: Path, task: Count, branch: int | None = None, *, votes_only: bool = True) -> list[StoredStep]:
    """The steps on record, without the seconds that calls took, and without what is no vote."""
    with Reader(path, branch) as reader:
        steps = list(reader.steps(task))
    return [
        stored._replace(
            flags=stored.flags & 31,
            entries=[_untimed(one) for one in stored.entries if not votes_only or isinstance(one, Sample)],
        )
        for stored in steps
    ]


def _untimed(entry: Any) -> Any:
    return entry._replace(response=replace(entry.response, latency_s=0.0)) if hasattr(entry, "response") else entry


def ordered(session: Path, **changes: Any) -> PreparedRun:
    """An ordered run over the toy task."""
    return prepare(RunOrder(TOY, {"length": 12}, session=session, **{"model": NOISY, "k": 3, **changes}), Count)


async def steered(prepared: PreparedRun, *commands: Any) -> tuple[RunView, Halts]:
    """Drive a run, one command a halt."""
    inbox = Inbox()
    halts = Halts(inbox, *commands)
    return await drive(prepared, inbox, halts), halts


def steps_of(path: Path, branch: int | None = None) -> list[StoredStep]:
    """The steps of a run of twelve."""
    with Reader(path, branch) as reader:
        return list(reader.steps(Count(12)))


def sound(path: Path, task: Count | None = None) -> bool:
    """Whether every vote on record decides what it says."""
    return verify(path, task or Count(12)).findings == ()
