"""The check of a model before a run: two or three real calls, so that what makes the run pointless costs no more.

The answers come the way that samples come (adapter, rate limit, patience, admission, red flags, parser) and are read as
samples are. They are paid for and never vote.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from maker_engine.core.decomposition import Gather, Vote
from maker_engine.core.errors import ProviderError
from maker_engine.core.record.model_check import ModelCheck
from maker_engine.core.red_flags import MALFORMED, inspect
from maker_engine.core.responses import Flag, Prompt, Response, SampleRequest, excerpt
from maker_engine.core.solving.open_step import OpenStep
from maker_engine.core.solving.settings import Settings
from maker_engine.models.pool import members
from maker_engine.models.preflight_findings import Drawn, ModelAnswers, Needs, final, hopeless, judge
from maker_engine.printable import one_line
from maker_engine.runtime.calls import Caller
from maker_engine.runtime.plan import Plan

Ordered: TypeAlias = tuple[tuple[str, str], ...]
"""The parameters of an order that decide what is sent to whom, by name, as text."""
SENT = (
    "model", "voters", "api_base", "temperature", "first_temperature", "reasoning", "max_tokens",
    "max_reasoning_tokens",
)  # fmt: skip
"""A run whose order differs in one of these from the one that was checked is checked again."""
_SERIAL = 0  # of a ballot that no run has: its ballots are numbered from 1 on
_LONGEST_NAME = 300  # characters


def ordered_of(order: Mapping[str, object]) -> Ordered:
    """Return what an order, or its record, says of what is sent to whom."""
    return tuple((name, one_line(_text(order.get(name)), _LONGEST_NAME)) for name in SENT)


def _text(value: object) -> str:
    if isinstance(value, list | tuple):
        return " + ".join(map(str, value))
    return "" if value is None else str(value)


class Trial(Protocol):
    """A step that samples can be drawn for."""

    def request(self, sample: int, copy: int = 0, voter: int | None = None) -> SampleRequest:
        """Make the request for a sample."""

    def read(self, response: Response) -> Hashable:
        """Return the response's answer, or the flag that would discard it."""


@dataclass(frozen=True, slots=True)
class PlainTrial:
    """A question of our own, for a step at which no agent is asked anything."""

    settings: Settings
    number: int

    PROMPT = Prompt(
        "You answer short questions. The last line of your answer has the form: answer = NUMBER",
        "Three boxes hold four pens each, and two pens lie beside them. How many pens are there?",
    )

    def request(self, sample: int, copy: int = 0, voter: int | None = None) -> SampleRequest:
        """Make the request for a sample."""
        settings, flags = self.settings, self.settings.flags
        temperature = settings.temperature if sample else settings.first_temperature
        return SampleRequest(
            self.number, sample, self.PROMPT, temperature, flags.max_tokens, _SERIAL, copy, voter or 0,
            flags.max_reasoning_tokens,
        )  # fmt: skip

    def read(self, response: Response) -> Hashable:
        """Return the response's answer, or the flag that would discard it."""
        return inspect(response, self.settings.flags, _number, lambda _: None)


def _number(text: str) -> str | Flag:
    found: list[str] = re.findall(r"answer\s*=\s*(\d{1,9})\b", text)
    return found[-1] if found else Flag(MALFORMED, "no line 'answer = NUMBER'", excerpt(text))


def trial_of(plan: Plan, step: int, state: Hashable) -> Trial:
    """Return what the model is asked: the step at `state`, or a question of ours where no agent is asked anything.

    Raises:
        TaskError: The task cannot say what is to be answered there.
    """
    opened = OpenStep(plan.task, plan.settings, step, state, None, _SERIAL)
    return opened if isinstance(opened.step, Vote | Gather) else PlainTrial(plan.settings, step)


class Preflight:
    """Checks all who answer in a run: one voter alone by two or three calls, each of a pool by two, others by one.

    Args:
        plan: The run.
        trial: What they are asked.
        step: Number of that step, 0-based.
        caller: Draws the samples.
        affords: Sets aside what a call may cost, after what this check has spent; False where there is no room for it.
        news: Called when a call goes out.

    Attributes:
        place: The number of the call under way, from 1, and of all calls.
        complete: True once every call was made that is needed.
    """

    def __init__(
        self,
        plan: Plan,
        trial: Trial,
        step: int,
        caller: Caller,
        affords: Callable[[ModelCheck, SampleRequest], bool],
        news: Callable[[], None],
    ) -> None:
        self._plan = plan
        self._trial = trial
        self._step = step
        self._caller = caller
        self._affords = affords
        self._news = news
        all_of_them = members(plan.model)
        real = [one for one in all_of_them if not one.model.simulated]
        self._answers = [ModelAnswers(member) for member in real or all_of_them]
        self._voters = [one for one in self._answers if one.member.voter >= 0]
        self._done = 0
        self._rounds = self._planned()
        self.complete = False

    def _planned(self) -> list[list[tuple[ModelAnswers, int]]]:
        """Return who is asked in each round, with the sample's number: what is drawn at 0 is no sign of copies."""
        roles = [(one, 1) for one in self._answers if one.member.voter < 0]
        if not self._voters:
            return [roles]
        if len(self._answers) > 1:
            return [[*((one, 1) for one in self._voters), *roles], [(one, 2) for one in self._voters]]
        (alone,) = self._voters
        best, usual = (alone.member.fitted(self._trial.request(sample)).temperature for sample in (0, 1))
        samples = (1, 0) if best == usual else (1, 0, 2)  # the usual temperature first: more depends on it
        return [[(alone, sample)] for sample in samples]

    @property
    def place(self) -> tuple[int, int]:
        """The number of the call under way, from 1, and of all calls."""
        total = sum(map(len, self._rounds))
        return min(self._done + 1, total), total

    @property
    def failure(self) -> ProviderError | None:
        """A fault of a voter that may pass, for which the run ends as it does for any; None where there is none."""
        faults = (one.fault for one in self._voters if one.fault is not None)
        return next((fault for fault in faults if not final(fault)), None)

    async def run(self) -> None:
        """Make the calls, those to several voters together; no more once one of them is hopeless.

        Raises:
            TaskError: The task cannot read a response.
        """
        for calls in self._rounds:
            came = await asyncio.gather(*(self._ask(*one) for one in calls), return_exceptions=True)
            for error in came:
                if isinstance(error, BaseException):
                    raise error
            if not all(came) or self.failure is not None:
                return
            if any(one.fault is not None for one in self._voters):
                break
            if any(len(one.drawn) > 1 and hopeless(one) for one in self._voters):
                break
        self.complete = True

    async def conduct(self, over: Callable[[], bool], wait: Callable[[], Awaitable[None]]) -> Exception | None:
        """Make the calls while others have their turn; return the fault for which the run has to end, if any.

        Args:
            over: Returns whether the check is to be cut short.
            wait: Waits until there is something to look at.
        """
        calls = asyncio.create_task(self.run())
        calls.add_done_callback(lambda _: self._news())
        try:
            while not calls.done() and not over():
                await wait()
        finally:
            calls.cancel()
            (ended,) = await asyncio.gather(calls, return_exceptions=True)
        if isinstance(ended, Exception):
            return ended
        return self.failure

    async def _ask(self, answers: ModelAnswers, sample: int) -> bool:
        """Make one call; False where the run cannot afford it."""
        request = self._trial.request(sample, voter=answers.member.voter)
        if not self._affords(self.check(), request):
            return False
        self._news()
        try:
            response = await self._caller.draw(request)
        except ProviderError as error:
            answers.fault = error
        else:
            answers.drawn.append(Drawn(answers.member.fitted(request), response, self._trial.read(response)))
        self._done += 1
        return True

    def check(self) -> ModelCheck:
        """Return what has been found so far."""
        plan = self._plan
        settings, costed = plan.settings, plan.limits.usd is not None
        needs = Needs(settings.flags, settings.k, plan.concurrency, plan.task.expected_steps, costed)
        named = len(self._answers) > 1
        responses = [drawn.response for answers in self._answers for drawn in answers.drawn]
        costs = [one.cost_usd for one in responses]
        return ModelCheck(
            model=one_line(plan.model.name, _LONGEST_NAME),
            findings=tuple(finding for answers in self._answers for finding in judge(answers, needs, named=named)),
            step=self._step,
            calls=len(responses),
            tokens_in=_sum(one.tokens_in for one in responses),
            tokens_out=_sum(one.tokens_out for one in responses),
            tokens_reasoning=_sum(one.tokens_reasoning for one in responses),
            cost_usd=None if None in costs else sum(cost for cost in costs if cost is not None),
            seconds=round(sum(one.latency_s for one in responses) / max(1, len(responses)), 4),
            answered_by=tuple(dict.fromkeys(one_line(one.model, _LONGEST_NAME) for one in responses if one.model)),
            adjustments=tuple(one_line(line, _LONGEST_NAME) for line in plan.model.adjustments),
            ordered=plan.preflight or (),
            complete=self.complete,
        )


def _sum(counts: Iterable[int | None]) -> int:
    return sum(count or 0 for count in counts)
