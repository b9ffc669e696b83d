"""The results of a run: what became of each service, and a checklist of what was done."""

from __future__ import annotations

import json

from maker_engine.core.decomposition import Done, Json
from maker_engine.printable import one_line

from .problem import Problem, Service
from .state import PROMOTED, UNTOUCHED, Fleet, State


def verdict_of(service: Service, fleet: Fleet) -> str:
    """Return "promoted", "rolled_back", "stuck" or "untouched"."""
    return fleet.verdict if service.changes and fleet.verdict else UNTOUCHED


def result(problem: Problem, state: State) -> Json:
    """Return what became of each service, and the figures of the run."""
    services: dict[str, Json] = {
        service.name: {
            "from": service.old, "to": service.new, "serving": fleet.available, "verdict": verdict_of(service, fleet),
            "max_surge": service.surge, "max_unavailable": service.unavailable,
        }
        for service, fleet in zip(problem.services, state.fleets, strict=True)
    }  # fmt: skip
    return {
        "services": services,
        "operations": state.count,
        "requests": state.totals.requests,
        "lost_requests": state.totals.lost,
        "planned_losses": state.totals.planned,
        "error_responses": state.totals.errors,
        "lowest_available": {
            service.name: fleet.lowest for service, fleet in zip(problem.services, state.fleets, strict=True)
        },
        "edges": [[*edge] for edge in problem.edges],
        "why": state.why or None,
    }


def shortfall(problem: Problem, state: State) -> str:
    """Say in one line what was not promoted, or was lost; "" where all is well."""
    parts = [state.why] if state.why else []
    missing = [
        service.name
        for service, fleet in zip(problem.services, state.fleets, strict=True)
        if service.changes and fleet.verdict != PROMOTED
    ]
    if missing:
        parts.append(f"not promoted: {', '.join(missing)}")
    if state.totals.lost:
        parts.append(f"{state.totals.lost:,} requests lost")
    return one_line("; ".join(parts), 300)


def outcome_words(done: Done) -> str:
    """Write in at most 24 characters what an effect has come to, as it says itself."""
    value = done.fields if done.ok else None
    if not isinstance(value, dict):
        return done.status.value
    if "stage" in value:
        return "old versions started"
    if "serving" in value:
        return "seen what serves"
    if "lost" in value:
        return f"ended, {value['lost']} lost"[:24]
    new = value.get("new")
    if isinstance(new, dict):
        return f"{new.get('requests')} seen, {new.get('errors')} errors"[:24]
    well = value.get("ready", True) and value.get("stopped", True) and not value.get("exit", 0)
    return "done" if well else "not done"


def papers(problem: Problem, state: State) -> dict[str, str]:
    """Return the files of a run, by name."""
    lines = [f"- [x] {operation.words}" for operation in state.done]
    lines += [f"- [ ] {operation.words}" for operation in state.left]
    found = {
        "result.json": json.dumps(result(problem, state), indent=1) + "\n",
        "checklist.md": "".join(f"{line}\n" for line in ("# Operations", "", *lines)),
    }
    if problem.notes:
        found["not-understood.txt"] = "".join(f"{one_line(note, 300)}\n" for note in problem.notes)
    return found
