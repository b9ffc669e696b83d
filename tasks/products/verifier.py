"""The independent check of a whole table. It imports nothing of this task, so that no slip is made twice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def findings(pairs: Sequence[tuple[int, int]], answers: Iterable[int]) -> list[str]:
    """Add each product up, and compare.

    Args:
        pairs: The factors, in order.
        answers: What was decided for each, in order; read once.

    Returns:
        What is wrong, one line a product; empty when the whole table is right.
    """
    decided = list(answers)
    if len(decided) != len(pairs):
        return [f"{len(decided)} of {len(pairs)} products are decided"]
    wrong = [
        (place, pair, answer)
        for place, (pair, answer) in enumerate(zip(pairs, decided, strict=True))
        if sum(pair[0] for _ in range(pair[1])) != answer
    ]
    share = f"{len(wrong)} of {len(pairs)} products are wrong; "
    return [f"{share}step {place}: {a} × {b} is not {answer}" for place, (a, b), answer in wrong]
