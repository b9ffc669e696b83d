"""Checks of the whole way: the oracle's path ends in a solution, judged by a check of another make than `apply`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Hashable, Iterator, Sequence
from types import CodeType, FrameType
from typing import Any

from maker_engine.blame import homes
from maker_engine.task_contract.acting import Afloat
from maker_engine.task_contract.deciding import decide
from maker_engine.task_contract.guarded import Guarded
from maker_engine.task_contract.subject import Subject, UnfitError
from maker_engine.wording import count_of

MOST_STEPS = 20_000
"""Longest path that is followed to its end."""
LONGEST_RESULT = 100_000
"""Characters of a result as JSON."""
_PLACES = 24
"""Places at which a solution is spoilt."""


def oracle_solves(subject: Subject) -> int:
    """Check that following the oracle ends, in the expected number of steps, and that `verify` takes it."""
    count = 0
    for problem, path in _solutions(subject):
        findings = problem.verify([decision for _, decision in path])
        if findings:
            raise problem.breach(f"verify rejects the oracle's path of {count_of(len(path), 'step')}: {findings[0]}")
        if problem.expected_steps not in (None, len(path)):
            raise problem.breach(f"expected_steps is {problem.expected_steps}, the oracle takes {len(path)}")
        count += len(path)
    return count


def result_is_given(subject: Subject) -> int:
    """Check that a solution has a result that can be printed as JSON, and that what makes it infeasible is one line."""
    count = 0
    for problem, path in _solutions(subject):
        if not path:
            continue
        state = problem.apply(*path[-1])
        try:
            text = json.dumps(problem.result(state), allow_nan=False)
        except (TypeError, ValueError, RecursionError) as error:
            raise problem.breach(f"result gives what is not JSON: {error}", state) from error
        for name, words in (("infeasible", problem.infeasible(state)), ("shortfall", problem.shortfall(state))):
            if len(words.splitlines()) > 1:
                raise problem.breach(f"{name} gives more than one line", state)
        if text != json.dumps(problem.result(state)):
            raise problem.breach("result gives two different values at one state", state)
        if len(text) > LONGEST_RESULT:
            raise problem.breach(f"result gives {len(text):,} characters", state)
        count += 1
    return count


def verify_is_strict(subject: Subject) -> int:
    """Check that `verify` rejects solutions that are cut short, have a step left out, or two steps exchanged."""
    count = 0
    subject.need_verify()
    for problem, path in _solutions(subject):
        whole = [decision for _, decision in path]
        for length in sorted({0, len(whole) // 2, len(whole) - 1}):
            if not problem.verify(whole[:length]):
                raise problem.breach(
                    f"verify takes the first {length} of {count_of(len(whole), 'step')} for a solution"
                )
            count += 1
        places = sorted({round(place * (len(whole) - 1) / _PLACES) for place in range(_PLACES + 1)})
        left_out = [whole[:place] + whole[place + 1 :] for place in places]
        # Not every step need matter by itself, but where most can go, the steps are not examined.
        if 2 * sum(not problem.verify(spoilt) for spoilt in left_out) > len(left_out):
            raise problem.breach("verify takes a solution with one step left out, at most places, for a whole one")
        # Of steps that do not depend on each other, nobody can say which of two right-looking answers is whose.
        exchanged = [] if problem.task.independent else list(_exchanged(whole, places))
        if exchanged and not any(problem.verify(spoilt) for spoilt in exchanged):
            raise problem.breach("verify takes a solution with two steps exchanged, at every place, for a right one")
        count += len(left_out) + len(exchanged)
    return count


def _exchanged(whole: Sequence[Hashable], places: Sequence[int]) -> Iterator[list[Hashable]]:
    for place in places:
        if place + 1 < len(whole) and whole[place] != whole[place + 1]:
            yield [*whole[:place], whole[place + 1], whole[place], *whole[place + 2 :]]


def verify_is_independent(subject: Subject) -> int:
    """Check that no function of the task's own files runs in both `apply` and `verify`."""
    count = 0
    subject.need_verify()
    own_files = homes(subject.family)
    for problem, path in _solutions(subject):
        decisions = [decision for _, decision in path]
        verifying = _code_of(lambda: problem.verify(decisions))  # noqa: B023 - called at once
        applying = _code_of(lambda: [problem.apply(*pair) for pair in path])  # noqa: B023 - likewise
        if type(problem.task).apply.__code__ in verifying:
            raise problem.breach("verify calls apply")
        own = {code for code in verifying & applying if code.co_filename.startswith(own_files)}
        shared = sorted({code.co_qualname for code in own if not code.co_name.startswith(("__", "<"))})
        if shared:
            raise problem.breach(f"verify and apply both run {', '.join(shared)}")
        count += len(decisions)
    return count


def _code_of(call: Callable[[], object]) -> set[CodeType]:
    """Return all code that `call` runs."""
    seen: set[CodeType] = set()

    def note(frame: FrameType, event: str, _: Any) -> None:
        if event == "call":
            seen.add(frame.f_code)

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        call()
    finally:
        sys.setprofile(before)
    return seen


def _solutions(subject: Subject) -> Iterator[tuple[Guarded, list[tuple[Hashable, Hashable]]]]:
    """Yield each problem with the oracle's path through it: states and what they are decided as.

    Raises:
        UnfitError: No problem has an oracle and a path short enough to follow.
    """
    subject.need_oracle()
    too_long = [problem for problem in subject.problems if (problem.expected_steps or 0) > MOST_STEPS]
    if len(too_long) == len(subject.problems):
        raise UnfitError(f"the solution takes more than {MOST_STEPS:,} steps: give a smaller problem")
    for problem in subject.problems:
        if problem not in too_long:
            yield problem, _path(subject, problem)


def _path(subject: Subject, problem: Guarded) -> list[tuple[Hashable, Hashable]]:
    dice = subject.dice("path")
    state, path, afloat = problem.start(), [], Afloat()
    while (step := problem.step(state)) is not None:
        decision = decide(problem, state, step, dice, imitates=subject.imitates, afloat=afloat)
        if decision is None:
            raise UnfitError(f"a step cannot be answered here: {type(step).__name__}")
        path.append((state, decision))
        if len(path) > MOST_STEPS:
            raise problem.breach(f"the oracle's path does not end within {MOST_STEPS:,} steps", state)
        state = problem.apply(state, decision)
    return path
