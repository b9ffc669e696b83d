"""Checks of the vote: what a prompt asks, how a response is read, and that one answer is right."""

from __future__ import annotations

import json

from maker_engine.core import red_flags
from maker_engine.core.decomposition import Mistake
from maker_engine.core.responses import Flag
from maker_engine.task_contract.deciding import VARIANTS, known_answer, response, voted
from maker_engine.task_contract.guarded import load
from maker_engine.task_contract.subject import Prompted, Subject

WORDINGS = 3
"""Faultless responses read at each state."""


def prompts_depend_on_the_state(subject: Subject) -> int:
    """Check that equal states, also after JSON and in a task loaded again, are asked the same."""
    fresh = {id(problem): load(subject.family, {}, problem.source()) for problem in subject.problems}
    count = 0
    for count, (problem, state, step, _) in enumerate(subject.places(), 1):  # noqa: B007 - counts what it examined
        other = fresh[id(problem)]
        again = other.decode_state(json.loads(json.dumps(problem.encode_state(state))))
        if other.step(again) != step:
            raise problem.breach("the same state asks another thing in a task loaded again", state)
    return count


def faultless_responses_are_read(subject: Subject) -> int:
    """Check that every faultless response to a prompt is read as one answer: the oracle's, where there is one."""
    dice = subject.dice("wordings")
    count = 0
    for one in subject.votes(imitated=True):
        right = known_answer(one.problem, one.state)
        for variant in (0, *(dice.randrange(VARIANTS) for _ in range(WORDINGS - 1))):
            answer = _read(one, variant)
            if right is None:
                right = answer
            elif answer != right:
                raise _misread(one, answer, right, variant)
            count += 1
        typed = one.problem.read_decision(one.state, response(one.problem, one.state, one.step, None, 0))
        if typed != right and not isinstance(typed, Flag):
            raise one.problem.breach("a faultless response that a person types is read as another answer", one.state)
    return count


def _read(one: Prompted, variant: int) -> object:
    text = response(one.problem, one.state, one.step, None, variant)
    answer = voted(one.problem, one.state, text)
    if isinstance(answer, Flag):
        breach_text = f"a faultless response is flagged as {answer.rule} ({answer.reason}); it ends {text[-80:]!r}"
        raise one.problem.breach(breach_text, one.state)
    return answer


def _misread(one: Prompted, answer: object, right: object, variant: int) -> Exception:
    text = response(one.problem, one.state, one.step, None, variant)
    breach_text = (
        f"{text[-80:]!r} is read as {one.problem.name_of(answer)} {answer!r}, "
        f"where {one.problem.name_of(right)} {right!r} is right"
    )
    return one.problem.breach(breach_text, one.state)


def one_answer_is_right(subject: Subject) -> int:
    """Check that the rule leaves exactly one answer, the oracle's, wherever the oracle has one."""
    count = 0
    for one in subject.votes(known=True):
        right = one.problem.oracle(one.state)
        if right is None:
            continue
        answers = list(dict.fromkeys(one.problem.right_answers(one.state)))
        if len(answers) > 1:
            breach_text = " | ".join(one.problem.name_of(answer) for answer in answers[:6])
            raise one.problem.breach(
                f"{len(answers)} answers are right, so the vote would split: {breach_text}", one.state
            )
        if answers != [right]:
            breach_text = one.problem.name_of(answers[0]) if answers else "no answer"
            raise one.problem.breach(
                f"the rule makes {breach_text} right, the oracle {one.problem.name_of(right)}", one.state
            )
        count += 1
    return count


def mistakes_are_no_right_votes(subject: Subject) -> int:
    """Check that imitated mistakes are flagged, or, where they may vote, vote for something wrong."""
    dice = subject.dice("mistakes")
    count = 0
    for one in subject.votes(imitated=True):
        right = known_answer(one.problem, one.state)
        for mistake in Mistake:
            variant = dice.randrange(VARIANTS)
            text = response(one.problem, one.state, one.step, mistake, variant)
            if text != response(one.problem, one.state, one.step, mistake, variant):
                raise one.problem.breach(f"imitate writes two texts for {mistake} {variant}", one.state)
            fault = _fault(mistake, voted(one.problem, one.state, text), right)
            if fault:
                raise one.problem.breach(f"{fault}: {text[-80:]!r}", one.state)
            count += 1
    return count


def _fault(mistake: Mistake, verdict: object, right: object) -> str:
    if isinstance(verdict, Flag):
        wrong_flag = mistake is Mistake.MALFORMED and verdict.rule != red_flags.MALFORMED
        return f"a malformed response is flagged as {verdict.rule}" if wrong_flag else ""
    if mistake in (Mistake.MALFORMED, Mistake.ILLEGAL):
        return f"a response that is {mistake} may vote"
    return f"a response that is {mistake} votes for the right answer" if verdict == right else ""
