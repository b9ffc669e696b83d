"""Build order: which module is built next, from the files that teams really have, one vote a module."""

from .task import BuildOrder

__all__ = ["BuildOrder"]
