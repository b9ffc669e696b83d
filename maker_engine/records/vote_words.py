"""What a report says of votes: whose they are, which were carried over, and what the place and the wording did."""

from __future__ import annotations

from collections.abc import Iterator

from maker_engine.printable import one_line
from maker_engine.records.by_wording import ByWording
from maker_engine.records.cascade import Cascade
from maker_engine.records.positions import Place, Positions, Share
from maker_engine.records.summary import Summary

_MOST = 12
"""Sessions, models, places and pairs that are listed."""


def origin_lines(found: Summary) -> Iterator[str]:
    """Say what was carried over, whose votes decided, and what a cascade saved."""
    paid = "" if found.carried_usd is None else f", which had cost ${found.carried_usd:.4f} there"
    for session, count in found.carried.most_common(_MOST):
        yield f"{count:,} carried over from session {one_line(session, 60)}"
    if found.carried:
        yield f"  {found.carried.total():,} answers were not asked for again{paid}"
    cascade = found.cascade
    if len(found.models) > 1 or cascade.escalated:
        for model, count in found.models.most_common(_MOST):
            yield f"  {count:,} decided by votes of {one_line(model, 60)}"
    if cascade.escalated:
        yield from _cascade_lines(cascade, found.cost_usd)


def _cascade_lines(cascade: Cascade, spent: float | None) -> Iterator[str]:
    share = cascade.escalated / cascade.asked
    name = one_line(cascade.model, 60)
    yield f"cascade: {cascade.escalated:,} of {cascade.asked:,} ({share:.1%}) were escalated to {name}"
    alone = cascade.alone_usd()
    if alone is None or spent is None:
        yield "  what it saved is not known: a call has no price"
        return
    saved = alone - spent
    words = f"saved ${saved:.4f} ({saved / alone:.0%}) at least" if alone and saved > 0 else "saved nothing"
    yield (
        f"  {name} alone would have cost ${alone:.4f} at least ({cascade.k} votes on each at"
        f" ${(cascade.usd or 0) / cascade.samples:.6f}): the cascade {words}"
    )


def place_lines(positions: Positions) -> Iterator[str]:
    """Say how votes went by the place of an option in the list."""
    if not positions.rows:
        return
    if not positions.dissenting:
        yield f"  place in the list: in {positions.rows:,} rows no vote is for another option than the right one"
        return
    against = "gold" if positions.by_gold == positions.rows else "the decision"
    if 0 < positions.by_gold < positions.rows:
        against = f"gold in {positions.by_gold:,} rows, else the decision"
    yield f"  by place in the list, {positions.rows:,} rows; the right answer is by {against}"
    yield "  place   votes (95 % within)        fair   dissenting (95 % within)   fair"
    for place in positions.places()[:_MOST]:
        dissent = _in_band(place.dissent) if place.dissent is not None else "–"
        mark = "  ← favoured or shunned" if _is_favoured(place) else ""
        fair = "–" if place.dissent is None else f"{place.dissent.fair:.1%}"
        votes = f"{_in_band(place.votes):<23} {place.votes.fair:>7.1%}"
        yield f"  {place.place:>5}   {votes}   {dissent:<23} {fair:>7}{mark}"


def _in_band(share: Share) -> str:
    band = "too few rows" if share.low is None else f"{share.low:.1%} to {share.high:.1%}"
    return f"{share.share:.1%} ({band})"


def _is_favoured(place: Place) -> bool:
    return place.votes.favoured or (place.dissent is not None and place.dissent.favoured)


def wording_lines(wordings: ByWording) -> Iterator[str]:
    """Say how the wordings of a question did."""
    for one in wordings.agreements():
        share = "–" if not one.votes else f"{one.agreed / one.votes:.1%}"
        yield (
            f"  wording {one.wording + 1}: {share} of {one.votes:,} votes are as the decision, {one.flags:,} flagged"
        )
    for pair in wordings.disagreements()[:_MOST]:
        first, second = (place + 1 for place in pair.wordings)
        line = f"  wordings {first} and {second} lead to different answers in {pair.differ:,} of {pair.rows:,} rows"
        if pair.most is not None:
            answers = f"{one_line(pair.most[0], 30)} and {one_line(pair.most[1], 30)}"
            line += f"; most often {answers}, {pair.most[2]:,} ×"
        yield line
