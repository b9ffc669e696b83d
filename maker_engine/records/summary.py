"""The figures of a decided table: how it was decided, what it cost, and, by gold and by people, how good it is."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from maker_engine.core.decomposition import AnyTask
from maker_engine.labelling.gold import canonical
from maker_engine.labelling.unknown import UNKNOWN
from maker_engine.labelling.wording import offered
from maker_engine.records.decided import PERSON, VOTES, Decided, Decision, written
from maker_engine.records.people import AUDIT, GOLD, REVIEW, Answers
from maker_engine.records.quality import Agreement, Judged, Point, agreement_of, by_label, confusion, curve, kappa

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
        first_offered: How often the label that was offered first was decided, and how many had such a list.
        reviewed: What people were asked in a review, and what they found.
        labels: Labels in the closed list, "unknown" not counted.
    """

    values: Counter[str] = field(default_factory=Counter)
    judged: list[Judged] = field(default_factory=list)
    voted: list[Judged] = field(default_factory=list)
    first_offered: list[int] = field(default_factory=lambda: [0, 0])
    reviewed: Reviewed = field(default_factory=Reviewed)
    labels: int = 0


@dataclass
class Summary:
    """The figures of a table.

    Attributes:
        rows: Rows of the table.
        by: How many fields of rows were decided by whom.
        votes: Votes cast.
        flags: Red flags.
        cost_usd: What the calls cost, None where that is not known.
        fields: By name.
        reasons: How often each reason stands where there is no value.
        people: How far those who reviewed agree, by what several of them have answered blind.
        asked: How many things people have answered, by what they were asked for: a review, an audit, gold.
    """

    rows: int = 0
    by: Counter[str] = field(default_factory=Counter)
    votes: int = 0
    flags: int = 0
    cost_usd: float | None = 0.0
    fields: defaultdict[str, FieldFigures] = field(default_factory=lambda: defaultdict(FieldFigures))
    reasons: Counter[str] = field(default_factory=Counter)
    people: Agreement = field(default_factory=lambda: agreement_of(()))
    asked: dict[str, int] = field(default_factory=dict)


def summary_of(decided: Decided, task: AnyTask, people: Answers) -> Summary:
    """Go through a table once and count."""
    problem = getattr(task, "problem", None)
    given: Mapping[str, Mapping[str, Any]] = getattr(problem, "right", {})
    labelled = canonical(people.gold(), decided.units)
    right = {key: {**labelled.get(key, {}), **given.get(key, {})} for key in (*labelled, *given)}
    seed = int(getattr(problem, "seed", 0))
    found = Summary()
    fields = decided.units.codebook.fields
    for row, key, decisions in decided:
        found.rows += 1
        first = decided.units.is_first(row.number)
        for one in fields:
            decision, figures = decisions[one.name], found.fields[one.name]
            _count(found, figures, decision, written(one, decision.value, " "))
            found.votes += decision.votes * first
            found.flags += decision.flags * first
            gold = right.get(key, {}).get(one.name)
            if gold is not None and first and decision.decided_by in (VOTES, PERSON):
                figures.judged.append(Judged(decision.value, gold, decision.agreement))
                if decision.decided_by == VOTES:
                    figures.voted.append(figures.judged[-1])
            order = offered(one, key, seed)
            if order and first and decision.decided_by == VOTES and decision.value in {*one.names} - {UNKNOWN}:
                figures.labels = len({*one.names} - {UNKNOWN})
                figures.first_offered[0] += decision.value == order[0]
                figures.first_offered[1] += 1
            if first and people.of(REVIEW, key, one.name):
                _find(figures.reviewed, decision, people.settled(key, one.name), written(one, decision.leader, " "))
    found.people = agreement_of(people.by_thing(REVIEW, blind=True).values())
    found.asked = {kind: len(people.by_thing(kind)) for kind in (REVIEW, AUDIT, GOLD)}
    return found


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
    costs = (found.cost_usd, decision.cost_usd)
    found.cost_usd = None if None in costs else sum(cost or 0.0 for cost in costs)
    if decision.reason:
        found.reasons[_STEP.sub("", decision.reason)] += 1
    if decision.value is not None:
        figures.values[text] += 1


def figures_of(found: Summary) -> dict[str, Any]:
    """Return the figures for scripts, as docs/json.md describes them."""
    return {
        "rows": found.rows, "decided_by": dict(found.by), "votes": found.votes, "flags": found.flags,
        "usd": None if found.cost_usd is None else round(found.cost_usd, 6), "reasons": dict(found.reasons),
        "reviewers_alpha": found.people.alpha, "reviewers": found.people._asdict(), "asked": found.asked,
        "fields": {name: _field_figures(one) for name, one in found.fields.items()},
    }  # fmt: skip


def _field_figures(one: FieldFigures) -> dict[str, Any]:
    judged = one.judged
    chosen, lists = one.first_offered
    return {
        "values": dict(one.values.most_common(100)),
        "first_offered": None
        if not lists
        else {"chosen": chosen, "of": lists, "expected": round(lists / one.labels, 1)},
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
