"""Runs a task from a program: `solve`, `asolve` for programs that await, `stream` to observe one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import replace
from typing import Any, TypeAlias, TypeVar, Unpack

from maker_engine.api.apart import settle_apart
from maker_engine.api.callables import Answers, CallableModel
from maker_engine.api.listening import Listening
from maker_engine.api.options import RunOptions, Session, given_of, order_of
from maker_engine.api.persons import OnAsk, Person
from maker_engine.api.results import FinalTotals, Run
from maker_engine.core.decomposition import AnyTask, Task
from maker_engine.core.errors import InputError
from maker_engine.core.record.commands import Stop
from maker_engine.core.record.events import Event
from maker_engine.core.record.outcomes import Outcome
from maker_engine.core.solving.hopeless import HOLD
from maker_engine.options.config import RunConfig
from maker_engine.runtime.order import PreparedRun, drive, in_file, policy_in_effect, prepare
from maker_engine.runtime.plan import ASK
from maker_engine.runtime.view import RunView

T = TypeVar("T")
ModelOption: TypeAlias = str | Answers
"""A model's name, or a function from prompt to text."""


def solve(
    task: AnyTask,
    *,
    model: ModelOption | None = None,
    k: int | None = None,
    session: Session = None,
    on_ask: OnAsk | None = None,
    config: RunConfig | None = None,
    **options: Unpack[RunOptions],
) -> Run:
    """Run a task to its end, also where an event loop is running, as in a notebook.

    Args:
        task: What to solve.
        model: `sim…`, a LiteLLM name such as `openai/gpt-6-luna`, or a function from prompt to text.
        k: Margin that decides a step, None for the smallest that reaches the `target`.
        session: Where to record it: a path, "library" for a new file in the user's library, None for nowhere.
        on_ask: Answers the task's questions; without it, the first one stops the run.
        config: Options in one value; what is given besides takes precedence.
        options: As `RunOptions`.

    Raises:
        InputError: Something cannot be used as given; no one was called.
        SessionError: The session cannot be written.
        TaskError: The task breaks its contract.
    """
    return settle(asolve(task, model=model, k=k, session=session, on_ask=on_ask, config=config, **options))


async def asolve(
    task: AnyTask,
    *,
    model: ModelOption | None = None,
    k: int | None = None,
    session: Session = None,
    on_ask: OnAsk | None = None,
    config: RunConfig | None = None,
    **options: Unpack[RunOptions],
) -> Run:
    """As `solve`, for a program that awaits."""
    prepared, kept = _prepared(task, model, k, session, on_ask, config, options)
    return await run(prepared, Person(on_ask), keep=kept)


async def stream(
    task: AnyTask,
    *,
    model: ModelOption | None = None,
    k: int | None = None,
    session: Session = None,
    on_ask: OnAsk | None = None,
    config: RunConfig | None = None,
    **options: Unpack[RunOptions],
) -> AsyncIterator[Event]:
    """Run a task and yield its events as they come, `RunEnded` last; leaving early stops the run. As `solve`."""
    prepared, kept = _prepared(task, model, k, session, on_ask, config, options)
    person, events = Person(on_ask), asyncio.Queue[Event | None]()
    running = asyncio.ensure_future(run(prepared, person, keep=kept, on_event=events.put_nowait))
    running.add_done_callback(lambda _: events.put_nowait(None))
    try:
        while (event := await events.get()) is not None:
            yield event
        await running
    finally:
        if not running.done():
            person.inbox.send(Stop("the stream was closed"))
            await asyncio.wait({running})


def _prepared(
    task: AnyTask,
    model: ModelOption | None,
    k: int | None,
    session: Session,
    on_ask: OnAsk | None,
    config: RunConfig | None,
    options: RunOptions,
) -> tuple[PreparedRun, bool]:
    """Make a run ready to start, and return whether it is written to a file."""
    given = given_of(config, options)
    if config is not None:
        model = config.model.model if model is None else model
        k = config.voting.k if k is None else k
        session = config.record.session if session is None else session
    refuse_waiting(given)
    return prepared_of(task, model, k, session, given, attended=on_ask is not None), session is not None


def prepared_of(
    task: AnyTask,
    model: ModelOption | None,
    k: int | None,
    session: Session,
    options: RunOptions,
    *,
    attended: bool = False,
) -> PreparedRun:
    """Look a run over and make it ready to start.

    Raises:
        InputError: Something cannot be used as given.
    """
    if isinstance(task, type):
        raise InputError(f"{task.__name__} is a class: give a task, such as {task.__name__}()")
    loaded: object = task
    if not isinstance(loaded, Task):
        raise InputError(f"a task is an instance of maker.Task, got {loaded!r:.60}; load_task finds one by its name")
    if model is None:
        raise InputError('no model is named: give model="sim", a name such as "openai/gpt-6-luna", or a function')
    if isinstance(model, str):
        order, given = order_of(task.name, model, k, session, options), None
    elif callable(model):
        given = CallableModel(model)
        order = order_of(task.name, given.name, k, session, {**options, "preflight": False})
        _refuse_names(order.voters, order.api_base, order.limit_usd)
    else:
        raise InputError(f"a model is a name or a function from prompt to text, got a {type(model).__name__}")
    policy = policy_in_effect(order.undecided, task, attended=False)  # nobody is there to decide a vote
    order = replace(order, attended=attended, undecided=policy)
    return prepare(order, task, given, kept=session is not None)


def refuse_waiting(options: RunOptions) -> None:
    """Refuse what has a run wait for a person at a vote."""
    for name, value in (("undecided", ASK), ("hopeless", HOLD)):
        if options.get(name) == value:
            raise InputError(f"{name}={value!r} waits for a person in the app: name another policy")


def _refuse_names(voters: tuple[str, ...], api_base: str | None, limit_usd: float | None) -> None:
    """Refuse what only models with names take."""
    for name, value in (("voters", voters), ("api_base", api_base), ("limit_usd", limit_usd)):
        if value:
            raise InputError(f"{name} goes with the name of a model, and the model is a function: leave it out")


async def run(
    prepared: PreparedRun, person: Person, *, keep: bool, on_event: Callable[[Event], None] | None = None
) -> Run:
    """Drive a run to its end; return its result.

    Args:
        prepared: The run.
        person: Who is there.
        keep: Whether it is written to a file.
        on_event: Called with every event.
    """
    made: list[Listening] = []

    def journal_of(prepared: PreparedRun) -> Listening:
        made.append(Listening(in_file(prepared) if keep else None, on_event))
        return made[0]

    view = await drive(prepared, person.inbox, person, journal_of=journal_of)
    model = prepared.plan.model
    fault = person.fault or (model.fault if isinstance(model, CallableModel) else None)
    if fault is not None:
        raise fault
    return _result(prepared, view, made[0], keep=keep)


def _result(prepared: PreparedRun, view: RunView, listened: Listening, *, keep: bool) -> Run:
    snapshot = view.snapshot
    return Run(
        outcome=snapshot.outcome or Outcome.STOPPED,
        reason=snapshot.reason,
        answers=tuple(step.answer for step in listened.steps),
        state=snapshot.state,
        result=view.result,
        totals=FinalTotals.copied(snapshot.totals),
        steps=tuple(listened.steps),
        open=listened.open,
        model=prepared.plan.started.model,
        simulated=prepared.plan.started.simulated,
        k=prepared.plan.started.k,
        problem=prepared.task.label,
        assumptions=prepared.forecast.assumptions,
        elapsed_s=view.elapsed_s,
        session=view.session if keep else None,
    )


def settle(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end, in a thread of its own where an event loop is running here."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        pass
    else:
        return settle_apart(work)
    return asyncio.run(work)
