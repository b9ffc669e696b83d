"""What comes next at a state, and the state after what came: requests, waits, votes, clean-up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from maker_engine.core.decomposition import Await, Do, Done, Finished, Start, Status

from .criteria import met
from .evidence import Outcome, outcome_of
from .exchange import Reply, Request
from .expressions import Scope
from .masking import masked_body, masked_headers, masked_text
from .problem import DEMO, Action, Problem, Test
from .sending import (
    build,
    created,
    delete_effect,
    reply_of,
    request_effect,
    scope_of,
    start_effect,
    stop_effect,
    wait_effect,
)  # fmt: skip
from .state import (
    AGAIN,
    DELETED,
    ENDED,
    FAILED,
    GOING,
    JUDGED,
    LEFT,
    NOT_UNDERSTOOD,
    OPEN,
    OVER,
    PASSED,
    PAUSED,
    PAUSING,
    RESTING,
    SENT,
    SERVER_STOPPED,
    SETTLED,
    STOP,
    UNKNOWN,
    WAITING,
    Entry,
    Judge,
    Made,
    State,
    Trial,
)  # fmt: skip
from .turns import in_flight, ready, skipped, with_skipped

MOST_CLEANING_TRIES, MOST_JUMPS = 3, 5
GONE = (404, 410)
PACE = "pace:"


def begin(problem: Problem) -> State:
    """Return the state before anything is sent: what was not understood is skipped, and what needs it."""
    trials = [skipped(Trial(), NOT_UNDERSTOOD, test.puzzle) if test.puzzle else Trial() for test in problem.tests]
    return settled(problem, State(tuple(trials)))


def judged(problem: Problem, state: State) -> Test | None:
    """Return the first test whose failure waits for a vote, None for none."""
    found = (test for test, trial in zip(problem.tests, state.trials, strict=True) if trial.status == JUDGED)
    return next(found, None)


def offered(problem: Problem, state: State) -> list[Test]:
    """Return the tests among which a vote chooses now: none where one goes anyway, or no slot is free."""
    if state.chosen or in_flight(state) >= problem.parallel or _pacing(state):
        return []
    return ready(problem, state)


def _pacing(state: State) -> bool:
    return bool(state.paced) or any(tag.startswith(PACE) for tag in state.flying)


def acting(problem: Problem, state: State) -> Do | Start | Await | None:
    """Return the step that acts at a state where no vote is due; None at the end."""
    if problem.base_url == DEMO and not state.server:
        return start_effect(problem)
    if state.paced:
        return Start(wait_effect(1 / problem.rate, "keep to the rate"), f"{PACE}{len(state.log)}")
    for test, trial in zip(problem.tests, state.trials, strict=True):
        if trial.status == PAUSING:
            return Start(
                wait_effect(trial.pause, f"{test.id}: wait {trial.pause:g} s"), f"wait:{test.id}#{trial.tries}"
            )
    found = offered(problem, replace(state, chosen=""))
    if found:
        test = problem.test(state.chosen) if state.chosen else found[0]
        request, _ = build(problem, state, test)
        trial = state.trials[problem.index[test.id]]
        return Start(request_effect(problem, test, request, state.server), f"{test.id}#{trial.tries + 1}")
    return _cleaning(problem, state)


def _cleaning(problem: Problem, state: State) -> Do | Start | Await | None:
    """Return the step that acts where no test can be sent."""
    tests_over = all(trial.status in SETTLED for trial in state.trials)
    cleaning = any(made.status == GOING for made in state.made)
    for place, made in reversed([*enumerate(state.made)]):  # the last one first: it may need those before it
        if made.status == RESTING:
            return Start(wait_effect(1.0, f"rest before cleaning up after {made.by}"), f"rest:{place}#{made.tries}")
        if tests_over and made.status == OPEN and not cleaning and not _pacing(state):
            return Start(
                delete_effect(problem, made, _headers_of(problem, state, made), state.server),
                f"clean:{place}#{made.tries + 1}",
            )
    if state.flying:
        return Await()
    if problem.base_url == DEMO and state.server not in ("", SERVER_STOPPED):
        return stop_effect(state.server)
    return None


def _headers_of(problem: Problem, state: State, made: Made) -> Any:
    return build(problem, state, problem.test(made.by))[0].headers


def unsendable(problem: Problem, state: State) -> State:
    """Return the state in which each ready test that lacks a value has failed without being sent."""
    waiting = [problem.test(state.chosen)] if state.chosen else ready(problem, state)
    for test in waiting:
        _, missing = build(problem, state, test)
        if missing:
            reply = Reply("unsent", why=f"there is no value for {missing[0]}"[:200])
            trial = state.trials[problem.index[test.id]]
            fault = outcome_of(problem, state, test, trial, None, reply).fault
            state = put(problem, state, test, replace(trial, status=JUDGED, fault=fault, why=reply.why), chosen="")
    return state


def put(problem: Problem, state: State, test: Test, trial: Trial, **more: Any) -> State:
    """Return the state with a test's trial replaced."""
    place = problem.index[test.id]
    return replace(state, trials=(*state.trials[:place], trial, *state.trials[place + 1 :]), **more)


def started(problem: Problem, state: State, tag: str) -> State:
    """Return the state after an effect was begun."""
    kind, _, rest = tag.partition(":")
    state = replace(state, flying=(*state.flying, tag))
    if tag.startswith(PACE):
        return replace(state, paced=0)
    if kind == "wait" and rest:
        test = problem.test(rest.rpartition("#")[0])
        return put(problem, state, test, replace(state.trials[problem.index[test.id]], status=PAUSED))
    if kind in ("clean", "rest") and rest:
        place = int(rest.partition("#")[0])
        made = state.made[place]
        tries = made.tries + (kind == "clean")
        state = _made(state, place, replace(made, status=GOING, tries=tries))
        return replace(state, paced=int(problem.rate > 0)) if kind == "clean" else state
    test = problem.test(tag.rpartition("#")[0])
    trial = state.trials[problem.index[test.id]]
    sent = replace(trial, status=SENT, tries=trial.tries + 1, behind=())
    return put(problem, state, test, sent, chosen="", paced=int(problem.rate > 0))


def _made(state: State, place: int, made: Made) -> State:
    return replace(state, made=(*state.made[:place], made, *state.made[place + 1 :]))


def done(state: State, result: Done) -> State:
    """Return the state after maker's own server was started or stopped."""
    fields: Any = result.fields
    name = fields.get("server") if isinstance(fields, dict) and result.status is Status.OK else None
    if state.server:
        return replace(state, server=SERVER_STOPPED)
    return replace(state, server=str(name) if name else "none")


def finished(problem: Problem, state: State, ended: Finished) -> State:
    """Return the state after an effect in flight has ended."""
    if ended.tag not in state.flying:
        return state
    state = replace(state, flying=tuple(tag for tag in state.flying if tag != ended.tag))
    kind, _, rest = ended.tag.partition(":")
    if ended.tag.startswith(PACE):
        return state
    if kind == "wait" and rest:
        test = problem.test(rest.rpartition("#")[0])
        trial = state.trials[problem.index[test.id]]
        return settled(problem, put(problem, state, test, replace(trial, status=WAITING, pause=0.0)))
    if kind in ("clean", "rest") and rest:
        return _cleaned(problem, state, int(rest.partition("#")[0]), ended, rested=kind == "rest")
    return _answered(problem, state, ended)


def _entry(ended: Finished, request: Request, reply: Reply) -> Entry:
    took = max(0, round((ended.done.ended - ended.done.started) * 1000))
    return Entry(
        ended.tag, request.method, masked_text(request.url)[:500], masked_headers(request.headers),
        "" if request.body is None else masked_body(request.body) if _has_body(request) else "",
        ended.done.started, took, reply.kind, reply.status, masked_headers(reply.headers),
        masked_body(reply.body) if reply.is_json else masked_text(reply.text[:1_000]) or masked_text(reply.why),
    )  # fmt: skip


def _has_body(request: Request) -> bool:
    return isinstance(request.body, str | int | float | dict | list)


def _cleaned(problem: Problem, state: State, place: int, ended: Finished, *, rested: bool) -> State:
    made = state.made[place]
    if rested:
        return _made(state, place, replace(made, status=OPEN))
    reply = reply_of(ended.done)
    headers = _headers_of(problem, state, made)
    state = replace(state, log=(*state.log, _entry(ended, Request("DELETE", made.url, headers), reply)))
    if 200 <= reply.status < 300 or reply.status in GONE:
        return _made(state, place, replace(made, status=DELETED))
    why = f"DELETE was answered {reply.status}" if reply.status else reply.why
    over = made.tries >= MOST_CLEANING_TRIES or reply.kind in ("refused", "tls")
    return _made(state, place, replace(made, status=LEFT if over else RESTING, why=why))


def _answered(problem: Problem, state: State, ended: Finished) -> State:
    test = problem.test(ended.tag.rpartition("#")[0])
    trial = state.trials[problem.index[test.id]]
    request, _ = build(problem, state, test)
    reply = reply_of(ended.done)
    entry = _entry(ended, request, reply)
    state = replace(state, log=(*state.log, entry))
    outcome = outcome_of(problem, state, test, trial, request, reply)
    trial = replace(trial, code=reply.status, ms=entry.ms)
    state = _noticed(problem, state, test, request, reply, outcome.scope)
    if outcome.fault is not None:
        return put(problem, state, test, replace(trial, status=JUDGED, fault=outcome.fault, why=outcome.fault.unmet))
    passed = replace(trial, status=PASSED, outputs=outcome.outputs, fault=None, why="", verdict="", free=False)
    state = put(problem, state, test, passed)
    return settled(problem, _led(problem, state, test, test.on_success, outcome))


def _noticed(problem: Problem, state: State, test: Test, request: Request, reply: Reply, scope: Scope) -> State:
    """Return the state with what a request created or deleted."""
    if request.method == "DELETE" and (200 <= reply.status < 300 or reply.status in GONE):
        here = request.url.partition("?")[0].rstrip("/")
        gone = [replace(one, status=DELETED) if one.url.rstrip("/") == here else one for one in state.made]
        return replace(state, made=tuple(gone))
    made = created(problem, test, request, reply, scope)
    if made is None and request.method == "POST" and reply.kind in ("timed out", "closed"):
        made = Made(
            "",
            test.id,
            UNKNOWN,
            why=f"POST {request.url[:100]} was sent and not answered: it may have created something",
        )
    known = {(one.url, one.by, one.status) for one in state.made}
    if (
        made is None
        or (made.url, made.by, made.status) in known
        or any(one.url == made.url != "" for one in state.made)
    ):
        return state
    return replace(state, made=(*state.made, made))


def settled(problem: Problem, state: State) -> State:
    """Return the state with all skipped that can no longer be sent, and all judged that lacks a value."""
    state = replace(state, trials=with_skipped(problem, state.trials, state.stopped))
    return unsendable(problem, state)


def decided(problem: Problem, state: State, answer: Judge) -> State:
    """Return the state after a vote on a failure."""
    test = judged(problem, state)
    if test is None:
        return state
    trial = state.trials[problem.index[test.id]]
    fault = trial.fault
    if answer.kind == AGAIN:
        asked = fault is not None and fault.document >= 0
        pause = max(answer.after_s, fault.document if asked and fault is not None else 0)
        again = replace(trial, status=PAUSING if pause else WAITING, pause=float(pause), retries=trial.retries + asked)
        if asked and fault is not None and fault.by:
            state, again = _sent_first(problem, state, again, fault.by)
        return settled(problem, put(problem, state, test, again))
    state = put(problem, state, test, replace(trial, status=FAILED, verdict=answer.kind, free=False))
    if answer.then == STOP:
        state = replace(state, stopped=state.stopped or f"{test.id} has failed and stops the run")
    request, _ = build(problem, state, test)
    reply = Reply(fault.kind if fault else "failed", trial.code, text="")
    scope = scope_of(problem, state, test.workflow, request, reply)
    return settled(problem, _led(problem, state, test, test.on_failure, Outcome(scope, (), fault)))


def _sent_first(problem: Problem, state: State, trial: Trial, names: tuple[str, ...]) -> tuple[State, Trial]:
    """Return the state in which tests are sent once more before a retry, and the trial that waits for them."""
    numbers = [problem.index[name] for name in names if name in problem.index]
    if any(state.trials[number].behind for number in numbers):  # two that wait for one another would wait for ever
        return state, trial
    return _once_more(problem, state, numbers), replace(trial, behind=tuple(problem.tests[one].id for one in numbers))


def _once_more(problem: Problem, state: State, numbers: Sequence[int]) -> State:
    """Return the state in which tests that are over are to be sent again, the first of them waiting for nobody."""
    trials, names = list(state.trials), {problem.tests[number].id for number in numbers}
    for number in numbers:
        first = names.isdisjoint(problem.tests[number].needs)
        if trials[number].status in SETTLED and trials[number].verdict != NOT_UNDERSTOOD:
            trials[number] = replace(trials[number], status=WAITING, fault=None, verdict="", why="", free=first)
        elif trials[number].status == WAITING:
            trials[number] = replace(trials[number], free=trials[number].free or first)
    return replace(state, trials=tuple(trials))


def _to_workflow(problem: Problem, state: State, test: Test, name: str) -> State:
    """Return the state in which a document leads to another workflow: it runs, once more where it has run."""
    numbers = [place for place, one in enumerate(problem.tests) if one.workflow == name and not one.cleanup]
    again = all(state.trials[number].status in SETTLED for number in numbers)
    if again and state.jumps >= MOST_JUMPS:
        return replace(state, stopped=state.stopped or f"{test.id} jumps back more than {MOST_JUMPS} times")
    return replace(_once_more(problem, state, numbers), jumps=state.jumps + again)


def _led(problem: Problem, state: State, test: Test, actions: tuple[Action, ...], outcome: Outcome) -> State:
    """Return the state after the first action of the document that fits: an end of the workflow, or a jump in it."""
    action = next(
        (one for one in actions if one.kind != "retry" and all(met(c, outcome.scope) for c in one.criteria)), None
    )
    if action is None:
        return state
    place = problem.index[test.id]
    theirs = [number for number, one in enumerate(problem.tests) if one.workflow == test.workflow and not one.cleanup]
    target = problem.index.get(action.target, -1) if action.kind == "goto" else -1
    trials = list(state.trials)
    if target >= 0 and target <= place:
        if state.jumps >= MOST_JUMPS:
            return replace(state, stopped=state.stopped or f"{test.id} jumps back more than {MOST_JUMPS} times")
        for number in theirs:
            if target <= number <= place and trials[number].status in SETTLED:
                trials[number] = replace(trials[number], status=WAITING, fault=None, verdict="", why="")
        trials[target] = replace(trials[target], free=True)
        return replace(state, trials=tuple(trials), jumps=state.jumps + 1)
    for number in theirs:
        if place < number and number != target and (target < 0 or number < target) and trials[number].status == WAITING:
            trials[number] = Trial(OVER, verdict=ENDED, why=f"{test.id} leads past it")
    if target >= 0:
        trials[target] = replace(trials[target], free=True)
    state = replace(state, trials=tuple(trials))
    return _to_workflow(problem, state, test, action.workflow) if action.workflow else state
