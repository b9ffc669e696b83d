"""Rubik's cube: a puzzle solved by phases or layer by layer, one decision at a time."""

from .task import RubiksCube

__all__ = ["RubiksCube"]
