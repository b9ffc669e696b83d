"""Drives migrations without a session: votes by the oracle, through text, or by a given order; effects for real."""

from __future__ import annotations

import asyncio
import itertools
import json

from maker_tasks.migration.demo import make_shop
from maker_tasks.migration.state import Choose
from maker_tasks.migration.task import Migration

from maker_engine.core.decomposition import Ask, Do, Said, Vote
from maker_engine.effects.world import RealWorld

MOST_STEPS = 2_000
_ENCODED = 5
_RUNS = itertools.count()


def driven(task, order=(), *, said="go on", state=None, until=None, states=None):
    """Drive a task to its end, or to the first state at which `until` holds; return it, and the answers.

    The states on the way are added to `states`.
    """
    return asyncio.run(_driven(task, list(order), said, state or task.start(), until, [] if states is None else states))


async def _driven(task, order, said, state, until, states):
    answers, world, run = [], RealWorld(), next(_RUNS)
    while (step := task.step(state)) is not None and not (until is not None and until(state)):
        number = len(answers)
        assert number < MOST_STEPS
        if isinstance(step, Vote):
            answer = task.parse(state, "\n".join(task.imitate(step.prompt, None, number)))
            assert [answer] == [task.oracle(state)] == [*task.right_answers(state)]
            if isinstance(answer, Choose) and order:
                waiting = [name for name in order if name not in state.applied]
                answer = Choose(waiting[0])
        elif isinstance(step, Ask):
            answer = Said(said, "a person")
        else:
            assert isinstance(step, Do)
            answer = await world.carry_out(step, f"run-{run}-{number}")
        answers.append(answer)
        states.append(state)
        if number % _ENCODED == 0:  # the contract suite asks it of every state
            assert task.decode_state(json.loads(json.dumps(task.encode_state(state)))) == state
        state = task.apply(state, answer)
    states.append(state)
    return state, answers


def rolled_back(task, states, at):
    """Put the world back to one of the states that a run has had; return what has come of it."""
    do = task.rollback(states[at], states[at + 1 :])
    return asyncio.run(RealWorld().carry_out(do, f"rollback-{next(_RUNS)}"))


def shop(folder, rows=500):
    """Write the demo's database; return its path."""
    path = folder / "shop.db"
    make_shop(path, rows)
    return path


def loaded(files, database, **options):
    """Make the task of a folder given as {path: text}."""
    return Migration.load({"database": str(database), **options}, json.dumps({"folder": "given", "files": files}))


def sqitch(*changes):
    """Write a Sqitch project of (name with its needs, deploy, revert, verify)."""
    files, plan = {}, ["%syntax-version=1.0.0", "%project=given", ""]
    for head, deploy, revert, verify in changes:
        name = head.split()[0]
        plan.append(f"{head} 2026-01-01T00:00:00Z A <a@example.org>")
        files |= {f"deploy/{name}.sql": deploy, f"revert/{name}.sql": revert, f"verify/{name}.sql": verify}
    return {**{path: text for path, text in files.items() if text}, "sqitch.plan": "\n".join(plan)}
