"""The report on a table as one page of HTML that needs nothing else: no script, no font, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from html import escape

from maker_engine.printable import one_line
from maker_engine.records.quality import Point, agreement_words, by_label, confusion, kappa
from maker_engine.records.report_text import (
    BY,
    cost_words,
    is_open,
    people_words,
    right_words,
    share_words,
    thinned,
    votes_a_row,
)
from maker_engine.records.summary import FieldFigures, Summary, curve_of
from maker_engine.records.vote_words import place_lines, wording_lines

_MOST_LABELS = 40
_MOST_CROSSED = 20
"""Labels of a confusion matrix; of a larger one only the wrong pairs are listed."""
_BLUE = "#4a88cc"
"""Of curves and points, legible on a light and on a dark background."""
_STYLE = """\
:root{color-scheme:light dark;--paper:#fff;--line:#d5dae1;--soft:#f4f6f8;--ink:#1c2430;--dim:#5b6675;--bar:#3f7cc0;
--bad:#b3261e}
@media (prefers-color-scheme:dark){:root{--paper:#14171b;--line:#3a4048;--soft:#1f2329;--ink:#dfe4ea;--dim:#98a2af;
--bar:#6aa5e6;--bad:#f28b82}}
body{font:15px/1.5 system-ui,sans-serif;max-width:64em;margin:2em auto;padding:0 1em;color:var(--ink);
background:var(--paper)}
h1{font-size:1.5em;margin:0 0 .2em}h2{margin:2em 0 .4em;border-bottom:1px solid var(--line)}h3{margin:1.4em 0 .4em}
p{margin:.3em 0}.dim{color:var(--dim)}.warn{color:var(--bad);font-weight:600}
.tiles{display:flex;flex-wrap:wrap;gap:.7em;margin:1em 0}
.tile{background:var(--soft);border:1px solid var(--line);border-radius:.5em;padding:.5em .9em;min-width:7em}
.tile b{display:block;font-size:1.35em;font-variant-numeric:tabular-nums}.tile span{color:var(--dim);font-size:.85em}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;margin:.4em 0}
th,td{padding:.2em .7em;text-align:right;border-bottom:1px solid var(--line)}
th{color:var(--dim);font-weight:500}th:first-child,td:first-child{text-align:left}
td.bar{width:18em;text-align:left}td.bar i{display:block;height:.8em;background:var(--bar);border-radius:.2em}
.scroll{overflow-x:auto}svg{max-width:100%;height:auto}svg text{font-size:12px;fill:var(--dim)}
td.cell{text-align:center;min-width:2.6em}td.right{font-weight:600}
"""


def page(found: Summary, title: str, *, simulated: bool = False) -> str:
    """Return the report as a page of HTML.

    Args:
        found: The figures.
        title: What it is about.
        simulated: Simulated agents answered, which is said on top.
    """
    warning = "<p class=warn>Simulated agents answered: these figures say nothing about a real model.</p>"
    reasons = _list(f"{count:,} × {one_line(reason, 120)}" for reason, count in found.reasons.most_common(12))
    agreed = agreement_words(found.people)
    fields = "".join(_field(name, one) for name, one in found.fields.items())
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<title>{escape(title)}</title><style>{_STYLE}</style><h1>{escape(title)}</h1>"
        f"{warning if simulated else ''}{_tiles(found)}{reasons}"
        f"{_paragraph(f'Reviewers: {agreed}') if agreed else ''}{fields}</html>\n"
    )


def _tiles(found: Summary) -> str:
    cells = [(f"{found.rows:,}", "rows"), *((f"{found.by[name]:,}", BY[name]) for name in BY if found.by[name])]
    judged = [row for one in found.fields.values() for row in one.judged]
    if judged:
        right = sum(row.gold == row.decided for row in judged)
        cells.append((f"{right / len(judged):.1%}", f"right, of {len(judged):,} with gold"))
    cost, _, each = cost_words(found).partition(", ")
    cells += [(f"{found.votes:,}", f"votes, {votes_a_row(found)} a row"), (f"{found.flags:,}", "flagged")]
    cells.append((cost, each or "in all"))
    tiles = "".join(f"<div class=tile><b>{escape(b)}</b><span>{escape(words)}</span></div>" for b, words in cells)
    return f"<div class=tiles>{tiles}</div>"


def _field(name: str, one: FieldFigures) -> str:
    parts = [f"<h2>{escape(one_line(name, 60))}</h2>", _spread(one)]
    votes = "\n".join(line.removeprefix("  ") for line in (*place_lines(one.positions), *wording_lines(one.wordings)))
    parts += [f"<pre>{escape(votes)}</pre>"] if votes else []
    parts += [_paragraph(words) for words in people_words(one.reviewed)]
    if not one.judged:
        how = "no gold: how many of them are right is not known (maker records gold, maker records audit)"
        return "".join([*parts, _paragraph(how)])
    parts += ["<h3>By gold</h3>", _paragraph(right_words(one))]
    if one.voted:
        points = curve_of(one)
        parts += ["<h3>Accuracy against coverage, of what votes decided</h3>", _drawn(points), _curve_table(points)]
    labels = [] if is_open(one) else ["<h3>Labels</h3>", _labels(one)]
    return "".join([*parts, *labels, _crossed(one)])


def _spread(one: FieldFigures) -> str:
    if is_open(one):
        return _paragraph(f"{len(one.values):,} different values in {one.values.total():,} rows")
    largest = max(one.values.values(), default=1)
    rows = (
        f"<tr><td>{escape(one_line(value, 60))}<td class=bar><i style='width:{100 * count / largest:.1f}%'></i>"
        f"<td>{count:,}"
        for value, count in one.values.most_common(_MOST_LABELS)
    )
    rest = len(one.values) - _MOST_LABELS
    more = _paragraph(f"and {rest:,} other values") if rest > 0 else ""
    return f"<table><tr><th>value<th><th>rows{''.join(rows)}</table>{more}"


def _curve_table(points: list[Point]) -> str:
    rows = (
        f"<tr><td>{point.agreement:.2f}<td>{point.coverage:.1%}<td>{point.right / point.accepted:.1%}"
        f"<td>{point.low:.1%} to {point.high:.1%}"
        for point in thinned(points)
    )
    head = "<tr><th>accepted if agreement ≥<th>coverage<th>accuracy<th>95 % of the time within"
    return f"<table>{head}{''.join(rows)}</table>"


def _labels(one: FieldFigures) -> str:
    rows = (
        f"<tr><td>{escape(one_line(str(label), 60))}<td>{share_words(precision)}<td>{share_words(recall)}<td>{count:,}"
        for label, (precision, recall, count) in [*by_label(one.judged).items()][:_MOST_LABELS]
    )
    return f"<table><tr><th>label<th>precision<th>recall<th>gold{''.join(rows)}</table>"


def _crossed(one: FieldFigures) -> str:
    """Cross what gold says with what was decided; the darker a cell, the larger its share of what gold says."""
    pairs = confusion(one.judged)
    labels = [*dict.fromkeys([*(gold for gold, _ in pairs), *(said for _, said in pairs)])]
    agreed = kappa([(row.gold, row.decided) for row in one.judged])
    title = "<h3>Confusion" + ("" if agreed is None else f", κ = {agreed:.3f}") + "</h3>"
    if len(labels) > _MOST_CROSSED:
        wrong = [(pair, count) for pair, count in pairs.most_common() if pair[0] != pair[1]]
        return title + _list(
            f"{count:,} × {_name(gold)} decided as {_name(said)}" for (gold, said), count in wrong[:40]
        )
    heads = "".join(f"<th>{escape(_name(label))}" for label in labels)
    rows = "".join(
        f"<tr><td>{escape(_name(gold))}{''.join(_cell(pairs, gold, said, labels) for said in labels)}"
        for gold in labels
    )
    return (
        f"{title}<p class=dim>A row is what gold says, a column what was decided.</p>"
        f"<div class=scroll><table><tr><th>gold{heads}{rows}</table></div>"
    )


def _cell(pairs: dict[tuple[Hashable, Hashable], int], gold: Hashable, said: Hashable, labels: list[Hashable]) -> str:
    count = pairs.get((gold, said), 0)
    whole = sum(pairs.get((gold, other), 0) for other in labels)
    if not count:
        return "<td class=cell>"
    colour, kind = ("63,124,192", " right") if gold == said else ("211,60,50", "")
    return f"<td class='cell{kind}' style='background:rgba({colour},{0.08 + 0.6 * count / whole:.2f})'>{count:,}"


def _name(label: Hashable) -> str:
    return one_line(str(label), 30)


def _paragraph(text: str) -> str:
    return f"<p>{escape(text[:1].upper() + text[1:])}.</p>"


def _list(lines: Iterable[str]) -> str:
    items = "".join(f"<li>{escape(one)}" for one in lines)
    return f"<ul>{items}</ul>" if items else ""


def _drawn(points: list[Point]) -> str:
    """Draw accuracy against coverage with its band."""
    width, height, left, edge = 640, 280, 64, 34
    least = min(0.9, *(point.low for point in points))
    least = int(least * 20) / 20  # down to the next 5 %

    def x(coverage: float) -> float:
        return left + coverage * (width - left - edge)

    def y(accuracy: float) -> float:
        return height - edge - (accuracy - least) / (1 - least) * (height - 2 * edge)

    def place(coverage: float, accuracy: float) -> str:
        return f"{x(coverage):.1f},{y(accuracy):.1f}"

    band = [place(one.coverage, one.high) for one in points] + [place(one.coverage, one.low) for one in points[::-1]]
    line = " ".join(place(one.coverage, one.right / one.accepted) for one in points)
    dots = "".join(
        f'<circle cx="{x(one.coverage):.1f}" cy="{y(one.right / one.accepted):.1f}" r="3.5" fill="{_BLUE}">'
        f"<title>agreement ≥ {one.agreement:.2f}: {one.right / one.accepted:.1%} of {one.accepted:,}</title></circle>"
        for one in thinned(points)
    )
    return (
        f'<svg viewBox="0 0 {width} {height}" width="{width}" role="img" aria-label="accuracy against coverage">'
        f"{_grid(least, (left, width - edge), (edge, height - edge))}"
        f'<polygon points="{" ".join(band)}" fill="{_BLUE}" fill-opacity=".25"/>'
        f'<polyline points="{line}" fill="none" stroke="{_BLUE}" stroke-width="2"/>{dots}</svg>'
    )


def _grid(least: float, across: tuple[int, int], down: tuple[int, int]) -> str:
    """Draw lines at four levels of accuracy and five of coverage, each with its share."""
    left, right = across
    top, bottom = down
    parts = []
    for quarter in range(5):
        at = bottom - quarter / 4 * (bottom - top)
        parts.append(f'<path d="M{left},{at:.1f}H{right}" stroke="#8892a0" stroke-opacity=".4"/>')
        share = f"{least + quarter / 4 * (1 - least):.1%}"
        parts.append(f'<text x="{left - 6}" y="{at + 4:.1f}" text-anchor="end">{share}</text>')
        along = left + quarter / 4 * (right - left)
        parts.append(f'<text x="{along:.1f}" y="{bottom + 18}" text-anchor="middle">{quarter / 4:.0%}</text>')
    parts.append(f'<text x="{left}" y="{top - 12}">accuracy</text>')
    parts.append(f'<text x="{right}" y="{bottom + 32}" text-anchor="end">coverage</text>')
    return "".join(parts)
