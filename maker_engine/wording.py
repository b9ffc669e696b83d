"""Words that agree with the number beside them."""

from __future__ import annotations


def count_of(number: int, noun: str) -> str:
    """Write a whole number with its noun, which takes an s for any number but one: 1 sample, 2,000 samples."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
