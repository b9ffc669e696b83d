"""What a screen is shown of a run: a frozen snapshot with the clock's figures, safe to read from another thread."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from maker_engine.blame import blaming
from maker_engine.core.decomposition import result_of
from maker_engine.core.errors import Fault
from maker_engine.core.record.copies import notice
from maker_engine.printable import one_line
from maker_engine.runtime.hours import hour, span
from maker_engine.wording import count_of

if TYPE_CHECKING:
    from pathlib import Path

    from maker_engine.core.decomposition import AnyTask, Json
    from maker_engine.core.forecasting.outlook import Outlook
    from maker_engine.core.record.events import CircuitOpened, SampleFailed
    from maker_engine.core.record.snapshot import Snapshot
    from maker_engine.core.record.state import RunState
    from maker_engine.runtime.breakpoints import Breakpoint, Held


Forecast: TypeAlias = Callable[[], "Outlook | None"]
"""Works out how a run is likely to end, as its votes say; None while they say nothing."""


def nothing() -> None:
    """Say nothing of how a run is likely to end."""


@dataclass(frozen=True, slots=True)
class RunView:
    """One look at a run.

    Attributes:
        snapshot: The run's state.
        elapsed_s: Seconds it has been going, pauses excluded.
        steps_per_s: Decided steps a second over the last few seconds, and at least the last few steps; 0 while none is
            known.
        session: The session's file.
        max_tokens: Limit on output tokens of a response.
        steps_ahead: Steps in flight behind the open one.
        in_flight: Calls in flight, for any step.
        rest_s: Seconds until the provider is tried again, None while it is not resting.
        breakpoints: The run's breakpoints, in order of their numbers.
        held: Where it holds and why, None while it runs or a person has paused it.
        waiting: What the open step is decided as and not committed yet; None where it is not decided.
        refused: Why the last change that a person asked for was not made; empty where it was.
        checking: The call under way of a check of the model, from 1, and how many there are; None while there is none.
        adjustments: What is sent to the model otherwise than ordered, and why; one line each.
        obstacle: Why the provider is asked nothing more before a person lets the run continue; empty while it is asked.
        resets_at: When the provider can be asked again by its own statement, in seconds since 1970; None where it
            states nothing, or does not rest.
        oldest_call_s: Age of the oldest call in flight, None where none is.
        concurrency: Calls that may be in flight now, fewer than ordered after timeouts; 0 where no one is called.
        concurrency_ordered: Calls that may be in flight as ordered; 0 where no one is called.
        timeout_s: Seconds that a call may take as ordered, 0 where that is not known.
        deadline_s: Seconds that it may take now: longer since a complete answer took longer.
        temperature: At which samples but the first of a step are drawn; None where none is sent or several are.
        answered_by: How many responses came from each family of models, most first.
        result: What a solved run produced, as `decomposition.result_of` gives it; None of any other.
        result_fault: Why the task cannot give the result of a solved run; empty where it can.
        shortfall: What the result finds wrong with what was examined, such as tests that failed; empty for nothing.
        papers: Paths of the task's papers, or of its table of rows, that were written; None where that was not ordered,
            or has not been done.
        papers_note: What has to be said of them, such as why there are none; empty for nothing.
        papers_fault: Why they could not be written; empty where they could.
        writes_table: What is written is a table of rows.
        limit_is_estimate: A limit on tokens or dollars counts what nobody reported, by an upper estimate.
        acting: Effects in flight, None of a task that has none.
        oldest_effect: The one that is longest in flight, in a line; empty where none is.
        oldest_effect_s: For how many seconds it has been.
        awaits: What the open step does to the world or waits for, in a line; empty where it does neither.
        planned: What a dry run would have done, in order, one line each with the consent it needs.
        usd_per_token_in: Price of a prompt token in dollars, None where it is not known.
        forecast: Works out its outlook.
        notice: What is in the way, or what a user should know of the session's place; empty for nothing.
    """

    snapshot: Snapshot
    elapsed_s: float
    steps_per_s: float
    session: Path
    max_tokens: int
    steps_ahead: int = 0
    in_flight: int = 0
    rest_s: float | None = None
    notice: str = ""
    breakpoints: tuple[Breakpoint, ...] = ()
    held: Held | None = None
    waiting: Hashable = None
    refused: str = ""
    checking: tuple[int, int] | None = None
    adjustments: tuple[str, ...] = ()
    obstacle: str = ""
    resets_at: float | None = None
    oldest_call_s: float | None = None
    concurrency: int = 0
    concurrency_ordered: int = 0
    timeout_s: float = 0.0
    deadline_s: float = 0.0
    temperature: float | None = None
    answered_by: Mapping[str, int] = field(default_factory=dict)
    limit_is_estimate: bool = False
    result: Json = None
    result_fault: str = ""
    shortfall: str = ""
    papers: tuple[Path, ...] | None = None
    papers_note: str = ""
    papers_fault: str = ""
    writes_table: bool = False
    acting: int | None = None
    awaits: str = ""
    oldest_effect: str = ""
    oldest_effect_s: float = 0.0
    planned: tuple[str, ...] = ()
    usd_per_token_in: float | None = None
    forecast: Forecast = field(default=nothing, compare=False)

    @property
    def outlook(self) -> Outlook | None:
        """How the run is likely to end, as its votes say; None while they say nothing. Takes milliseconds at first."""
        return self.forecast()

    @property
    def usd_saved(self) -> float | None:
        """Dollars that several answers a call have saved in prompts; None where no price is known."""
        price = self.usd_per_token_in
        return None if price is None else price * self.snapshot.totals.tokens_saved

    @property
    def copies(self) -> str:
        """What is to be said of texts that are alike, in a sentence; empty for nothing."""
        return notice(self.snapshot.totals, self.temperature)

    @property
    def eta_s(self) -> float | None:
        """Seconds to go at the present speed, None while that is unknown."""
        started, done = self.snapshot.started, self.snapshot.totals.steps
        if started is None or started.steps is None or self.steps_per_s <= 0:
            return None
        return max(0, started.steps - done) / self.steps_per_s

    @property
    def trouble(self) -> str:
        """What the provider is waited for, in one line; empty while it answers, and when the run is over."""
        snapshot = self.snapshot
        if snapshot.outcome is not None:
            return ""
        if self.obstacle:
            return f"held: {one_line(self.obstacle)}"
        if snapshot.resting is not None:
            return self._rest(snapshot.resting)
        return "" if snapshot.failure is None else _failure(snapshot.failure)

    @property
    def answerers(self) -> str:
        """Who answered, in one line; empty for simulated models, which no one can answer for."""
        if self.snapshot.started is None or self.snapshot.started.simulated:
            return ""
        return one_line(", ".join(f"{name} × {number:,}" for name, number in self.answered_by.items()))

    @property
    def estimated(self) -> str:
        """What is counted that no one reported, in one line; empty where there is none."""
        totals = self.snapshot.totals
        if not (totals.tokens_estimated or totals.usd_estimated):
            return ""
        usd = f" and ${totals.usd_estimated:.4f}" if totals.usd_estimated else ""
        where = ", counted against the limit" if self.limit_is_estimate else ""
        most = f"at most {count_of(totals.tokens_estimated, 'token')}{usd}"
        return f"{most}, estimated{where}: calls whose usage was not reported"

    @property
    def timeouts(self) -> str:
        """How many calls timed out, and after how long, in a few words; empty where none did."""
        number = self.snapshot.totals.timeouts
        if not number:
            return ""
        after = "" if not self.timeout_s else f" ({self.timeout_s:g} s)"
        return f"{number:,} call{'s' if number > 1 else ''} timed out{after}"

    def _rest(self, resting: CircuitOpened) -> str:
        left, why = resting.wait_s if self.rest_s is None else self.rest_s, one_line(resting.message)
        if self.resets_at is None:
            return f"waiting for the provider: tried again in {span(left)} ({why})"
        at = hour(self.resets_at, self.resets_at - left)
        return f"the provider's limit resets at {at}; waiting {span(left)} ({why})"


def result_fields(task: AnyTask, state: Hashable, run: RunState) -> dict[str, Any]:
    """Return a view's fields on the result. A task that fails here takes nothing away from a run that is solved."""
    if run.outcome is None or not run.outcome.gives_result:
        return {}
    try:
        with blaming(type(task)):
            result = result_of(task, state, run.totals.votes, run.snapshot().cost_usd)
            return {"result": result, "shortfall": one_line(task.shortfall(state), 400)}
    except Exception as error:  # noqa: BLE001 - the run is saved and has to be examined, whatever its task does
        return {"result_fault": str(error)}


def _failure(failure: SampleFailed) -> str:
    message = one_line(failure.message)
    if failure.kind == Fault.TIMEOUT:
        return f"timed out: {message}"
    again = f", again in {span(failure.wait_s)}" if failure.wait_s > 0 else ""
    return f"waiting for the provider: {failure.kind}{again} ({message})"
