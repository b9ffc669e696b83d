"""A run in a plain terminal: a progress bar where there is a terminal, a summary, or one JSON object."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import Callable

from maker_engine.core.commands import Stop
from maker_engine.core.events import Outcome
from maker_engine.printable import one_line
from maker_engine.runtime.gate import Inbox
from maker_engine.runtime.order import PreparedRun, drive
from maker_engine.runtime.view import RunView
from maker_tui.check_lines import Remarks, checking_words, refusal, remark, spent_words
from maker_tui.hangup import HUNG_UP, INTERRUPTED, STOP, WENT_AWAY, Watch, forgiving

SOLVED, NOT_SOLVED, BAD_INPUT = 0, 1, 2


def exit_status(view: RunView) -> int:
    """Exit status of a run.

    0 solved and verified, 2 the check of its model stopped it, 129 the terminal went away, 130 otherwise stopped, 1 the
    rest.
    """
    if refusal(view):
        return BAD_INPUT
    outcome = view.snapshot.outcome
    if outcome is Outcome.SOLVED:
        return SOLVED
    if outcome is Outcome.STOPPED and view.snapshot.reason == WENT_AWAY:
        return HUNG_UP
    return INTERRUPTED if outcome in (Outcome.STOPPED, None) else NOT_SOLVED


def run_headless(prepared: PreparedRun, *, as_json: bool, on_hangup: str) -> int:
    """Drive a run to its end without the app; return the exit status.

    Raises:
        MakerError: It could not be started, or not be recorded.
    """
    inbox, terminal = Inbox(), sys.stdout.isatty()

    def hear(_: signal.Signals) -> None:
        if on_hangup == STOP:
            inbox.send(Stop(WENT_AWAY))

    with Watch(hear, signal.SIGHUP, terminal=sys.stdout.fileno() if terminal else None):
        if as_json or not terminal:
            view = asyncio.run(_drive(prepared, inbox, _remarks(prepared).tell))
        else:
            view = _with_bar(prepared, inbox)
        if refused := refusal(view):
            sys.stderr.write(f"maker: {one_line(refused, 600)}\n")
        if as_json or not refused:
            sys.stdout.write(json.dumps(summary(view)) + "\n" if as_json else report(view))
        sys.stdout.flush()
    return exit_status(view)


def _remarks(prepared: PreparedRun) -> Remarks:
    saved = prepared.saved
    return Remarks(None if saved is None else saved.run.check)


async def _drive(prepared: PreparedRun, inbox: Inbox, on_view: Callable[[RunView], None]) -> RunView:
    """Drive the run; the first interrupt stops it and saves, a second one is not caught."""
    loop = asyncio.get_running_loop()

    def stop(number: signal.Signals) -> None:
        loop.remove_signal_handler(number)
        inbox.send(Stop(f"interrupted by {number.name}"))

    numbers = (signal.SIGINT, signal.SIGTERM)
    for number in numbers:
        loop.add_signal_handler(number, stop, number)
    try:
        return await drive(prepared, inbox, on_view)
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)


def _with_bar(prepared: PreparedRun, inbox: Inbox) -> RunView:
    # Deferred: a run whose output is not a terminal needs no bar.
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn  # noqa: PLC0415

    started = prepared.plan.started
    remarks = _remarks(prepared)
    label = one_line(f"{started.title} · {started.model}{' (simulated)' if started.simulated else ''}", 60)
    with Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.completed:,.0f}/{task.total:,.0f} steps · {task.fields[flagged]} flagged"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=Console(file=forgiving(sys.stdout)),
        transient=True,
        refresh_per_second=8,
    ) as progress:
        bar = progress.add_task(label, total=started.steps, flagged="0")

        def show(view: RunView) -> None:
            remarks.tell(view)
            totals = view.snapshot.totals
            shown = label if view.checking is None else checking_words(view.checking)
            progress.update(bar, completed=totals.steps, flagged=f"{totals.flagged:,}", description=shown)

        return asyncio.run(_drive(prepared, inbox, show))


def summary(view: RunView) -> dict[str, object]:
    """Put a run's figures into one JSON object."""
    snapshot, totals = view.snapshot, view.snapshot.totals
    started = snapshot.started
    if started is None:
        raise AssertionError("a run that returned has started")
    return {
        "outcome": snapshot.outcome.value if snapshot.outcome else None,
        "reason": snapshot.reason,
        "task": started.task,
        "problem": started.problem,
        "model": started.model,
        "simulated": started.simulated,
        "k": started.k,
        "steps": totals.steps,
        "samples": totals.samples,
        "votes": totals.votes,
        "flagged": totals.flagged,
        "wasted": totals.wasted,
        "wrong_decisions": totals.wrong if started.has_oracle else None,
        "tokens_in": totals.tokens_in,
        "tokens_out": totals.tokens_out,
        "tokens_reasoning": totals.tokens_reasoning,
        "adjustments": [*view.adjustments],
        "model_check": None if snapshot.check is None else snapshot.check.to_json(),
        "cost_usd": round(totals.cost_usd, 6) if totals.cost_known else None,
        "wall_s": round(view.elapsed_s, 3),
        "session": str(view.session),
    }


def report(view: RunView) -> str:
    """Write a run's figures for a person."""
    figures = summary(view)
    model = f"{figures['model']}{' (simulated)' if figures['simulated'] else ''}, k = {figures['k']}"
    wrong = "" if figures["wrong_decisions"] is None else f", {figures['wrong_decisions']:,} decided wrongly"
    cost = "cost unknown" if figures["cost_usd"] is None else f"${figures['cost_usd']:.4f}"
    reasoning = f" ({figures['tokens_reasoning']:,} of reasoning)" if figures["tokens_reasoning"] else ""
    tokens = f"{figures['tokens_in']:,} tokens in, {figures['tokens_out']:,} out{reasoning}"
    lines = (
        ("outcome", f"{figures['outcome']}: {view.snapshot.reason}"),
        ("problem", f"{figures['task']}, {figures['problem']}"),
        ("model", model),
        ("steps", f"{figures['steps']:,} decided{wrong}"),
        ("samples", f"{figures['votes']:,} votes, {figures['flagged']:,} flagged, {figures['wasted']:,} wasted"),
        ("spent", f"{tokens}, {cost}, {figures['wall_s']} s"),
        *(("sent", line) for line in view.adjustments),
        *_check_rows(view),
        ("session", str(figures["session"])),
    )
    return "".join(f"{name:<8} {one_line(text, 400)}\n" for name, text in lines)


def _check_rows(view: RunView) -> list[tuple[str, str]]:
    """Say what a check of the model has cost, and what it found amiss."""
    check = view.snapshot.check
    if check is None:
        return []
    return [("check", spent_words(check)), *(("", remark(one)) for one in check.remarks)]
