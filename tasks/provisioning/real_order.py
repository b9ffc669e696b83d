"""The order carried out for real: by Terraform on the bundled project, or by processes that do nothing but sleep.

Terraform is asked for one resource at a time (`apply -target`), which changes nothing where it is there already: so
after a crash in the middle it is simply asked again. Its state lock lets one of several at a time do its work.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from importlib.resources import files
from typing import Any

from maker_engine.core.decomposition import (
    Await,
    Do,
    Done,
    Finished,
    Json,
    Safety,
    Start,
    Started,
    Status,
    Step,
)  # fmt: skip

from .clock import BROKEN, OK, REFUSED, TRANSIENT, Answer, Fate, Go, Question, State, Work
from .jobs import DELETE, Job
from .optimum import Best, best_of
from .order import Order
from .problem import SLEEP, TERRAFORM, Problem, seconds
from .verifier import findings_in_order

PROCESS = "process"
SHORTER = 100
"""How many times shorter a process sleeps than the job would take."""
LONGEST_S = 600.0
_BROKEN = re.compile(r"taint|partially", re.IGNORECASE)
_REFUSED = re.compile(r"denied|unauthori[sz]ed|forbidden|not allowed|quota|limit exceeded", re.IGNORECASE)
_QUIET = ("-input=false", "-no-color")


class RealOrder(Order):
    """An order whose jobs are processes.

    Args:
        problem: The jobs, and the tool.
    """

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem, acts=True)
        self._bests: dict[tuple[Work, ...], Best] = {}

    @property
    def label(self) -> str:
        """Such as `21 jobs, 3 slots, terraform`."""
        return f"{super().label}, {'terraform' if self.problem.tool == TERRAFORM else 'only sleeping'}"

    @property
    def expected_steps(self) -> int:
        """A vote, a start and an end a job, with a preparation and a check by Terraform."""
        return 3 * len(self.problem.jobs) + (2 if self.problem.tool == TERRAFORM else 0)

    def start(self) -> State:
        """Return the state with nothing begun."""
        return State() if self.problem.tool == TERRAFORM else State(prepared=0)

    def step(self, state: State) -> Step | None:
        """Prepare, begin what was decided, ask, wait for an end, and check."""
        if state.prepared < 0:
            return self._terraform("init", f"-from-module={project()}", *_QUIET, label="make the project's folder")
        if state.starting:
            return Start(self._do(self.problem.by_id[state.starting]), state.starting)
        asked = super().step(state)
        if asked is not None or state.prepared > 0:
            return asked
        return Await() if state.running else self._check(state)

    def _check(self, state: State) -> Do | None:
        """Return the check that nothing is left to change, where all jobs are over and it has not been made."""
        over = {one.job for one in state.over if one.how == OK}
        if self.problem.tool == SLEEP or state.checked >= 0 or len(over) < len(self.problem.jobs):
            return None
        return self._terraform("plan", "-detailed-exitcode", *_QUIET, label="see that nothing is left to change")

    def _question(self, state: State) -> Question | None:
        return None if state.prepared or state.starting else super()._question(state)

    def _terraform(self, verb: str, *flags: str, label: str) -> Do:
        argv = ["terraform", f"-chdir={self.problem.workspace}", verb, *flags]
        return Do(PROCESS, json.dumps({"argv": argv}), safety=Safety.IDEMPOTENT, label=label, timeout_s=LONGEST_S)

    def _do(self, job: Job) -> Do:
        label = f"{job.action} {job.id}"[-60:]
        if self.problem.tool == SLEEP:
            argv, longest = ["sleep", str(seconds(job.millis))], job.millis / 1000 + 30
            return Do(PROCESS, json.dumps({"argv": argv}), safety=Safety.IDEMPOTENT, label=label, timeout_s=longest)
        destroy = ("-destroy",) if job.action == DELETE else ()
        return self._terraform(
            "apply", f"-target={job.address}", "-auto-approve", "-lock-timeout=300s", *destroy, *_QUIET, label=label
        )

    def apply(self, state: State, answer: Answer | Done | Started | Finished) -> State:
        """Return the state after an answer, or after what the world has said."""
        if isinstance(answer, Done):
            status = _exit(answer)
            return replace(state, prepared=status) if state.prepared < 0 else replace(state, checked=status)
        if isinstance(answer, Started):
            return self.clock.begun(state, state.starting, state.clock)
        if isinstance(answer, Finished):
            return self._finished(state, answer)
        return super().apply(state, answer)

    def _finished(self, state: State, answer: Finished) -> State:
        """Return the state after a process has ended, at the times that the world has it."""
        work = next((one for one in state.running if one.job == answer.tag), None)
        if work is None:
            return state
        done = answer.done
        job = self.problem.by_id[work.job]
        if not done.ended:  # imitated: it takes as long as the plan says
            return self.clock.ended(state, work, work.start + self.clock.millis(state, job), _how(done))
        origin = state.origin or round(done.started * 1000) - work.start
        started, ended = (max(0, round(one * 1000) - origin) for one in (done.started, done.ended))
        exact = replace(work, start=started)
        running = tuple(exact if one is work else one for one in state.running)
        return self.clock.ended(replace(state, origin=origin, running=running), exact, max(started, ended), _how(done))

    def verify(self, answers: Iterable[Any]) -> list[str]:
        """Check that each job began after what it needs had ended well, and that nothing is left to change."""
        return findings_in_order(self.source(), [*self._moves(answers)])

    def _moves(self, answers: Iterable[Any]) -> Iterable[tuple[str, str, str]]:
        for one in answers:
            if isinstance(one, Go):
                yield one.job, "decided", ""
            elif isinstance(one, Fate):
                yield one.job, one.fate, ""
            elif isinstance(one, Started):
                yield one.tag, "started", ""
            elif isinstance(one, Finished):
                yield one.tag, str(one.done.status.value), one.done.value
            elif isinstance(one, Done):
                yield "", str(one.status.value), one.value

    def result(self, state: State) -> Json:
        """Return the schedule as it was, with the tool and what its check found."""
        found = super().result(state)
        whole = found if isinstance(found, dict) else {}
        return {**whole, "tool": self.problem.tool, "check_exit": state.checked if state.checked >= 0 else None}

    def best(self, state: State) -> Best:
        """Return what is known of the least makespan with the times that the jobs have really taken."""
        if state.over not in self._bests:
            took = {one.job: one.end - one.start for one in state.over}
            jobs = tuple(replace(job, millis=took.get(job.id, job.millis)) for job in self.problem.jobs)
            self._bests = {state.over: best_of(replace(self.problem, jobs=jobs))}
        return self._bests[state.over]

    def rehearse(self, do: Do, variant: int) -> Done:
        """Imitate how a process may end: all well, or one of the ways in which it fails."""
        if variant == 0:
            return Done(Status.OK, json.dumps({"exit": 0, "stdout": "", "stderr": "", "cut": False}))
        errors = ("the provider is busy", "the object is tainted", "access denied")
        if variant % 4 == 0:
            return Done(Status.TIMED_OUT, json.dumps({"error": f"{do.label} took too long", "kind": "timeout"}))
        error = errors[variant % 3]
        return Done(Status.OK, json.dumps({"exit": 1, "stdout": "", "stderr": error, "cut": False}))


def shortened(problem: Problem) -> Problem:
    """Return a problem whose jobs take a hundredth of their time: to sleep longer would show no more."""
    jobs = tuple(replace(job, millis=job.millis // SHORTER) for job in problem.jobs)
    return replace(problem, jobs=jobs, tool=SLEEP)


def project() -> str:
    """Return the folder of the bundled project."""
    return str(files(__package__) / "data" / "project")


def _exit(done: Done) -> int:
    """Return the exit status of a process; 70 of one that did not end by itself."""
    fields = done.fields
    status = fields.get("exit") if done.ok and isinstance(fields, dict) else None
    return status if isinstance(status, int) and status >= 0 else 70


def _how(done: Done) -> str:
    """Return how an attempt ended, by its exit status and what it complained of."""
    if _exit(done) == 0:
        return OK
    fields = done.fields
    said = " ".join(str(fields.get(key, "")) for key in ("stderr", "error")) if isinstance(fields, dict) else ""
    if done.status is Status.REFUSED or _REFUSED.search(said):
        return REFUSED
    return BROKEN if _BROKEN.search(said) else TRANSIENT
