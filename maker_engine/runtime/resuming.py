"""Going on from a saved run: the votes journaled for the open step count again, in order, and are not paid again."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import Protocol

from maker_engine.core.errors import SessionError
from maker_engine.core.record.entries import Change, Entry
from maker_engine.core.record.events import (
    Event,
    PersonAsked,
    RunResumed,
    StepCarried,
    StepUndecided,
    UsageEstimated,
)
from maker_engine.core.record.registry import form_of
from maker_engine.core.responses import Sample
from maker_engine.core.solver import Solver
from maker_engine.core.solving.settings import Settings
from maker_engine.effects.consent import Consent, parse_scope
from maker_engine.runtime.acting import Acting
from maker_engine.runtime.clock import Clock
from maker_engine.runtime.conduct import Ways
from maker_engine.runtime.plan import Plan
from maker_engine.sessions.queries.acting import SavedEffects
from maker_engine.sessions.queries.saved import SavedRun


class Book(Protocol):
    """What is asked of a run's record here."""

    @property
    def identity(self) -> str:
        """The session's part of every idempotency key."""


def solver_of(plan: Plan, saved: SavedRun | None) -> Solver:
    """Make the solver of a new run, or of one that continues from `saved`.

    Raises:
        SessionError: The session's votes do not replay, so it was damaged or its task has changed.
    """
    if saved is None:
        return Solver(plan.task, plan.settings)
    totals = saved.run.totals
    before = totals.samples - sum(isinstance(entry, Sample) for entry in saved.entries)
    settings = _going_on(voted(plan.settings, saved.changed), saved)
    solver = Solver(plan.task, settings, saved.state, saved.step, unread=before <= 0)
    for entry in saved.entries:
        _replay(solver, entry, saved)
    solver.drawn = totals.samples + totals.wasted + totals.probes
    solver.wasted, solver.guessed_wrong = totals.wasted, totals.guessed_wrong
    return solver


def voted(settings: Settings, changed: Change | None) -> Settings:
    """Return settings with what a person had changed."""
    if changed is None:
        return settings
    carried = None if changed.voters else settings.carried
    return replace(settings, k=changed.k or settings.k, voters=len(changed.voters) or settings.voters, carried=carried)


def _going_on(settings: Settings, saved: SavedRun) -> Settings:
    """Let a step that has been voted on already be voted on to its end, whatever an earlier run decided."""
    carried = settings.carried
    if carried is None or not saved.entries:
        return settings
    return replace(settings, carried=lambda step, k: None if step == saved.step else carried(step, k))


def acting_of(plan: Plan, saved: SavedRun | None, solver: Solver, clock: Clock, book: Book, ways: Ways) -> Acting:
    """Make what carries out the effects of a new run, or of one that continues from `saved`."""
    known = SavedEffects() if saved is None else saved.effects
    conduct = plan.conduct
    consent = Consent([*conduct.consent.allowed, *map(parse_scope, known.consents)])
    conduct = replace(conduct, consent=consent, identity=book.identity, branch=0 if saved is None else saved.branch)
    if known.outcome is not None:
        solver.settle(known.outcome)
    return Acting(plan.task, solver, conduct, clock, ways, lost=list(known.lost), landed=deque(known.landed))


def beginning(plan: Plan, solver: Solver, saved: SavedRun | None) -> list[Event]:
    """Return how a run begins, or how it continues: with what steps ahead had received, where it had any."""
    if saved is None:
        return [plan.started, *solver.begin()]
    found = None if saved.entries else solver.open_step.carried
    carried = [] if found is None else [StepCarried(solver.step, *found)]
    early = [event for step, samples in saved.ahead.items() for event in solver.restore(step, samples)]
    stuck = [StepUndecided(solver.step, len(saved.entries))] if solver.undecided else []
    asked = [] if solver.asking is None else [PersonAsked(solver.step, solver.asking)]
    # What was with the provider when the process went away: an upper estimate, since no one heard what it cost.
    owed = [UsageEstimated(solver.step, 0, *saved.owed)] if any(saved.owed) else []
    return [RunResumed(), *owed, *carried, *early, *stuck, *asked]


def _replay(solver: Solver, entry: Entry, saved: SavedRun) -> None:
    if not isinstance(entry, Sample):
        form_of(entry).resume(solver, saved.step, entry)
        return
    if solver.hopeless is not None:  # it was continued all the same, by a version that searched for nothing
        solver.answer_hopeless(solver.hopeless)
    requests = solver.requests(1)
    if not requests or requests[0].sample != entry.sample:
        raise SessionError(
            f"session {saved.path} does not replay: sample {entry.sample} of step {saved.step + 1:,} has no place"
        )
    solver.receive(requests[0], entry.response, entry.verdict)
