"""Drives API tests without a session: votes by the oracle, through text; effects for real, or as they are rehearsed."""

from __future__ import annotations

import asyncio
import json

from maker_tasks.api_tests.task import ApiTests

from maker_engine.core.decomposition import Await, Do, Finished, Start, Started, Vote
from maker_engine.effects.world import RealWorld

MOST_STEPS = 3_000


class Rehearsed:
    """A world in which every effect has the outcome that the task rehearses at the state that begins it."""

    def __init__(self, task, variant=0):
        self.task, self.variant, self.state = task, variant, None

    async def carry_out(self, do, _):
        return self.task.rehearse(self.state, do, self.variant)


def driven(task, world=None):
    """Drive a task to its end; return its last state and its answers."""
    return asyncio.run(_driven(task, world or RealWorld()))


def rehearsed(task, variant=0):
    """Drive a task in the world that it rehearses."""
    return driven(task, Rehearsed(task, variant))


async def _driven(task, world):
    state, answers, flying = task.start(), [], {}
    while (step := task.step(state)) is not None:
        number = len(answers)
        assert number < MOST_STEPS
        world.state = state
        if isinstance(step, Vote):
            answer = task.parse(state, "\n".join(task.imitate(step.prompt, None, number)))
            assert [answer] == [task.oracle(state)] == [*task.right_answers(state)]
        elif isinstance(step, Do):
            answer = await world.carry_out(step, f"key-{number}")
        elif isinstance(step, Start):
            assert step.tag not in flying
            assert len(flying) < task.most_in_flight
            flying[step.tag] = asyncio.ensure_future(world.carry_out(step.do, f"key-{number}"))
            await asyncio.sleep(0)
            answer = Started(step.tag)
        else:
            assert isinstance(step, Await)
            ended, _ = await asyncio.wait(flying.values(), return_when=asyncio.FIRST_COMPLETED)
            tag = next(tag for tag, future in flying.items() if future in ended)
            answer = Finished(tag, flying.pop(tag).result())
        answers.append(answer)
        assert task.decode_state(json.loads(json.dumps(task.encode_state(state)))) == state
        state = task.apply(state, answer)
    assert not flying
    return state, answers


def verdicts(task, state):
    """Return (verdict, class, tries) of each test."""
    tests = task.result(state)["tests"]
    return {name: (one["verdict"], one["class"], one["tries"]) for name, one in tests.items()}


def loaded(document, **options):
    """Make the task of a document given as a JSON value or a text."""
    text = document if isinstance(document, str) else json.dumps(document)
    return ApiTests.load({"faults": "none", **options}, text)
