"""What the solver demands of the user's settings and of a task, and whom it blames."""

from __future__ import annotations

import pytest

from maker_engine.core.decomposition import Do
from maker_engine.core.errors import InputError, TaskError
from maker_engine.core.record.events import StepOpened
from maker_engine.core.red_flags import FlagRules
from maker_engine.core.solving.settings import Settings
from tests.support.driving import drive, in_turn, saying
from tests.support.toy import Count, Interrupted


def test_an_effect_is_handed_over():
    """A step that the world answers is opened and shown as `effect`, and no sample is asked for it."""
    due = Do("sql", '"SELECT 1"')
    driven = in_turn(drive(Interrupted(due=due), k=1), saying(1))
    assert driven.solver.effect == due
    assert isinstance(driven.events[-1], StepOpened)
    assert driven.solver.requests(8) == []
    assert not driven.solver.finished


def test_a_vote_is_no_effect():
    """A step that agents vote on is not handed over."""
    assert drive().solver.effect is None


def raising(*_):
    """A method of a task, gone wrong."""
    raise KeyError("oops")


def run(**methods):
    """Solve a task of which some methods are faulty."""
    return in_turn(drive(type("Faulty", (Count,), methods)(), k=1), saying(1))


@pytest.mark.parametrize("method", ["start", "step", "parse", "objection", "apply"])
def test_a_task_that_raises_is_to_blame(method):
    """Whatever a task raises while it is being solved becomes a `TaskError` that names task and step, from 1."""
    with pytest.raises(TaskError, match=r"count fails in .* at step 1: "):
        run(**{method: raising})


@pytest.mark.parametrize("bad", [None, [1]], ids=["none", "unhashable"])
def test_an_answer_that_cannot_be_counted_is_the_tasks_fault(bad):
    """An answer of None, which stands for none, or one that cannot be compared, becomes a `TaskError`."""
    with pytest.raises(TaskError, match="count"):
        run(parse=lambda *_: bad, objection=lambda *_: None)


def later(answer):
    """A `step` that is right at the first state only."""
    return lambda task, state: Count.step(task, 0) if state == 0 else answer()


@pytest.mark.parametrize("window", [1, 8])
@pytest.mark.parametrize(
    ("methods", "named"),
    [
        ({"step": later(raising)}, "fails in step at step 2: 'oops'"),
        ({"step": later(lambda: "next")}, "'next' is not a Vote, Gather, Ask, Do, Start or Await"),
        ({"apply": lambda *_: None}, "returns None, and must return the next state"),
    ],
    ids=["raises", "asks a text", "gives no state"],
)
def test_a_task_that_fails_later_on_leaves_the_solver_whole(methods, named, window):
    """A task that fails at a later state is named, and the step before is still there for the run to end with."""
    driven = drive(type("Faulty", (Count,), methods)(), k=1, window=window)
    with pytest.raises(TaskError, match=named):
        in_turn(driven, saying(1))
    assert (driven.solver.step, driven.solver.hopeless, driven.solver.hang_up()) == (0, None, [])


def test_a_state_that_is_not_frozen_is_the_tasks_fault():
    """A state that could change behind the run's back becomes a `TaskError`."""
    with pytest.raises(TaskError, match="count"):
        run(apply=lambda *_: [1], step=lambda task, state: Count.step(task, 0) if state == 0 else None)


@pytest.mark.parametrize(
    ("chosen", "named"),
    [
        ({"k": 0}, "k must be at least 1, got 0"),
        ({"rule": "most"}, "'most'"),
        ({"k": 3, "max_samples": 2}, "at least k = 3, got 2"),
        ({"flags": FlagRules(max_tokens=0)}, "max tokens must be at least 1, got 0"),
        ({"temperature": 2.1}, "temperatures lie between 0 and 2"),
        ({"first_temperature": -0.1}, "temperatures lie between 0 and 2"),
    ],
)
def test_settings_that_cannot_work_are_refused(chosen, named):
    """A setting with which nothing could be decided is the user's to mend, and the text names it."""
    with pytest.raises(InputError, match=named):
        Settings(**chosen)
