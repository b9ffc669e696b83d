"""Goes on with a run that was written to a session, and has stopped."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Unpack

from maker_engine.api.callables import CallableModel
from maker_engine.api.listening import Gathering
from maker_engine.api.options import RunOptions, changes
from maker_engine.api.persons import OnAsk, Person
from maker_engine.api.results import Run
from maker_engine.api.running import ModelOption, refuse_waiting, run, settle
from maker_engine.core.decomposition import AnyTask, Task
from maker_engine.core.errors import InputError
from maker_engine.core.record.entries import Entry
from maker_engine.core.record.registry import events_of
from maker_engine.models.opening import CALLABLE
from maker_engine.options.table import BY_NAME
from maker_engine.runtime.continuing import prepare_resume, reordered
from maker_engine.runtime.order import PreparedRun
from maker_engine.sessions.store.reader import Reader
from maker_engine.sessions.store.upgrade import bring_up


def resume(
    session: str | Path,
    *,
    task: AnyTask | type[AnyTask] | None = None,
    model: ModelOption | None = None,
    k: int | None = None,
    on_ask: OnAsk | None = None,
    trust: bool = False,
    **options: Unpack[RunOptions],
) -> Run:
    """Continue a run that has stopped, from where its session stopped; what was voted there counts again.

    Args:
        session: Its file.
        task: The task or its class; None for an installed task, by the name in the session.
        model: Another model from here on; where the run asked a function, that has to be given again.
        k: Another margin, None for the one so far.
        on_ask: As for `solve`.
        trust: Agree to the server and the models that a session from elsewhere names.
        options: Options to change, such as a higher limit; the others are as they were.

    Raises:
        InputError: No step is left to continue with, or a change cannot be used.
        UntrustedError: It came from elsewhere, and `trust` is not given.
        SessionError: It cannot be read, or be written.
        TaskError: The task breaks its contract.
    """
    return settle(aresume(session, task=task, model=model, k=k, on_ask=on_ask, trust=trust, **options))


async def aresume(
    session: str | Path,
    *,
    task: AnyTask | type[AnyTask] | None = None,
    model: ModelOption | None = None,
    k: int | None = None,
    on_ask: OnAsk | None = None,
    trust: bool = False,
    **options: Unpack[RunOptions],
) -> Run:
    """As `resume`, for a program that awaits."""
    refuse_waiting(options)
    path = Path(session)
    family = type(task) if isinstance(task, Task) else task
    prepared = _prepared(path, family, model, k, options, attended=on_ask is not None, trust=trust)
    if isinstance(task, Task) and task != prepared.task:
        raise InputError(f"session {path} is of another problem, {prepared.task.label}: give the class of the task")
    done = await run(prepared, Person(on_ask), keep=True)
    gathered = _recorded(path, prepared)
    answers = tuple(step.answer for step in gathered.steps)
    return replace(done, steps=tuple(gathered.steps), answers=answers, open=gathered.open)


def _prepared(
    path: Path,
    family: type[AnyTask] | None,
    model: ModelOption | None,
    k: int | None,
    options: RunOptions,
    *,
    attended: bool,
    trust: bool,
) -> PreparedRun:
    bring_up(path)
    with Reader(path) as reader:
        kept = reordered(reader.meta()["order"], path, {})
    given = {name: value for name, value in (("k", k), ("model", model)) if value is not None}
    changed = {**changes(options, kept), "attended": attended}
    if "k" in given:
        changed["k"] = BY_NAME["k"].value_of(k)
    if callable(model):
        asked = CallableModel(model)
        changed |= {"model": asked.name, "preflight": False}
        return prepare_resume(path, changed, family, trusted=trust, model=asked)
    if model is not None:
        changed["model"] = BY_NAME["model"].value_of(model)
    elif kept.model.startswith(CALLABLE):
        raise InputError(f"session {path} asked {kept.model}, which only a program has: give it as model=")
    return prepare_resume(path, changed, family, trusted=trust)


def _recorded(path: Path, prepared: PreparedRun) -> Gathering:
    """Return the steps of a run as its session has them: those of the processes before as well."""
    gathered = Gathering()
    with Reader(path, None if prepared.saved is None else prepared.saved.branch) as reader:
        done = 0
        for step in reader.steps(prepared.task):
            done = step.step + 1
            _take(gathered, step.step, step.entries)
            gathered.decide(step.step, step.answer)
        _take(gathered, done, reader.open_entries(prepared.task))
    return gathered


def _take(gathered: Gathering, step: int, entries: Iterable[Entry]) -> None:
    for entry in entries:
        for event in events_of(step, entry):
            gathered.take(event)
