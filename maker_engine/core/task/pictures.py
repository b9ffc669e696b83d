"""What a task's picture may be drawn with."""

from __future__ import annotations

ROLES = (
    "plain", "label", "rail", "moved", "source", "target", "conflict", "given",
    "hue.1", "hue.2", "hue.3", "hue.4", "hue.5", "hue.6",
    "fill.1", "fill.2", "fill.3", "fill.4", "fill.5", "fill.6",
)  # fmt: skip
"""The styles a task's picture may use. The theme decides the colours; the glyphs carry the meaning without them.

A fill is the ground of its cells in the hue of the same number.
"""

PICTURE_COLUMNS, PICTURE_ROWS = 60, 18
"""Every picture fits this many cells."""

LEAST_COLUMNS, LEAST_ROWS = 20, 4
"""A picture may be asked to fit as few cells as this, and then shows what it can."""
