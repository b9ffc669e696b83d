"""A task without a fault, and the same with one each: a method of the contract, written as it should not be."""

# ruff: noqa: ARG002 - the methods have the contract's arguments

from __future__ import annotations

import itertools
import signal
from dataclasses import dataclass, replace

from rich.text import Text

from maker_engine.core.decomposition import Mistake, Undecided, Vote
from maker_engine.core.responses import Flag, Prompt
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


class SpeaksNoJson(Clock):
    def result(self, state):
        return {state}


class ForgetsToReturn(Clock):
    def apply(self, state, answer):
        return None if state == self.hours else super().apply(state, answer)


class TakesItsStepsForRows(Clock):
    independent = True

    def row(self, number):
        return number * self.hours

    def apply(self, state, answer):
        return super().apply(state, 1 if isinstance(answer, Undecided) else answer)


class NamesNoRow(TakesItsStepsForRows):
    def row_title(self, number):
        return number


class FindsNothing(Clock):
    def verify(self, answers):
        return super().verify(answers) or None


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


def time_is_up():
    """Let the alarm of whoever waits go off now, so that no test has to wait for it."""
    signal.raise_signal(signal.SIGALRM)


class Endless(Clock):
    def parse(self, state, text):
        while "hour" not in text:
            time_is_up()
        return super().parse(state, text)


class NeverAnswers(Clock):
    def imitate(self, prompt, mistake, variant):
        while variant > 0:
            time_is_up()
        return super().imitate(prompt, mistake, variant)


class Mute(Clock):
    has_oracle = False

    def imitate(self, prompt, mistake, variant):
        raise NotImplementedError
