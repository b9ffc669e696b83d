"""What the engine is held against: the loops that anybody would write first, with nothing kept and nothing shown."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable, Iterator
from itertools import count
from typing import NamedTuple

from maker_engine.core.decomposition import AnyTask
from maker_engine.core.responses import Flag, Prompt, Response, SampleRequest
from maker_engine.models.simulated import SimulatedModel


class Spent(NamedTuple):
    """What a loop took; both are counts."""

    steps: int
    samples: int


def solve(task: AnyTask, model: SimulatedModel, k: int) -> Spent:
    """Prompt, draw, parse and vote, step after step, until the task has no further one."""
    state, samples = task.start(), 0
    for number in count():
        step = task.step(state)
        if step is None:
            return Spent(number, samples)
        votes: dict[Hashable, int] = {}
        for sample in count():
            response = model.answer(request(step.prompt, number, sample))
            samples += 1
            answer = read(task, state, response)
            if answer is not None and wins(votes, answer, k):
                break
        state = task.apply(state, answer)
    raise AssertionError


def request(prompt: Prompt, step: int, sample: int) -> SampleRequest:
    """Ask for a sample as the engine does."""
    return SampleRequest(step, sample, prompt, 0.1 if sample else 0.0, 750)


def read(task: AnyTask, state: Hashable, response: Response) -> Hashable:
    """Return the answer, None when the response is cut off or has another form."""
    answer = None if response.finish_reason != "stop" else task.parse(state, response.text)
    return None if isinstance(answer, Flag) else answer


def wins(votes: dict[Hashable, int], answer: Hashable, k: int) -> bool:
    """Count one vote; True when its candidate is k ahead of every other."""
    votes[answer] = votes.get(answer, 0) + 1
    return votes[answer] - max((votes[other] for other in votes if other != answer), default=0) >= k


async def one_by_one(task: AnyTask, model: SimulatedModel, k: int, most: int) -> Spent:
    """Wait for one vote after another, for at most `most` steps."""
    return await _with_waves(task, model, k, most, together=False)


async def step_by_step(task: AnyTask, model: SimulatedModel, k: int, most: int) -> Spent:
    """Ask for all the votes that a step still needs at once, wait for all of them, then go on to the next step."""
    return await _with_waves(task, model, k, most, together=True)


async def _with_waves(task: AnyTask, model: SimulatedModel, k: int, most: int, *, together: bool) -> Spent:
    state, samples = task.start(), 0
    for number in range(most):
        step = task.step(state)
        if step is None:
            return Spent(number, samples)
        votes: dict[Hashable, int] = {}
        numbers: Iterator[int] = count()
        won = None
        while won is None:
            needed = k - _margin(votes) if together else 1
            wave = (model.sample(request(step.prompt, number, next(numbers))) for _ in range(needed))
            for response in await asyncio.gather(*wave):
                samples += 1
                answer = read(task, state, response)
                if won is None and answer is not None and wins(votes, answer, k):
                    won = answer
        state = task.apply(state, won)
    return Spent(most, samples)


def _margin(votes: dict[Hashable, int]) -> int:
    first, second = [*sorted(votes.values(), reverse=True), 0, 0][:2]
    return first - second
