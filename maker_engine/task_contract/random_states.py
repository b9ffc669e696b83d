"""Random states that legal answers lead to, right ones and wrong ones."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

from maker_engine.core.decomposition import Ask, Await, Do, Finished, Gather, Start, Step, Vote
from maker_engine.task_contract.acting import Afloat
from maker_engine.task_contract.deciding import decide
from maker_engine.task_contract.guarded import ContractError, Guarded

ERROR_RATES = (0.0, 0.05, 0.2, 0.5, 1.0)
"""How often a walk answers wrongly; the first walk of a problem does not."""
LEAST_STEPS = 60
"""A walk goes at least so far, if the task does."""
IN_VAIN = 60
"""Walks in a row that find nothing new, after which everything within reach is taken to be found."""


class Place(NamedTuple):
    """A state with what is asked there.

    Attributes:
        problem: Whose state it is.
        state: The state.
        step: What is asked there.
        afloat: What has come of the effects that are in flight there.
    """

    problem: Guarded
    state: Hashable
    step: Step
    afloat: tuple[Finished, ...] = ()


@dataclass
class Reach:
    """What was found.

    Attributes:
        places: Distinct states at which something is asked, in the order they were found.
        breach: What ended the search before its time, None when nothing did.
    """

    places: list[Place] = field(default_factory=list)
    breach: ContractError | None = None


def search(found: Reach, problems: Sequence[Guarded], seed: int, most: int, *, imitates: bool) -> None:
    """Walk from the start again and again, each problem in its turn, until `most` distinct states are found.

    Args:
        found: Takes what is found, as it is found.
        problems: Whose states.
        seed: Of the walks.
        most: Distinct states to look for.
        imitates: Whether the task writes responses.
    """
    share = max(1, most // len(problems))
    for problem in problems:
        known: set[Hashable] = set()
        walk, in_vain = 0, 0
        while len(known) < share and in_vain < IN_VAIN:
            before = len(known)
            try:
                dice = Random(f"{seed} {walk}")  # noqa: S311 - repeatable, not secret
                for place in _walk(problem, dice, ERROR_RATES[walk % len(ERROR_RATES)], share, imitates=imitates):
                    if place.state not in known:
                        known.add(place.state)
                        found.places.append(place)
                    if len(known) == share:
                        break
            except ContractError as breach:
                found.breach = found.breach or breach
                break
            walk, in_vain = walk + 1, in_vain + 1 if len(known) == before else 0


def _walk(problem: Guarded, dice: Random, error_rate: float, share: int, *, imitates: bool) -> Iterator[Place]:
    state, afloat = problem.start(), Afloat()
    for _ in range(max(LEAST_STEPS, share // 8)):  # a long task must not spend all its states on one walk
        try:
            hash(state)
        except TypeError:
            raise problem.breach(f"a state is not hashable: {type(state).__name__}", state) from None
        step = problem.step(state)
        if step is None:
            return
        if not isinstance(step, Vote | Gather | Ask | Do | Start | Await):
            raise problem.breach(f"step gives a {type(step).__name__}, which is not a step", state)
        yield Place(problem, state, step, afloat.ended)
        decision = decide(problem, state, step, dice, error_rate, imitates=imitates, afloat=afloat)
        if decision is None:
            return
        state = problem.apply(state, decision)
