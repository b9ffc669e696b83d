"""The escape sequences the app sends past its screen; the text in them can end none of them early.

And those that put a terminal in order in which an app was killed before it could.
"""

from __future__ import annotations

import os
import sys
import termios

from maker_engine.core.errors import InputError
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
    """Return what a terminal is sent to call someone.

    Args:
        reason: Why.
        bell: Ring.
        notify: How a desktop notification is asked for, "none" for none.
    """
    words = one_line(f"maker: {reason}", NOTICE_CELLS).replace(";", ",")  # a semicolon would begin another field
    notice = {"osc9": f"\x1b]9;{words}{BEL}", "osc777": f"\x1b]777;notify;maker;{words}{BEL}"}.get(notify, "")
    return notice + (BEL if bell else "")


KEYBOARD_ORDINARY = "\x1b[<9u"
"""Takes back more changes of the kitty keyboard protocol than a terminal remembers, on the screen that is shown."""
SCREEN_BACK = "\x1b[?1047l\x1b[999B\r\n"
"""Leaves the alternate screen for a free row at the end of the ordinary one. Where that is shown already, the usual
?1049l would put the cursor to some place where it was saved once, and the shell would write over what is there."""
LOOKS_ORDINARY = "\x1b[?2026l\x1b[?7h\x1b[?25h\x1b[?1l\x1b>\x1b(B\x0f\x1b[0m"
"""Output at once, lines that wrap, a cursor that is seen, ordinary cursor keys, letters and colours."""

RESET = KEYBOARD_ORDINARY + MODES_OFF + SCREEN_BACK + KEYBOARD_ORDINARY + LOOKS_ORDINARY + GIVE_TITLE_BACK


def reset_terminal() -> None:
    """Reset the terminal that standard output leads to, or the one that the process was started in.

    Raises:
        InputError: There is none.
    """
    if sys.stdout.isatty():
        _reset(sys.stdout.fileno())
        return
    try:
        terminal = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
    except OSError:
        raise InputError("there is no terminal to reset: name it, as in maker --reset-terminal > /dev/pts/3") from None
    try:
        _reset(terminal)
    finally:
        os.close(terminal)


def _reset(terminal: int) -> None:
    data = RESET.encode()
    while data:
        data = data[os.write(terminal, data) :]
    before = termios.tcgetattr(terminal)
    before[0] |= termios.BRKINT | termios.ICRNL | termios.IXON
    before[0] &= ~(termios.INLCR | termios.IGNCR)
    before[1] |= termios.OPOST | termios.ONLCR
    before[3] |= termios.ISIG | termios.ICANON | termios.ECHO | termios.ECHOE | termios.ECHOK | termios.IEXTEN
    termios.tcsetattr(terminal, termios.TCSANOW, before)
    termios.tcflush(terminal, termios.TCIFLUSH)  # reports of the mouse that no one has read
