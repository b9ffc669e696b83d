"""What a step is decided as on a walk: by the oracle, by an imitated response, or as a person might."""

from __future__ import annotations

from collections.abc import Hashable
from random import Random

from maker_engine.core.decomposition import Mistake, Step, Vote
from maker_engine.core.responses import Flag, Prompt
from maker_engine.kit.guarded import Guarded


def response(problem: Guarded, prompt: Prompt, mistake: Mistake | None, variant: int) -> str:
    """Write a response as the simulated model puts it together."""
    reasoning, answer = problem.imitate(prompt, mistake, variant)
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
    problem: Guarded, state: Hashable, step: Step, dice: Random, error_rate: float = 0.0, *, imitates: bool = True
) -> Hashable:
    """Decide a step, wrongly with a chance of `error_rate` where a wrong answer would be allowed to vote.

    Args:
        problem: Whose step it is.
        state: Where it is asked.
        step: What is asked.
        dice: Choose the wrong answers.
        error_rate: How often to answer wrongly, 0 to 1.
        imitates: Whether the task writes responses; otherwise only its oracle knows answers.

    Returns:
        The decision; None where there is none to be had: a step that only the world answers, or nobody who knows.
    """
    if not isinstance(step, Vote):
        return None
    if imitates and dice.random() < error_rate:
        wrong = voted(problem, state, response(problem, step.prompt, Mistake.WRONG, dice.randrange(1_000)))
        if not isinstance(wrong, Flag):
            return wrong
    right = known_answer(problem, state)
    if right is not None or not imitates:
        return right
    said = voted(problem, state, response(problem, step.prompt, None, dice.randrange(1_000)))
    return None if isinstance(said, Flag) else said
