"""How far the order is, and the answers that lead from one state to the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


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


Choice: TypeAlias = Drop | Unite
Answer: TypeAlias = Drop | Unite | Build


@dataclass(frozen=True, slots=True)
class State:
    """How far the order is. Units are numbered by the rule's order, from 0, so that a set of them is one whole number.

    Attributes:
        choices: What was decided on cycles, in order.
        built: Bit u is set where unit u is in the order.
        ready: Bit u is set where unit u is not in the order, and all it needs is.
        turns: (place in the order, unit) wherever that was not the lowest unit left.
        wasted: Answers that changed nothing.
    """

    choices: tuple[Choice, ...] = ()
    built: int = 0
    ready: int = 0
    turns: tuple[tuple[int, int], ...] = ()
    wasted: int = 0


def lowest(bits: int) -> int:
    """Return the number of the lowest bit that is set, -1 where none is."""
    return (bits & -bits).bit_length() - 1


def lowest_clear(bits: int) -> int:
    """Return the number of the lowest bit that is not set."""
    return lowest(~bits)


def first_bits(bits: int, most: int) -> list[int]:
    """Return the numbers of the lowest bits that are set, at most so many."""
    found = []
    while bits and len(found) < most:
        bit = bits & -bits
        found.append(bit.bit_length() - 1)
        bits ^= bit
    return found
