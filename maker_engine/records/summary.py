"""The figures of a decided table: how it was decided, what it cost, and, by gold and by people, how good it is."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Hashable
from dataclasses import asdict, dataclass, field
from typing import Any

from maker_engine.core.decomposition import AnyTask
from maker_engine.labelling.codebook import CHOICE, Field
from maker_engine.labelling.gold import Gold, canonical
from maker_engine.labelling.unknown import UNKNOWN
from maker_engine.labelling.wording import offered, turns
from maker_engine.records.by_wording import ByWording
from maker_engine.records.cascade import Cascade
from maker_engine.records.decided import PERSON, VOTES, Decided, Decision, written
from maker_engine.records.people import AUDIT, GOLD, REVIEW, Answers
from maker_engine.records.positions import Positions
from maker_engine.records.quality import Agreement, Judged, Point, agreement_of, by_label, confusion, curve, kappa
from maker_engine.sessions.queries.ballots import added

_STEP = re.compile(r"^step [\d,]+ is ")
"""What tells the reasons of two steps apart that are the same reason."""


@dataclass
class Reviewed:
    """What people found.

    Attributes:
        undecided: How many they were asked that votes had not decided.
        as_leader: Of these, where they said what most votes were for.
        accepted: How many they were asked that votes had accepted.
        overturned: Of these, where they said otherwise.
        split: How many of both they are level on, so that nothing is found.
    """

    undecided: int = 0
    as_leader: int = 0
    accepted: int = 0
    overturned: int = 0
    split: int = 0


@dataclass
class FieldFigures:
    """What is known of one field.

    Attributes:
        values: How often each value was decided.
        judged: What was decided, by votes or by people, where gold is known.
        voted: Those of them that votes decided.
        positions: The votes by the places of their labels in the list.
        wordings: The votes by the wording that they read.
        reviewed: What people were asked in a review, and what they found.
    """

    values: Counter[str] = field(default_factory=Counter)
    judged: list[Judged] = field(default_factory=list)
    voted: list[Judged] = field(default_factory=list)
    positions: Positions = field(default_factory=Positions)
    wordings: ByWording = field(default_factory=ByWording)
    reviewed: Reviewed = field(default_factory=Reviewed)


@dataclass
class Summary:
    """The figures of a table.

    Attributes:
        rows: Rows of the table.
        by: How many fields of rows were decided by whom.
        votes: Votes cast.
        flags: Red flags.
        cost_usd: What the calls of this run cost, None where that is not known.
        carried: How many decisions were carried over, by the session that they come from.
        carried_usd: What those had cost there.
        models: How many were decided by the votes of each model.
        cascade: What the stronger model was asked for.
        fields: By name.
        reasons: How often each reason is given where there is no value.
        people: How far those who reviewed agree, by what several of them have answered blind.
        asked: How many things people have answered, by what they were asked for: a review, an audit, gold.
    """

    rows: int = 0
    by: Counter[str] = field(default_factory=Counter)
    votes: int = 0
    flags: int = 0
    cost_usd: float | None = 0.0
    carried: Counter[str] = field(default_factory=Counter)
    carried_usd: float | None = 0.0
    models: Counter[str] = field(default_factory=Counter)
    cascade: Cascade = field(default_factory=Cascade)
    fields: defaultdict[str, FieldFigures] = field(default_factory=lambda: defaultdict(FieldFigures))
    reasons: Counter[str] = field(default_factory=Counter)
    people: Agreement = field(default_factory=lambda: agreement_of(()))
    asked: dict[str, int] = field(default_factory=dict)


def summary_of(decided: Decided, task: AnyTask, people: Answers, k: int) -> Summary:
    """Go through a table once and count; `k` is the margin by which the run decides."""
    problem = getattr(task, "problem", None)
    labelled = canonical(people.gold(), decided.units)
    given: Gold = getattr(problem, "right", labelled)
    seed = int(getattr(problem, "seed", 0))
    found = Summary()
    found.cascade.k = k
    fields = decided.units.codebook.fields
    for row, key, decisions in decided:
        found.rows += 1
        first = decided.units.is_first(row.number)
        right = {**labelled.get(key), **given.get(key)} if first else {}
        for one in fields:
            decision, figures = decisions[one.name], found.fields[one.name]
            _count(found, figures, decision, written(one, decision.value, " "))
            if first and decision.counted is not None and not decision.carried_from:
                found.votes += decision.counted.cast
                found.flags += decision.flags
            gold = right.get(one.name)
            if gold is not None and first and decision.decided_by in (VOTES, PERSON):
                figures.judged.append(Judged(decision.value, gold, decision.agreement))
                if decision.decided_by == VOTES:
                    figures.voted.append(figures.judged[-1])
            if first:
                _count_votes(found, figures, (one, key, seed), decision, gold)
            if first and people.of(REVIEW, key, one.name):
                _find(figures.reviewed, decision, people.settled(key, one.name), written(one, decision.leader, " "))
    found.people = agreement_of(people.by_thing(REVIEW, blind=True).values())
    found.asked = {kind: len(people.by_thing(kind)) for kind in (REVIEW, AUDIT, GOLD)}
    return found


def _count_votes(
    found: Summary, figures: FieldFigures, asked: tuple[Field, str, int], decision: Decision, gold: Any
) -> None:
    """Count who voted, and how votes went by place and by wording."""
    (one, key, seed), counted = asked, decision.counted
    if counted is None:
        return
    if decision.decided_by == VOTES:
        found.models[decision.model or "unknown"] += 1
    if not decision.carried_from:
        found.cascade.take(counted)
    right = decision.value if gold is None and decision.decided_by == VOTES else gold
    if one.form == CHOICE and right is not None:
        order = [name for name in offered(one, key, seed) or () if name != UNKNOWN]
        figures.positions.add(order, counted.votes, right, gold=gold is not None)
    if one.wordings and counted.said and decision.decided_by == VOTES:
        figures.wordings.add(turns(one, key, seed), counted.said, decision.value)


def _find(found: Reviewed, decision: Decision, said: str | None, leader: str) -> None:
    found.split += said is None
    if VOTES in (decision.before, decision.decided_by):
        found.accepted += 1
        found.overturned += said not in (None, leader)
    else:
        found.undecided += 1
        found.as_leader += said == leader


def _count(found: Summary, figures: FieldFigures, decision: Decision, text: str) -> None:
    found.by[decision.decided_by] += 1
    if decision.carried_from:
        found.carried[decision.carried_from] += 1
        found.carried_usd = added(found.carried_usd, decision.cost_usd)
    else:
        found.cost_usd = added(found.cost_usd, decision.cost_usd)
    if decision.reason:
        found.reasons[_STEP.sub("", decision.reason)] += 1
    if decision.value is not None:
        figures.values[text] += 1


def figures_of(found: Summary) -> dict[str, Any]:
    """Return the figures for scripts, as docs/json.md describes them."""
    cost, carried = (None if usd is None else round(usd, 6) for usd in (found.cost_usd, found.carried_usd))
    return {
        "rows": found.rows, "decided_by": dict(found.by), "votes": found.votes, "flags": found.flags,
        "cost_usd": cost, "usd": cost, "reasons": dict(found.reasons),
        "reviewers_alpha": found.people.alpha, "reviewers": found.people._asdict(), "asked": found.asked,
        "carried": {"answers": dict(found.carried), "cost_usd": carried, "usd": carried},
        "models": dict(found.models), "cascade": found.cascade.figures(found.cost_usd),
        "fields": {name: _field_figures(one) for name, one in found.fields.items()},
    }  # fmt: skip


def _field_figures(one: FieldFigures) -> dict[str, Any]:
    judged = one.judged
    return {
        "values": dict(one.values.most_common(100)),
        "positions": {
            "rows": one.positions.rows,
            "by_gold": one.positions.by_gold,
            "dissenting": one.positions.dissenting,
            "places": [
                {
                    "place": place.place,
                    "votes": place.votes._asdict(),
                    "dissent": None if place.dissent is None else place.dissent._asdict(),
                }
                for place in one.positions.places()
            ],
        },
        "wordings": [agreement._asdict() for agreement in one.wordings.agreements()],
        "wordings_differ": [pair._asdict() for pair in one.wordings.disagreements()],
        "reviewed": one.reviewed.undecided + one.reviewed.accepted,
        "found": asdict(one.reviewed),
        "gold": None
        if not judged
        else {
            "judged": len(judged),
            "right": sum(row.decided == row.gold for row in judged),
            "kappa": kappa([(row.gold, row.decided) for row in judged]),
            "coverage": [point._asdict() for point in curve(one.voted)],
            "labels": {
                str(label): {"precision": precision, "recall": recall, "gold": count}
                for label, (precision, recall, count) in by_label(judged).items()
            },
            "confusion": [
                {"gold": str(gold), "decided": str(said), "count": count}
                for (gold, said), count in confusion(judged).most_common(200)
            ],
        },
    }


def curve_of(one: FieldFigures) -> list[Point]:
    """Return accuracy against coverage of what votes decided of one field."""
    return curve(one.voted)


def wrong_pairs(one: FieldFigures) -> list[tuple[Hashable, Hashable, int]]:
    """Return (gold, decided, how often) of what was decided wrongly, the most frequent first."""
    pairs = confusion(one.judged)
    return [(gold, said, count) for (gold, said), count in pairs.most_common() if gold != said]
