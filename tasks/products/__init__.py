"""Products of two digits, one vote each: small enough for a model of half a gigabyte, and still worth a vote."""

from .task import Products

__all__ = ["Products"]
