"""Checks of what goes into the session: states and answers are values that survive JSON."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator

from maker_engine.core.decomposition import Gathered
from maker_engine.core.record.decisions import is_voted
from maker_engine.task_contract.acting import Afloat
from maker_engine.task_contract.deciding import decide
from maker_engine.task_contract.guarded import Guarded
from maker_engine.task_contract.subject import Subject, UnfitError


def survives_json(subject: Subject) -> int:
    """Check that states and decisions come back from JSON as equals, with equal hashes."""
    count = 0
    for problem, state, *_ in subject.places():
        comes_back(problem, "state", state, state)
        count += 1
    for problem, state, decision in _decided(subject):
        answers = [pair[0] for pair in decision.proposals] if isinstance(decision, Gathered) else [decision]
        for answer in answers:
            if is_voted(answer):  # what a person said, and what was done, the engine itself keeps
                comes_back(problem, "answer", answer, state)
        count += len(answers)
    return count


def comes_back(problem: Guarded, kind: str, value: Hashable, state: Hashable) -> None:
    """Send a state or an answer through JSON.

    Raises:
        ContractError: It does not come back as an equal.
    """
    encode, decode = getattr(problem, f"encode_{kind}"), getattr(problem, f"decode_{kind}")
    encoded = encode(value)
    try:
        text = json.dumps(encoded, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise problem.breach(f"encode_{kind} gives {encoded!r:.120}, which is not JSON: {error}", state) from error
    again = decode(json.loads(text))
    if again != value:
        raise problem.breach(f"the {kind} {value!r:.120} comes back from JSON as {again!r:.120}", state)
    try:
        alike = hash(again) == hash(value)
    except TypeError as error:
        raise problem.breach(f"the {kind} that comes back from JSON is not hashable: {error}", state) from error
    if not alike:
        raise problem.breach(f"the {kind} {value!r:.120} comes back from JSON with another hash", state)


def steps_repeat(subject: Subject) -> int:
    """Check that `apply` gives equal states each time and leaves the state it is given alone."""
    count = 0
    for problem, state, decision in _decided(subject):
        before = problem.encode_state(state)
        first, second = problem.apply(state, decision), problem.apply(state, decision)
        if first != second:
            raise problem.breach(f"apply of {problem.name_of(decision)} gives two different states", state)
        if problem.encode_state(state) != before:
            raise problem.breach(f"apply of {problem.name_of(decision)} changes the state it is given", state)
        count += 1
    if not count:
        raise UnfitError("no answer is known at any state: write `imitate` or `oracle` to have this checked")
    return count


def _decided(subject: Subject) -> Iterator[tuple[Guarded, Hashable, Hashable]]:
    """Yield problems, states and a decision there."""
    dice = subject.dice("decisions")
    for problem, state, step, afloat in subject.places():
        decision = decide(problem, state, step, dice, 0.3, imitates=subject.imitates, afloat=Afloat(afloat))
        if decision is not None:
            yield problem, state, decision
