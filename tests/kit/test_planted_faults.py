"""Each fault that a task can have, planted in a task that has none: the check that is made for it names it."""

# ruff: noqa: ARG002 - a fault is one method of the contract, with the contract's arguments

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

import pytest
from rich.text import Text

from maker_engine.core.decomposition import Mistake, Vote
from maker_engine.core.responses import Flag, Prompt
from maker_engine.kit.subject import prepare
from maker_engine.kit.suite import CHECKS, Verdict, examine, make
from tests.support.agreeing import Agree
from tests.support.toy import Count

TICKS = itertools.count()


@dataclass(frozen=True)
class Clock(Count):
    """Counting on a clock whose hours have two digits."""

    length: int = 12
    hours: int = 30

    @classmethod
    def load(cls, options, source=None):
        count = Count.load({"length": 12, "hours": 30, **options}, source)
        return cls(count.length, count.hours)


class Unnamed(Clock):
    title = ""


class TooLongALabel(Clock):
    label = "n" * 41


class NeverEqual(Clock):
    __eq__ = object.__eq__
    __hash__ = object.__hash__


class Crashing(Clock):
    @classmethod
    def load(cls, options, source=None):
        return super().load(options, source) if source is None or source[:1] == "{" else cls(length=int(source))


class GetsStuck(Clock):
    def step(self, state):
        return super().step(state) if state % self.hours != 7 else {}["the seventh hour"]


class Unfrozen(Clock):
    def start(self):
        return [0]

    def step(self, state):
        return super().step(state[0])


class OffersASet(Clock):
    def encode_state(self, state):
        return {state}


class ComesBackAsText(Clock):
    def encode_answer(self, answer):
        return str(answer)


class TellsTheTime(Clock):
    def apply(self, state, answer):
        return super().apply(state, answer) + (next(TICKS) % 2) * self.hours


class ForgetsWhatItAsked(Clock):
    def step(self, state):
        step = super().step(state)
        return step and Vote(replace(step.prompt, system=f"{step.prompt.system} {next(TICKS)}"))


class DropsADigit(Clock):
    def parse(self, state, text):
        answer = super().parse(state, text)
        return answer if isinstance(answer, Flag) or answer < 10 else answer // 10


class SaysTooLittle(Clock):
    """The prompt leaves out what the rule needs, so that nobody can answer it rightly."""

    def step(self, state):
        step = super().step(state)
        return step and Vote(Prompt(step.prompt.system, f"hour = 3, hours = {self.hours}"))


class TwoRight(Clock):
    def right_answers(self, state):
        return [self.oracle(state), (self.oracle(state) + 1) % self.hours]


class AnotherRight(Clock):
    def right_answers(self, state):
        return [state % self.hours]


class TakesAnything(Clock):
    def objection(self, state, answer):
        return None


class NoRealSlip(Clock):
    def imitate(self, prompt, mistake, variant):
        return super().imitate(prompt, None if mistake is Mistake.WRONG else mistake, variant)


class ReadsTheLastWord(Clock):
    def parse(self, state, text):
        return super().parse(state, text) if text.split()[-1] else Flag("malformed", "nothing said")


class ReadsAnyNumber(Clock):
    def parse(self, state, text):
        digits = text.rpartition("answer = ")[2]
        return int(digits) if digits.isdigit() and "answer = " in text else super().parse(state, text)


class TooWide(Clock):
    def picture(self, state, columns=60, rows=18):
        return Text("=" * (state + 1))


class Coloured(Clock):
    def picture(self, state, columns=60, rows=18):
        return Text("12", style="bold red")


class DrawsAString(Clock):
    def picture(self, state, columns=60, rows=18):
        return "12"


class Talks(Clock):
    def describe(self, answer):
        return f"the answer is that it is {answer} now"


class CountsWrong(Clock):
    expected_steps = 13


class Lenient(Clock):
    def verify(self, answers):
        return []


class LooksAtTheLast(Clock):
    def verify(self, answers):
        return [] if list(answers)[-1:] == [self.length] else ["it is another hour"]


class ChecksItself(Clock):
    def verify(self, answers):
        states = list(itertools.accumulate(answers, self.apply, initial=0))
        right = all(self.oracle(state) == answer for state, answer in zip(states, answers, strict=False))
        return [] if right and len(states) == self.length + 1 else ["not right"]


class SharesAHelper(Clock):
    def wrapped(self, hour):
        return hour % self.hours

    def apply(self, state, answer):
        return (state // self.hours + 1) * self.hours + self.wrapped(answer)

    def verify(self, answers):
        return [] if list(answers) == [self.wrapped(move + 1) for move in range(self.length)] else ["not so"]


@dataclass(frozen=True)
class TiresOfIt(Clock):
    """Without an oracle nobody but a run asks it to verify anything."""

    has_oracle = False

    def verify(self, answers):
        return ["no solution is ever good enough"]


PLANTED = [
    (Unnamed, "introduction", "title is ''"),
    (TooLongALabel, "introduction", "label is 'nnn"),
    (NeverEqual, "source", "not equal to it"),
    (Crashing, "bad problems", "load raises ValueError"),
    (GetsStuck, "steps", "step raises KeyError: 'the seventh hour' (test_planted_faults.py:"),
    (Unfrozen, "steps", "a state is not hashable: list"),
    (OffersASet, "JSON", "encode_state gives {0}, which is no JSON: Object of type set"),
    (ComesBackAsText, "JSON", "comes back from JSON as"),
    (TellsTheTime, "apply", "gives two different states"),
    (ForgetsWhatItAsked, "prompt", "asks another thing"),
    (DropsADigit, "round trip", "answer = 10' is read as hour 1 1, where hour 10 10 is right"),
    (SaysTooLittle, "round trip", "where hour 1 1 is right"),
    (TwoRight, "one right answer", "2 answers are right, so the vote would split: hour 1 | hour 2"),
    (AnotherRight, "one right answer", "the rule makes hour 0 right, the oracle hour 1"),
    (TakesAnything, "mistakes", "a response that is illegal may vote: "),
    (NoRealSlip, "mistakes", "a response that is wrong votes for the right answer"),
    (ReadsTheLastWord, "noise", "parse raises IndexError"),
    (ReadsAnyNumber, "damage", "parse raises ValueError"),
    (TooWide, "picture", "cells wide and 1 lines high"),
    (Coloured, "picture", "'bold red', which is none of the roles"),
    (DrawsAString, "picture", "is a str, not a rich.text.Text"),
    (Talks, "description", "as 'the answer is that it is"),
    (CountsWrong, "solution", "expected_steps is 13, the oracle takes 12"),
    (Lenient, "strict check", "takes the first 0 of 12 steps for a solution"),
    (LooksAtTheLast, "strict check", "with one step left out"),
    (ChecksItself, "independent check", "verify calls apply"),
    (SharesAHelper, "independent check", "both run SharesAHelper.wrapped"),
    (TiresOfIt, "run", "the simulated model comes to unsolved after 12 steps: "),
]


@pytest.mark.parametrize(("fault", "check", "told"), PLANTED, ids=lambda value: getattr(value, "__name__", ""))
def test_a_planted_fault_is_named(fault, check, told):
    """The first promise found broken is the one that the fault breaks, with what differs and how to mend it."""
    results = examine(prepare(fault, states=400))
    broken = next(result for result in results if result.verdict is Verdict.BROKEN)
    assert broken.check.name == check, str(broken)
    assert told in broken.told
    assert str(broken).endswith(broken.check.mend)


def test_every_check_has_a_fault_that_it_finds_first():
    """No check is made in vain: each has a planted fault that breaks its promise and none before it."""
    assert {check for _, check, _ in PLANTED} == {check.name for check in CHECKS}


def test_the_state_at_fault_is_told_as_json():
    """A broken promise names the state, as the task itself writes it, and the problem."""
    (two_right,) = [check for check in CHECKS if check.name == "one right answer"]
    result = make(prepare(TwoRight), two_right)
    assert (result.state, result.problem) == ("0", "12 hours of 30")
    (keeping,) = [check for check in CHECKS if check.name == "JSON"]
    assert make(prepare(OffersASet), keeping).state == "0"  # no JSON: as Python writes it


def test_a_sound_task_keeps_every_promise():
    """The task in which the faults are planted has none."""
    assert [str(result) for result in examine(prepare(Clock, states=400)) if result.verdict is not Verdict.KEPT] == []


class Endless(Clock):
    def parse(self, state, text):
        while "hour" not in text:
            pass
        return super().parse(state, text)


def test_a_check_that_does_not_end_is_given_up():
    """An endless loop in a task is told as its fault, with the place, and the checks go on."""
    noise, damage = (check for check in CHECKS if check.name in ("noise", "damage"))
    endless, after = examine(prepare(Endless), [noise, damage], limit_s=0.2)
    assert endless.verdict is Verdict.BROKEN
    assert "did not end within 0.2 s; it was in test_planted_faults.py:" in endless.told
    assert after.check is damage


class Mute(Clock):
    has_oracle = False

    def imitate(self, prompt, mistake, variant):
        raise NotImplementedError


def test_what_cannot_be_checked_is_told():
    """Checks that need an oracle or imitated responses are not made where there are none, and say so."""
    results = {result.check.name: result for result in examine(prepare(Mute))}
    assert results["one right answer"].verdict is Verdict.NOT_MADE
    assert "has no oracle" in results["solution"].told
    assert "imitates no responses" in results["run"].told
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
