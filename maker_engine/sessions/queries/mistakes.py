"""A wrong step on record: what would have been right there, why it went wrong, and what a fork should change.

A wrong step is one that the task's oracle disagrees with. The advice rests on recorded answers alone:

* By Wald's identity the share of right votes over many steps estimates p whatever rule ended their ballots.
* With that p, k and the number of steps, Eq. 9 says how many wrong steps chance alone brings. Where the record has
  about as many, a larger k is the fix, and Eq. 14 says which. Where it has more, this step is harder than the
  others, and more votes of the same kind would only agree on the mistake.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from maker_engine.core.decomposition import AnyTask, Gathered
from maker_engine.core.record.decisions import is_voted
from maker_engine.core.record.entries import Act, Carried, Entry, Probe
from maker_engine.core.responses import Flag, Sample
from maker_engine.core.scaling import k_min, step_error
from maker_engine.core.voting import named_rule
from maker_engine.sessions.store.change_in_effect import started_at
from maker_engine.sessions.store.reader import Reader, StoredStep
from maker_engine.sessions.store.redecide import recount
from maker_engine.sessions.store.schema import StepFlag
from maker_engine.sessions.store.time_travel import right_answer

NEARBY_STEPS = 500
"""Steps read before and after a wrong one to estimate p."""
MOST_CONTESTED = 2_000
"""Steps with dissent that are compared to find the most contested one."""
TARGET = 0.95
"""Probability that the whole run is right, for which k is recommended."""
PLAUSIBLE = 0.05
"""As many wrong steps are still put down to chance if chance alone brings as many with this probability."""
MOST_K = 100


class Cause(StrEnum):
    """Why a step was decided wrongly, as far as the record shows."""

    PERSON = "a person's or another step's word decided it"
    OUTVOTED = "all recorded answers together favour the right one"
    CHANCE = "its votes are as uncertain as those of other steps"
    HARD = "it is harder than the other steps"


@dataclass(frozen=True, slots=True)
class WrongStep:
    """One step that the oracle disagrees with.

    Attributes:
        step: Step, 0-based.
        decided: What was decided.
        right: What the oracle has in its place, None where it has no answer.
        k: Margin, or votes, that it was decided with.
        cause: Why it went wrong.
        answers: Recorded answers of agents that were not flagged: votes and probes.
        same: Those of them that made the mistake.
        p: Share of right votes in the steps nearby; None where there are too few to say.
        by_chance: Wrong steps that chance alone would bring into a run of so many steps.
        steps: Decided steps of the run.
        better_k: Margin recommended for a fork, None where a larger one is not expected to help.
    """

    step: int
    decided: Hashable
    right: Hashable
    k: int
    cause: Cause
    answers: int
    same: int
    p: float | None
    by_chance: float
    steps: int
    better_k: int | None


def wrong_step(reader: Reader, task: AnyTask, step: int) -> WrongStep | None:
    """Look into one step; None where it is open, or not known to be wrong.

    Args:
        reader: The branch.
        task: What it solves.
        step: Step, 0-based.

    Raises:
        SessionError: The file is damaged.
    """
    stored = next(reader.steps(task, step, step + 1, StepFlag.WRONG), None)
    if stored is None:
        return None
    decided = _said_most(stored.answer)
    right = right_answer(task, reader.state(task, step), decided)
    started = started_at(reader, task, step)
    answers = list(_answers(stored.entries, probes=True))
    p = _share_right(reader, task, step)
    done = reader.steps_done()
    by_chance = done * step_error(p, started.k) if p is not None and p > 0.5 else math.inf
    found = sum(1 for _, flags in reader.remarkable() if flags & StepFlag.WRONG)
    cause, better = Cause.HARD, None
    outvoted = _outvoted(stored.entries, started.rule, started.k, right)
    if any(isinstance(entry, Act | Carried) for entry in stored.entries):
        cause, better = Cause.PERSON, started.k
    elif outvoted is not None:
        cause, better = Cause.OUTVOTED, outvoted
    elif p is not None and p > 0.5 and _at_least(found, by_chance) >= PLAUSIBLE <= _like_others(stored, p):
        cause, better = Cause.CHANCE, max(started.k + 1, k_min(p, max(done, started.steps or 0), TARGET))
    return WrongStep(
        step, decided, right, started.k, cause, len(answers), answers.count(decided), p, by_chance, done,
        better,
    )  # fmt: skip


def _said_most(decided: Hashable) -> Hashable:
    """Return what was decided; at a sampled step of a calibration, where no one votes, the answer most agents gave."""
    if isinstance(decided, Gathered) and decided.proposals:
        return max(decided.proposals, key=lambda proposal: proposal[1])[0]
    return decided


def first_wrong(reader: Reader) -> int | None:
    """Return the first step that an oracle disagrees with, 0-based; None where none is known."""
    return next((row for row, flags in reader.remarkable() if flags & StepFlag.WRONG), None)


def most_contested(reader: Reader, task: AnyTask) -> int | None:
    """Return the step, 0-based, whose decision had most votes against it, the first of several.

    Only the first 2,000 steps with dissent are compared. None where there was no dissent.
    """
    most, found = 0, None
    for number, stored in enumerate(reader.steps(task, flags=StepFlag.DISSENT)):
        against = sum(answer != stored.answer for answer in _answers(stored.entries))
        if against > most:
            most, found = against, stored.step
        if number + 1 >= MOST_CONTESTED:
            break
    return found


def _answers(entries: Sequence[Entry], *, probes: bool = False) -> Iterator[Hashable]:
    """Give what agents answered, the flagged responses left out; probes only where they read the step's own prompt."""
    for entry in entries:
        if not isinstance(entry, Sample) and not (probes and isinstance(entry, Probe) and entry.prompt is None):
            continue
        if not isinstance(entry.verdict, Flag):
            yield entry.verdict


def _share_right(reader: Reader, task: AnyTask, step: int) -> float | None:
    """Estimate p from the steps around `step`, itself left out: one vote of each kind is added, so that 1 is not 1."""
    first = max(0, step - NEARBY_STEPS)
    state = reader.state(task, first)
    right = votes = 0
    for stored in reader.steps(task, first, step + NEARBY_STEPS):
        if stored.step != step and is_voted(stored.answer):
            answer = _right_of(task, state, stored)
            given = list(_answers(stored.entries))
            right += 0 if answer is None else given.count(answer)
            votes += 0 if answer is None else len(given)
        state = task.apply(state, stored.answer)
    return (right + 1) / (votes + 2) if votes else None


def _right_of(task: AnyTask, state: Any, stored: StoredStep) -> Hashable:
    """Return a step's right answer: what was decided, unless the oracle disagreed."""
    return right_answer(task, state, stored.answer) if stored.flags & StepFlag.WRONG else stored.answer


def _outvoted(entries: Sequence[Entry], rule: str, k: int, right: Hashable) -> int | None:
    """Return the smallest larger k by which the recorded answers, probes last, decide for `right`; None for none."""
    if right is None:
        return None
    samples: list[Entry] = [entry for entry in entries if isinstance(entry, Sample)]
    probes = (one for one in entries if isinstance(one, Probe) and one.prompt is None)
    samples += [Sample(0, one.verdict, one.response) for one in probes]
    for larger in range(k + 1, min(len(samples), MOST_K) + 1):
        winner, _ = recount(samples, named_rule(rule, larger))
        if winner is not None:
            return larger if winner == right else None
    return None


def _like_others(stored: StoredStep, p: float) -> float:
    """Return the probability that as many probes of a step as did, or more, make its mistake if p holds there too.

    Its votes say little by themselves: they ended when the mistake was ahead. Probes were drawn whatever they said.
    """
    said = list(_answers([one for one in stored.entries if isinstance(one, Probe)], probes=True))
    same, probes = said.count(stored.answer), len(said)
    return sum(math.comb(probes, n) * (1 - p) ** n * p ** (probes - n) for n in range(same, probes + 1))


def _at_least(found: int, mean: float) -> float:
    """Return the probability that a Poisson variable of this mean is `found` or more."""
    if math.isinf(mean):
        return 1.0
    term = below = math.exp(-mean)
    for number in range(1, found):
        term *= mean / number
        below += term
    return 1 - below if found else 1.0
