"""Checks against hostile responses: nothing crashes, nothing that may vote leads where the task cannot go on."""

from __future__ import annotations

from collections.abc import Hashable

from maker_engine.core.decomposition import LEAST_COLUMNS, LEAST_ROWS, Mistake, Vote
from maker_engine.core.responses import Flag
from maker_engine.kit.deciding import response
from maker_engine.kit.drawing import fits
from maker_engine.kit.guarded import Guarded
from maker_engine.kit.keeping import comes_back
from maker_engine.kit.spoiling import damaged, noise
from maker_engine.kit.subject import Subject

NOISES = 400
"""Texts of no meaning that are read."""
DAMAGES = 2_000
"""Damaged responses that are read, at least; one a state where there are more states."""


def noise_is_read(subject: Subject) -> int:
    """Check that any text can be read: as a flag, or as an answer that the task can go on from."""
    dice = subject.dice("noise")
    prompts = subject.prompts()
    places = prompts[:: max(1, len(prompts) // NOISES)]
    for number in range(NOISES):
        one = places[number % len(places)]
        _take(one.problem, one.state, noise(dice))
    return NOISES


def damaged_responses_do_no_harm(subject: Subject) -> int:
    """Check that a response, however it is cut and spoilt, is a flag or an answer that the task can go on from."""
    dice = subject.dice("damage")
    subject.need_imitation()
    places = subject.prompts()
    count = max(DAMAGES, len(places))
    for number in range(count):
        one = places[number % len(places)]
        text = response(one.problem, one.prompt, dice.choice((None, *Mistake)), dice.randrange(10**6))
        tail = max(0, len(text) - dice.choice((4, 12, 60, len(text))))  # the answer stands last
        _take(one.problem, one.state, text[:tail] + damaged(text[tail:], dice))
    return count


def _take(problem: Guarded, state: Hashable, text: str) -> None:
    """Read a text as both sets of red flags would, and go on from what may vote."""
    answer = problem.parse(state, text)
    if answer is None:
        raise problem.breach(f"parse gives None, neither an answer nor a flag, for {text[-80:]!r}", state)
    if isinstance(answer, Flag):
        if not (answer.rule and answer.reason):
            raise problem.breach(f"the flag on {text[-80:]!r} has no rule or no reason", state)
        return
    objection = problem.objection(state, answer)
    # The paper's flags alone let it vote all the same: nothing may crash then either.
    after = problem.apply(state, answer)
    if objection is None:
        comes_back(problem, "answer", answer, state)
    comes_back(problem, "state", after, state)
    fits(problem, after, LEAST_COLUMNS, LEAST_ROWS)
    if problem.task.has_oracle and isinstance(problem.step(after), Vote):
        problem.oracle(after)
