"""What an audit says: of the first answers in the order of drawing, how many were wrong, and what follows."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from maker_engine.core.decomposition import AnyTask
from maker_engine.labelling.units import Units, passage_of
from maker_engine.records.decided import decision_of
from maker_engine.records.guarantee import LEVELS, best_level, certified, limit, needed
from maker_engine.records.people import AUDIT, Answers
from maker_engine.records.quality import alpha as agreement_of, leader_of
from maker_engine.records.sheets import Drawn
from maker_engine.sessions.store.reader import Reader


class Audit(NamedTuple):
    """The outcome of an audit.

    Attributes:
        accepted: How many were accepted by votes.
        audited: How many of them were labelled, from the first drawn on without a gap.
        beyond: Labelled ones behind a gap, which cannot count.
        errors: How many of the audited were wrong.
        limit: The share of errors that is not exceeded.
        certified: Whether that is at most what was asked for, at some moment of the audit.
        needed: How many without an error would show it.
        level: The least agreement at which what is accepted keeps to it, None for none.
        reviewers_alpha: Krippendorff's α of those who labelled, None where there is none.
        wrong: The ids of those that were wrong.
    """

    accepted: int
    audited: int
    beyond: int
    errors: int
    limit: float
    certified: bool
    needed: int
    level: float | None
    reviewers_alpha: float | None
    wrong: tuple[str, ...]


def audit(
    reader: Reader, task: AnyTask, units: Units, drawn: Drawn, people: Answers, claim: tuple[float, float]
) -> Audit:
    """Hold people's answers against what was accepted.

    Args:
        reader: The session.
        task: What it decides.
        units: What was asked.
        drawn: What was accepted, in the order of drawing.
        people: What people have answered; what was not answered blind confirms nothing.
        claim: The greatest share of errors, and how often the claim may be wrong.
    """
    errors: list[tuple[float, bool]] = []
    wrong: list[str] = []
    labelled, blind = people.by_thing(AUDIT), people.by_thing(AUDIT, blind=True)
    for step, agreement in zip(drawn.steps, drawn.agreements, strict=True):
        unit = units[step]
        thing = unit.id, unit.field.name
        if thing not in labelled:
            break
        said = leader_of(Counter(blind.get(thing, {}).values()))  # None: nobody confirms it
        decided = decision_of(next(reader.steps(task, step, step + 1))).value
        is_wrong = said is None or unit.field.read(said, passage_of(unit.row, unit.field, units.shown)) != decided
        errors.append((agreement, is_wrong))
        wrong += [unit.id] * is_wrong
    share, delta = claim
    order = [one for _, one in errors]
    populations = [sum(one >= level for one in drawn.agreements) for level in LEVELS]
    return Audit(
        len(drawn.steps), len(errors), len(labelled) - len(errors), sum(order),
        limit(order, len(drawn.steps), delta), certified(order, len(drawn.steps), share, delta),
        needed(len(drawn.steps), share, delta), best_level(errors, populations, share, delta),
        agreement_of(labelled.values()), tuple(wrong),
    )  # fmt: skip


def sentence(found: Audit, claim: tuple[float, float]) -> str:
    """Say what may be said."""
    share, delta = claim
    sure = f"{1 - delta:.0%}"
    seen = f"{found.errors:,} of {found.audited:,} audited were wrong"
    if found.certified:
        return f"at most {share:.2%} of the {found.accepted:,} accepted answers are wrong ({sure} sure): {seen}"
    if found.level is not None:
        those = f"not all, but those with an agreement of at least {found.level:.2f}"
        return f"{those} are at most {share:.2%} wrong ({sure} sure): {seen}"
    more = f"; {found.needed:,} without an error would show {share:.2%}"
    if found.errors > share * found.accepted:
        more = f", which is more than {share:.2%} of all"
    known = f"at most {found.limit:.2%} of the {found.accepted:,} accepted answers are wrong ({sure} sure)"
    return f"{known}: {seen}{more}"
