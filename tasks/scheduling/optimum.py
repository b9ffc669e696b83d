"""The proven optimum, by CP-SAT where the extra `optimum` is installed. Nothing that is voted on depends on it."""

from __future__ import annotations

from collections.abc import Collection
from importlib.util import find_spec

from .slots import Board

SECONDS = 20.0
"""Longest time the solver may take; what it has not proven by then is not called an optimum."""


def best_value(board: Board, seconds: float = SECONDS) -> int | None:
    """Return the value of the best schedule, kept places of a repair included; None where there is none or no proof.

    Args:
        board: All slots.
        seconds: Longest time.
    """
    if find_spec("ortools") is None:
        return None
    from ortools.sat.python import cp_model  # noqa: PLC0415 - an extra of 80 MB, for whoever wants the proof

    model = cp_model.CpModel()
    chosen = [
        [model.new_bool_var(f"{one}.{place}") for place in range(len(slots))] for one, slots in enumerate(board.slots)
    ]
    for variables in chosen:
        model.add_exactly_one(variables)
    for sharing in _sharing(board):
        model.add_at_most_one(chosen[one][place] for one, place in sharing)
    model.maximize(
        sum(
            chosen[one][place] * slot.value for one, slots in enumerate(board.slots) for place, slot in enumerate(slots)
        )
    )
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    return round(solver.objective_value) if solver.solve(model) == cp_model.OPTIMAL else None


def _sharing(board: Board) -> Collection[tuple[tuple[int, int], ...]]:
    """Return the (interview, slot) pairs that need one person or one room at one time, once for each such set."""
    problem, candidates = board.problem, board.problem.candidates
    users: dict[tuple[str, str, int], list[tuple[int, int]]] = {}
    for one, (interview, slots) in enumerate(zip(problem.interviews, board.slots, strict=True)):
        needed: list[tuple[str, str, int]] = [
            ("who", who, problem.candidate_break if who in candidates else problem.panel_break)
            for who in interview.people
        ]
        for place, slot in enumerate(slots):
            rooms = [("room", board.name_of(slot.room), 0)] if slot.room >= 0 else []
            for kind, name, rest in [*needed, *rooms]:
                for minute in range(slot.start, slot.start + interview.minutes + rest, board.unit):
                    users.setdefault((kind, name, minute // board.unit), []).append((one, place))
    return {tuple(pairs) for pairs in users.values() if len({one for one, _ in pairs}) > 1}
