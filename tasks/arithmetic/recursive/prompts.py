"""What the kinds of agents read: who decomposes, who judges decompositions, who solves, who composes, who judges."""

from __future__ import annotations

from maker_engine.core.responses import Prompt

from .work import ATOM, CHOOSE, COMPOSE, SPLIT, Part, Product, Split, Value

_SYSTEM = """\
You do one small job in a long multiplication that is shared out among many. All that you need is in the question: \
do what it asks and nothing further. Numbers are written in decimal digits without leading zeros and without \
separators. Reason briefly if you like, then end in the form the question asks for, and write the answer only once.\
"""

_RULE = """\
Rule: if both numbers have one digit, the product is atomic, and P1, P2 and C are all none. Otherwise the number with \
more digits is split, the first one if both have equally many. Its right part is its last digits, half as many as it \
has (rounded down); its left part is the rest. P1 is the product with the left part in its place, P2 the product with \
the right part in its place. C is P1 * 10^M + P2, M being how many digits were split off for the right part, zeros at \
its front included.\
"""

_SPLIT_FORM = "P1 = A * B\nP2 = A * B\nC = P1 * 10^M + P2"


def prompt(part: Part) -> Prompt:
    """Ask for what is to be done next with a product."""
    product = f"{part.left} * {part.right}"
    if part.stage == SPLIT:
        user = f"Decompose the product {product}.\n\n{_RULE}\n\nEnd with:\n{_SPLIT_FORM}"
    elif part.stage == CHOOSE:
        user = (
            f"Which proposal decomposes the product {product}?\n\n{_RULE}\n\n{_offers(part)}\n\n"
            "Answer with the number of the proposal that follows the rule, 0 if none does. End with:\nchoice = N"
        )
    elif part.stage == ATOM:
        user = f"What is the product {product}?\n\nEnd with:\nvalue = N"
    else:
        power = 0 if part.split is None else part.split.power
        sum_of = f"S1 * 10^{power} + S2 with S1 = {part.first} and S2 = {part.second}"
        if part.stage == COMPOSE:
            user = f"What is the composition {sum_of}?\n\nEnd with:\nvalue = N"
        else:
            user = (
                f"Which proposal is the composition {sum_of}?\n\n{_offers(part)}\n\n"
                "Answer with the number of the right one, 0 if there is none. End with:\nchoice = N"
            )
    return Prompt(_SYSTEM, user)


def _offers(part: Part) -> str:
    lines = [f"{number}. {written(offer, '; ')}" for number, offer in enumerate(part.offers, 1)]
    return "Proposals:\n" + "\n".join(lines)


def written(proposal: Split | Value, between: str = "\n") -> str:
    """Write a proposal as a response ends."""
    if isinstance(proposal, Value):
        return f"value = {proposal.value}"
    composition = f"P1 * 10^{proposal.power} + P2" if proposal.first or proposal.second else "none"
    return between.join((f"P1 = {_product(proposal.first)}", f"P2 = {_product(proposal.second)}", f"C = {composition}"))


def _product(product: Product) -> str:
    return f"{product[0]} * {product[1]}" if product else "none"
