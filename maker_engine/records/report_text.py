"""The report on a table for a terminal, and as one page of HTML that needs nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from maker_engine.printable import one_line
from maker_engine.records.quality import Point, agreement_words, by_label, kappa
from maker_engine.records.summary import FieldFigures, Summary, curve_of, wrong_pairs

_BAR = 30
_MOST = 12
"""Labels, points and pairs that are listed."""


def lines(found: Summary) -> Iterator[str]:
    """Give the report, a line at a time."""
    cost = "cost unknown" if found.cost_usd is None else f"${found.cost_usd:.4f}"
    each = "" if found.cost_usd is None or not found.rows else f", ${found.cost_usd / found.rows:.6f} a row"
    by = ", ".join(f"{count:,} {_BY.get(name, name)}" for name, count in found.by.most_common())
    yield f"{found.rows:,} rows: {by}"
    yield f"{found.votes:,} votes ({found.votes / max(1, found.rows):.2f} a row), {found.flags:,} flagged, {cost}{each}"
    for reason, count in found.reasons.most_common(_MOST):
        yield f"  {count:,} × {one_line(reason, 120)}"
    if agreed := agreement_words(found.people):
        yield f"reviewers: {agreed}"
    for name, one in found.fields.items():
        yield ""
        yield from _field_lines(name, one)


_BY = {"votes": "by votes", "person": "by people", "rule": "by rule", "open": "not yet decided"}


def _field_lines(name: str, one: FieldFigures) -> Iterator[str]:
    yield f"{one_line(name, 60)}"
    largest = max(one.values.values(), default=1)
    for value, count in one.values.most_common(_MOST):
        yield f"  {one_line(value, 24):<24} {'▆' * max(1, _BAR * count // largest):<{_BAR}} {count:>8,}"
    if one.first_offered[1]:
        chosen, lists = one.first_offered
        fair = lists / one.labels
        yield f"  the label offered first was decided {chosen:,} of {lists:,} times; {fair:.1f} without a bias"
    if one.reviewed[0]:
        asked, other = one.reviewed
        yield f"  people were asked {asked:,} times and said otherwise than the votes {other:,} times"
    if not one.judged:
        yield "  no gold: how many of them are right is not known (maker records audit)"
        return
    pairs = [(row.gold, row.decided) for row in one.judged]
    agreed = kappa(pairs)
    yield f"  by gold: {sum(a == b for a, b in pairs):,} of {len(pairs):,} right" + (
        "" if agreed is None else f", κ = {agreed:.3f}"
    )
    yield "  accepted if agreement ≥   coverage   accuracy   95 % of the time within"
    for point in _thinned(curve_of(one)):
        share = point.right / point.accepted
        band = f"{point.low:.1%} to {point.high:.1%}"
        yield f"  {point.agreement:>23.2f}   {point.coverage:>8.1%}   {share:>8.1%}   {band}"
    yield "  label                      precision   recall     gold"
    for label, (precision, recall, count) in list(by_label(one.judged).items())[:_MOST]:
        yield f"  {one_line(str(label), 24):<24}   {_share(precision):>9}   {_share(recall):>6}   {count:>6,}"
    for gold, said, count in wrong_pairs(one)[:_MOST]:
        yield f"  {count:,} × {one_line(str(gold), 30)} decided as {one_line(str(said), 30)}"


def _thinned(points: list[Point]) -> list[Point]:
    if len(points) <= _MOST:
        return points
    return [points[place * (len(points) - 1) // (_MOST - 1)] for place in range(_MOST)]


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"


def page(found: Summary, title: str) -> str:
    """Return the report as a page of HTML."""
    curves = "".join(
        f"<h2>{escape(one_line(name, 60))}</h2>{_drawn(curve_of(one))}"
        for name, one in found.fields.items()
        if one.judged
    )
    text = escape("\n".join(lines(found)))
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{escape(title)}</title>"
        "<style>body{font:15px system-ui;max-width:60em;margin:2em auto;padding:0 1em}pre{overflow-x:auto}"
        "svg{max-width:100%}</style>"
        f"<h1>{escape(title)}</h1><pre>{text}</pre>{curves}</html>\n"
    )


def _drawn(points: list[Point]) -> str:
    """Draw accuracy against coverage with its band."""
    width, height, edge = 560, 260, 40
    least = min(0.5, *(point.low for point in points))

    def place(coverage: float, accuracy: float) -> str:
        x = edge + coverage * (width - 2 * edge)
        y = height - edge - (accuracy - least) / (1 - least) * (height - 2 * edge)
        return f"{x:.1f},{y:.1f}"

    band = [place(one.coverage, one.high) for one in points] + [place(one.coverage, one.low) for one in points[::-1]]
    line = " ".join(place(one.coverage, one.right / one.accepted) for one in points)
    return (
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="accuracy against coverage">'
        f'<polygon points="{" ".join(band)}" fill="#7aa6d6" opacity=".35"/>'
        f'<polyline points="{line}" fill="none" stroke="#1f5fa8" stroke-width="2"/>'
        f'<path d="M{edge},{edge}V{height - edge}H{width - edge}" fill="none" stroke="#666"/>'
        f'<text x="{edge}" y="{edge - 8}">accuracy, {least:.0%} to 100 %</text>'
        f'<text x="{width - 3 * edge}" y="{height - 10}">coverage 100 %</text></svg>'
    )
