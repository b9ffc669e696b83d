"""How far the order is, and the answers that lead from one state to the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from maker_engine.core.decomposition import Finished, Started


@dataclass(frozen=True, slots=True)
class Drop:
    """A need in a cycle is dropped.

    Attributes:
        module: The module that needs.
        needed: What it needs.
    """

    module: str
    needed: str


@dataclass(frozen=True, slots=True)
class Unite:
    """The modules of a knot are built as one unit."""


@dataclass(frozen=True, slots=True)
class Build:
    """A module is next, and with it those that are one unit with it.

    Attributes:
        module: Its name; of a unit the first by name.
    """

    module: str


@dataclass(frozen=True, slots=True)
class Work:
    """How far the building is, once the order is whole.

    Attributes:
        able: Bit p is set where the unit at place p of the order can be begun.
        running: Places of the modules that are being built, sorted.
        built: Bit m is set where the module at place m of the problem is built.
        failed: (module, why) of those whose command failed, in the order in which they ended.
    """

    able: int = 0
    running: tuple[int, ...] = ()
    built: int = 0
    failed: tuple[tuple[int, str], ...] = ()


Choice: TypeAlias = Drop | Unite
Answer: TypeAlias = Drop | Unite | Build | Started | Finished
"""What is decided by vote, and what the world says of a command."""


@dataclass(frozen=True, slots=True)
class State:
    """How far the order is. Units are numbered by the rule's order, from 0, so that a set of them is one whole number.

    Attributes:
        choices: What was decided on cycles, in order.
        built: Bit u is set where unit u is in the order.
        ready: Bit u is set where unit u is not in the order, and all it needs is.
        turns: (place in the order, unit) wherever that was not the lowest unit left.
        wasted: Answers that changed nothing.
        work: How far the building is; None before the order is whole, and where nothing is built.
    """

    choices: tuple[Choice, ...] = ()
    built: int = 0
    ready: int = 0
    turns: tuple[tuple[int, int], ...] = ()
    wasted: int = 0
    work: Work | None = None

    def __hash__(self) -> int:  # of thousands of choices none is hashed
        return hash((len(self.choices), self.built, len(self.turns), self.wasted, self.work))


def lowest(bits: int) -> int:
    """Return the number of the lowest bit that is set, -1 where none is."""
    return (bits & -bits).bit_length() - 1


def lowest_clear(bits: int) -> int:
    """Return the number of the lowest bit that is not set."""
    return lowest(~bits)


def first_bits(bits: int, most: int) -> list[int]:
    """Return the numbers of the lowest bits that are set, at most so many."""
    found: list[int] = []
    while bits and len(found) < most:
        bit = bits & -bits
        found.append(bit.bit_length() - 1)
        bits ^= bit
    return found
