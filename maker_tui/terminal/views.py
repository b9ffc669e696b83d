"""A view of the screen as files: what it shows as text, and how it looks as SVG."""

from __future__ import annotations

import os
import re
from pathlib import Path

from textual.app import App

from maker_engine.core.errors import InputError, MakerError
from maker_engine.printable import one_line, printable
from maker_engine.sessions.library.library import home
from maker_engine.sessions.library.upkeep import VIEWS

MOST = 100_000
_FONT_FACE = re.compile(r"@font-face\s*\{.*?\}", re.DOTALL)


class ViewSaver:
    """Writes what an app shows.

    Args:
        app: The app.
    """

    def __init__(self, app: App[None]) -> None:
        self._app = app

    def save(self) -> None:
        """Write what the screen shows, and how it looks, into files beside the session."""
        self._app.clear_notifications()  # they lie over what is to be seen
        self._app.call_after_refresh(self._save_view)

    def _save_view(self) -> None:

        screen = self._app.screen
        text = "\n".join(strip.text.rstrip() for strip in screen._compositor.render_strips())  # noqa: SLF001 - as Textual does
        picture = self._app.export_screenshot(title="maker")
        try:
            written, drawn = save(
                folder_of(self._session_shown(), home()), type(screen).__name__.lower(), text, picture
            )
        except MakerError as error:
            self._app.notify(one_line(str(error)), title="not saved", severity="error", markup=False)
            return
        written_files = one_line(f"{written} and {drawn.name}", 400)
        self._app.notify(written_files, title="view saved", markup=False, timeout=8)

    def _session_shown(self) -> Path | None:
        """Return the session of the nearest screen that shows one; a help screen is above the one it is about."""
        sessions = (getattr(screen, "session_path", None) for screen in reversed(self._app.screen_stack))
        return next((path for path in sessions if path is not None), None)


def folder_of(session: Path | None, home: Path) -> Path:
    """Return where views go: into a folder beside their session, named after it; without one, under `home`."""
    return home / "views" if session is None else session.with_name(session.name + VIEWS)


def save(folder: Path, name: str, text: str, picture: str) -> tuple[Path, Path]:
    """Write a view as `name-1.txt` and `name-1.svg`, or with the next number that is free; return both.

    Nothing is overwritten, and both files are their owner's alone. The picture asks no one for a font.

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
