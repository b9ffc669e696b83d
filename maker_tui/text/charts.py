"""The paper's pictures of a run, from its record: the race of the votes, convergence, length, votes a step."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

from rich.text import Text

from maker_engine.core.decomposition import Undecided
from maker_engine.core.errors import InputError
from maker_engine.core.record.events import RunStarted
from maker_engine.core.responses import Sample
from maker_engine.core.scaling import undecided_after
from maker_engine.core.voting import LeadTable, named_rule
from maker_engine.sessions.queries.inspection import Counted, Inspection
from maker_engine.sessions.queries.survey import LENGTHS, Survey
from maker_tui.text.curves import Axis, Series, curves, percent, power
from maker_tui.text.figures import NONE, bar, chance, count, count_of, fit, letter, ordinal, share
from maker_tui.text.roles import line

MOST_RACERS = 6
"""Candidates in a race; those with the fewest votes are left out."""
FEWEST = 20
"""A share of fewer samples than this says nothing, and is not drawn."""
HUES = 6


def race(step: Inspection, describe: Callable[[Any], str], size: tuple[int, int]) -> list[Text]:
    """Draw the votes of each candidate against the sampling round, and what the leader needs (Fig. 11)."""
    rounds = list(_rounds(step.counted))
    if not rounds:
        return [line((f"step {ordinal(step.step)} has no sample yet", "quiet"))]
    last = dict(rounds[-1].votes)
    racers = sorted(step.candidates, key=lambda answer: -last.get(answer, 0))[:MOST_RACERS]
    series = []
    for place, answer in enumerate(step.candidates):
        if answer in racers:
            points = _own(answer, rounds)
            name = f"{fit(describe(answer), 24).rstrip()} {last.get(answer, 0)}"
            series.append(Series(letter(place), name, f"hue.{place % HUES + 1}", points))
    margins = [k for one, k in zip(step.counted, step.needed, strict=True) if isinstance(one.entry, Sample)]
    k = margins[-1]
    if step.rule == "first":
        needed = [(number, margins[max(0, number - 1)]) for number in range(len(rounds) + 1)]
    else:
        needed = [(number, _second(one) + _lead(step.rule, margins[number - 1], one)) for number, one in
                  enumerate(rounds, 1)]  # fmt: skip
    named = count_of(k, "vote") if step.rule == "first" else "second + lead" if ":" in step.rule else f"second + k {k}"
    series.append(Series("", named, "quiet", needed))
    most = max(y for one in series for _, y in one.points)
    end = "not decided" if step.answer is None else "decided ✖ wrong" if step.wrong else "decided"
    end = "left undecided" if isinstance(step.answer, Undecided) else end
    heading = line(("vote race", "strong"), f" · step {ordinal(step.step)} · {end} · margin {rounds[-1].margin}, k {k}")
    return [heading, *curves(series, Axis("rounds", len(rounds), count), Axis("votes", most, count), *_below(size))]


def _own(answer: object, rounds: Sequence[Counted]) -> list[tuple[int, int]]:
    """Return a candidate's votes by round, from the last round on in which it has none."""
    points = [(number, dict(one.votes).get(answer, 0)) for number, one in enumerate(rounds, 1)]
    first = next((place for place, (_, votes) in enumerate(points) if votes), 0)
    return points[max(0, first - 1) :]


def _rounds(counted: Sequence[Counted]) -> Iterator[Counted]:
    return (one for one in counted if isinstance(one.entry, Sample))


def _lead(rule: str, k: int, counted: Counted) -> int:
    """Return the lead that was needed when so much was counted."""
    table = named_rule(rule, k)
    if not isinstance(table, LeadTable):
        return k
    votes = [number for _, number in counted.votes]
    return table.lead(sum(votes) - max(votes, default=0)) or table.leads[-1]


def _second(counted: Counted) -> int:
    return sorted((votes for _, votes in counted.votes), reverse=True)[1] if len(counted.votes) > 1 else 0


def convergence(survey: Survey, started: RunStarted, read: str, size: tuple[int, int]) -> list[Text]:
    """Draw how many steps were undecided after so many rounds, and what the theory expects (Fig. 8)."""
    heading = line(("convergence", "strong"), f" · steps undecided after so many samples · {read}")
    left, p, v = survey.undecided(), survey.p, survey.v
    if not survey.steps or p is None or v is None:
        return [heading, line(("no decided step was read yet", "quiet"))]
    measured = [(number, math.log10(steps)) for number, steps in enumerate(left) if steps]
    series = [Series("o", "measured", "accent", measured)]
    figures_line = line(
        (f"measured: p {chance(p)} of the votes as decided, v {chance(v)} of the samples not flagged", "label")
    )
    if started.rule == "ahead":
        try:
            expected = undecided_after(max(p, 0.5 + 1e-9), started.k, len(left), v)
        except InputError:
            expected = []
        theory = [(number, math.log10(survey.steps * part)) for number, part in enumerate(expected)
                  if survey.steps * part >= 1]  # fmt: skip
        series.append(Series("", f"theory, first-to-ahead-by-{started.k}", "quiet", theory))
    top = math.ceil(math.log10(max(10, survey.steps)))
    rows = curves(series, Axis("samples", len(left), count), Axis("steps", top, power), *_below(size, 2))
    return [heading, figures_line, *rows]


def lengths(survey: Survey, started: RunStarted, read: str, size: tuple[int, int]) -> list[Text]:
    """Draw the shares of flagged samples and of erring votes by length (Fig. 9a)."""
    erring = "votes that are wrong" if started.has_oracle else "votes against the decision"
    heading = line(("length", "strong"), f" · flags and errors by output tokens · {read}")
    bins = [(end, one) for end, one in zip(_middles(), survey.bins(), strict=True) if one.samples >= FEWEST]
    if not bins:
        return [heading, line((f"no length has {FEWEST} samples yet", "quiet"))]
    flagged = [(at, one.flagged / one.samples) for at, one in bins]
    against = [(at, one.against / one.votes) for at, one in bins if one.votes >= FEWEST]
    series = [Series("F", "flagged", "warn", flagged), Series("E", erring, "bad", against)]
    top = max(0.01, *(y for one in series for _, y in one.points)) if bins else 1
    rows = curves(
        series, Axis("tokens", bins[-1][0], count), Axis("share", top, percent, whole=False), *_below(size, 2)
    )
    return [heading, _survey_line(survey), *rows]


def _middles() -> list[float]:
    edges = [0, *LENGTHS, 2 * LENGTHS[-1] - LENGTHS[-2]]
    return [(low + high) / 2 for low, high in pairwise(edges)]


def _survey_line(survey: Survey) -> Text:
    samples = survey.cast + survey.flagged
    shares = (
        f"{share(survey.flagged, samples)} flagged, {share(survey.against, survey.cast)} of the votes not as decided"
    )
    return line((f"{count_of(samples, 'sample')}: {shares}", "label"))


def votes_a_step(survey: Survey, read: str, size: tuple[int, int]) -> list[Text]:
    """Draw how many steps took so many votes."""
    width, height = size
    mean = f"{survey.cast / survey.steps:.2f} on average" if survey.steps else NONE
    heading = line(("votes a step", "strong"), f" · {mean} · {read}")
    if not survey.steps:
        return [heading, line(("no decided step was read yet", "quiet"))]
    numbers = range(min(survey.votes), max(survey.votes) + 1)
    rows = [(count(number), survey.votes[number]) for number in numbers]
    most_rows = max(2, height - 2)
    if len(rows) > most_rows:
        rest = sum(steps for _, steps in rows[most_rows - 1 :])
        rows = [*rows[: most_rows - 1], (f"{rows[most_rows - 1][0]}+", rest)]
    return [heading, line(("   votes  steps", "label")), *(_votes_row(*row, survey, width) for row in rows)]


def _votes_row(name: str, steps: int, survey: Survey, width: int) -> Text:
    figures = f" {count(steps):>11}  {share(steps, survey.steps):>7}"
    filled, rest = bar(steps, max(survey.votes.values()), max(1, width - 9 - len(figures)))
    return line((f"{name:>8} ", "strong"), (filled, "bar"), (rest, "rest"), figures)


def _below(size: tuple[int, int], rows: int = 1) -> tuple[int, int]:
    """Return the size that is left below `rows` rows of heading."""
    return size[0], size[1] - rows
