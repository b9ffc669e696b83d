"""Puts tests behind those they need, and names the cycle where there is none such order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from maker_engine.core.errors import ProblemError


def ordered(names: Sequence[str], needs: Mapping[str, Sequence[str]], what: str) -> list[str]:
    """Return names so that each comes after those it needs, and otherwise as they were given.

    Args:
        names: All of them.
        needs: Which others each needs.
        what: What they are, for errors: "step" or "workflow".

    Raises:
        ProblemError: A need is unknown, or they need one another in a circle.
    """
    place = {name: number for number, name in enumerate(names)}
    for name in names:
        for need in needs.get(name, ()):
            if need not in place:
                raise ProblemError(f"{what} {name} depends on {need}, which there is not: correct its name")
    sorter = TopologicalSorter({name: needs.get(name, ()) for name in names})
    try:
        sorter.prepare()
    except CycleError as error:
        circle = " → ".join(reversed(error.args[1]))
        raise ProblemError(f"these {what}s depend on one another in a circle: {circle}; take one out") from None
    found: list[str] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready(), key=place.__getitem__)
        found += ready
        sorter.done(*ready)
    return found
