"""What every event is."""

from __future__ import annotations


class Event:
    """Something that happened in a run. Its kinds are frozen dataclasses, each with one record in `core/record`."""

    __slots__ = ()
