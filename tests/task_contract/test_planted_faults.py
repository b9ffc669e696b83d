"""Each fault that a task can have, planted in a task that has none: the check that is made for it names it."""

from __future__ import annotations

import pytest

from maker_engine.task_contract.subject import prepare
from maker_engine.task_contract.suite import CHECKS, Verdict, examine, make
from tests.support.agreeing import Agree
from tests.task_contract import faults
from tests.task_contract.faults import Clock

PLANTED = [
    (faults.Unnamed, "introduction", "title is ''"),
    (faults.TooLongALabel, "introduction", "label is 'nnn"),
    (faults.NeverEqual, "source", "not equal to it"),
    (faults.Crashing, "bad problems", "load raises ValueError"),
    (faults.GetsStuck, "steps", "step raises KeyError: 'the seventh hour' (faults.py:"),
    (faults.Unfrozen, "steps", "a state is not hashable: list"),
    (faults.OffersASet, "JSON", "encode_state gives {0}, which is not JSON: Object of type set"),
    (faults.ComesBackAsText, "JSON", "comes back from JSON as"),
    (faults.TellsTheTime, "apply", "gives two different states"),
    (faults.ForgetsWhatItAsked, "prompt", "asks another thing"),
    (faults.DropsADigit, "round trip", "answer = 10' is read as hour 1 1, where hour 10 10 is right"),
    (faults.SaysTooLittle, "round trip", "where hour 1 1 is right"),
    (faults.TwoRight, "one right answer", "2 answers are right, so the vote would split: hour 1 | hour 2"),
    (faults.AnotherRight, "one right answer", "the rule makes hour 0 right, the oracle hour 1"),
    (faults.TakesAnything, "mistakes", "a response that is illegal may vote: "),
    (faults.NoRealSlip, "mistakes", "a response that is wrong votes for the right answer"),
    (faults.ReadsTheLastWord, "noise", "parse raises IndexError"),
    (faults.ReadsAnyNumber, "damage", "parse raises ValueError"),
    (faults.TooWide, "picture", "cells wide and 1 lines high"),
    (faults.Coloured, "picture", "'bold red', which is none of the roles"),
    (faults.DrawsAString, "picture", "is a str, not a rich.text.Text"),
    (faults.Talks, "description", "as 'the answer is that it is"),
    (faults.CountsWrong, "solution", "expected_steps is 13, the oracle takes 12"),
    (faults.SpeaksNoJson, "result", "result gives what is not JSON: Object of type set"),
    (faults.ForgetsToReturn, "steps", "apply gives None"),
    (faults.TakesItsStepsForRows, "steps", "step gives another step at row(1) than in a run"),
    (faults.NamesNoRow, "steps", "row_title(0) gives 0: it must give text"),
    (faults.FindsNothing, "solution", "verify gives None: it must give a list"),
    (faults.Lenient, "strict check", "takes the first 0 of 12 steps for a solution"),
    (faults.LooksAtTheLast, "strict check", "with one step left out"),
    (faults.ChecksItself, "independent check", "verify calls apply"),
    (faults.SharesAHelper, "independent check", "both run SharesAHelper.wrapped"),
    (faults.TiresOfIt, "run", "the simulated model ends unsolved after 12 steps: "),
]


@pytest.mark.parametrize(("fault", "check", "told"), PLANTED, ids=lambda value: getattr(value, "__name__", ""))
def test_a_planted_fault_is_named(fault, check, told):
    """The first promise found broken is the one that the fault breaks, with what differs and how to mend it."""
    results = examine(prepare(fault, states=400))
    broken = next(result for result in results if result.verdict is Verdict.BROKEN)
    assert broken.check.name == check, str(broken)
    assert told in broken.difference
    assert str(broken).endswith(broken.check.mend)


def test_every_check_has_a_fault_that_it_finds_first():
    """No check is made in vain: each has a planted fault that breaks its promise and none before it."""
    assert {check for _, check, _ in PLANTED} == {check.name for check in CHECKS}


def test_a_promise_that_nothing_was_held_to_is_not_called_kept():
    """Without `imitate` and `oracle` hardly an answer is known: such checks are not made, and say what is missing."""
    results = list(examine(prepare(faults.Mute, states=50)))
    assert [result for result in results if result.verdict is Verdict.KEPT and not result.count] == []
    (applying,) = [result for result in results if result.check.name == "apply"]
    assert (applying.verdict, applying.difference) == (
        Verdict.NOT_MADE, "no answer is known at any state: write `imitate` or `oracle` to have this checked",
    )  # fmt: skip
    assert next(result for result in results if result.check.name == "JSON").count > 0


def test_the_state_at_fault_is_told_as_json():
    """A broken promise names the state, as the task itself writes it, and the problem."""
    (two_right,) = [check for check in CHECKS if check.name == "one right answer"]
    result = make(prepare(faults.TwoRight), two_right)
    assert (result.state, result.problem) == ("0", "12 hours of 30")
    (keeping,) = [check for check in CHECKS if check.name == "JSON"]
    assert make(prepare(faults.OffersASet), keeping).state == "0"  # no JSON: as Python writes it


def test_a_sound_task_keeps_every_promise():
    """The task in which the faults are planted has none."""
    assert [str(result) for result in examine(prepare(Clock, states=400)) if result.verdict is not Verdict.KEPT] == []


def test_a_check_that_does_not_end_is_given_up():
    """An endless loop in a task is told as its fault, with the place, and the checks go on."""
    noise, damage = (check for check in CHECKS if check.name in ("noise", "damage"))
    endless, after = examine(prepare(faults.Endless), [noise, damage], limit_s=60)
    assert endless.verdict is Verdict.BROKEN
    assert "did not end within 60 s; it was in faults.py:" in endless.difference
    assert after.check is damage


def test_a_run_that_does_not_end_is_given_up():
    """Nor does a task that never answers hold up the real runner and its event loop, or all the other checks."""
    (run,) = [check for check in CHECKS if check.name == "run"]
    subject = prepare(faults.NeverAnswers)
    assert subject.imitates
    first, second, third = examine(subject, [run, run, run], limit_s=60)
    assert "did not end within 60 s; it was in faults.py:" in first.difference
    assert second.given_up
    assert (third.verdict, third.difference) == (Verdict.NOT_MADE, "2 checks before it did not end")


def test_what_cannot_be_checked_is_told():
    """Checks that need an oracle or imitated responses are not offered by a task without, and say so."""
    results = {result.check.name: result for result in examine(prepare(faults.Mute))}
    assert results["one right answer"].verdict is Verdict.NOT_OFFERED
    assert "has no oracle" in results["solution"].difference
    assert "imitates no responses" in results["run"].difference
    assert results["noise"].verdict is Verdict.KEPT


def test_proposals_questions_and_amendments_are_reached():
    """States behind proposals, a person's answers and a person's amendments are among those that are checked."""
    states = [place.state for place in prepare(Agree, states=500).reach.places]
    assert any(state.voted is not None for state in states)
    assert any(state.turned_down for state in states)
    assert any(state.notes for state in states)


def test_the_same_seed_finds_the_same_states():
    """What is checked is a function of the task, the seed and the number of states."""
    first, second, other = (
        [place.state for place in prepare(Clock, seed=seed, states=200).reach.places] for seed in (1, 1, 2)
    )
    assert first == second
    assert first != other
    assert len(set(first)) == len(first) == 200
