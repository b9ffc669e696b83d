"""What a step is decided as on a walk: by the oracle, by an imitated response, or as a person might."""

from __future__ import annotations

from collections.abc import Hashable
from random import Random

from maker_engine.core.decomposition import (
    Amendment,
    Ask,
    Await,
    Do,
    Gather,
    Gathered,
    Mistake,
    Said,
    Start,
    Step,
    Vote,
)
from maker_engine.core.responses import Flag
from maker_engine.task_contract.acting import Afloat
from maker_engine.task_contract.guarded import Guarded

VARIANTS = 2**32
"""Variants of responses, as many as the simulated model asks for."""
PERSON = "check-task"
"""Who answers questions here."""
_WORDS = ("yes", "no", "I do not know", "1", "a word or two about it")
"""What is said to an open question."""
_AMENDMENTS = 0.2
"""How often what is odd is an amendment, in a task that takes any."""
_TRIES = 10
"""Responses drawn for each proposal wanted, before none is expected any more."""


def response(problem: Guarded, state: Hashable, step: Vote | Gather, mistake: Mistake | None, variant: int) -> str:
    """Write a response to a step as the simulated model puts it together."""
    reasoning, answer = problem.imitated(state, step, mistake, variant)
    return f"{reasoning}\n\n{answer}"


def voted(problem: Guarded, state: Hashable, text: str) -> Hashable | Flag:
    """Read a response as the engine does with all its red flags: its answer, or the flag on it."""
    answer = problem.parse(state, text)
    if answer is None:
        raise problem.breach("parse gives None, which is neither an answer nor a flag", state)
    if isinstance(answer, Flag):
        return answer
    objection: Flag | None = problem.objection(state, answer)
    return objection or answer


def known_answer(problem: Guarded, state: Hashable) -> Hashable:
    """Return the oracle's answer, None where it has none."""
    return problem.oracle(state) if problem.task.has_oracle else None


def decide(
    problem: Guarded,
    state: Hashable,
    step: Step,
    dice: Random,
    error_rate: float = 0.0,
    *,
    imitates: bool = True,
    afloat: Afloat | None = None,
) -> Hashable:
    """Decide a step, wrongly with a chance of `error_rate` where a wrong answer would be allowed to vote.

    Args:
        problem: Whose step it is.
        state: Where it is asked.
        step: What is asked.
        dice: Choose the wrong answers.
        error_rate: How often to answer wrongly, or otherwise than with the first thing offered; 0 to 1.
        imitates: Whether the task writes responses; otherwise only its oracle knows answers.
        afloat: The effects of the walk that are in flight; None for none.

    Returns:
        The decision; None where there is none to be had: no one knows.
    """
    odd = dice.random() < error_rate
    acts = isinstance(step, Do | Start | Await)
    if odd and problem.amendable and not acts and dice.random() < _AMENDMENTS:
        amendment = Amendment(dice.choice(_WORDS), PERSON)
        if not problem.refuses(state, amendment):
            return amendment
    match step:
        case Vote():
            return _vote(problem, state, step, dice, imitates=imitates, odd=odd)
        case Gather():
            return _gather(problem, state, step, dice) if imitates else None
        case Ask():
            return say(problem, state, step, dice if odd else None)
    return (afloat or Afloat()).decide(problem, state, step, dice if odd else None)


def _vote(problem: Guarded, state: Hashable, step: Vote, dice: Random, *, imitates: bool, odd: bool) -> Hashable:
    if imitates and odd:
        wrong = voted(problem, state, response(problem, state, step, Mistake.WRONG, dice.randrange(VARIANTS)))
        if not isinstance(wrong, Flag):
            return wrong
    right = known_answer(problem, state)
    if right is not None or not imitates:
        return right
    said = voted(problem, state, response(problem, state, step, None, dice.randrange(VARIANTS)))
    return None if isinstance(said, Flag) else said


def _gather(problem: Guarded, state: Hashable, step: Gather, dice: Random) -> Gathered:
    counts: dict[Hashable, int] = {}
    for _ in range(_TRIES * step.n):
        proposal = voted(problem, state, response(problem, state, step, None, dice.randrange(VARIANTS)))
        if not isinstance(proposal, Flag):
            counts[proposal] = counts.get(proposal, 0) + 1
        if sum(counts.values()) == step.n:
            return Gathered(tuple(counts.items()))
    raise problem.breach(f"of {_TRIES * step.n} faultless responses fewer than {step.n} are proposals", state)


def say(problem: Guarded, state: Hashable, step: Ask, dice: Random | None = None) -> Said | None:
    """Answer a question with the first thing offered that is not refused; None where everything is.

    Args:
        problem: Whose question it is.
        state: Where it is asked.
        step: The question.
        dice: Choose the order in which answers are tried, None for the order in which they are offered.
    """
    words = [*step.options, *(_WORDS if step.free else ())]
    if dice is not None:
        dice.shuffle(words)
    said = (Said(word, PERSON) for word in words)
    return next((one for one in said if not problem.refuses(state, one)), None)
