"""Checks of what a task says of itself, and of how its problems are read."""

from __future__ import annotations

import re
from collections.abc import Mapping

from maker_engine.blame import describe_error
from maker_engine.core.decomposition import Gather, Option, Undecided, Vote
from maker_engine.core.errors import ProblemError
from maker_engine.core.record.prompts import worded
from maker_engine.task_contract.corruption import damaged, noise
from maker_engine.task_contract.guarded import ContractError, Guarded, load
from maker_engine.task_contract.subject import Subject

LABEL_CHARACTERS = 40
_NAME = re.compile(r"[a-z][a-z0-9_-]*")
_OPTION = re.compile(r"[a-z][a-z0-9_-]*")
_BROKEN_FILES = 80
MOST_ROWS = 200
"""Steps that are compared from the start on."""


def introduces_itself(subject: Subject) -> int:
    """Check name, title, summary, options and labels."""
    family = subject.family
    if not _NAME.fullmatch(str(getattr(family, "name", ""))):
        raise ContractError(f"name is {getattr(family, 'name', None)!r}")
    for field in ("title", "summary"):
        text = getattr(family, field, None)
        if not (isinstance(text, str) and text and text.isprintable()):
            raise ContractError(f"{field} is {text!r}")
    for option in family.options:
        _look_at(option)
    for problem in subject.problems:
        label = problem.label
        if not (isinstance(label, str) and 0 < len(label) <= LABEL_CHARACTERS and label.isprintable()):
            raise problem.breach(f"label is {label!r}")
    return len(subject.problems)


def _look_at(option: Option) -> None:
    if not _OPTION.fullmatch(option.name):
        raise ContractError(f"the option {option.name!r} cannot be a flag")
    if type(option.default) not in (int, str):
        raise ContractError(f"the default of option {option.name!r} is {option.default!r}, neither int nor str")
    if option.choices is not None and option.default not in option.choices:
        raise ContractError(f"the default {option.default!r} of option {option.name!r} is none of its choices")


def source_brings_it_back(subject: Subject) -> int:
    """Check that `load({}, source())` makes an equal task."""
    for problem in subject.problems:
        source = problem.source()
        if not isinstance(source, str):
            raise problem.breach(f"source gives a {type(source).__name__}, not text")
        try:
            same = load(subject.family, {}, source)
        except ProblemError as error:
            raise problem.breach(f"load refuses what source wrote: {error}") from error
        if same.task != problem.task:
            raise problem.breach("the task that load makes of its source is not equal to it (define __eq__)")
        try:
            alike = hash(same.task) == hash(problem.task)
        except TypeError as error:
            raise problem.breach(f"the task cannot be hashed: {error}") from error
        if not alike:
            raise problem.breach("equal tasks have different hashes (define __hash__ beside __eq__)")
        if same.source() != source or same.start() != problem.start():
            raise problem.breach("an equal task has another source or another start")
    return len(subject.problems)


def bad_problems_are_refused(subject: Subject) -> int:
    """Check that broken problem files, and every value an option may take, load or are refused in one line."""
    dice = subject.dice("problem files")
    source = subject.problems[0].source()
    texts = ["", " ", "{}", "[]", "null", "0", "\x00", "[" * 5_000, *(noise(dice) for _ in range(_BROKEN_FILES // 2))]
    texts += [damaged(source, dice) for _ in range(_BROKEN_FILES)]
    tries: list[tuple[Mapping[str, int | str], str | None]] = [({}, text) for text in texts]
    for option in subject.family.options:
        values = option.choices or ((-1, 0) if type(option.default) is int else ("", "\x00"))
        tries += [({option.name: value}, None) for value in values]
    for options, text in tries:
        _refused(subject, options, text)
    return len(tries)


def _refused(subject: Subject, options: Mapping[str, int | str], text: str | None) -> None:
    given = f"the problem file {text[:80]!r}" if text is not None else f"the options {dict(options)}"
    try:
        subject.family.load(options, text)
    except ProblemError as error:
        if not str(error) or not str(error).isprintable():
            raise ContractError(f"load refuses {given} with {str(error)!r}, not in one line") from error
    except (Exception, SystemExit) as error:
        raise ContractError(f"load raises {describe_error(error)} on {given}") from error


def begins(subject: Subject) -> int:
    """Check that every problem asks something at its start, and that the walks from there met no error.

    Where steps are independent, the one at `row(n)` has to be that of the run, whatever was answered before it.
    """
    for problem in subject.problems:
        if problem.step(problem.start()) is None:
            raise problem.breach("step asks nothing at the start", problem.start())
    if subject.reach.breach is not None:
        raise subject.reach.breach
    for place in subject.places():
        if isinstance(place.step, Vote | Gather) and not _worded(place.step):
            raise place.problem.breach("the prompt is empty, or not text", place.state)
    return len(subject.reach.places) + _alone(subject)


def _alone(subject: Subject) -> int:
    """Check that each step at `row(n)` is the step of the run, even where all before it were given up."""
    if not subject.family.independent:
        return 0
    return sum(_compared(problem) for problem in subject.problems)


def _compared(problem: Guarded) -> int:
    state, family = problem.start(), problem.task
    for number in range(MOST_ROWS):
        alone = problem.row(number)
        step, same = problem.step(state), problem.step(alone)
        if step != same:
            raise problem.breach(f"step gives another step at row({number}) than in a run", state)
        if step is None:
            return number
        if not isinstance(title := problem.row_title(number), str):
            raise problem.breach(f"row_title({number}) gives {title!r:.40}: it must give text", state)
        if family.has_oracle and isinstance(step, Vote | Gather) and problem.oracle(state) != problem.oracle(alone):
            raise problem.breach(f"oracle gives another answer at row({number}) than in a run", state)
        state = problem.apply(state, Undecided("nobody agreed"))
    return MOST_ROWS


def _worded(step: Vote | Gather) -> bool:
    prompts = worded(step)
    texts: list[object] = [text for prompt in prompts for text in (prompt.system, prompt.user)]
    return all(isinstance(text, str) for text in texts) and all(prompt.user.strip() for prompt in prompts)
