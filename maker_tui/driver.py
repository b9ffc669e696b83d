"""Textual's driver for a terminal that may die while the app runs."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

from textual.drivers.linux_driver import LinuxDriver

from maker_tui.hangup import forgiving
from maker_tui.outlets.sequences import GIVE_TITLE_BACK, KEEP_TITLE, title_sequence

if TYPE_CHECKING:
    from textual.app import App


class MortalDriver(LinuxDriver):
    """Neither fails nor begins anew when the terminal is gone; `maker_tui.hangup` sees that it is, and ends the app."""

    def __init__(
        self, app: App[object], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        # An error would end the thread that writes, and the app would wait for it for ever.
        if self._file is not None:
            self._file = forgiving(self._file)

        self._title: str | None = None

    def show_title(self, title: str) -> None:
        """Set the terminal's title; the one it had comes back when the app leaves."""
        if title != self._title:
            self.write(("" if self._title is not None else KEEP_TITLE) + title_sequence(title))
            self._title = title

    def stop_application_mode(self) -> None:
        """Give the terminal back as it was, its title too."""
        if self._title is not None:
            self.write(GIVE_TITLE_BACK)
            self._title = None
        super().stop_application_mode()

    def run_input_thread(self) -> None:
        """Read keys until there is nobody to press any."""
        try:
            super().run_input_thread()
        except OSError as error:
            if error.errno != errno.EIO:
                raise

    def _sigcont_application(self, *_: object) -> None:
        # A SIGCONT comes with every SIGHUP of the kernel.
        if os.isatty(self.fileno):
            super()._sigcont_application()
