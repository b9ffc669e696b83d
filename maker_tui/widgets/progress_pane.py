"""The progress pane: how far the run is, how fast, what it has cost, and what went wrong on the way."""

from __future__ import annotations

from rich.text import Text
from textual.events import Resize

from maker_engine.core.record.copies import effective_votes
from maker_engine.core.record.snapshot import Snapshot, Totals
from maker_engine.printable import one_line
from maker_tui.runs.view import RunView
from maker_tui.text.effect_words import effect_words, is_slow
from maker_tui.text.figures import (
    NONE,
    bar,
    count,
    count_of,
    dollars,
    duration,
    fit,
    ordinal,
    rate,
    share,
    short,
    speed,
)
from maker_tui.text.outlook_words import odds_rows, p_words, right_words
from maker_tui.text.pulse import Pulse, sparkline
from maker_tui.text.roles import line
from maker_tui.text.rule_words import rule_words
from maker_tui.text.words import Word
from maker_tui.text.wrapping import wrapped
from maker_tui.widgets.line_pane import LinePane
from maker_tui.widgets.line_view import LineView

Part = str | tuple[str, str]

NAME_CELLS = 8
ROOMY_ROWS = 15
"""From this height on the pane breathes and shows the run's settings too."""
WIDE_CELLS = 50
"""From this width on shares are shown with their counts."""
RATE_CELLS, MOST_CELLS, FEWEST_SPANS = 10, 14, 2
OLD_S = 10.0
"""A call of this age makes a user ask whether anything happens at all."""


class ProgressPane(LinePane):
    """Shows one run's figures.

    Attributes:
        rows: The steps are rows of a table: what they cost in all is among the first figures.
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__("progress", id=id, classes=classes)
        self._seen: tuple[RunView, Word] | None = None
        self._pulse = Pulse()
        self.rows = False

    def show_progress(self, view: RunView, word: Word) -> None:
        """Show the figures of `view`; `word` says what the run is doing then."""
        self._seen = view, word
        timed = self._pulse if view.elapsed_s else None  # no one timed a moment of the past
        if timed is not None:
            timed.take(view.elapsed_s, view.snapshot.totals)
        self.show(progress_lines(view, word, self.size.width, self.size.height, timed, rows=self.rows))

    def on_resize(self, _event: Resize) -> None:
        """Set the rows for the new size."""
        if self._seen is not None:
            self.show_progress(*self._seen)


def progress_lines(
    view: RunView, word: Word, width: int, height: int, pulse: Pulse | None = None, *, rows: bool = False
) -> list[Text]:
    """Lay the figures out in `width` cells; with `height` to spare, more of them, and how they went so far."""
    snapshot = view.snapshot
    if snapshot.started is None:
        return [line(("the run is starting …", "quiet"))]
    lines = [_where(snapshot, word, width), _bar(snapshot, width)]
    trouble = view.trouble
    if trouble:
        lines.append(line((_trouble(trouble, width), "warn")))
    roomy = height >= ROOMY_ROWS
    rates = _rates(pulse, snapshot, width) if roomy and width >= WIDE_CELLS and pulse is not None else []
    gap, figures = [line()] if roomy and not rates else [], _figures(view, width, roomy=roomy, of_rows=rows)
    if not roomy and _calls_matter(view):  # where there is no room for more rows, it represents dissent and errors
        figures[2] = _row("calls", fit(_brief(view), width - NAME_CELLS))
    if not roomy and is_slow(view):
        figures[2] = _row("effects", fit(effect_words(view), width - NAME_CELLS))
    if not roomy and view.outlook is not None and view.outlook.worse and snapshot.outcome is None:
        figures[3] = line((fit(f"worse: {view.outlook.worse}", width), "warn"))
    lines += [*gap, *figures, *rates, *gap, _model(snapshot, width)]
    return lines + _adjusted(view, width) + (_details(view, snapshot, of_rows=rows) if roomy else [])


def _rates(pulse: Pulse, snapshot: Snapshot, width: int) -> list[Text]:
    """Draw how fast steps, dollars (or samples, where they cost nothing that is known) and flags came in."""
    rows = []
    for name in ("steps/s", "$/min" if snapshot.cost_usd else "samples/s", "flags/s"):
        rates = pulse.rates(name)
        if len(rates) < FEWEST_SPANS:
            return []
        most = f"max {dollars(max(rates)) if name == '$/min' else rate(max(rates))}"
        bars = sparkline(rates, width - RATE_CELLS - MOST_CELLS)
        rows.append(line((fit(name, RATE_CELLS), "label"), (fit(bars, width - RATE_CELLS - MOST_CELLS), "bar"),
                         (fit(most, MOST_CELLS, right=True), "quiet")))  # fmt: skip
    return rows


def meter_line(view: RunView, width: int) -> Text:
    """Show the progress in one row, for windows without room for the pane."""
    snapshot = view.snapshot
    place = f" step {_place(snapshot)} "
    percent = _percent(snapshot)
    tail = f" {percent:>7} · {_speed(view)} "
    trouble = view.trouble
    if trouble:
        return line((place, "strong"), (_trouble(trouble, max(8, width - len(place))), "warn"))
    filled, rest = bar(snapshot.totals.steps, _steps(snapshot), max(0, width - len(place) - len(tail)))
    return line((place, "strong"), (filled, "bar"), (rest, "rest"), tail)


def _trouble(text: str, width: int) -> str:
    """Say what is waited for; where it would be cut, so that the time to go is not."""
    return one_line(text if len(text) <= width else text.removeprefix("waiting for the "), width)


def _where(snapshot: Snapshot, word: Word, width: int) -> Text:
    place = f"step {_place(snapshot)}"
    return line((fit(place, width - len(str(word))), "strong"), (str(word), word.role))


def _place(snapshot: Snapshot) -> str:
    """Number the step voted on; once there is none, count those decided."""
    at = ordinal(snapshot.open.step) if snapshot.open is not None else count(snapshot.totals.steps)
    steps = _steps(snapshot)
    return f"{at} of {count(steps)}" if steps else at


def _steps(snapshot: Snapshot) -> int:
    """Return the steps that are expected, of a run that is done those it took; 0 where that is not known."""
    expected = (snapshot.started.steps or 0) if snapshot.started is not None else 0
    done = snapshot.outcome is not None and snapshot.outcome.gives_result
    return expected or (snapshot.totals.steps if done else 0)


def _percent(snapshot: Snapshot) -> str:
    return share(snapshot.totals.steps, _steps(snapshot))


def _bar(snapshot: Snapshot, width: int) -> Text:
    percent = f"{_percent(snapshot):>8}"
    filled, rest = bar(snapshot.totals.steps, _steps(snapshot), width - len(percent))
    return line((filled, "bar"), (rest, "rest"), (percent, "strong"))


def _figures(view: RunView, width: int, *, roomy: bool, of_rows: bool) -> list[Text]:
    totals, wide = view.snapshot.totals, width >= WIDE_CELLS
    tokens, flagged = f"{short(totals.tokens_in)}/{short(totals.tokens_out)}", share(totals.flagged, totals.samples)
    if wide:
        tokens = f"{short(totals.tokens_in)} in, {short(totals.tokens_out)} out"
        flagged += f" · {count(totals.flagged)} of {count(totals.samples)}"
    rows: list[tuple[str, Part, str, Part]] = [
        ("speed", _speed(view), *_time(view)),
        ("votes", _votes(totals, roomy=roomy), "flagged", flagged),
        *(_alike(totals, wide=wide) if roomy else []),
        ("dissent", count_of(totals.dissent, "step"), "wrong", _wrong(view.snapshot, wide=wide)),
        ("samples", count(totals.samples), "wasted", count(totals.wasted)),
        ("tokens", tokens, "cost", dollars(view.snapshot.cost_usd)),
    ]
    if of_rows:  # none of them is squashed
        rows[1:1] = [("cost", dollars(view.snapshot.cost_usd), "in all", _in_all(view.snapshot))]
        rows[-2:] = [("samples", count(totals.samples), "tokens", tokens)]
    half = (width + 1) // 2 + 1 - width % 2
    return [line(*_pair(row[0], row[1], half), *_pair(row[2], row[3], width - half)) for row in rows]


def _in_all(snapshot: Snapshot) -> str:
    """Show what all rows will cost, if those to come cost as those decided."""
    paid, done, whole = snapshot.cost_usd, snapshot.totals.steps, _steps(snapshot)
    return NONE if paid is None or not done or not whole else dollars(paid / done * whole)


def _votes(totals: Totals, *, roomy: bool) -> str:
    """Show the votes a step; without room for a row of their own, the effective ones in brackets."""
    if not totals.steps:
        return NONE
    effective = None if roomy else effective_votes(totals)
    return f"{totals.votes / totals.steps:.2f} " + ("a step" if effective is None else f"({effective:.2f})")


def _alike(totals: Totals, *, wide: bool) -> list[tuple[str, Part, str, Part]]:
    """Return how many texts are alike and how many votes that leaves, where the texts were compared."""
    if not totals.compared:
        return []
    alike = share(totals.repeated, totals.compared)
    votes = effective_votes(totals)
    if wide:
        alike += f" · {count(totals.repeated)} of {count(totals.compared)}"
    return [("alike", alike, "worth", NONE if votes is None else f"{votes:.2f} votes" + " a step" * wide)]


def _wrong(snapshot: Snapshot, *, wide: bool) -> Part:
    """Count wrong decisions, where anyone can know."""
    totals = snapshot.totals
    if snapshot.started is None or not snapshot.started.has_oracle:
        return ("no oracle", "quiet")
    words = f"{count(totals.wrong)} of {(count if wide else short)(totals.steps)}"
    return (words, "bad") if totals.wrong else words


def _speed(view: RunView) -> str:
    """Show the speed of late; of a run that is over, that of the whole run."""
    if view.snapshot.outcome is None:
        return speed(view.steps_per_s)
    return speed(view.snapshot.totals.steps / view.elapsed_s) if view.elapsed_s > 0 else NONE


def _time(view: RunView) -> tuple[str, str]:
    """Show the time to go, or, when it is over, the time it took."""
    if view.snapshot.outcome is None:
        return "ETA", duration(view.eta_s)
    return "took", duration(view.elapsed_s) if view.elapsed_s > 0 else NONE


def _pair(name: str, value: Part, width: int) -> list[Part]:
    text, role = (value, "plain") if isinstance(value, str) else value
    name_cells = min(NAME_CELLS, width) if name else 0
    return [(fit(name, name_cells), "label"), (fit(text, width - name_cells - 1), role), " "]


def _model(snapshot: Snapshot, width: int) -> Text:
    started = snapshot.started
    if started is None:
        return line()
    badge = " SIMULATED " if started.simulated else ""
    room = max(1, width - NAME_CELLS - len(badge) - 1)
    return line((fit("model", NAME_CELLS), "label"), one_line(started.model, room), " ", (badge, "badge"))


def _adjusted(view: RunView, width: int) -> list[Text]:
    """Say what is sent to the model otherwise than ordered."""
    rows = [row for text in view.adjustments for row in wrapped(text, width - NAME_CELLS)]
    names = ["sent", *[""] * len(rows)]
    return [line((fit(name, NAME_CELLS), "label"), row) for name, row in zip(names, rows, strict=False)]


def _details(view: RunView, snapshot: Snapshot, *, of_rows: bool) -> list[Text]:
    started, totals = snapshot.started, snapshot.totals
    if started is None:
        return []
    rows = [
        ("voting", rule_words(started.rule, started.k)),
        *_outlook(view),
        ("limit", f"{count_of(view.max_tokens, 'output token')} a response"),
        ("calls", _calls(view, of_rows=of_rows)),
        *([] if view.acting is None else [("effects", effect_words(view))]),
        *([("timeouts", _timeouts(view))] if view.timeouts else []),
        ("seed", str(started.seed) if started.simulated else NONE),
        ("retries", count_of(totals.failures, "call") + " made again" + _refused(totals.refused)),
        *([("answered", view.answerers)] if view.answerers else []),
        *([("besides", view.estimated)] if view.estimated else []),
        *([("checks", f"{count_of(totals.checks, 'call')}, never counted")] if totals.checks else []),
        *([("probes", f"{count(totals.probes)}, never counted")] if totals.probes else []),
        ("elapsed", duration(view.elapsed_s) if view.elapsed_s else NONE),
        ("session", str(view.session)),
    ]
    return [_row(name, value) for name, value in rows]


def _outlook(view: RunView) -> list[tuple[str, str]]:
    """Return how the run is likely to end, by its own votes, and where its k comes from."""
    found = view.outlook
    if found is None:
        return []
    rows = [("k from", found.k_from)] if found.k_from else []
    rows.append(("p", p_words(found)))
    rows += [("right", right_words(found))] if found.wrong is not None else odds_rows(found, "P(solve)")
    if view.snapshot.outcome is None and found.usd is not None:
        rows.append(("total", f"{dollars(found.usd)} at this rate"))
    return [*rows, *([("worse", found.worse)] if found.worse else [])]


def _refused(number: int) -> str:
    return f", {count_of(number, 'answer')} refused" if number else ""


def _row(name: str, value: str) -> Text:
    return line((fit(name, NAME_CELLS), "label"), " " * (len(name) >= NAME_CELLS), value)


def _calls_matter(view: RunView) -> bool:
    """Return whether a user would ask where the answers are; never with the simulated model, labelled as such."""
    started = view.snapshot.started
    if view.snapshot.outcome is not None or started is None or started.simulated:
        return False
    return bool(view.timeouts) or (view.oldest_call_s or 0.0) >= OLD_S


def _calls(view: RunView, *, of_rows: bool) -> str:
    """Report the calls in flight: how many, how old, how many may be, and steps in flight; no row is ahead of one."""
    further = f"{count(1 + view.steps_ahead)} open" if of_rows else f"{count_of(view.steps_ahead, 'step')} ahead"
    oldest = [] if view.oldest_call_s is None else [f"the oldest for {duration(view.oldest_call_s)}"]
    return ", ".join([f"{count(view.in_flight)} in flight", *oldest, *_allowed(view), further])


def _brief(view: RunView) -> str:
    """Show the same in a few words, the most telling first."""
    totals = view.snapshot.totals
    timeouts = [f"{count(totals.timeouts)} timed out"] if totals.timeouts else []
    oldest = [] if view.oldest_call_s is None else [f"oldest {duration(view.oldest_call_s)}"]
    return " · ".join([*timeouts, *oldest, *_allowed(view)])


def _allowed(view: RunView) -> list[str]:
    fewer = view.concurrency < view.concurrency_ordered
    return [f"{count(view.concurrency)} of {count(view.concurrency_ordered)} allowed"] if fewer else []


def _timeouts(view: RunView) -> str:
    longer = view.deadline_s > view.timeout_s
    return view.timeouts + (f", {view.deadline_s:g} s are allowed now" if longer else "")


class Meter(LineView):
    """Progress in one row, for windows too low for the pane."""

    DEFAULT_CSS = """
    Meter { height: 1; display: none; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._view: RunView | None = None

    def show_progress(self, view: RunView) -> None:
        """Show how far `view` is."""
        self._view = view
        self.show([meter_line(view, self.size.width)])

    def on_resize(self, _event: Resize) -> None:
        """Lay out for the new width."""
        if self._view is not None:
            self.show_progress(self._view)
