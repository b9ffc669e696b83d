"""A saved session opened again, to be examined or to continue from. It asks no model and runs no code of the file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from maker_engine import catalogue
from maker_engine.blame import blaming
from maker_engine.core.decomposition import AnyTask, Json, result_of
from maker_engine.core.errors import MakerError, SessionError
from maker_engine.core.forecasting.live_law import ballots_of
from maker_engine.core.record.entries import Act, Change, Doubted, Entry
from maker_engine.core.record.events import Outcome, RunEnded, StepUndecided
from maker_engine.core.record.snapshot import Snapshot, Totals
from maker_engine.core.record.state import RunState
from maker_engine.core.responses import Sample
from maker_engine.models.families import Answered, answered_of
from maker_engine.sessions.queries.acting import SavedEffects, saved_effects
from maker_engine.sessions.queries.recorded_task import WITHOUT, RecordedTask
from maker_engine.sessions.store import origin, storage, upgrade
from maker_engine.sessions.store.change_in_effect import change_in_effect
from maker_engine.sessions.store.model_record import adjustments_in, checks
from maker_engine.sessions.store.reader import Reader
from maker_engine.sessions.store.tail import check_tail
from maker_engine.sessions.store.time_travel import moment


@dataclass(frozen=True, slots=True)
class SavedRun:
    """A saved session as it is now.

    Attributes:
        path: Its file.
        task: What is solved.
        run: The fold of its last steps, with the totals of the whole run.
        order: What was ordered, as the session keeps it.
        state: The task's state at the open step.
        step: Number of the open step, 0-based.
        entries: What happened in the open step so far.
        elapsed_s: Going time.
        branch: Which branch of the session it is; 0 for the run itself.
        changed: What a person had changed before the open step, None for nothing.
        before: The order of the branch that it was forked from, its own where it is no fork.
        adjustments: What was sent to the model otherwise than ordered, and why.
        answered: Who has answered so far.
        density: How many tokens prompts have, by voter, as `runtime.budget` takes it.
        owed: Tokens and dollars that were spent at most, and were not in the totals when its process went away.
        own: It was ordered here; False for one that came from elsewhere.
        effects: What it has begun to do, and what has come of that.
        ahead: What it has received for steps before their turn, where those do not depend on each other: by step, and
            by number, both 0-based.
        identity: Its part of every idempotency key, empty before its first effect.
    """

    path: Path
    task: AnyTask
    run: RunState
    order: dict[str, Any]
    state: Any
    step: int
    entries: tuple[Entry, ...]
    elapsed_s: float
    branch: int = 0
    changed: Change | None = None
    before: dict[str, Any] = field(default_factory=dict)
    adjustments: tuple[str, ...] = ()
    answered: Answered = field(default_factory=Counter)
    owed: tuple[int, float] = (0, 0.0)
    density: Mapping[int, float] = field(default_factory=dict)
    own: bool = False
    effects: SavedEffects = field(default_factory=SavedEffects)
    identity: str = ""
    ahead: Mapping[int, Mapping[int, Sample]] = field(default_factory=dict)

    @property
    def voters(self) -> tuple[str, ...]:
        """The pool that a person changed to, empty where it is still the one that was ordered."""
        change = self.changed
        for entry in self.entries:
            change = entry.after(change) if isinstance(entry, Change) else change
        return () if change is None else change.voters

    @property
    def escalated(self) -> int:
        """Number of the open step when it has been escalated already, -1 when it has not."""
        return self.step if any(isinstance(entry, Act) and entry.kind == "escalated" for entry in self.entries) else -1

    @property
    def snapshot(self) -> Snapshot:
        """The run as it ended."""
        return self.run.snapshot()

    @property
    def result(self) -> Json:
        """What a solved run produced, as `decomposition.result_of` gives it; None of any other.

        Raises:
            TaskError: The task fails.
        """
        if self.run.outcome is None or not self.run.outcome.gives_result:
            return None
        with blaming(type(self.task)):
            return result_of(self.task, self.state, self.run.totals.votes, self.snapshot.cost_usd)


def open_saved(
    path: Path, family: type[AnyTask] | None = None, branch: int | None = None, *, without_task: str = ""
) -> SavedRun:
    """Open a session at its end. One of an older format is brought up to date first.

    Args:
        path: The file.
        family: The task's class; None for the installed task of the name that the session gives. A session never
            loads code: one of a task that was run from a file needs this.
        branch: Which branch, None for the newest.
        without_task: Why it is opened by what the record alone says; empty to load its task.

    Raises:
        SessionError: It cannot be read, or its task is not installed; or its last steps are not as they were written.
    """
    upgrade.bring_up(path)
    with Reader(path, branch, steady=True) as reader:
        try:
            check_tail(reader)
            meta = reader.meta()
            task = RecordedTask(reader, meta, without_task) if without_task else task_of(meta, family)
            with blaming(type(task)):
                return _restored(reader, task, meta)
        except SessionError:
            raise
        except MakerError as error:
            raise SessionError(f"session {path} cannot be opened: {error}") from None
        except Exception as error:
            raise storage.damaged(path, f"it cannot be read ({type(error).__name__}: {error})") from error


def open_again(saved: SavedRun) -> SavedRun:
    """Open a run again that has been written since.

    Raises:
        SessionError: As for `open_saved`.
    """
    if isinstance(saved.task, RecordedTask):
        return open_saved(saved.path, None, saved.branch, without_task=saved.task.reason)
    return open_saved(saved.path, type(saved.task), saved.branch)


def task_of(meta: dict[str, Any], family: type[AnyTask] | None = None) -> AnyTask:
    """Load the task that a session's record names, by id and never from a file.

    Raises:
        MakerError: It is not installed, does not take the problem, or fails.
    """
    order = meta.get("order", {})
    if not {"task", "source"} <= order.keys():
        raise SessionError("what was ordered names no task or no problem: the session is damaged")
    family = family or catalogue.installed(order["task"])
    with blaming(family):
        return family.load({}, order["source"])


def _restored(reader: Reader, task: AnyTask, meta: dict[str, Any]) -> SavedRun:
    if "started" not in meta:
        raise SessionError(f"session {reader.path} was never started, and holds nothing: start the run again")
    done = reader.steps_done()
    run = moment(reader, task, done, counted=None)
    entries = tuple(reader.open_entries(task))
    # One that was ended as hopeless has not used up its samples.
    if meta.get("ended", {}).get("outcome") == Outcome.UNDECIDED and not (entries and isinstance(entries[-1], Doubted)):
        run.record(StepUndecided(done, len(entries)))
    if "ended" in meta:
        without = f" · {WITHOUT}" if isinstance(task, RecordedTask) else ""
        run.record(RunEnded(Outcome(meta["ended"]["outcome"]), f"{meta['ended']['reason']}{without}"))
    run.check = next(checks(reader), None)
    run.totals = Totals.of(meta["totals"])
    run.ballots = ballots_of(meta.get("ballots", ()))
    elapsed_s = float(meta["elapsed_s"])
    changed = change_in_effect(reader, task, done)
    parent = reader.branch.parent
    before = meta["order"] if parent is None else reader.meta(parent)["order"]
    tokens, usd = meta.get("owed", (0, 0.0))  # values of the right kinds, as all of the record
    return SavedRun(
        reader.path, task, run, meta["order"], run.state, done, entries, elapsed_s, reader.branch.id, changed, before,
        adjustments_in(meta), answered_of(meta), (int(tokens), float(usd)),
        {int(voter): float(density) for voter, density in meta.get("density", {}).items()},
        origin.is_own(reader.path, reader.record(reader.branch.id)),
        SavedEffects() if isinstance(task, RecordedTask) else saved_effects(reader, task, done), _identity(meta),
        reader.early_samples(task) if task.independent else {},
    )  # fmt: skip


def _identity(meta: Mapping[str, Any]) -> str:
    kept = meta.get("identity", "")
    return kept if isinstance(kept, str) else ""
