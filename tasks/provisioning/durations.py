"""How long changes take and what resources cost where a plan does not say: by type, from a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files

from .fields import Place
from .jobs import DELETE, Job
from .templates import load

FILE = "durations.yaml"
_MOST_COST = 1e6


@dataclass(frozen=True, slots=True)
class Duration:
    """One line of the table.

    Attributes:
        pattern: Of a type, or of an address; `*` represents anything.
        create: Milliseconds of a create or an update.
        delete: Milliseconds of a delete.
        cost: Dollars an hour.
    """

    pattern: str
    create: int
    delete: int
    cost: float

    def fits(self, job: Job) -> bool:
        """Return whether the line is about a job."""
        return fnmatchcase(job.type.lower(), self.pattern.lower()) or fnmatchcase(job.address, self.pattern)


def read_durations(text: str, what: str) -> tuple[Duration, ...]:
    """Read a table: patterns with seconds, or with `seconds`, `destroy_seconds` and `cost_per_hour`.

    Raises:
        ProblemError: It is none.
    """
    found = []
    for pattern, entry in Place(load(text, what), "").mapping().items():
        if not isinstance(entry.value, dict):
            found.append(Duration(pattern, entry.millis(), entry.millis(), 0.0))
            continue
        parts = entry.mapping(("seconds", "destroy_seconds", "cost_per_hour"))
        create = parts["seconds"].millis() if "seconds" in parts else 10_000
        delete = parts["destroy_seconds"].millis() if "destroy_seconds" in parts else create
        cost = parts["cost_per_hour"].number(_MOST_COST) if "cost_per_hour" in parts else 0.0
        found.append(Duration(pattern, create, delete, cost))
    return tuple(found)


@cache
def standard() -> tuple[Duration, ...]:
    """Return the table that comes with the task."""
    return read_durations((files(__package__) / "data" / FILE).read_text("utf-8"), FILE)


def timed(job: Job, table: Sequence[Duration]) -> Job:
    """Return a job with the time and the cost of the first line that fits."""
    line = next(line for line in (*table, *standard()) if line.fits(job))
    return replace(
        job,
        millis=line.delete if job.action == DELETE else line.create,
        cost=0.0 if job.action == DELETE else line.cost,
    )
