"""A whole task in one file: modules in the order of their needs; of those that are ready, the first by name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import maker_engine as maker

Built = tuple[str, ...]
"""A state: the modules built, in order."""
Needs = tuple[tuple[str, tuple[str, ...]], ...]
"""Each module with what it needs."""
SHOP: Needs = (("api", ("log", "store")), ("log", ()), ("store", ("log",)), ("ui", ()), ("web", ("api", "ui")))


@dataclass(frozen=True)
class Order(maker.Task[Built, str]):
    """Modules in the order of their needs. A topological sort does it for $0."""

    needs: Needs = SHOP

    def __post_init__(self) -> None:
        names = {name for name, _ in self.needs}
        if len(names) < 2 or any(set(wanted) - names or name in wanted for name, wanted in self.needs):
            raise ValueError('needs must name two modules or more: {"needs": [["a", ["b"]], ["b", []]]}')

    def start(self) -> Built:
        """Return what is built before the first step: nothing."""
        return ()

    def step(self, state: Built) -> maker.Vote | None:
        """Ask with what is left and what each of it still needs, no history; None when nothing is ready."""
        if not self._ready(state):
            return None
        left = [(name, wanted) for name, wanted in self.needs if name not in state]
        lines = [
            f"{name}: {', '.join(one for one in wanted if one not in state) or 'nothing'}" for name, wanted in left
        ]
        rule = "Of the modules that need nothing more, which one comes first in the alphabet?"
        return maker.Vote(
            "\n".join(["What each module needs:", *lines, rule]), maker.Choice(*(name for name, _ in self.needs))
        )

    def apply(self, state: Built, answer: str) -> Built:
        """Add the module."""
        return (*state, answer)

    def verify(self, answers: Iterable[str]) -> list[str]:
        """Look at every pair of a module and what it needs; no step is applied."""
        place = {name: at for at, name in enumerate(answers)}
        if {*place} != {name for name, _ in self.needs}:
            return ["not every module is built"]
        pairs = [(name, one) for name, wanted in self.needs for one in wanted]
        return [f"{name} is built before {one}" for name, one in pairs if place[one] > place[name]]

    def objection(self, state: Built, answer: str) -> maker.Flag | None:
        """Flag what is not ready; any ready one may vote, and only the first by name is right."""
        return None if answer in self._ready(state) else maker.Flag("illegal", f"{answer} is not ready")

    def oracle(self, state: Built) -> str | None:
        """Return the right answer, for the simulated model and for tests; the vote never sees it."""
        return min(self._ready(state), default=None)

    def _ready(self, state: Built) -> list[str]:
        return [name for name, wanted in self.needs if name not in state and {*wanted} <= {*state}]
