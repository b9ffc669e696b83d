"""The clock: what runs in which slot, what has ended and how, and what may begin next.

Agents decide what begins and what becomes of a failure. That something ends is an event of the clock: after each
decision it continues by itself to the next moment at which there is something to decide.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

from .jobs import CREATE, Job
from .problem import Problem

TRANSIENT, BROKEN, REFUSED = "transient", "broken", "refused"
ERRORS = (TRANSIENT, BROKEN, REFUSED)
"""How an attempt fails: nothing is there and it may pass, something half-made is there, or it is not allowed."""
OK = "ok"
RETRY, TAINT, STOP = "retry", "taint", "stop"
FATES = (RETRY, TAINT, STOP)
"""What becomes of a failed job: the same again, what is there destroyed and made again, or its dependants left out."""
WHICH, FATE = "which", "fate"


@dataclass(frozen=True, slots=True)
class Go:
    """A job begins."""

    job: str


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a job that failed."""

    job: str
    fate: str


Answer: TypeAlias = Go | Fate


@dataclass(frozen=True, slots=True)
class Work:
    """One attempt at a job.

    Attributes:
        job: Its id.
        slot: Where it runs, 0-based.
        start: Milliseconds since the run began.
        end: Likewise; of one that acts and is not over, −1.
        how: `OK` or one of `ERRORS`; of one that is not over, what the plan has it end as.
    """

    job: str
    slot: int
    start: int
    end: int
    how: str


@dataclass(frozen=True, slots=True)
class State:
    """How far it is.

    Attributes:
        clock: Milliseconds since the run began.
        over: Attempts that have ended, in that order.
        running: Attempts that have not, by slot.
        failed: Jobs whose fate is open, in the order in which they failed.
        fates: (job, fate) pairs that were decided, in order.
        starting: The job whose effect begins next; "" where nothing acts.
        origin: When the first effect began, in milliseconds since 1970; 0 before that, and where nothing acts.
        prepared: Exit status of the preparation, −1 before it.
        checked: Exit status of the check at the end, −1 before it.
    """

    clock: int = 0
    over: tuple[Work, ...] = ()
    running: tuple[Work, ...] = ()
    failed: tuple[str, ...] = ()
    fates: tuple[tuple[str, str], ...] = ()
    starting: str = ""
    origin: int = 0
    prepared: int = -1
    checked: int = -1


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be decided.

    Attributes:
        kind: `WHICH` job begins, or the `FATE` of one.
        ready: Jobs that may begin, sorted by id.
        job: The job that failed, None for `WHICH`.
        attempt: How often it has been tried.
        how: How it failed last.
    """

    kind: str
    ready: tuple[Job, ...] = ()
    job: Job | None = None
    attempt: int = 0
    how: str = ""


class Clock:
    """Carries out answers for a problem.

    Args:
        problem: The jobs.
        acts: The world says when a job ends, not the plan.
    """

    def __init__(self, problem: Problem, *, acts: bool = False) -> None:
        self.problem = problem
        self.acts = acts
        self._questions: list[tuple[State, Question | None]] = []

    def question(self, state: State) -> Question | None:
        """Return what is to be decided at `state`, None where nothing is."""
        for known, found in self._questions:
            if known is state:  # comparing long states costs more than finding the answer
                return found
        question = self._found(state)
        self._questions = [*self._questions[-15:], (state, question)]
        return question

    def _found(self, state: State) -> Question | None:
        if state.failed:
            job = self.problem.by_id[state.failed[0]]
            tries = [one for one in state.over if one.job == job.id]
            return Question(FATE, (), job, len(tries), tries[-1].how)
        ready = self.ready(state)
        return Question(WHICH, ready) if ready else None

    def ready(self, state: State) -> tuple[Job, ...]:
        """Return the jobs that may begin now, by their needs, the slots and the quotas."""
        if len(state.running) >= self.problem.slots:
            return ()
        over = {one.job for one in state.over if one.how == OK}
        out = over | {one.job for one in state.running} | {*state.failed} | {*stopped(state)}
        using: dict[str, int] = {}
        for one in state.running:
            kind = self.problem.by_id[one.job].type
            using[kind] = using.get(kind, 0) + 1
        quota = self.problem.quota
        return tuple(
            job
            for job in self.problem.jobs
            if job.id not in out
            and using.get(job.type, 0) < quota.get(job.type, self.problem.slots)
            and over.issuperset(job.needs)
        )

    def right(self, question: Question) -> Answer:
        """Return what the rule makes of a question."""
        job = question.job
        if job is not None:
            return Fate(job.id, right_fate(question.how, question.attempt, self.problem.retries))
        return Go(min(question.ready, key=lambda one: (-self.problem.behind[one.id], one.id)).id)

    def apply(self, state: State, answer: Answer) -> State:
        """Return the state after an answer: where nothing acts, at the next moment with something to decide."""
        if isinstance(answer, Fate):
            failed = tuple(one for one in state.failed if one != answer.job)
            after = replace(state, failed=failed, fates=(*state.fates, (answer.job, answer.fate)))
            return self.settle(after)
        if self.acts:
            return replace(state, starting=answer.job)
        return self.settle(self.begun(state, answer.job, state.clock))

    def begun(self, state: State, name: str, start: int) -> State:
        """Return the state with a job begun in the lowest free slot."""
        job = self.problem.by_id[name]
        slot = min({*range(self.problem.slots)} - {one.slot for one in state.running}, default=self.problem.slots)
        attempt = sum(one.job == name for one in state.over)
        how = job.fails[attempt] if attempt < len(job.fails) else OK
        end = -1 if self.acts else start + self.millis(state, job)
        running = sorted((*state.running, Work(name, slot, start, end, how)), key=lambda one: one.slot)
        return replace(state, running=tuple(running), starting="", clock=max(state.clock, start))

    def millis(self, state: State, job: Job) -> int:
        """Return how long the next attempt takes: twice as long where something half-made is destroyed first."""
        fate = next((fate for name, fate in reversed(state.fates) if name == job.id), "")
        return 2 * job.millis if fate == TAINT and job.action == CREATE else job.millis

    def settle(self, state: State) -> State:
        """Let the clock continue until something is to be decided or nothing runs; one that acts is not hurried."""
        while not self.acts and state.running and self._found(state) is None:
            now = min(one.end for one in state.running)
            for work in [one for one in state.running if one.end == now]:
                state = self.ended(state, work, now, work.how)
        return state

    def ended(self, state: State, work: Work, now: int, how: str) -> State:
        """Return the state after the end of an attempt."""
        over = (*state.over, replace(work, end=now, how=how))
        running = tuple(one for one in state.running if one is not work)
        failed = state.failed if how == OK else (*state.failed, work.job)
        return replace(state, clock=max(state.clock, now), over=over, running=running, failed=failed)


def right_fate(how: str, attempt: int, retries: int) -> str:
    """Return what the rule makes of a job that failed in its `attempt`-th attempt (1-based)."""
    if how == REFUSED or attempt > retries:
        return STOP
    return TAINT if how == BROKEN else RETRY


def stopped(state: State) -> tuple[str, ...]:
    """Return the jobs that were given up, in that order."""
    return tuple(name for name, fate in state.fates if fate == STOP)
