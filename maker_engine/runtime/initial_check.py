"""A first look at a task before its run is begun: what would break the run at once is said in one line instead."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from maker_engine.core.decomposition import AnyTask, Ask, Do, Gather, Start, Task, Vote
from maker_engine.core.errors import InputError, TaskError
from maker_engine.core.offers import Simulatable, offers
from maker_engine.core.responses import Prompt
from maker_engine.models.profile import PREFIX


def look_over(task: AnyTask, *, kept: bool = True) -> None:
    """Look at a problem and its first step. `maker check-task` looks at all the rest.

    Raises:
        TaskError: Something is not as `decomposition.Task` promises.
        Exception: Whatever the task raises.
    """
    loaded: object = task
    if not isinstance(loaded, Task):
        raise TaskError(f"a task's load gives {loaded!r:.60}: it must give a task")
    for fault in _faults(task, kept=kept):
        raise TaskError(f"task {_name(task)} {fault}; maker check-task says more")


def _faults(task: AnyTask, *, kept: bool) -> Iterator[str]:
    """Yield what is wrong, the first of it first."""
    for kind in ("title", "label"):
        if not isinstance(text := getattr(task, kind), str):
            yield f"has {text!r:.60} for a {kind}: it must be text"
    expected: object = task.expected_steps
    if not (expected is None or (type(expected) is int and expected >= 0)):
        yield f"has {expected!r:.60} for expected_steps: it must be a whole number, or None"
    source: object = task.source() if kept else ""
    if not isinstance(source, str):
        yield f"has {source!r:.60} for its source: it must be text"
    if task.has_oracle and _lacks_oracle(task):
        yield "says that it has an oracle, and has none: write `oracle`, or leave `has_oracle` out"
    yield from _first_step(task, kept=kept)


def _first_step(task: AnyTask, *, kept: bool) -> Iterator[str]:
    state = task.start()
    if state is None:
        yield "starts with None: `start` must return the first state"
    try:
        hash(state)
        json.dumps(task.encode_state(state) if kept else None, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        yield f"has a state that cannot be kept ({error}): states are hashable, and encode_state gives JSON"
    step: object = task.step(state)
    if step is None:
        return
    if not isinstance(step, Vote | Gather | Ask | Do | Start):
        yield f"asks a {type(step).__name__} at its first step: it must be a Vote, a Gather, an Ask, a Do or a Start"
    elif isinstance(step, Vote | Gather):
        prompt = step.prompt
        texts = (getattr(prompt, "system", None), getattr(prompt, "user", None))
        if not all(isinstance(text, str) for text in texts):
            yield f"asks {prompt!r:.60} at its first step: it must be a Prompt of two texts"


def _lacks_oracle(task: AnyTask) -> bool:
    if type(task).oracle is not Task.oracle:
        return False
    try:
        task.oracle(task.start())
    except NotImplementedError:
        return True
    return False


def check_simulation(task: AnyTask, models: Iterable[str]) -> None:
    """See to it that a task can be simulated where one of its models is the simulated one.

    Raises:
        InputError: It cannot.
        Exception: Whatever the task raises.
    """
    if all(name.partition(":")[0] != PREFIX for name in models):
        return
    step = task.step(task.start())
    asked = isinstance(step, Vote | Gather)
    if getattr(step, "form", None) is not None:  # the form of an answer writes responses by itself
        return
    if not asked and type(task).parse is Task.parse and not offers(type(task), Simulatable):
        return  # a person is asked first; what agents are asked later on has a form, which reads the answers as well
    try:
        imitated: object = task.imitate(step.prompt if isinstance(step, Vote | Gather) else Prompt("", ""), None, 0)
    except NotImplementedError:
        raise InputError(f"task {_name(task)} cannot be simulated: give --model, such as openai/gpt-6-luna") from None
    except Exception:
        if asked:
            raise
        return  # the prompt is none of its own: nothing else is known of a task that asks a person first
    if not (isinstance(imitated, tuple) and [type(part) for part in imitated] == [str, str]):
        raise TaskError(f"task {_name(task)} imitates with {imitated!r:.60}: it must give reasoning and answer")


def _name(task: AnyTask) -> str:
    return str(getattr(task, "name", type(task).__name__))
