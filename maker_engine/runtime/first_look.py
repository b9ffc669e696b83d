"""A first look at a task before its run is begun: what would break the run at once is said in one line instead."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from maker_engine.core.decomposition import AnyTask, Ask, Do, Gather, Task, Vote
from maker_engine.core.errors import InputError, TaskError
from maker_engine.models.profile import PREFIX


def look_over(task: AnyTask) -> None:
    """Look at a problem and its first step. `maker check-task` looks at all the rest.

    Raises:
        TaskError: Something is not as `decomposition.Task` promises.
        Exception: Whatever the task raises.
    """
    for fault in _faults(task):
        raise TaskError(f"task {_name(task)} {fault}; maker check-task says more")


def _faults(task: AnyTask) -> Iterator[str]:
    """Yield what is wrong, the first of it first."""
    for kind in ("title", "label"):
        if not isinstance(text := getattr(task, kind), str):
            yield f"has {text!r:.60} for a {kind}: it must be text"
    expected: object = task.expected_steps
    if not (expected is None or (type(expected) is int and expected >= 0)):
        yield f"has {expected!r:.60} for expected_steps: it must be a whole number, or None"
    source: object = task.source()
    if not isinstance(source, str):
        yield f"has {source!r:.60} for its source: it must be text"
    if task.has_oracle and type(task).oracle is Task.oracle:
        yield "says that it has an oracle, and has none: write `oracle`, or leave `has_oracle` out"
    yield from _first_step(task)


def _first_step(task: AnyTask) -> Iterator[str]:
    state = task.start()
    try:
        hash(state)
        json.dumps(task.encode_state(state), allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        yield f"has a state that cannot be kept ({error}): states are hashable, and encode_state gives JSON"
    step: object = task.step(state)
    if step is None:
        return
    if not isinstance(step, Vote | Gather | Ask | Do):
        yield f"asks a {type(step).__name__} at its first step: it must be a Vote, a Gather, an Ask or a Do"
    elif isinstance(step, Vote | Gather):
        prompt = step.prompt
        texts = (getattr(prompt, "system", None), getattr(prompt, "user", None))
        if not all(isinstance(text, str) for text in texts):
            yield f"asks {prompt!r:.60} at its first step: it must be a Prompt of two texts"


def check_simulation(task: AnyTask, models: Iterable[str]) -> None:
    """See to it that a task can be simulated where one of its models is the simulated one.

    Raises:
        InputError: It cannot.
        Exception: Whatever the task raises.
    """
    if all(name.partition(":")[0] != PREFIX for name in models):
        return
    step = task.step(task.start())
    imitates = type(task).imitate is not Task.imitate
    if imitates and isinstance(step, Vote | Gather):
        try:
            task.imitate(step.prompt, None, 0)
        except NotImplementedError:
            imitates = False
    if not imitates:
        raise InputError(f"task {_name(task)} cannot be simulated: give --model, such as openai/gpt-6-luna")


def _name(task: AnyTask) -> str:
    return str(getattr(task, "name", type(task).__name__))
