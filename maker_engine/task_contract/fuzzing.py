"""Checks against hostile responses: nothing crashes, nothing that may vote leads where the task cannot continue."""

from __future__ import annotations

from collections.abc import Hashable

from maker_engine.core.decomposition import LEAST_COLUMNS, LEAST_ROWS, Gather, Gathered, Mistake, Vote
from maker_engine.core.responses import Flag
from maker_engine.task_contract.corruption import damaged, noise
from maker_engine.task_contract.deciding import VARIANTS, known_answer, response
from maker_engine.task_contract.drawing import fits
from maker_engine.task_contract.guarded import Guarded
from maker_engine.task_contract.persistence import comes_back
from maker_engine.task_contract.subject import Subject

NOISES = 400
"""Texts of no meaning that are read."""
_SPOILT = 0.8
"""How many of the responses are spoilt; the others carry the mistakes that they are asked for."""
DAMAGES = 2_000
"""Damaged responses that are read, at least; one a state where there are more states."""


def noise_is_read(subject: Subject) -> int:
    """Check that any text can be read: as a flag, or as an answer that the task can continue from."""
    dice = subject.dice("noise")
    prompts = subject.prompts()
    places = prompts[:: max(1, len(prompts) // NOISES)]
    for number in range(NOISES):
        one = places[number % len(places)]
        _take(one.problem, one.state, noise(dice), imitates=subject.imitates)
    return NOISES


def damaged_responses_do_no_harm(subject: Subject) -> int:
    """Check that a response, however it is cut and spoilt, is a flag or an answer that the task can continue from."""
    dice = subject.dice("damage")
    subject.need_imitation()
    places = subject.prompts()
    count = max(DAMAGES, len(places))
    for number in range(count):
        one = places[number % len(places)]
        text = response(one.problem, one.state, one.step, dice.choice((None, *Mistake)), dice.randrange(VARIANTS))
        tail = max(0, len(text) - dice.choice((4, 4, 12, 60, len(text))))  # the answer comes last
        if dice.random() < _SPOILT:
            text = text[:tail] + damaged(text[tail:], dice)
        _take(one.problem, one.state, text, imitates=True)
    return count


def _take(problem: Guarded, state: Hashable, text: str, *, imitates: bool) -> None:
    """Read a text, and continue from its answer: with the paper's flags alone even one with an objection may win."""
    answer = problem.parse(state, text)
    if answer is None:
        raise problem.breach(f"parse gives None, neither an answer nor a flag, for {text[-80:]!r}", state)
    if isinstance(answer, Flag):
        if not (answer.rule and answer.reason):
            raise problem.breach(f"the flag on {text[-80:]!r} has no rule or no reason", state)
        return
    if problem.objection(state, answer) is None:
        comes_back(problem, "answer", answer, state)
    gathers = isinstance(problem.step(state), Gather)
    after = problem.apply(state, Gathered(((answer, 1),)) if gathers else answer)
    comes_back(problem, "state", after, state)
    fits(problem, after, LEAST_COLUMNS, LEAST_ROWS)
    step = problem.step(after)
    if isinstance(step, Vote):
        known_answer(problem, after)
        if imitates:
            problem.parse(after, response(problem, after, step, None, 0))
