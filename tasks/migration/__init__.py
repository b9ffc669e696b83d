"""Database migration: a team's own changes, rehearsed on a copy, decided by vote and reversible at every step."""

from .task import Migration

__all__ = ["Migration"]
