"""An instance of the order: jobs, how many at a time, and quotas."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from .jobs import DELETE, DESTROY, Job, closure, ordered

DEFAULT_SLOTS, MOST_SLOTS = 3, 100
DEFAULT_RETRIES, MOST_RETRIES = 2, 9
MOST_JOBS = 1_000
TERRAFORM, SLEEP = "terraform", "sleep"
TOOLS = (TERRAFORM, SLEEP)
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
        """The least makespan that there can be, in milliseconds: the longest path, or the work through the slots."""
        whole = sum(job.millis for job in self.jobs)
        by_type: dict[str, int] = {}
        for job in self.jobs:
            by_type[job.type] = by_type.get(job.type, 0) + job.millis
        ways = [max(self.behind.values(), default=0), -(-whole // self.slots)]
        return max(*ways, *(-(-by_type.get(kind, 0) // most) for kind, most in self.quotas), 0)

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
