"""A run without the app: a summary or one JSON object on standard output, progress on standard error."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from maker_engine.core.decomposition import AnyTask, Json
from maker_engine.core.record.commands import Stop
from maker_engine.core.record.copies import effective_votes, identical_share
from maker_engine.core.record.events import Outcome, StepHopeless
from maker_engine.output import complain, say_json, say_text, versioned
from maker_engine.planning.forecast import Forecast
from maker_engine.printable import one_line
from maker_engine.runtime.carrying import CarriedOver, earlier_session
from maker_engine.runtime.hopeless import sentence
from maker_engine.runtime.order import PreparedRun, drive
from maker_engine.runtime.step_control import Inbox
from maker_engine.runtime.view import RunView
from maker_engine.sessions.store.lock import writer_of
from maker_tui.cli.progress import AUTO, TICK_S, Show, Tick, progress as shown
from maker_tui.runs.resuming import going_on_line, session_name
from maker_tui.terminal.hangup import HUNG_UP, INTERRUPTED, STOP, WENT_AWAY, Watch
from maker_tui.terminal.streams import OutputError
from maker_tui.text.check_lines import Remarks, refusal, remark, spent_words
from maker_tui.text.figures import count_of
from maker_tui.text.outlook_words import outlook_fields, outlook_lines
from maker_tui.text.rule_words import rule_words
from maker_tui.text.statuses import BAD_INPUT, NOT_SOLVED, SOLVED

LONGEST_RESULT = 5_000
"""Characters of a result in a summary: the longest product is shorter."""


def exit_status(view: RunView) -> int:
    """Exit status of a run.

    0 solved and verified, shown to have no solution, or finished in a task that checks no whole, its papers written
    where that was ordered, and nothing wrong found with what was examined; 2 the check of its model stopped it, 129 the
    terminal went away, 130 otherwise stopped, 1 the rest.
    """
    if refusal(view):
        return BAD_INPUT
    outcome = view.snapshot.outcome
    if outcome is not None and outcome.gives_result:
        return NOT_SOLVED if view.papers_fault or view.shortfall else SOLVED
    if outcome is Outcome.STOPPED and view.snapshot.reason == WENT_AWAY:
        return HUNG_UP
    return INTERRUPTED if outcome in (Outcome.STOPPED, None) else NOT_SOLVED


def run_headless(
    prepared: PreparedRun, *, as_json: bool, on_hangup: str, progress: str = AUTO, quiet: bool = False
) -> int:
    """Drive a run to its end without the app; return the exit status.

    Raises:
        InputError: Progress cannot be shown so, or the run not be started.
        MakerError: It could not be recorded.
        OutputError: It has ended and is saved, but the summary cannot be printed.
    """
    if prepared.plan.started.simulated and prepared.task.simulation:
        complain(prepared.task.simulation)
    say_beforehand(prepared)
    branch = None if prepared.saved is None else prepared.saved.branch
    with _signals(on_hangup) as inbox:
        return conclude(_driven(prepared, inbox, progress), as_json=as_json, quiet=quiet, branch=branch)


def say_beforehand(prepared: PreparedRun) -> None:
    """Say beside the output what is carried over, or could be, and that gold is of other rows."""
    if prepared.saved is None and prepared.task.independent and _has_other_gold(prepared.task):
        complain("no row of the table has an id of the gold: --id COLUMN names the column that both have")
    if prepared.carried is not None:
        complain(_carried_line(prepared.carried, prepared.forecast, cascade=bool(prepared.order.cascade)))
    elif prepared.saved is None and (earlier := earlier_session(prepared.task, prepared.order)) is not None:
        complain(f"{earlier} has decided rows of this table: --from {earlier} asks only for what is asked otherwise")


def _has_other_gold(task: AnyTask) -> bool:
    from maker_engine.labelling.gold import is_of_other_rows  # noqa: PLC0415 - a run without rows reads no tables

    return is_of_other_rows(task)


def _carried_line(carried: CarriedOver, expected: Forecast, *, cascade: bool) -> str:
    """Say what is carried over, and what the others will probably take and cost."""
    if carried.count == carried.steps or expected.samples is None:
        return carried.line()
    dollars = "an unknown cost" if expected.cost_usd is None else f"${expected.cost_usd:,.4f}"
    simulated = " at simulated prices" if expected.simulated else ""
    beside = "; what is escalated comes on top" if cascade else ""
    return f"{carried.line()}, by about {expected.samples:,.0f} samples for {dollars}{simulated}{beside}"


def drive_here(prepared: PreparedRun) -> RunView:
    """Drive a run to its end in the plain terminal, with progress on standard error; return its last view.

    An interrupt, or the terminal's going away, stops it and saves.

    Raises:
        InputError: The run could not be started.
        MakerError: It could not be recorded.
    """
    with _signals(STOP) as inbox:
        return _driven(prepared, inbox, AUTO)


@contextmanager
def _signals(on_hangup: str) -> Iterator[Inbox]:
    """Notice when the terminal goes away, also while the summary is printed."""
    inbox = Inbox()

    def hear(_: signal.Signals) -> None:
        if on_hangup == STOP:
            inbox.send(Stop(WENT_AWAY))

    with Watch(hear, signal.SIGHUP, terminal=sys.stdout.fileno() if sys.stdout.isatty() else None):
        yield inbox


def _driven(prepared: PreparedRun, inbox: Inbox, progress: str) -> RunView:
    with shown(progress, prepared.plan.started) as (show, tick, write):
        remarks = Remarks(None if prepared.saved is None else prepared.saved.run.check, write)

        def look(view: RunView) -> None:
            remarks.tell(view)
            show(view)

        return asyncio.run(_drive(prepared, inbox, look, tick))


def conclude(view: RunView, *, as_json: bool = False, quiet: bool = False, branch: int | None = None) -> int:
    """Print what has come of a run, and last the result, or the command that continues; return the exit status.

    Args:
        view: The run at its end.
        as_json: Print one JSON object.
        quiet: Print the result alone; where there is none, how the run ended, on standard error.
        branch: Which run of its session it is, None for the newest.

    Raises:
        OutputError: It cannot be printed.
    """
    refused = refusal(view)
    if refused and not quiet:
        complain(refused)
    if view.papers_fault and (quiet or as_json):
        complain(papers_line(view))
    try:
        if as_json:
            say_json(summary(view))
        elif quiet and _has_result(view):
            say_text(result_text(view.result) + "\n")
        elif quiet:
            complain(view.result_fault or refused or f"{_ended(view)}; the session is {view.session}")
        elif not refused:
            driver = writer_of(view.session)  # of a run that was left to continue
            say_text(report(view, driver=driver) + going_on_line(view.session, branch) + result_line(view))
    except OutputError as error:
        outcome = view.snapshot.outcome
        error.result = f"the run is {outcome.value if outcome else 'not ended'}, its session is {view.session}"
        raise
    return exit_status(view)


async def _drive(prepared: PreparedRun, inbox: Inbox, show: Show, tick: Tick) -> RunView:
    """Drive the run; the first interrupt stops it and saves, a second one is not caught."""
    loop = asyncio.get_running_loop()

    def stop(number: signal.Signals) -> None:
        loop.remove_signal_handler(number)
        inbox.send(Stop(f"interrupted by {number.name}"))

    numbers = (signal.SIGINT, signal.SIGTERM)
    for number in numbers:
        loop.add_signal_handler(number, stop, number)
    ticking = asyncio.create_task(_ticking(tick))
    try:
        return await drive(prepared, inbox, show)
    finally:
        ticking.cancel()
        for number in numbers:
            loop.remove_signal_handler(number)


async def _ticking(tick: Tick) -> None:
    while True:
        await asyncio.sleep(TICK_S)
        tick()


def summary(view: RunView) -> dict[str, object]:
    """Put a run's figures into one JSON object, as docs/json.md describes it."""
    snapshot, totals = view.snapshot, view.snapshot.totals
    started = snapshot.started
    assert started is not None  # noqa: S101 - a run that returned has started
    return versioned({
        "outcome": snapshot.outcome.value if snapshot.outcome else None,
        "reason": snapshot.reason,
        "result": view.result,
        "shortfall": view.shortfall or None,
        **{name: getattr(started, name) for name in ("task", "problem", "model", "simulated", "k", "rule", "steps")},
        "decided_steps": totals.steps,
        "samples": totals.samples,
        "votes": totals.votes,
        "flagged": totals.flagged,
        "wasted": totals.wasted,
        "undecided_steps": totals.undecided,
        "carried_steps": totals.carried,
        "refused": totals.refused,
        "identical_texts": None if (share := identical_share(totals)) is None else round(share, 3),
        "hopeless": _hopeless(snapshot.hopeless),
        "wrong_decisions": totals.wrong if started.has_oracle else None,
        "tokens_in": totals.tokens_in, "tokens_out": totals.tokens_out,
        "tokens_reasoning": totals.tokens_reasoning,
        "saved": _saved(view),
        "adjustments": [*view.adjustments],
        "model_check": None if snapshot.check is None else snapshot.check.to_json(),
        "cost_usd": None if snapshot.cost_usd is None else round(snapshot.cost_usd, 6),
        "tokens_estimated": totals.tokens_estimated,
        "cost_usd_estimated": round(totals.usd_estimated, 6),
        "limit_is_estimate": view.limit_is_estimate,
        "answered_by": dict(view.answered_by),
        "timeouts": totals.timeouts,
        "resets_at": None if view.resets_at is None else int(view.resets_at),
        "outlook": outlook_fields(view.outlook),
        "wall_s": round(view.elapsed_s, 3),
        "session": str(view.session),
        "papers": None if view.papers is None else [*map(str, view.papers)],
        "dry_run": [*map(one_line, view.planned)],
    })  # fmt: skip


def _saved(view: RunView) -> dict[str, object] | None:
    """Report what several answers a call have saved; None where no call brought several."""
    totals, usd = view.snapshot.totals, view.usd_saved
    if not totals.calls_saved:
        return None
    calls = round(totals.calls_saved)
    return {"calls": calls, "tokens_in": totals.tokens_saved, "usd": None if usd is None else round(usd, 6)}


def _saved_words(view: RunView) -> str:
    """Say the same in a line; empty for nothing."""
    totals, usd = view.snapshot.totals, view.usd_saved
    if not totals.calls_saved:
        return ""
    price = "" if usd is None else f" (${usd:.4f})"
    calls, tokens = count_of(round(totals.calls_saved), "call"), count_of(totals.tokens_saved, "prompt token")
    return f"{calls} and {tokens}{price}, by several answers a call"


def _hopeless(found: StepHopeless | None) -> dict[str, object] | None:
    """Report a step whose last samples were all flagged; its number counts from 1, as on the screen."""
    if found is None:
        return None
    figures_of_step = {"step": found.step + 1, "rule": found.rule or None, "samples": found.samples}
    return {**figures_of_step, "cause": one_line(found.cause, 400), "text": one_line(found.text, 400)}


def _texts(view: RunView) -> str:
    """Say how far the samples are worth a vote each; empty where that was not measured."""
    totals = view.snapshot.totals
    share, votes = identical_share(totals), effective_votes(totals)
    if share is None or view.copies:
        return view.copies
    counted = "" if votes is None else f", {votes:.2f} effective votes a step"
    return f"{share:.1%} alike{counted}"


def report(view: RunView, ending: str = "interrupted", driver: int | None = None) -> str:
    """Write a run's figures for a person, all but its result, which comes last whatever else is said.

    Args:
        view: The run.
        ending: What it is called where it has not ended.
        driver: The process that continues it, whatever has ended here.
    """
    figures, totals = summary(view), view.snapshot.totals
    ended = f"{figures['outcome']}: {view.snapshot.reason}" if figures["outcome"] else ending
    ended = ended if driver is None else f"running: process {driver} continues it"
    rule, k = str(figures["rule"]), int(str(figures["k"]))
    decides = rule_words(rule, k) if ":" in rule else f"k = {k}"  # a table is written out
    model = f"{figures['model']}{' (simulated)' if figures['simulated'] else ''}, {decides}"
    left = f", {totals.undecided:,} undecided" if totals.undecided else ""
    wrong = "" if figures["wrong_decisions"] is None else f", {figures['wrong_decisions']:,} decided wrongly"
    carried = f", {totals.carried:,} of them carried over" if totals.carried else ""
    cost = "cost unknown" if figures["cost_usd"] is None else f"${figures['cost_usd']:.4f}"
    reasoning = f" ({figures['tokens_reasoning']:,} of reasoning)" if figures["tokens_reasoning"] else ""
    tokens = f"{count_of(totals.tokens_in, 'token')} in, {figures['tokens_out']:,} out{reasoning}"
    refused = f", {figures['refused']:,} refused" if figures["refused"] else ""
    samples = f"{count_of(totals.votes, 'vote')}, {figures['flagged']:,} flagged, {figures['wasted']:,} wasted{refused}"
    hopeless = view.snapshot.hopeless
    said = hopeless is not None and view.snapshot.reason.startswith(sentence(hopeless, quoting=False))
    lines = (
        ("outcome", ended),
        ("problem", f"{figures['task']}, {figures['problem']}"),
        ("model", model),
        *([("answered", view.answerers)] if view.answerers else []),
        ("steps", f"{totals.steps - totals.undecided:,} decided{left}{carried}{wrong}"),
        ("samples", samples),
        *([("calls", view.timeouts)] if view.timeouts else []),
        *([("texts", texts)] if (texts := _texts(view)) else []),
        *([("hopeless", sentence(hopeless))] if hopeless is not None and not said else []),
        ("spent", f"{tokens}, {cost}, {figures['wall_s']} s"),
        *([("saved", saved)] if (saved := _saved_words(view)) else []),
        *([("besides", view.estimated)] if view.estimated else []),
        *outlook_lines(view.outlook),
        *(("sent", line) for line in view.adjustments),
        *_check_rows(view),
        *(("would", line) for line in view.planned),
        ("session", str(figures["session"])),
        *([("rows" if view.writes_table else "papers", papers)] if (papers := papers_line(view)) else []),
    )
    return "".join(f"{name:<8} {one_line(text, 400)}\n" for name, text in lines)


def result_line(view: RunView) -> str:
    """Write what a solved run produced as the last line of its summary; empty for any other run."""
    if view.result_fault:
        return f"result   cannot be given: {one_line(view.result_fault, 400)}\n"
    if view.snapshot.outcome is None or not view.snapshot.outcome.gives_result:
        return ""
    text = result_text(view.result)
    more = "" if len(text) <= LONGEST_RESULT else f" … ({len(text):,} characters; --json has all of them)"
    return f"result   {one_line(text[:LONGEST_RESULT], LONGEST_RESULT)}{more}\n"


def result_text(result: Json) -> str:
    """Write a result for a person: a text as it is, all else as JSON in one line."""
    return result if isinstance(result, str) else json.dumps(result, ensure_ascii=False)


def _has_result(view: RunView) -> bool:
    outcome = view.snapshot.outcome
    return outcome is not None and outcome.gives_result and not view.result_fault


def papers_line(view: RunView) -> str:
    """Say what papers were written, or why not; empty where none were ordered."""
    if view.papers_fault:
        name = session_name(view.session)
        if view.writes_table:
            return f"the rows are not written: {view.papers_fault}; maker records results {name} --out FILE writes them"
        mend = f"maker sessions export {name} --as papers --to DIR writes them"
        return f"the papers are not written: {view.papers_fault}; {mend}"
    if not view.papers:
        return f"none: {view.papers_note}" if view.papers_note else ""
    first = ", ".join(map(str, view.papers[:2]))
    more = f" and {len(view.papers) - 2} more" if len(view.papers) > 2 else ""
    return f"{first}{more}{f'; {view.papers_note}' if view.papers_note else ''}"


def _ended(view: RunView) -> str:
    outcome = view.snapshot.outcome
    return f"{outcome.value}: {view.snapshot.reason}" if outcome else "the run has not ended"


def _check_rows(view: RunView) -> list[tuple[str, str]]:
    """Say what a check of the model has cost, and what it found amiss."""
    check = view.snapshot.check
    if check is None:
        return []
    return [("check", spent_words(check)), *(("", remark(one)) for one in check.remarks)]
