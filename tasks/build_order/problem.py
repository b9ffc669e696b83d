"""The problem: modules, what each needs and how much, and how the run is to go about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property

from maker_engine.core.errors import ProblemError

MOST_MODULES, MOST_EDGES = 100_000, 1_000_000
MOST_RAW = 120
"""Modules of a problem whose numbers the agents work out: all of those left are in every prompt."""
MOST_SLOTS = 64
LONGEST_BUILD = 3_600
"""Seconds that a command gets where no one says how many."""
MOST_TIMEOUT = 86_400
AUTO, UNIT, DROP = "auto", "unit", "drop"
GUIDED, RAW = "guided", "raw"
STOP, KEEP_GOING = "stop", "keep-going"


class Kind(IntEnum):
    """How much one module needs another; the weakest first."""

    OPTIONAL = 0
    DEV = 1
    PEER = 2
    REQUIRED = 3

    @property
    def word(self) -> str:
        """Its name in prompts and files."""
        return self.name.lower()


KINDS = {kind.word: kind for kind in Kind}


@dataclass(frozen=True, slots=True)
class Module:
    """One module.

    Attributes:
        name: Its name, unlike that of any other.
        seconds: How long it takes to build; None where no one has said.
        path: Its folder or file, with slashes, relative to the project; "" where none is known.
    """

    name: str
    seconds: float | None = None
    path: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """How the run goes about it.

    Attributes:
        cycles: `AUTO`: the weakest need of a cycle is dropped, and a cycle of required needs built as one unit.
            `UNIT`: every cycle is one unit, without a vote. `DROP`: the weakest need is dropped whatever it is.
        facts: `GUIDED`: prompts give the numbers of the rule. `RAW`: agents work them out.
        slots: Modules that are built at once, ≥ 1.
        command: The command of each module, with `{module}` and `{path}`; "" where nothing is built.
        timeout: Seconds that one of them gets.
        failures: `STOP` or `KEEP_GOING`: whether others are begun after one has failed.
    """

    cycles: str = AUTO
    facts: str = GUIDED
    slots: int = 1
    command: str = ""
    timeout: int = LONGEST_BUILD
    failures: str = STOP


@dataclass(frozen=True)
class Problem:
    """Modules and needs.

    Attributes:
        modules: In order of name.
        edges: (module, what it needs, `Kind`): 0-based places in `modules`, sorted, no pair twice and none to itself.
        settings: How to go about it.
        format: Name of the format it was read from.
        whole: Modules of the file, where only some of them are left; else as many as `modules`.
    """

    modules: tuple[Module, ...]
    edges: tuple[tuple[int, int, int], ...]
    settings: Settings = field(default_factory=Settings)
    format: str = "own"
    whole: int = 0

    @cached_property
    def names(self) -> list[str]:
        """The names, in their order."""
        return [module.name for module in self.modules]


def checked(problem: Problem) -> Problem:
    """Return the problem if it is within bounds.

    Raises:
        ProblemError: It is not.
    """
    count, settings = len(problem.modules), problem.settings
    if not count:
        raise ProblemError("the problem has no modules: name a file with at least one")
    if count > MOST_MODULES:
        raise ProblemError(f"the problem has {count:,} modules, at most {MOST_MODULES:,} are taken: choose with --only")
    if len(problem.edges) > MOST_EDGES:
        raise ProblemError(
            f"the problem has {len(problem.edges):,} needs, at most {MOST_EDGES:,} are taken: choose with --only"
        )
    if settings.facts == RAW and count > MOST_RAW:
        raise ProblemError(
            f"--facts raw puts all modules left into each prompt: at most {MOST_RAW}, this has {count:,}; use guided"
        )
    if not 1 <= settings.slots <= MOST_SLOTS:
        raise ProblemError(f"slots must be a whole number, 1 to {MOST_SLOTS}, got {settings.slots}")
    if not 1 <= settings.timeout <= MOST_TIMEOUT:
        raise ProblemError(f"exec-timeout must be whole seconds, 1 to {MOST_TIMEOUT:,}, got {settings.timeout}")
    return problem
