"""What is on the screen, written into files beside the session that it shows."""

from __future__ import annotations

from pathlib import Path

from textual.app import App

from maker_engine.core.errors import MakerError
from maker_engine.printable import one_line


class ViewSaver:
    """Writes what an app shows.

    Args:
        app: The app.
    """

    def __init__(self, app: App[None]) -> None:
        self._app = app

    def action_save_view(self) -> None:
        """Write what the screen shows, and how it looks, into files beside the session."""
        self._app.clear_notifications()  # they lie over what is to be seen
        self._app.call_after_refresh(self._save_view)

    def _save_view(self) -> None:
        from maker_engine.sessions.library.library import home  # noqa: PLC0415 - start-up: not before it is asked for
        from maker_tui.terminal.views import folder_of, save  # noqa: PLC0415 - start-up, as above

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
        told = one_line(f"{written} and {drawn.name}", 400)
        self._app.notify(told, title="view saved", markup=False, timeout=8)

    def _session_shown(self) -> Path | None:
        """The session of the nearest screen that shows one; a help screen stands above the one it is about."""
        sessions = (getattr(screen, "session_path", None) for screen in reversed(self._app.screen_stack))
        return next((path for path in sessions if path is not None), None)
