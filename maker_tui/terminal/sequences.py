"""The escape sequences the app sends past its screen. What is told in them can end none of them early."""

from __future__ import annotations

from maker_engine.printable import one_line

KEEP_TITLE, GIVE_TITLE_BACK = "\x1b[22;2t", "\x1b[23;2t"
"""XTWINOPS: the terminal puts its title on a stack, and takes it from there; one that has none ignores both."""
BEL = "\x07"
MODES_OFF = "".join(f"\x1b[?{mode}l" for mode in (1000, 1002, 1003, 1005, 1006, 1015, 1016, 1004, 2004, 2048))
"""Ends every way of reporting the mouse, and reports of focus, paste and size."""
KEYBOARD_BACK = "\x1b[<u"
"""Takes back one change of the kitty keyboard protocol; where there is none, the keyboard is the ordinary one."""
TITLE_CELLS, NOTICE_CELLS = 60, 120


def title_sequence(title: str) -> str:
    """Return what sets the terminal's title (OSC 2)."""
    return f"\x1b]2;{one_line(title, TITLE_CELLS)}{BEL}"


def call(reason: str, *, bell: bool, notify: str) -> str:
    """Return what a terminal is sent to call somebody.

    Args:
        reason: Why.
        bell: Ring.
        notify: How a desktop notification is asked for, "none" for none.
    """
    words = one_line(f"maker: {reason}", NOTICE_CELLS).replace(";", ",")  # a semicolon would begin another field
    notice = {"osc9": f"\x1b]9;{words}{BEL}", "osc777": f"\x1b]777;notify;maker;{words}{BEL}"}.get(notify, "")
    return notice + (BEL if bell else "")
