"""Long arithmetic: numbers multiplied and added digit by digit, or by the paper's recursive decomposition."""

from .task import Arithmetic

__all__ = ["Arithmetic"]
