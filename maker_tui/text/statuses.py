"""Exit statuses of runs, beside those of `terminal.hangup` for runs whose terminal or user went away."""

from __future__ import annotations

SOLVED, NOT_SOLVED, BAD_INPUT = 0, 1, 2
