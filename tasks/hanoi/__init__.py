"""Towers of Hanoi: the paper's own task, and the target to calibrate on."""

from .task import Hanoi

__all__ = ["Hanoi"]
