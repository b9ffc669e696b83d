"""Rolling back: what is planned, what needs consent, and what is left where it cannot be done."""

from __future__ import annotations

import asyncio
import json

import pytest

from maker_engine.core.decomposition import Do
from maker_engine.core.errors import InputError, ProblemError, SessionBusyError, TaskError
from maker_engine.effects.consent import Scope
from maker_engine.effects.port import EffectError
from maker_engine.effects.world import RealWorld
from maker_engine.runtime.order import RunOrder, drive, prepare
from maker_engine.runtime.rollback import RollbackError, plan_rollback, roll_back
from maker_engine.runtime.step_control import Inbox
from maker_engine.sessions.store.lock import WriterLock
from maker_engine.sessions.store.reader import Reader
from tests.support.running import TOY
from tests.support.toy import Count


class Turned(Count):
    """The toy with a hand of the clock that is put back."""

    def rollback(self, state, later):
        if state == 9:
            raise ProblemError("not to step 2: choose step 1")
        return Do("hand", json.dumps({"to": state, "after": [*later]}), label=f"turn the hand to {state}")


class Hand:
    """Turns the hand, unless it is stuck."""

    def __init__(self):
        self.turned = []
        self.stuck = False

    def scope(self, _arguments, *, writes):
        return Scope("hand", "clock", writes)

    def describe(self, arguments):
        return f"turn to {arguments['to']}"

    async def carry_out(self, call):
        if self.stuck:
            raise EffectError("state", "the hand is stuck")
        self.turned.append(call.arguments)
        return {"words": f"turned to {call.arguments['to']}"}


@pytest.fixture
def path(tmp_path):
    """A run of three steps that has ended."""
    file = tmp_path / "run.maker"
    asyncio.run(
        drive(prepare(RunOrder(TOY, session=file, seed=1, model="sim:p=1,v=1"), Count), Inbox(), lambda _: None)
    )
    return file


def branches(path):
    """The number of runs of a session."""
    with Reader(path) as reader:
        return len(reader.branches)


def test_the_world_is_put_back_with_consent_and_a_fork_begins_there(path):
    """What the task gives is carried out once, with consent; the fork is added after that, with a note of it."""
    hand = Hand()
    world = RealWorld({"hand": hand})
    plan = plan_rollback(path, 2, family=Turned, world=world)
    assert (plan.description, str(plan.scope), plan.ends) == ("turn the hand to 18", "write:hand:clock", False)
    with pytest.raises(InputError, match="--allow write:hand:clock"):
        roll_back(plan, world=world)
    hand.stuck = True
    with pytest.raises(RollbackError, match="step 3 is not rolled back to: the hand is stuck"):
        roll_back(plan, ["write:hand:clock"], world=world)
    hand.stuck = False
    with WriterLock(path), pytest.raises(SessionBusyError):
        roll_back(plan, ["write:hand:clock"], world=world)
    assert (hand.turned, branches(path)) == ([], 1)
    found = roll_back(plan, ["write:hand:clock"], world=world)
    assert (found.words, found.fork, branches(path)) == ("turned to 18", 1, 2)
    with Reader(path) as reader:
        assert (reader.branch.fork_step, reader.meta()["note"]) == (2, "rolled back: turned to 18")
        assert hand.turned == [{"to": 18, "after": [27]}]


def test_at_the_end_nothing_is_left_to_decide_and_no_fork_begins(path):
    """The last state is put back, too; a step that the task refuses, or that is none, is refused in its words."""
    world = RealWorld({"hand": Hand()})
    plan = plan_rollback(path, 3, family=Turned, world=world)
    assert (plan.ends, roll_back(plan, ["write:hand:clock"], world=world).fork) == (True, None)
    for step, words in ((1, "choose step 1"), (4, "not 5")):
        with pytest.raises(InputError, match=words):
            plan_rollback(path, step, family=Turned, world=world)


def test_a_task_that_offers_none_or_fails_is_named(path):
    """Without a rollback of its own a task puts nothing back; what it raises by mistake is its fault."""

    class Broken(Count):
        def rollback(self, _state, _later):
            raise KeyError("boom")

    with pytest.raises(InputError, match="puts nothing back"):
        plan_rollback(path, 1, family=Count)
    with pytest.raises(TaskError, match="KeyError"):
        plan_rollback(path, 1, family=Broken)
