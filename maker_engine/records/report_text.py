"""The report on a table for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from maker_engine.printable import one_line
from maker_engine.records.people import AUDIT, GOLD
from maker_engine.records.quality import Point, agreement_words, by_label, kappa
from maker_engine.records.summary import FieldFigures, Reviewed, Summary, curve_of, wrong_pairs
from maker_engine.records.vote_words import origin_lines, place_lines, wording_lines

_BAR = 30
_MOST = 12
"""Labels, points and pairs that are listed."""
BY = {
    "votes": "by votes", "person": "by people", "rule": "by rule", "undecided": "undecided", "failed": "failed",
    "open": "not yet decided",
}  # fmt: skip


def lines(found: Summary) -> Iterator[str]:
    """Give the report, a line at a time."""
    by = ", ".join(f"{found.by[name]:,} {words}" for name, words in BY.items() if found.by[name])
    of = "" if len(found.fields) < 2 else f", {found.by.total():,} answers"
    yield f"{found.rows:,} rows{of}: {by}"
    yield f"{found.votes:,} votes ({votes_a_row(found)} a row), {found.flags:,} flagged, {cost_words(found)}"
    yield from origin_lines(found)
    for reason, count in found.reasons.most_common(_MOST):
        yield f"  {count:,} × {one_line(reason, 120)}"
    if agreed := agreement_words(found.people):
        yield f"reviewers: {agreed}"
    labelled = [f"{found.asked[kind]:,} labelled {words}" for kind, words in _ASKED if found.asked.get(kind)]
    if labelled:
        yield f"people: {', '.join(labelled)}"
    for name, one in found.fields.items():
        yield ""
        yield from _field_lines(name, one)


_ASKED = ((GOLD, "as gold"), (AUDIT, "in an audit (maker records audit says what follows)"))


def votes_a_row(found: Summary) -> str:
    """Say how many votes were cast for a row."""
    return f"{found.votes / max(1, found.rows):.2f}"


def cost_words(found: Summary) -> str:
    """Say what all rows cost, and one."""
    if found.cost_usd is None:
        return "cost unknown"
    each = f", ${found.cost_usd / found.rows:.6f} a row" if found.rows else ""
    return f"${found.cost_usd:.4f}{each}"


def people_words(found: Reviewed) -> Iterator[str]:
    """Say where people were asked in a review, and what they found."""
    if found.undecided:
        yield (
            f"people were asked about {found.undecided:,} that votes left undecided: {found.as_leader:,} are what most"
            " votes were for"
        )
    if found.accepted:
        share = found.overturned / found.accepted
        yield (
            f"people were asked about {found.accepted:,} that votes had accepted: {found.overturned:,} wrong"
            f" ({share:.1%})"
        )
    if found.split:
        yield f"on {found.split:,} of them people are level, and one more has to be asked (--reviewers)"


def right_words(one: FieldFigures) -> str:
    """Say how many are right by gold, and the agreement beyond chance."""
    pairs = [(row.gold, row.decided) for row in one.judged]
    agreed = kappa(pairs)
    right = sum(gold == said for gold, said in pairs)
    share = f" ({right / len(pairs):.1%})" if pairs else ""
    return f"{right:,} of {len(pairs):,} right{share}" + ("" if agreed is None else f", κ = {agreed:.3f}")


def _field_lines(name: str, one: FieldFigures) -> Iterator[str]:
    yield f"{one_line(name, 60)}"
    yield from _value_lines(one)
    yield from place_lines(one.positions)
    yield from wording_lines(one.wordings)
    for words in people_words(one.reviewed):
        yield f"  {words}"
    if not one.judged:
        yield "  no gold: how many of them are right is not known (maker records gold, maker records audit)"
        return
    yield f"  by gold: {right_words(one)}"
    if one.voted:
        yield "  accepted if agreement ≥   coverage   accuracy   95 % of the time within"
    for point in thinned(curve_of(one)):
        share = point.right / point.accepted
        band = f"{point.low:.1%} to {point.high:.1%}"
        yield f"  {point.agreement:>23.2f}   {point.coverage:>8.1%}   {share:>8.1%}   {band}"
    if not is_open(one):
        yield "  label                      precision   recall     gold"
        for label, (precision, recall, count) in list(by_label(one.judged).items())[:_MOST]:
            shares = f"{share_words(precision):>9}   {share_words(recall):>6}"
            yield f"  {one_line(str(label), 24):<24}   {shares}   {count:>6,}"
    for gold, said, count in wrong_pairs(one)[:_MOST]:
        yield f"  {count:,} × {one_line(str(gold), 30)} decided as {one_line(str(said), 30)}"


def _value_lines(one: FieldFigures) -> Iterator[str]:
    if is_open(one):
        yield f"  {len(one.values):,} different values in {one.values.total():,} rows"
        return
    largest = max(one.values.values(), default=1)
    for value, count in one.values.most_common(_MOST):
        yield f"  {one_line(value, 24):<24} {'▆' * max(1, _BAR * count // largest):<{_BAR}} {count:>8,}"
    if (rest := len(one.values) - _MOST) > 0:
        yield f"  and {rest:,} other values"


def is_open(one: FieldFigures) -> bool:
    """Return whether the values, such as amounts, mostly come once, so that figures of each of them say nothing."""
    return len(one.values) > _MOST and 2 * len(one.values) > one.values.total()


def thinned(points: list[Point]) -> list[Point]:
    """Return at most a dozen of the points, the first and the last among them."""
    if len(points) <= _MOST:
        return points
    return [points[place * (len(points) - 1) // (_MOST - 1)] for place in range(_MOST)]


def share_words(value: float | None) -> str:
    """Write a share in percent, a dash for none."""
    return "–" if value is None else f"{value:.1%}"
