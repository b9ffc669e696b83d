"""An instance of the order: jobs, how many at a time, and quotas."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from .jobs import DELETE, DESTROY, Job, closure, ordered

DEFAULT_SLOTS, MOST_SLOTS = 3, 100
DEFAULT_RETRIES, MOST_RETRIES = 2, 9
MOST_JOBS = 1_000
TERRAFORM, SLEEP = "terraform", "sleep"
TOOLS = (TERRAFORM, SLEEP)
_MOST_BEFORES = 100
LONGEST_MILLIS = 7 * 24 * 3_600_000


@dataclass(frozen=True)
class Problem:
    """What has to be done.

    Attributes:
        jobs: Sorted by id.
        slots: Most jobs at a time.
        quotas: For types, the most jobs of the type at a time, sorted.
        retries: How often a job that failed is tried again.
        name: What it is called.
        unresolved: As `changes.Plan.unresolved`.
        tool: What carries the jobs out: "" for nothing, or one of `TOOLS`.
        workspace: The folder that the tool works in, "" for none.
    """

    jobs: tuple[Job, ...]
    slots: int = DEFAULT_SLOTS
    quotas: tuple[tuple[str, int], ...] = ()
    retries: int = DEFAULT_RETRIES
    name: str = ""
    unresolved: tuple[str, ...] = ()
    tool: str = ""
    workspace: str = ""

    @cached_property
    def by_id(self) -> Mapping[str, Job]:
        """The jobs by id."""
        return {job.id: job for job in self.jobs}

    @cached_property
    def quota(self) -> Mapping[str, int]:
        """The quotas by type."""
        return dict(self.quotas)

    @cached_property
    def behind(self) -> Mapping[str, int]:
        """For each job the longest path from its start to the end, in milliseconds."""
        users: dict[str, list[str]] = {job.id: [] for job in self.jobs}
        for job in self.jobs:
            for one in job.needs:
                users[one].append(job.id)
        found: dict[str, int] = {}
        for one in ordered(users):
            found[one] = self.by_id[one].millis + max((found[user] for user in users[one]), default=0)
        return found

    @cached_property
    def bound(self) -> int:
        """The least makespan that there can be, in milliseconds.

        That is the longest path, or the work of some jobs through the slots or a quota: after what all of them wait
        for, and before what waits for all of them.
        """
        spans = [(before, job.millis, self.behind[job.id] - job.millis) for job, before in self._before.items()]
        ways = [max(self.behind.values(), default=0), _through(spans, self.slots)]
        for kind, most in self.quotas:
            mine = [span for span, job in zip(spans, self._before, strict=True) if job.type == kind]
            ways.append(_through(mine, most))
        return max(ways)

    @cached_property
    def _before(self) -> Mapping[Job, int]:
        """For each job the longest path to its start, in milliseconds."""
        found: dict[str, int] = {}
        for one in ordered({job.id: job.needs for job in self.jobs}):
            needs = self.by_id[one].needs
            found[one] = max((found[need] + self.by_id[need].millis for need in needs), default=0)
        return {job: found[job.id] for job in self.jobs}

    @cached_property
    def dependencies(self) -> Mapping[str, list[str]]:
        """For each resource all those that it needs to be there; of one that goes, those that need it and go before.

        What waits because something is destroyed in between is in the jobs' own `needs`.
        """
        alike = {
            job.id: [one for one in job.needs if (self.by_id[one].action == DELETE) == (job.action == DELETE)]
            for job in self.jobs
        }
        whole = closure(alike)
        mine = {job.address: job.id for job in self.jobs if not (job.action == DELETE and job.id.endswith(DESTROY))}
        return {
            address: sorted({self.by_id[one].address for one in whole[job]} - {address})
            for address, job in mine.items()
        }


def _through(spans: Sequence[tuple[int, int, int]], most: int) -> int:
    """Return the least time for (before, work, behind) spans of which at most `most` are on at a time."""
    found = 0
    befores = sorted({before for before, _, _ in spans})
    for least in befores[:: 1 + len(befores) // _MOST_BEFORES]:
        whole = 0
        for behind, work in sorted(((two, work) for one, work, two in spans if one >= least), reverse=True):
            whole += work
            found = max(found, least + -(-whole // most) + behind)
    return found


def to_text(problem: Problem) -> str:
    """Write a problem as its own format has it, with jobs in place of resources."""
    return json.dumps(
        {
            "name": problem.name,
            "slots": problem.slots,
            "retries": problem.retries,
            "quotas": dict(problem.quotas),
            "unresolved": [*problem.unresolved],
            **({"tool": problem.tool, "workspace": problem.workspace} if problem.tool else {}),
            "jobs": [
                {
                    "id": job.id,
                    "address": job.address,
                    "type": job.type,
                    "action": job.action,
                    "needs": [*job.needs],
                    "seconds": seconds(job.millis),
                    "cost_per_hour": job.cost,
                    "fails": [*job.fails],
                }
                for job in problem.jobs
            ],
        },
        ensure_ascii=False,
    )


def seconds(millis: int) -> int | float:
    """Return milliseconds as seconds, a whole number where it is one."""
    return millis // 1000 if millis % 1000 == 0 else millis / 1000
