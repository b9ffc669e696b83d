"""A view of the screen as files: what it shows as text, and how it looks as SVG."""

from __future__ import annotations

import os
import re
from pathlib import Path

from maker_engine.core.errors import InputError
from maker_engine.printable import printable
from maker_engine.sessions.library.upkeep import VIEWS

MOST = 100_000
_FONT_FACE = re.compile(r"@font-face\s*\{.*?\}", re.DOTALL)


def folder_of(session: Path | None, home: Path) -> Path:
    """Return where views go: into a folder beside their session, named after it; without one, under `home`."""
    return home / "views" if session is None else session.with_name(session.name + VIEWS)


def save(folder: Path, name: str, text: str, picture: str) -> tuple[Path, Path]:
    """Write a view as `name-1.txt` and `name-1.svg`, or with the next number that is free; return both.

    Nothing is overwritten, and both files are their owner's alone. The picture asks nobody for a font.

    Raises:
        InputError: They cannot be written.
    """
    picture = _FONT_FACE.sub("", picture)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for number in range(1, MOST):
            written, drawn = folder / f"{name}-{number}.txt", folder / f"{name}-{number}.svg"
            if drawn.exists():
                continue
            try:
                _write(written, text)
                _write(drawn, picture)
            except FileExistsError:
                continue
            return written, drawn
    except OSError as error:
        raise InputError(f"{folder} cannot be written to: {error.strerror}") from None
    raise InputError(f"{folder} is full of views: move them away")


def _write(path: Path, text: str) -> None:
    handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(printable(text, newlines=True))
