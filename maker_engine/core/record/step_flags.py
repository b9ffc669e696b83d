"""What is remarkable about a decided step."""

from __future__ import annotations

from enum import IntFlag


class StepFlag(IntFlag):
    """What is remarkable about a step, in its row."""

    DISSENT = 1
    FLAGGED = 2
    WRONG = 4
    FAILED_CALLS = 8
    NOT_BY_VOTES_ALONE = 16
    PROBED = 32
    CHANGED = 64
    ACTED = 128
