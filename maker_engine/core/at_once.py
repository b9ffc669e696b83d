"""The second path: a model that answers at once is asked, read and counted in one, many steps at a stretch.

Nothing is ever in flight then, so nothing waits its turn, and looking ahead gains nothing. What is decided is the same,
sample for sample; what is saved is the conversation, a request and an event for each sample.
"""

from __future__ import annotations

from maker_engine.core.errors import TaskError
from maker_engine.core.record.events import Event, SamplesDrawn, StepUndecided
from maker_engine.core.responses import PROBES, AtOnce, Sample
from maker_engine.core.solver import Solver
from maker_engine.core.solving.open_step import OpenStep


def draw_steps(solver: Solver, answer: AtOnce, steps: int) -> tuple[list[Event], Exception | None]:
    """Draw and commit at most `steps` steps, with no one asked in between; return also what put an end to it."""
    events: list[Event] = []
    try:
        for _ in range(steps):
            drawn, fault = draw(solver, answer, PROBES)
            events += drawn
            if fault is not None or not solver.decided:
                return events, fault
            events += solver.commit()
    except Exception as error:  # noqa: BLE001 - it ends the run, once the steps before it are recorded
        return events, error
    return events, None


def draw(solver: Solver, answer: AtOnce, room: int) -> tuple[list[Event], TaskError | None]:
    """Draw at most `room` samples of the open step, until it is decided; it is left to the caller to commit it.

    Returns:
        What happened, and the task's fault where it could not read a response.
    """
    one = solver.open_step
    poll = one.poll
    if poll is None:
        return [], None
    before = poll.asked
    events, fault = _draw(one, answer, room)
    solver.drawn += poll.asked - before
    return events, fault


def _draw(one: OpenStep, answer: AtOnce, room: int) -> tuple[list[Event], TaskError | None]:
    poll, fault = one.poll, None
    if poll is None:
        return [], None
    samples: list[Sample] = []
    request, read, count = one.request, one.read, poll.take_next
    while poll.may_ask and len(samples) < room:
        response = answer(request(poll.asked))
        try:
            verdict = read(response)
        except TaskError as error:
            fault = error
            break
        samples.append(count(verdict, response))
    events: list[Event] = [SamplesDrawn(one.number, tuple(samples))] if samples else []
    if poll.winner is None and one.suspect(samples) and fault is None and len(samples) < room:
        more, fault = _draw(one, answer, room - len(samples))
        return events + more, fault
    if poll.exhausted:
        events.append(StepUndecided(one.number, poll.counted))
    return events, fault
