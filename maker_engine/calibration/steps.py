"""Which steps are sampled, and what is right there: by the oracle's path, a recorded run, or labelled states."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from maker_engine.calibration.sampled import Place
from maker_engine.core.decomposition import AnyTask, Vote
from maker_engine.core.errors import InputError
from maker_engine.core.record.decisions import is_voted
from maker_engine.printable import one_line
from maker_engine.sessions.store.reader import Reader

MOST_WALKED = 2_000_000
"""Steps of a run of unknown length that are walked to draw from."""
ORACLE, RECORDED, LABELLED = "oracle", "decided answers of a recorded run", "labels"
"""Where the truth comes from."""


class Drawn(NamedTuple):
    """Steps drawn at random.

    Attributes:
        places: The steps, in order.
        total: Steps they were drawn from.
        truth: Where their right answers come from.
    """

    places: tuple[Place, ...]
    total: int
    truth: str


def from_oracle(task: AnyTask, number: int, seed: int) -> Drawn:
    """Draw from the path that the oracle takes from the start.

    Raises:
        InputError: The task has no oracle, its path is too long, or it ends at a step that agents do not vote on.
    """
    if not task.has_oracle:
        raise InputError(
            f"task {task.name} has no oracle: name a recorded run whose decisions are taken to be right with --from, or"
            " a file of labelled states with --labels"
        )
    steps = task.expected_steps
    if steps is not None and steps > MOST_WALKED:
        raise InputError(
            f"the oracle's path of {steps:,} steps is too long to draw from: calibrate a smaller problem of"
            f" {task.name}, and name the run's steps with --run-steps"
        )
    return _drawn(_oracles_path(task), steps, number, seed, ORACLE)


def _oracles_path(task: AnyTask) -> Iterator[tuple[Hashable, Hashable]]:
    state: Hashable = task.start()
    for step in range(MOST_WALKED):
        asked = task.step(state)
        if asked is None:
            return
        if not isinstance(asked, Vote):
            raise InputError(
                f"step {step + 1:,} of {task.name} is not voted on, so that no oracle continues from there: name a"
                " recorded run with --from"
            )
        right = task.oracle(state)
        if right is None:
            return
        yield state, right
        state = task.apply(state, right)


def from_session(path: Path, task: AnyTask, number: int, seed: int) -> Drawn:
    """Draw from the decided steps of a recorded run of the same task, whose decisions are taken to be right.

    Raises:
        InputError: It is of another problem, or no step of it was voted on.
        SessionError: It cannot be read.
    """
    with Reader(path, steady=True) as reader:
        order = reader.meta().get("order", {})
        if order.get("source") != task.source():
            raise InputError(f"session {path} is of another problem: name one of the problem that is calibrated")
        return _drawn(_recorded(reader, task), None, number, seed, RECORDED)


def _recorded(reader: Reader, task: AnyTask) -> Iterator[tuple[Hashable, Hashable]]:
    state: Hashable = task.start()
    for stored in reader.steps(task):
        if is_voted(stored.answer) and isinstance(task.step(state), Vote):
            yield state, stored.answer
        state = task.apply(state, stored.answer)


def from_labels(text: str, task: AnyTask, number: int, seed: int) -> Drawn:
    """Draw from labelled states: a JSON object a line, with the keys "state" and "answer" as sessions write them.

    Raises:
        InputError: A line is none, or no agent votes at its state.
    """
    return _drawn(iter([_labelled(task, at, line) for at, line in _lines(text)]), None, number, seed, LABELLED)


def _lines(text: str) -> list[tuple[int, str]]:
    return [(at, line) for at, line in enumerate(text.splitlines(), 1) if line.strip()]


def _labelled(task: AnyTask, at: int, line: str) -> tuple[Any, Any]:
    try:
        found = json.loads(line)
        state, answer = task.decode_state(found["state"]), task.decode_answer(found["answer"])
        if isinstance(task.step(state), Vote):
            return state, answer
        what = "no agent votes at its state"
    except Exception as error:  # noqa: BLE001 - a task may raise anything at what is no state of it
        what = one_line(f"{type(error).__name__}: {error}", 80)
    raise InputError(f'line {at} of the labels is no {{"state": …, "answer": …}} of {task.name}: {what}')


def _drawn(path: Iterator[tuple[Hashable, Hashable]], total: int | None, number: int, seed: int, truth: str) -> Drawn:
    """Draw `number` of the steps of a path, each as likely as any other; all where there are no more."""
    dice = Random(f"calibrate {seed}")  # noqa: S311 - repeatable, not secret
    if total is not None and total > number:
        wanted = set(dice.sample(range(total), number))
        last = max(wanted)
        kept = []
        for step, (state, answer) in enumerate(path):
            if step in wanted:
                kept.append(Place(step, state, answer))
            if step >= last:
                break
        return Drawn(_some(kept), total, truth)
    reservoir: list[Place] = []
    seen = 0
    for step, (state, answer) in enumerate(path):
        seen += 1
        place = Place(step, state, answer)
        if len(reservoir) < number:
            reservoir.append(place)
        elif (at := dice.randrange(seen)) < number:
            reservoir[at] = place
    return Drawn(_some(reservoir), seen, truth)


def _some(places: list[Place]) -> tuple[Place, ...]:
    if not places:
        raise InputError("there is no step to sample: no agent votes on one")
    return tuple(sorted(places, key=lambda place: place.step))
