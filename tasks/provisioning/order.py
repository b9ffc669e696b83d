"""The order of the changes: a vote on each job that begins, and on what becomes of one that failed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from rich.cells import set_cell_size
from rich.text import Text

from maker_engine.core.decomposition import Json, Step, Vote
from maker_engine.core.responses import Flag
from maker_engine.core.task.papers import Ballots
from maker_engine.printable import one_line
from maker_engine.wording import count_of

from . import order_text
from .clock import OK, Answer, Clock, Fate, Go, Question, State, Work, right_fate, stopped
from .flow import Flow
from .optimum import Best, best_of
from .order_picture import draw, hourly, spent
from .problem import Problem, seconds, to_text
from .verifier import findings


class Order(Flow):
    """The order of a problem's jobs.

    Args:
        problem: The jobs.
        acts: The world says when a job ends.
    """

    def __init__(self, problem: Problem, *, acts: bool = False) -> None:
        self.problem = problem
        self.clock = Clock(problem, acts=acts)

    @property
    def label(self) -> str:
        """Such as `21 jobs, 3 slots`."""
        jobs = count_of(len(self.problem.jobs), "job")
        return f"{jobs}, {count_of(self.problem.slots, 'slot')}"

    @property
    def expected_steps(self) -> int:
        """A step a job, and two for each attempt that fails; those left out are not known in advance."""
        return len(self.problem.jobs) + 2 * sum(len(job.fails) for job in self.problem.jobs)

    def source(self) -> str:
        """Return the jobs in the task's own format."""
        return self._source

    @cached_property
    def _source(self) -> str:
        return to_text(self.problem)

    def start(self) -> State:
        """Return the state with nothing begun."""
        return State()

    def step(self, state: State) -> Step | None:
        """Ask which job begins, or what becomes of one that failed."""
        question = self._question(state)
        return None if question is None else Vote(order_text.prompt(self.problem, state, question))

    def _question(self, state: State) -> Question | None:
        return self.clock.question(state)

    def parse(self, state: State, text: str) -> Answer | Flag:
        """Read the last lines."""
        question = self._question(state)
        if question is None:
            raise ValueError("nothing is asked at this state")
        return order_text.read(text, self.problem, question)

    def apply(self, state: State, answer: Answer) -> State:
        """Carry the answer out, and let the clock continue."""
        return self.clock.apply(state, answer)

    def oracle(self, state: State) -> Answer | None:
        """Return what the rule makes right."""
        question = self._question(state)
        return None if question is None else self.clock.right(question)

    def right_answers(self, state: State) -> tuple[Answer, ...]:
        """Return every answer that the rule allows, found by ruling the others out."""
        question = self._question(state)
        if question is None:
            return ()
        if question.job is not None:
            fate = right_fate(question.how, question.attempt, self.problem.retries)
            return (Fate(question.job.id, fate),)
        behind = self.problem.behind
        rows = order_text.rows_of(self.problem, question.ready)
        left = [job for job in rows if not any(behind[other.id] > behind[job.id] for other in rows)]
        return tuple(Go(job.id) for job in left if not any(other.id < job.id for other in left))

    def verify(self, answers: Iterable[Any]) -> list[str]:
        """Replay the order with another clock."""
        moves = [(one.job, one.fate) if isinstance(one, Fate) else (one.job, "start") for one in answers]
        return findings(self._source, moves)

    @cached_property
    def _best(self) -> Best:
        return best_of(self.problem)

    def best(self, state: State) -> Best:  # noqa: ARG002 - where nothing acts, jobs take as long as the plan says
        """Return what is known of the least makespan."""
        return self._best

    def result(self, state: State) -> Json:
        """Return when each resource begins, what it waits for, and how the makespan compares."""
        last = {one.job: one for one in state.over}
        problem, best = self.problem, self.best(state)
        halves = {job.id for job in problem.jobs if job.id != job.address}
        jobs: list[Json] = [self._row(one) for one in sorted(state.over, key=_begun)]
        found: dict[str, Json] = {
            "dependencies": {name: [*needed] for name, needed in problem.dependencies.items()},
            "starts": {
                problem.by_id[one].address: seconds(work.start) for one, work in last.items() if one not in halves
            },
            "makespan_s": seconds(max((one.end for one in state.over), default=0)),
            "bound_s": seconds(best.bound),
            "best_known_s": seconds(best.known),
            "optimum_s": seconds(best.known) if best.proven else None,
            "cost_per_hour": hourly(problem, state),
            "cost_so_far": round(spent(problem, state), 6),
            "jobs": jobs,
        }
        failed = [one.job for one in state.over if one.how != OK]
        if failed:
            found["failed"], found["given_up"], found["left_out"] = [*failed], [*stopped(state)], [*self._left(state)]
        if problem.unresolved:
            found["unresolved"] = [*problem.unresolved]
        return found

    def _left(self, state: State) -> list[str]:
        """Return the jobs that have not begun."""
        begun = {one.job for one in (*state.over, *state.running)}
        return [job.id for job in self.problem.jobs if job.id not in begun]

    def shortfall(self, state: State) -> str:
        """Say in one line which jobs were given up, and how many were left out for that."""
        names = [*stopped(state)]
        if not names:
            return ""
        how = {one.job: one.how for one in state.over}
        words = ", ".join(f"{name} ({how.get(name, 'failed')})" for name in names[:3])
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        left = len(self._left(state))
        behind = f"; {count_of(left, 'job')} left out" if left else ""
        return one_line(f"{count_of(len(names), 'job')} given up: {words}{more}{behind}", 300)

    def _row(self, work: Work) -> Json:
        job = self.problem.by_id[work.job]
        return {
            "job": job.id,
            "action": job.action,
            "needs": [*job.needs],
            "slot": work.slot + 1,
            "start": seconds(work.start),
            "end": seconds(work.end),
            "how": work.how,
        }

    def papers(self, state: State, ballots: Ballots) -> Mapping[str, str]:  # noqa: ARG002 - an order needs no votes beside it
        """Return nothing: the schedule is the result."""
        return {}

    def picture(self, state: State, columns: int, rows: int) -> Text:
        """Draw the slots over time."""
        return draw(self.problem, state, self._question(state), columns, rows)

    def describe(self, answer: Answer) -> str:
        """Write an answer in at most 24 cells: the end of a long name distinguishes it."""
        name = answer.job.rpartition("::")[2] or answer.job
        room = 24 - (len(answer.fate) + 1 if isinstance(answer, Fate) else 0)
        shown = name if len(name) <= room else "…" + name[-(room - 1) :]
        whole = f"{answer.fate} {shown}" if isinstance(answer, Fate) else shown
        return set_cell_size(whole, 24).rstrip()

    def encode_state(self, state: State) -> Json:
        """Return the state's parts."""
        return [
            state.clock,
            [_work(one) for one in state.over],
            [_work(one) for one in state.running],
            [*state.failed],
            [[name, fate] for name, fate in state.fates],
            state.starting,
            state.origin,
            state.prepared,
            state.checked,
        ]

    def decode_state(self, value: Any) -> State:
        """Turn what `encode_state` gave back into an equal state."""
        clock, over, running, failed, fates, *rest = value
        return State(
            clock,
            tuple(Work(*one) for one in over),
            tuple(Work(*one) for one in running),
            tuple(failed),
            tuple((name, fate) for name, fate in fates),
            *rest,
        )

    def encode_answer(self, answer: Answer) -> Json:
        """Return [job], or [job, fate]."""
        return [answer.job, answer.fate] if isinstance(answer, Fate) else [answer.job]

    def decode_answer(self, value: Any) -> Answer:
        """Turn what `encode_answer` gave back into an equal answer."""
        return Fate(*value) if len(value) == 2 else Go(*value)


def _begun(work: Work) -> tuple[int, int]:
    return work.start, work.slot


def _work(one: Work) -> Json:
    return [one.job, one.slot, one.start, one.end, one.how]
