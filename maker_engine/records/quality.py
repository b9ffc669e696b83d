"""How good labels are by gold: accuracy against coverage, precision and recall, agreement beyond chance.

Sources: Cohen (1960) for κ; Krippendorff (2004) for α of nominal data with missing answers; Clopper and Pearson (1934).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from maker_engine.core.forecasting.intervals import clopper_pearson

T = TypeVar("T")


class Judged(NamedTuple):
    """One decided thing of which gold is known.

    Attributes:
        decided: What it was decided as.
        gold: What is right.
        agreement: The margin as a share of the votes.
    """

    decided: Hashable
    gold: Hashable
    agreement: float


class Point(NamedTuple):
    """Accuracy where only the clearest part is accepted.

    Attributes:
        agreement: The least share of agreement that is accepted.
        coverage: The share of all judged that is accepted.
        accepted: How many these are.
        right: How many of them are right.
        low: Lower end of the 95 % interval of their accuracy.
        high: Upper end.
    """

    agreement: float
    coverage: float
    accepted: int
    right: int
    low: float
    high: float


def curve(judged: Sequence[Judged]) -> list[Point]:
    """Return accuracy against coverage, a point for each agreement that occurs, the clearest first."""
    ordered = sorted(judged, key=lambda one: -one.agreement)
    points: list[Point] = []
    right = 0
    for number, one in enumerate(ordered, 1):
        right += one.decided == one.gold
        if number == len(ordered) or ordered[number].agreement < one.agreement:
            low, high = clopper_pearson(right, number)
            points.append(Point(one.agreement, number / len(ordered), number, right, low, high))
    return points


def by_label(judged: Iterable[Judged]) -> dict[Hashable, tuple[float | None, float | None, int]]:
    """Return precision, recall and how often gold says it, by label; None for a share of none."""
    said: Counter[Hashable] = Counter()
    true: Counter[Hashable] = Counter()
    hit: Counter[Hashable] = Counter()
    for one in judged:
        said[one.decided] += 1
        true[one.gold] += 1
        hit[one.gold] += one.decided == one.gold
    labels = dict.fromkeys((*true, *said))
    return {
        label: (
            hit[label] / said[label] if said[label] else None,
            hit[label] / true[label] if true[label] else None,
            true[label],
        )
        for label in labels
    }


def confusion(judged: Iterable[Judged]) -> Counter[tuple[Hashable, Hashable]]:
    """Return how often (gold, decided) came together."""
    return Counter((one.gold, one.decided) for one in judged)


def kappa(pairs: Sequence[tuple[Hashable, Hashable]]) -> float | None:
    """Return Cohen's κ of two who answered the same things; None where chance alone would agree on all."""
    if not pairs:
        return None
    first, second = Counter(one for one, _ in pairs), Counter(one for _, one in pairs)
    observed = sum(one == other for one, other in pairs) / len(pairs)
    chance = sum(first[label] * second[label] for label in first) / len(pairs) ** 2
    return None if chance >= 1 else (observed - chance) / (1 - chance)


def alpha(answers: Iterable[Mapping[str, Hashable]]) -> float | None:
    """Return Krippendorff's α of nominal answers, by person for each thing; None where nobody can disagree."""
    totals: Counter[Hashable] = Counter()
    within = 0.0
    for by_person in answers:
        counts = Counter(by_person.values())
        size = counts.total()
        if size < 2:
            continue
        totals.update(counts)
        within += sum(count * (size - count) for count in counts.values()) / (size - 1)
    whole = totals.total()
    between = sum(count * (whole - count) for count in totals.values())
    return None if not between else 1 - (whole - 1) * within / between


def leader_of(counts: Counter[T]) -> T | None:
    """Return what was answered most often, None where two are level or there is nothing."""
    first = counts.most_common(2)
    return None if not first or (len(first) > 1 and first[0][1] == first[1][1]) else first[0][0]


class Agreement(NamedTuple):
    """How far people agree beyond chance.

    Attributes:
        people: How many have answered.
        things: How many things two or more of them have answered.
        kappa: Cohen's κ where they are two, None where it cannot be said.
        alpha: Krippendorff's α, None where it cannot be said.
    """

    people: int
    things: int
    kappa: float | None
    alpha: float | None


def agreement_of(answers: Iterable[Mapping[str, Hashable]]) -> Agreement:
    """Return how far people agree, given the answers by person for each thing."""
    given = [*answers]
    people = sorted({who for one in given for who in one})
    shared = [one for one in given if len(one) > 1]
    pairs = [(one[people[0]], one[people[1]]) for one in shared] if len(people) == 2 else []
    return Agreement(len(people), len(shared), kappa(pairs), alpha(shared))


def agreement_words(found: Agreement) -> str:
    """Say how far people agree; empty where no two have answered the same."""
    if not found.things:
        return ""
    what = f"{found.people:,} people on {found.things:,} of the same"
    if found.people == 2:
        return f"{what}: " + ("all one answer" if found.kappa is None else f"κ = {found.kappa:.3f}")
    return f"{what}: " + ("all one answer" if found.alpha is None else f"α = {found.alpha:.3f}")
