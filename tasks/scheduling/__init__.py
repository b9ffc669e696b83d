"""Interview scheduling: who meets whom, when and in which room, one vote an interview."""

from .task import Scheduling

__all__ = ["Scheduling"]
