"""What a runner has to drive, and what it does about a step that cannot be decided."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from maker_engine.core.decomposition import AnyTask, Undecided
from maker_engine.core.errors import InputError, MakerError, ProviderError
from maker_engine.core.filters.tree import Filter
from maker_engine.core.forecasting.outlook import Expected
from maker_engine.core.record.events import Outcome, RunEnded, RunStarted, StepUndecided
from maker_engine.core.solver import Solver
from maker_engine.core.solving.settings import Settings
from maker_engine.models.opening import CALL_S
from maker_engine.models.port import Model
from maker_engine.printable import one_line
from maker_engine.runtime.admission import SwitchError
from maker_engine.runtime.call_log import CallLog
from maker_engine.runtime.conduct import Conduct
from maker_engine.runtime.limits import Limits
from maker_engine.wording import count_of

STOP, ASK, ESCALATE = "stop", "ask", "escalate"
SKIP, ASK_LATER = "skip", "ask-later"
"""These two give up a step that no other depends on; by the second a person is to be asked later."""
LONGEST_REASON = 160
"""Characters that are kept of why a step was left undecided."""
SOLVED = RunEnded(Outcome.SOLVED, "solved and verified")
FINISHED = RunEnded(Outcome.FINISHED, "every step is decided; the task has no check of the whole")


def _no_pools(voters: Sequence[str]) -> Model:
    raise InputError(f"this run's voters cannot be changed to {' + '.join(voters)}: its model was not opened by name")


@dataclass(frozen=True, slots=True)
class Plan:
    """What a runner has to drive.

    Attributes:
        task: What is solved.
        model: Who answers.
        settings: How it votes.
        started: The run's first event.
        limits: What it may spend.
        concurrency: Most samples in flight.
        requests_per_minute: The provider's limit, None for none.
        tokens_per_minute: Likewise.
        undecided: What happens to a step that cannot be decided: "stop" the run, "ask" a person, "escalate", or
            give it up where no other depends on it, "skip" or "ask-later".
        stronger: Name of the model that gets a fresh ballot when a step is escalated.
        attended: There is someone to answer questions; where there is not, the first one stops the run.
        breaks: Breakpoints to begin with.
        open_pool: Opens another pool of voters, each written as `pool.parse_voter` reads it; raises InputError.
        timeout_s: Seconds that a call may take from when it is likely to have left the server's queue.
        accept_models: Names of models that may answer in place of the ones that were asked.
        near: The server is on this machine or network, and may be started after the run.
        hopeless: What happens to a step whose samples are flagged one after the other: "hold" the run, "stop" it, or
            "warm" the step up first.
        temperatures_named: Every voter has a temperature of its own, which is not raised.
        preflight: The parameters of the order that are checked by a few calls before the first step; None for no check.
        log: Gets a line for each call, None for no log.
        conduct: How it acts on the world.
        expected: What was expected before the run, and whether k follows what the first steps show.
    """

    task: AnyTask
    model: Model
    settings: Settings
    started: RunStarted
    limits: Limits = field(default_factory=Limits)
    concurrency: int = 8
    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None
    undecided: str = STOP
    stronger: str = ""
    attended: bool = False
    breaks: tuple[Filter, ...] = ()
    open_pool: Callable[[Sequence[str]], Model] = _no_pools
    timeout_s: float = CALL_S
    near: bool = False
    hopeless: str = STOP
    temperatures_named: bool = False
    preflight: tuple[tuple[str, str], ...] | None = None
    accept_models: tuple[str, ...] = ()
    log: CallLog | None = None
    conduct: Conduct = field(default_factory=Conduct)
    expected: Expected = field(default_factory=Expected)

    @property
    def gives_up(self) -> bool:
        """Whether a step that cannot be decided is left undecided, and the run continues."""
        return self.undecided in (SKIP, ASK_LATER)

    def undecided_at(self, event: StepUndecided) -> RunEnded:
        """Return how a run ends that goes no further than an undecided step."""
        used = count_of(event.samples, "sample")
        return RunEnded(Outcome.UNDECIDED, f"step {event.step + 1:,} is undecided after {used}")

    def given_up(self, reason: str) -> Undecided:
        """Return what such a step is decided as."""
        return Undecided(one_line(reason, LONGEST_REASON), ask_later=self.undecided == ASK_LATER)


def unanswerable(solver: Solver, *, attended: bool) -> RunEnded | None:
    """Return how a run ends whose open step no one here can answer; None where someone can."""
    if attended or solver.asking is None:
        return None
    place = f"step {solver.step + 1:,}"
    asked = " ".join(solver.asking.question.split())
    return RunEnded(Outcome.STOPPED, f"{place} asks a person: {asked[:120]} (answer in the app: maker sessions resume)")


def waiting_no_longer(error: ProviderError) -> RunEnded:
    """Return how a run ends that has no one to hold for, when a provider that has answered is waited for no longer."""
    accept = f" --accept-model {shlex.quote(error.family)}" if isinstance(error, SwitchError) else ""
    return RunEnded(Outcome.STOPPED, f"{error} (nothing is lost; to resume: maker sessions resume{accept})")


def failure(fault: Exception) -> RunEnded:
    """Return how a run ends by `fault`, by whose fault it is; a bug of ours is raised again."""
    if isinstance(fault, ProviderError):
        return RunEnded(Outcome.FAILED, f"the provider failed ({fault.kind.value}): {fault}")
    if isinstance(fault, MakerError):
        return RunEnded(Outcome.FAILED, str(fault))
    raise fault
