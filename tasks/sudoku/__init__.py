"""Sudoku: every 9×9 puzzle with one solution, by provable steps, guesses and undone guesses."""

from .task import Sudoku

__all__ = ["Sudoku"]
