"""One digit a step: a product of two digits and a carry, or a sum of two digits and a carry, as on paper."""

from .imitation import imitate
from .method import DigitByDigit

__all__ = ["DigitByDigit", "imitate"]
