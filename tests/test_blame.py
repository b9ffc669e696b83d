"""A task that crashes, in whichever method, is named as its own fault; a bug of ours is not hidden behind it."""

from __future__ import annotations

import asyncio

import pytest

from maker_engine.blame import blaming
from maker_engine.core.decomposition import Task
from maker_engine.core.errors import TaskError
from maker_engine.core.record.events import Outcome
from maker_engine.runtime.order import RunOrder, drive, prepare
from maker_engine.runtime.step_control import Inbox
from maker_engine.task_contract.subject import prepare as prepare_check
from maker_engine.task_contract.suite import Verdict, examine
from tests.support.toy import Count

PROPERTIES = ("label", "expected_steps")
METHODS = sorted(
    {name for name, value in vars(Task).items() if callable(value) and not name.startswith("_")} - {"right_answers"}
)
SHOWN_ONLY = {"describe", "picture", "decode_state", "draft", "refuses", "result", "read_decision", "row", "row_title"}
"""A run does not need these: what it shows is made without them, nothing is amended here, and it is a chain."""


def broken(name):
    """The toy with a method that crashes."""

    def crash(*_):
        raise KeyError("boom")

    made = property(crash) if name in PROPERTIES else classmethod(crash) if name == "load" else crash
    return type("Broken", (Count,), {name: made, "__module__": __name__})


@pytest.mark.parametrize("name", [*METHODS, *PROPERTIES])
def test_a_run_of_a_task_that_crashes_is_its_fault(name, tmp_path):
    """A run ends as failed by the task, is refused with a `TaskError` that names the place, or does without."""
    family = broken(name)
    try:
        prepared = prepare(RunOrder("count", session=tmp_path / "run.maker"), family)
        view = asyncio.run(drive(prepared, Inbox(), lambda _: None))
    except TaskError as error:
        assert str(error) == f"task count fails with KeyError: 'boom' (test_blame.py:{crash_line()})"  # noqa: PT017
    else:
        assert view.snapshot.outcome is (Outcome.SOLVED if name in SHOWN_ONLY else Outcome.FAILED)


def crash_line():
    """Where the crash is."""
    return broken.__code__.co_firstlineno + 4


@pytest.mark.parametrize("name", sorted({*METHODS, *PROPERTIES} - {"load", "draft", "refuses", "row", "row_title"}))
def test_a_check_of_a_task_that_crashes_goes_on(name):
    """Whatever crashes, every check is made, and at least one names the method that crashed."""
    results = list(examine(prepare_check(broken(name), states=50)))
    told = [result.difference for result in results if result.verdict is Verdict.BROKEN]
    assert any(f"{name} raises KeyError: 'boom' (test_blame.py:{crash_line()})" in one for one in told)


def test_a_bug_of_ours_keeps_its_traceback():
    """What is raised without the task in between is no fault of the task."""
    with pytest.raises(ZeroDivisionError), blaming(type(Count())):
        1 / 0  # noqa: B018
