"""Copying: to the terminal's clipboard as far as that can be reached, and to a file in any case.

No terminal says whether it took what OSC 52 brings, and tmux drops it unless its user has allowed it; `load-buffer -w`
is the way through tmux that needs no setting. Long ones are dropped on the way, so above a cap only the file has them.
"""

from __future__ import annotations

import asyncio
import base64
import os
from collections.abc import Callable
from pathlib import Path

from maker_engine.printable import one_line, printable
from maker_tui.settings.places import COPIED, state_directory, write_private
from maker_tui.text.figures import count_of

CAP = 74_994
"""Most bytes of base64 in one OSC 52: xterm takes 100,000, others and multiplexers less."""
TMUX_CAP = 1_000_000
"""Most bytes for a buffer of tmux; it passes on to the terminal what it sees fit."""
TMUX_S = 2.0


async def copy(text: str, write: Callable[[str], None]) -> str:
    """Copy `text`, made printable; return in one line where it is now.

    Args:
        text: Lines of text.
        write: Writes to the terminal.
    """
    text = printable(text, newlines=True)
    kept = _keep(text)
    if os.environ.get("TMUX"):
        by_tmux = len(text.encode()) <= TMUX_CAP and await _through_tmux(text)
        where = "tmux's buffer, and the clipboard if tmux passes it on" if by_tmux else ""
    else:
        where = "the terminal's clipboard, if it takes OSC 52" if _by_escape(text, write) else ""
    lines = text.count("\n") + 1
    amount = count_of(lines, "line")
    places = [place for place in (where, kept) if place]
    return f"{amount} to {' · '.join(places)}" if places else "nowhere: no clipboard, and no file can be written"


def _by_escape(text: str, write: Callable[[str], None]) -> bool:
    packed = base64.b64encode(text.encode()).decode()
    if len(packed) > CAP:
        return False
    write(f"\x1b]52;c;{packed}\x07")
    return True


def _keep(text: str) -> str:
    """Write the file; return its name, empty where it cannot be written."""
    path: Path = state_directory() / COPIED
    try:
        write_private(path, text + "\n")
    except OSError:
        return ""
    return one_line(str(path))


async def _through_tmux(text: str) -> bool:
    try:
        async with asyncio.timeout(TMUX_S):
            tmux = await asyncio.create_subprocess_exec(
                "tmux", "load-buffer", "-w", "-", stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
            try:
                await tmux.communicate(text.encode())
            finally:
                if tmux.returncode is None:
                    tmux.kill()
    except (OSError, TimeoutError):
        return False
    return tmux.returncode == 0
