"""Appendix F of the paper: decompositions and compositions are gathered and voted on, the parts solved in between."""

from .imitation import asks, imitate
from .method import Recursive

__all__ = ["Recursive", "asks", "imitate"]
