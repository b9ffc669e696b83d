"""The recursion as a state machine with an explicit stack (Algorithm 4): one entry for each product being worked on.

A product is split by a decomposition (P1, P2, C): both parts are products, solved one after the other, and C puts their
values together. Where nothing is to be split the product is atomic and asked for outright.
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

from maker_engine.core.decomposition import Gathered

SPLIT, CHOOSE, ATOM, FIRST, SECOND, COMPOSE, SETTLE = (
    "split", "choose", "atom", "first", "second", "compose", "settle",
)  # fmt: skip
"""Stages of a product: gather decompositions, vote on them, then either vote on the value outright, or work on the
first part, on the second, gather compositions, and vote on them."""

MOST_TRIES = 20
"""A product none of whose gatherings brought a right proposal is given up after so many."""

Product: TypeAlias = tuple[int, ...]
"""Two numbers to be multiplied; empty where there is nothing to do."""


class Split(NamedTuple):
    """A decomposition: the product is P1 · 10^power + P2.

    Attributes:
        first: P1; empty for an atomic product.
        second: P2; likewise.
        power: The exponent in C, 0 for an atomic product.
    """

    first: Product
    second: Product
    power: int


ATOMIC = Split((), (), 0)


class Choice(NamedTuple):
    """The number of a proposal in the list shown, from 1; 0 for none of them."""

    number: int


class Value(NamedTuple):
    """The value of a product or a composition."""

    value: int


class Part(NamedTuple):
    """A product being worked on.

    Attributes:
        left: The first number.
        right: The second number.
        stage: What is to be done next with it.
        offers: The different proposals gathered last, ascending; that is how they are numbered, from 1.
        split: The decomposition voted for, None before.
        first: Value of P1, None before.
        second: Value of P2, None before.
        tries: How many gatherings have been turned down.
    """

    left: int
    right: int
    stage: str
    offers: tuple[Split | Value, ...] = ()
    split: Split | None = None
    first: int | None = None
    second: int | None = None
    tries: int = 0


class Work(NamedTuple):
    """What is known before a step.

    Attributes:
        stack: The products being worked on, the whole one first.
        result: The value of the whole one, None before it is known.
    """

    stack: tuple[Part, ...]
    result: int | None = None


def split_by_rule(left: int, right: int) -> Split:
    """Return the decomposition that the rule makes right."""
    a, b = str(left), str(right)
    longer = a if len(a) >= len(b) else b
    power = len(longer) // 2
    if not power:
        return ATOMIC
    high, low = divmod(int(longer), 10**power)
    if len(a) >= len(b):
        return Split((high, right), (low, right), power)
    return Split((left, high), (left, low), power)


def most_depth(left: int, right: int) -> int:
    """Return the depth from which a product is asked for outright (Algorithm 4's MAX_DEPTH).

    Halving both numbers takes log2 of their lengths; two more are left to those who split otherwise.
    """
    return (len(str(left)) - 1).bit_length() + (len(str(right)) - 1).bit_length() + 2


def begin(product: Product, *, depth: int, deepest: int) -> Part:
    """Open a product at a depth, 0 being the whole one's."""
    left, right = product
    return Part(left, right, SPLIT if depth < deepest else ATOM)


def advance(state: Work, answer: Any, deepest: int) -> Work:
    """Return the state after the result of a step: `Gathered`, `Choice` or `Value`; a lone proposal is gathered too."""
    if not state.stack:
        return state
    *below, part = state.stack
    if part.stage in (SPLIT, COMPOSE) and not isinstance(answer, Gathered):
        answer = Gathered(((answer, 1),))
    match answer:
        case Gathered():
            stage = CHOOSE if part.stage == SPLIT else SETTLE
            offers: Any = tuple(sorted(proposal for proposal, _ in answer.proposals))
            return Work((*below, part._replace(stage=stage, offers=offers)))
        case Choice():
            return _chosen(below, part, answer.number, deepest)
        case _:
            return _solved(below, answer.value, deepest)


def _chosen(below: list[Part], part: Part, number: int, deepest: int) -> Work:
    offer = part.offers[number - 1] if 1 <= number <= len(part.offers) else None
    if offer is None:
        if part.tries + 1 >= MOST_TRIES:
            return Work(())
        again = SPLIT if part.stage == CHOOSE else COMPOSE
        return Work((*below, part._replace(stage=again, offers=(), tries=part.tries + 1)))
    if isinstance(offer, Value):
        return _solved(below, offer.value, deepest)
    if not offer.first or not offer.second:
        return Work((*below, part._replace(stage=ATOM, offers=(), tries=0)))
    part = part._replace(stage=FIRST, offers=(), split=offer, tries=0)
    return Work((*below, part, begin(offer.first, depth=len(below) + 1, deepest=deepest)))


def _solved(below: list[Part], value: int, deepest: int) -> Work:
    """Take the value of the innermost product up to the one it is a part of."""
    if not below:
        return Work((), value)
    *rest, parent = below
    if parent.stage == FIRST and parent.split is not None:
        second, parent = parent.split.second, parent._replace(stage=SECOND, first=value)
        return Work((*rest, parent, begin(second, depth=len(below), deepest=deepest)))
    return Work((*rest, parent._replace(stage=COMPOSE, second=value)))


def composed(part: Part) -> int:
    """Return the value of the composition of a product's parts, once both are known."""
    power = 0 if part.split is None else part.split.power
    return (part.first or 0) * int(10**power) + (part.second or 0)
