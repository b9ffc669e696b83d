"""The proven optimum, by CP-SAT where the extra `optimum` is installed. Nothing that is voted on depends on it."""

from __future__ import annotations

from collections.abc import Sequence
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


def _sharing(board: Board) -> Sequence[list[tuple[int, int]]]:
    """Return, for each bit that slots of several interviews need, the (interview, slot) pairs that need it."""
    users: dict[int, list[tuple[int, int]]] = {}
    for one, slots in enumerate(board.slots):
        for place, slot in enumerate(slots):
            bits = slot.bits
            while bits:
                lowest = bits & -bits
                users.setdefault(lowest, []).append((one, place))
                bits ^= lowest
    return [pairs for pairs in users.values() if len({one for one, _ in pairs}) > 1]
