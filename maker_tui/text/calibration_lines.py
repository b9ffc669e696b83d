"""A calibration as lines of a terminal: a column a model, and what to do."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from maker_engine.calibration.estimate import Estimate, Run, Sought
from maker_engine.calibration.report import advice, recommended
from maker_engine.calibration.sweep import Measured
from maker_engine.calibration.tally import error_correlation, flag_worths
from maker_engine.core.forecasting.intervals import Interval
from maker_tui.text.figures import chance, count_of, dollars, duration, fit
from maker_tui.text.wrapping import wrapped

WIDTH = 100
_NAME, _COLUMN, _ACROSS = 22, 26, 3
_NONE = "–"


def calibration_lines(measured: Sequence[Measured], sought: Sought, truth: str) -> list[str]:
    """Lay a calibration out."""
    head = f"for a run of {count_of(sought.steps, 'step')} that is to be right with probability {sought.target:g}"
    lines = [f"{head}; what is right: {truth}", ""]
    for first in range(0, len(measured), _ACROSS):
        lines += [*([""] if first else []), *_table(measured[first : first + _ACROSS])]
    for one in measured:
        lines += ["", one.model, *(f"  {row}" for row in _remarks(one, measured, sought))]
    best = recommended(measured)
    lines += ["", f"recommended: {'none of them' if best is None else best.model}"]
    return lines


def _table(measured: Sequence[Measured]) -> list[str]:
    def row(name: str, cell: Callable[[Estimate], str]) -> str:
        cells = (_NONE if one.found is None else cell(one.found) for one in measured)
        return (fit(name, _NAME) + "".join(fit(text, _COLUMN - 1) + " " for text in cells)).rstrip()

    def run(cell: Callable[[Run], str]) -> Callable[[Estimate], str]:
        return lambda found: _NONE if found.run is None else cell(found.run)

    return [
        (fit("", _NAME) + "".join(fit(one.model, _COLUMN - 1) + " " for one in measured)).rstrip(),
        row("sample", lambda found: f"{len(found.tally.steps):,} steps × {found.calls}"),
        row("p, right if valid", lambda found: _within(found.p_valid, found.p_valid_within)),
        row("v, valid", lambda found: _within(found.v, found.v_within)),
        row("right of all", lambda found: _within(found.p, found.p_within)),
        row("hard steps (p < ½)", lambda found: _within(found.hard.share, Interval(found.hard.low, found.hard.high))),
        row("error correlation", lambda found: _figure(found.tally.correlation())),
        row("first two wrong", lambda found: "{} (i.i.d. {:.2g})".format(*found.tally.collisions())),
        row("texts alike", lambda found: chance(found.tally.alike())),
        row("tokens out, latency", _pace),
        row("$ a sample", lambda found: dollars(found.usd_per_sample)),
        row("rule", run(lambda one: one.rule.name if ":" in one.rule.name else f"k = {one.rule.k}")),
        row("votes a run", run(lambda one: f"{one.votes:,.0f}")),
        row("$ a run", run(lambda one: dollars(one.usd))),
        row("time a run", run(lambda one: duration(3600 * one.hours) if one.hours else _NONE)),
        row("time in order", run(lambda one: duration(3600 * one.hours_in_order) if one.hours else _NONE)),
        row("wrong, by moments", run(_moments)),
        row("P(solve), none hard", run(lambda one: f"{one.p_solve.low:.3g}–{one.p_solve.high:.3g}")),
        row("P(none hard) at least", lambda found: f"{found.hard_bound:.3g}"),
    ]


def _remarks(one: Measured, measured: Sequence[Measured], sought: Sought) -> list[str]:
    remarks = wrapped(advice(one, sought), WIDTH - 2)
    found = one.found
    if found is not None:
        flags = [
            f"{flag.rule} {flag.flagged} (precision {flag.precision:.2f}, recall {flag.recall:.2f}, worth"
            f" {_figure(flag.worth)})"
            for flag in flag_worths(found.tally)
        ]
        hardest = [f"{step.step + 1:,} ({step.counts[0]}:{step.counts[1]})" for step in found.tally.hardest(6)]
        others = [
            f"{other.model} {_figure(error_correlation(found.tally, other.found.tally))}"
            for other in measured
            if other is not one and other.found is not None
        ]
        for name, parts in (("flags", flags), ("hardest steps", hardest), ("errors as those of", others)):
            if parts:
                remarks += wrapped(f"{name}: {', '.join(parts)}", WIDTH - 2)
    return [*remarks, f"{one.ended}; maker open {one.session.stem} --view table shows every step"]


def _pace(found: Estimate) -> str:
    tokens, latency = found.tally.mean("tokens_out"), found.tally.mean("latency_s")
    return f"{_NONE if tokens is None else f'{tokens:,.0f}'}, {duration(latency)}"


def _moments(run: Run) -> str:
    within = run.wrong_by_moments
    return _NONE if within is None else f"{within.low:.2g}–{within.high:.2g} a step"


def _within(value: float, within: Interval) -> str:
    return f"{value:.4g} [{within.low:.3g}, {within.high:.3g}]"


def _figure(value: float | None) -> str:
    return _NONE if value is None else f"{value:.2f}"
