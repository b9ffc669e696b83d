"""The kinds of event of samples, and the one form in which those that are counted are kept."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from itertools import product
from types import NoneType
from typing import Any, NamedTuple

from maker_engine.core.decomposition import AnyTask
from maker_engine.core.errors import Fault
from maker_engine.core.poll import Poll
from maker_engine.core.record import decisions, fields
from maker_engine.core.record.events import (
    Event,
    ResponseFlagged,
    ResponseRefused,
    ResponseWasted,
    SampleArrived,
    SampleAsked,
    SampleFailed,
    SamplesDrawn,
    SampleWasted,
    UsageEstimated,
    VoteCast,
)
from maker_engine.core.record.interning import Interned, Values, flag_in
from maker_engine.core.record.kind import Form, Kind, Line, Row, Watching
from maker_engine.core.record.run_fold import RunFold
from maker_engine.core.record.snapshot import FlagRecord
from maker_engine.core.record.values import LARGEST
from maker_engine.core.responses import PROBES, Flag, Response, Sample

SHORT, LONG = SAMPLES = 0, 1
"""Tags of a sample's row; the long one has two values more."""
NUMBER, FOUND, TEXT, TOKENS_IN, TOKENS_OUT, FINISH, COST, LATENCY, MODEL = range(1, 10)
"""Places in a sample's row after its tag. FOUND is the number of its answer, or the parts of its flag."""
REASONING, SHARED = 10, 11
"""Places that only a long row has: reasoning tokens, and how many answers its call brought."""

_TEXT, _COUNT, _FIGURE = [str, NoneType], (int, NoneType), (float, int, NoneType)
_TYPES = frozenset(product([int], _COUNT, _COUNT, _TEXT, _FIGURE, _FIGURE, _COUNT, [int]))
"""Types of what is in a sample's row, for anyone may have written a file: one lookup, since there are millions."""
_MOST = float(LARGEST)


def is_sample(row: Row) -> bool:
    """Return whether a row of a packed step is a sample's."""
    return row[0] in SAMPLES


class SampleRows(NamedTuple):
    """The rows of samples, and what most of them have nothing of.

    Attributes:
        rows: One a sample, in order.
        flagged: Whether any of them is flagged.
        timed: Whether it is known of any when it was begun.
    """

    rows: list[Row]
    flagged: bool
    timed: bool


def sample_rows(entries: Iterable[Sample], interned: Interned) -> SampleRows:
    """Make the rows of samples, all by one call: there are several a step, and most are votes for one answer."""
    texts, models, answers, kept = interned.texts, interned.models, interned.answers, interned.texts_kept
    rows: list[Row] = []
    voted: Hashable = interned  # no vote
    place, flagged, timed = 0, False, False
    name, model = None, 0
    for number, verdict, response in entries:
        finish, latency = None, response.latency_s
        found: int | tuple[str, ...]
        if verdict is voted:
            found = place
        elif isinstance(verdict, Flag):
            flagged = True
            found, finish = tuple(verdict), response.finish_reason  # a vote's is "stop", or it would not be a vote
        else:
            voted, found = verdict, answers.setdefault(verdict, len(answers))
            place = found
        if response.began_s is not None:
            timed = True
        if response.model is not name:
            name = response.model
            model = models.setdefault(name, len(models))
        plain = response.tokens_reasoning is None and response.shared == 1
        row = (
            SHORT if plain else LONG,
            number,
            found,
            texts.setdefault(response.text, len(texts)) if kept else None,
            response.tokens_in,
            response.tokens_out,
            finish,
            response.cost_usd,
            latency and round(latency, 4),
            model,
        )
        rows.append(row if plain else (*row, response.tokens_reasoning, response.shared))
    return SampleRows(rows, flagged, timed)


def sample_row(entry: Sample, interned: Interned) -> Row:
    """Make the row of a sample."""
    return sample_rows((entry,), interned).rows[0]


def _read_row(row: Row, values: Values) -> Sample:
    _, number, verdict, text, tokens_in, tokens_out, finish, cost, latency, model, *further = row
    reasoning, shared = further or (None, 1)
    types = (
        type(number), type(tokens_in), type(tokens_out), type(finish), type(cost), type(latency), type(reasoning),
        type(shared),
    )  # fmt: skip
    if types not in _TYPES or not (-_MOST <= (cost or 0) <= _MOST and -_MOST <= (latency or 0) <= _MOST):
        raise ValueError("a sample is not as maker writes it")
    said = "" if text is None else values.texts[text]
    response = Response(
        said, tokens_in, tokens_out, finish or "stop", cost, latency, values.models[model], "", reasoning, shared
    )  # fmt: skip
    return Sample(number, values.answers[verdict] if isinstance(verdict, int) else flag_in(verdict), response)


def verdict_line(verdict: Any, response: Response, task: AnyTask) -> Line:
    """Return what an exported line says of a response and how it was judged."""
    judged: Line = (
        {"flag": verdict._asdict()} if isinstance(verdict, Flag) else {"answer": decisions.encode(task, verdict)}
    )
    return {
        **judged, "text": response.text, "tokens_in": response.tokens_in,
        "tokens_out": response.tokens_out, "finish_reason": response.finish_reason, "cost_usd": response.cost_usd,
        "latency_s": response.latency_s, "model": response.model, **further(response),
    }  # fmt: skip


def further(response: Response) -> Line:
    """Return the fields of a response that most responses say nothing in."""
    nothing = Response("")
    values = {name: getattr(response, name) for name in ("tokens_reasoning", "shared", "began_s")}
    return {name: value for name, value in values.items() if value != getattr(nothing, name)}


def _line(entry: Sample, task: AnyTask) -> Line:
    return {"event": "sample", "sample": entry.sample, **verdict_line(entry.verdict, entry.response, task)}


def _read_line(line: Mapping[str, Any], task: AnyTask) -> Sample:
    at = fields.number(line, "sample", PROBES)
    return Sample(at, fields.verdict(line, task), fields.response(line))


def _keep(event: VoteCast | ResponseFlagged) -> Sample:
    return Sample(event.sample, event.answer if isinstance(event, VoteCast) else event.flag, event.response)


def _events(step: int, entry: Sample) -> list[Event]:
    asked, (number, verdict, response) = SampleAsked(step, entry.sample), entry
    if isinstance(verdict, Flag):
        return [asked, ResponseFlagged(step, number, verdict, response)]
    return [asked, VoteCast(step, number, verdict, response)]


def _count(poll: Poll, entry: Sample, _: int) -> Poll:
    if not isinstance(entry.verdict, Flag):
        poll.vote(entry.verdict)
    return poll


SAMPLE = Form(
    tags=(SHORT, LONG), word="sample", entry=Sample, keep=_keep, events=_events, row=sample_row, read_row=_read_row,
    line=_line, read_line=_read_line, count=_count,
)  # fmt: skip


def _draw(run: RunFold, event: SamplesDrawn) -> None:
    counts, totals, drawn = run.counts, run.totals, len(event.samples)
    flagged = votes = tokens_in = tokens_out = reasoning = 0
    voted: Hashable = counts  # no vote
    for number, verdict, response in event.samples:
        if verdict is voted:  # most votes of a step are for one answer, and are counted together
            votes += 1
        elif isinstance(verdict, Flag):
            flagged += 1
            run.flags.append(FlagRecord(event.step, number, verdict))
        else:
            if votes:
                counts.ballot.add(voted, votes)
            voted, votes = verdict, 1
        tokens_in += response.tokens_in or 0
        tokens_out += response.tokens_out or 0
        reasoning += response.tokens_reasoning or 0
        if response.cost_usd is None:
            totals.cost_known = False
        else:
            totals.cost_usd += response.cost_usd
    if votes:
        counts.ballot.add(voted, votes)
        run.hopeless = None
    run.failure = None
    totals.tokens_in += tokens_in
    totals.tokens_out += tokens_out
    totals.tokens_reasoning += reasoning
    counts.asked += drawn
    counts.counted += drawn
    counts.flagged += flagged
    totals.asked += drawn
    totals.flagged += flagged
    totals.votes += drawn - flagged


def _ask(run: RunFold, _: SampleAsked) -> None:
    run.counts.asked += 1
    run.totals.asked += 1


def _vote(run: RunFold, event: VoteCast) -> None:
    counts = run.counts
    counts.ballot.add(event.answer)
    counts.counted += 1
    run.totals.votes += 1
    run.hopeless = None
    run.totals.echoes += run.repeats(event.response)
    run.spend(event.response)


def _flag(run: RunFold, event: ResponseFlagged) -> None:
    run.counts.flagged += 1
    run.counts.counted += 1
    run.totals.flagged += 1
    run.flags.append(FlagRecord(event.step, event.sample, event.flag))
    run.repeats(event.response)
    run.spend(event.response)


def _fail(run: RunFold, event: SampleFailed) -> None:
    run.totals.failures += 1
    run.totals.timeouts += event.kind == Fault.TIMEOUT
    run.failure = event


def _arrive(run: RunFold, _: SampleArrived) -> None:
    run.failure = None  # the provider answers again; what it cost is counted in its turn


def _waste(run: RunFold, event: SampleWasted) -> None:
    run.totals.wasted += 1
    run.totals.guessed_wrong += event.guess


def _pay(run: RunFold, event: ResponseWasted) -> None:
    run.spend(event.response)


def _refuse(run: RunFold, event: ResponseRefused) -> None:
    run.totals.refused += 1
    run.spend(event.response)


def _estimate(run: RunFold, event: UsageEstimated) -> None:
    run.totals.tokens_estimated += event.tokens
    run.totals.usd_estimated += event.usd


def _watch_draw(watch: Watching, event: SamplesDrawn) -> None:
    for _, verdict, response in event.samples:
        watch.count(verdict, response)


KINDS = (
    Kind(SampleAsked, _ask, leaves_no_trace=True),
    Kind(SampleFailed, _fail, watch=lambda watch, event: watch.fail(event.step)),
    Kind(VoteCast, _vote, SAMPLE, watch=lambda watch, event: watch.count(event.answer, event.response)),
    Kind(ResponseFlagged, _flag, SAMPLE, watch=lambda watch, event: watch.count(event.flag, event.response)),
    Kind(SamplesDrawn, _draw, watch=_watch_draw),
    Kind(SampleArrived, _arrive),
    Kind(SampleWasted, _waste),
    Kind(ResponseWasted, _pay),
    Kind(ResponseRefused, _refuse),
    Kind(UsageEstimated, _estimate),
)
