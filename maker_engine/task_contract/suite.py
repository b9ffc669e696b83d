"""The contract suite: every check with its rule and its fix, in the order a task is best put right."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from maker_engine.blame import describe_error
from maker_engine.core.errors import MakerError
from maker_engine.task_contract import (
    answering,
    drawing,
    fuzzing,
    identity,
    persistence as keeping,
    simulating,
    solving,
)
from maker_engine.task_contract.guarded import ContractError, Guarded
from maker_engine.task_contract.subject import Examine, NotOfferedError, Subject, UnfitError
from maker_engine.task_contract.time_limit import RetriesExhaustedError, patience

MOST_GIVEN_UP = 2
"""Checks that may not end, before the others are not made."""


@dataclass(frozen=True, slots=True)
class Check:
    """One promise a task makes.

    Attributes:
        name: A few words.
        rule: One sentence.
        mend: What to do where it is broken.
        examine: Looks at a task.
    """

    name: str
    rule: str
    mend: str
    examine: Examine


class Verdict(StrEnum):
    """What came of a check."""

    KEPT = "kept"
    BROKEN = "broken"
    NOT_OFFERED = "not offered"
    NOT_MADE = "not made"


@dataclass(frozen=True, slots=True)
class Result:
    """One check made.

    Attributes:
        check: Which.
        verdict: What came of it.
        count: How many things it examined; 0 unless the promise is kept.
        seconds: How long it took.
        difference: What differs, or why the check was not made; empty where the promise is kept.
        state: The state at which it shows, as JSON; empty where it has to do with none.
        problem: The label of the problem in which it shows, empty likewise.
        given_up: Whether it did not end.
    """

    check: Check
    verdict: Verdict
    count: int
    seconds: float
    difference: str = ""
    state: str = ""
    problem: str = ""
    given_up: bool = False

    @property
    def explanation(self) -> tuple[tuple[str, str], ...]:
        """What there is to say of a broken promise, as (label, text)."""
        parts = (
            ("rule", self.check.rule),
            ("differs", self.difference),
            ("state", self.state),
            ("problem", self.problem),
            ("mend", self.check.mend),
        )
        return tuple((label, text) for label, text in parts if text)

    def __str__(self) -> str:
        return "\n".join(f"{label:<8} {text}" for label, text in self.explanation)


CHECKS = (
    Check(
        "introduction",
        "A task has a name, a title, a one-line summary, options that can be flags, and labels of 1 to 40 characters.",
        "Set name, title, summary and options on the class, and keep label short and printable.",
        identity.introduces_itself,
    ),
    Check(
        "source",
        "load({}, source()) makes an equal task, with an equal hash, source and start.",
        "Write all that the problem depends on into source, and define __eq__ and __hash__ (a frozen dataclass does).",
        identity.source_brings_it_back,
    ),
    Check(
        "bad problems",
        "Whatever a problem file or an option holds, load makes a problem of it or raises a one-line ProblemError.",
        "Look at every value before using it, and raise ProblemError with the thing and the fix.",
        identity.bad_problems_are_refused,
    ),
    Check(
        "steps",
        "Something is asked at the start, and wherever legal answers lead, step, parse, objection and apply follow.",
        "Make the method take every state that an answer without an objection leads to, wrong ones included.",
        identity.begins,
    ),
    Check(
        "JSON",
        "States and answers are hashable values that come back from JSON as equals.",
        "Encode into lists, strings, numbers and None; decode tuples back from lists.",
        keeping.survives_json,
    ),
    Check(
        "apply",
        "apply gives equal states each time, and leaves the state it is given as it is.",
        "Make states frozen (tuples, NamedTuple, frozen dataclass) and build a new one; no clock, no dice.",
        keeping.steps_repeat,
    ),
    Check(
        "prompt",
        "What is asked depends on the state alone, also after JSON and in a task loaded again.",
        "Put into the state whatever the prompt says, and sort what has no order (sets).",
        answering.prompts_depend_on_the_state,
    ),
    Check(
        "round trip",
        "Every faultless response, written from the prompt alone, is read without a flag as one answer: the right one.",
        "Look at parse, at imitate, and at whether the prompt says all that the rule needs.",
        answering.faultless_responses_are_read,
    ),
    Check(
        "one right answer",
        "The decision rule leaves exactly one answer right, and it is the oracle's.",
        "State a tie-break in the prompt that leaves one (by name, lowest, earliest), and follow it in the oracle.",
        answering.one_answer_is_right,
    ),
    Check(
        "mistakes",
        "An imitated mistake is flagged where it is malformed or illegal, and never votes for the right answer.",
        "Be strict in parse, name what is illegal in objection, and let imitate write real slips, one a variant.",
        answering.mistakes_are_no_right_votes,
    ),
    Check(
        "picture",
        "A picture fits the columns and rows it is given, from 20 × 4 up, in known roles and printable characters.",
        "Wrap, shrink or leave out in picture what does not fit; take styles from decomposition.ROLES.",
        drawing.pictures_fit,
    ),
    Check(
        "description",
        "Every answer that can be parsed is described in 1 to 24 printable characters.",
        "Shorten in describe.",
        drawing.answers_are_described_briefly,
    ),
    Check(
        "noise",
        "Any text at all is read as a flag, or as an answer that the task can continue from.",
        "Match the demanded form as a whole with bounded expressions, and give Flag(MALFORMED, …) for all else.",
        fuzzing.noise_is_read,
    ),
    Check(
        "damage",
        "A response that is cut and spoilt is a flag, or an answer that the task can continue from: none crashes.",
        "Check ranges in objection; apply, picture and oracle have to take any answer that parse lets through.",
        fuzzing.damaged_responses_do_no_harm,
    ),
    Check(
        "solution",
        "Following the oracle ends after expected_steps steps in what verify takes for a solution.",
        "Find out which is wrong: the oracle's rule, apply, verify, or expected_steps (None where it cannot be known).",
        solving.oracle_solves,
    ),
    Check(
        "result",
        "At the end of a solution, result gives JSON of at most 100,000 characters, and the same each time.",
        "Return from result what was asked for, in numbers, texts and lists; the default is the last state.",
        solving.result_is_given,
    ),
    Check(
        "strict check",
        "verify rejects a solution that is cut short, has a step left out, or two steps exchanged.",
        "Replay every step in verify on a board of its own, and ask for the goal at the end.",
        solving.verify_is_strict,
    ),
    Check(
        "independent check",
        "verify shares no code with apply: no function of the task's own files runs in both.",
        "Write verify in a module of its own that imports nothing of the task; the same slip must not be made twice.",
        solving.verify_is_independent,
    ),
    Check(
        "run",
        "The simulated model solves each problem; its session verifies, replays, and resumes from half-way.",
        "Put the checks above right first; then look at the run with `maker run`.",
        simulating.runs,
    ),
)


def examine(subject: Subject, checks: Sequence[Check] = CHECKS, limit_s: float | None = None) -> Iterator[Result]:
    """Make the checks, one after the other.

    Args:
        subject: What to check.
        checks: Which.
        limit_s: Seconds after which a check is given up as one that does not end; None for no limit. In the main
            thread only.
    """
    given_up = 0
    for check in checks:
        if given_up == MOST_GIVEN_UP:
            yield Result(check, Verdict.NOT_MADE, 0, 0.0, f"{given_up} checks before it did not end")
            continue
        result = make(subject, check, limit_s)
        given_up += result.given_up
        yield result


def make(subject: Subject, check: Check, limit_s: float | None = None) -> Result:
    """Make one check; arguments as for `examine`."""
    start = time.perf_counter()

    def result(verdict: Verdict, count: int = 0, text: str = "", error: ContractError | None = None) -> Result:
        problem: Guarded | None = None if error is None else error.problem
        state = "" if error is None or error.state is None or problem is None else problem.show(error.state)
        label = "" if problem is None else problem.title
        return Result(check, verdict, count, time.perf_counter() - start, text, state, label)

    try:
        with patience(limit_s):
            count = check.examine(subject)
        # A promise that nothing was held to is not kept.
        return result(Verdict.KEPT, count) if count else result(Verdict.NOT_MADE, text="it found nothing to look at")
    except UnfitError as reason:
        missing = isinstance(reason, NotOfferedError)
        return result(Verdict.NOT_OFFERED if missing else Verdict.NOT_MADE, text=str(reason))
    except ContractError as error:
        return result(Verdict.BROKEN, text=str(error), error=error)
    except RetriesExhaustedError as error:
        given_up = result(Verdict.BROKEN, text=f"it did not end within {limit_s:g} s; it was in {error}")
        return replace(given_up, given_up=True)
    except MakerError as error:
        return result(Verdict.BROKEN, text=str(error))
    except Exception as error:  # noqa: BLE001 - a task that gives something of another type than it promises
        return result(Verdict.BROKEN, text=f"the check breaks off with {describe_error(error)}")
