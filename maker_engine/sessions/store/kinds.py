"""Kinds of sessions that are no runs of a task."""

from __future__ import annotations

from maker_engine.core.errors import InputError

CALIBRATION = "calibration"
"""What the task of a calibration is called in its session."""


def refuse_to_run(task: object) -> None:
    """Refuse to continue a session as a run that is none.

    Raises:
        InputError: It is a calibration.
    """
    if task == CALIBRATION:
        raise InputError("the session is a calibration: the maker calibrate command that began it continues it")
