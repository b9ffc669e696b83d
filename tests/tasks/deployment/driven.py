"""Drives rollouts without a session: votes by the rule, through text; effects for real, or as they are rehearsed."""

from __future__ import annotations

import json

from maker_tasks.deployment.task import Deployment

from maker_engine.core.decomposition import Do, Vote
from maker_engine.effects.world import RealWorld

MOST_STEPS = 3_000
OWN = "format: maker-deployment 1\nwindow_s: 0.1\nprobes: 10\ngrace_s: 0.5\nlease_s: 1\nservices:\n"


class Rehearsed:
    """A world in which every effect has the outcome that the task rehearses at the state that begins it."""

    def __init__(self, task, variant=0):
        self.task, self.variant, self.state = task, variant, None

    async def carry_out(self, do, _):
        return self.task.rehearse(self.state, do, self.variant)


def loaded(services, **options):
    """Make the task of services given as lines of YAML."""
    return Deployment.load(options, OWN + "".join(f"  {line}\n" for line in services))


async def driven(task, world=None, before=None):
    """Drive a task to its end; return its result, its answers, and what its own check finds."""
    world = world or RealWorld()
    state, answers = task.start(), []
    while (step := task.step(state)) is not None:
        number = len(answers)
        assert number < MOST_STEPS
        world.state = state
        if before is not None:
            await before(state, step)
        if isinstance(step, Vote):
            answer = task.parse(state, "\n".join(task.imitate(step.prompt, None, number)))
            assert [answer] == [task.oracle(state)] == [*task.right_answers(state)]
        else:
            assert isinstance(step, Do)
            answer = await world.carry_out(step, f"key-{id(task)}-{number}")
        answers.append(answer)
        assert task.decode_state(json.loads(json.dumps(task.encode_state(state)))) == state
        state = task.apply(state, answer)
    return task.result(state), answers, task.verify(answers)


def verdicts(result):
    """Return the verdict of each service."""
    return {name: one["verdict"] for name, one in result["services"].items()}
