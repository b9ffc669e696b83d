"""Textual's driver for a terminal that may die while the app runs."""

from __future__ import annotations

import os
import re
import select
import sys
from codecs import getincrementaldecoder
from typing import TYPE_CHECKING, TextIO

from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Key

from maker_tui.terminal.sequences import GIVE_TITLE_BACK, KEEP_TITLE, KEYBOARD_BACK, MODES_OFF, title_sequence
from maker_tui.terminal.streams import forgiving

if TYPE_CHECKING:
    from textual.app import App
    from textual.message import Message

POLL_S = 0.1
"""How often the thread that reads keys looks whether the app leaves, and whether an escape was a key by itself."""
READ_BYTES = 4_096


_MOUSE_REPORT = re.compile(rb"\x1b\[M.{0,3}", re.DOTALL)
"""X10's way to report the mouse: button, column and row as one byte each, of any value. A terminal that forgets its
modes, as behind a connection that was taken up again, falls back to it."""
_REPORT_BYTES = 6


class InputDecoder:
    """Decodes input as it arrives, in pieces of any size.

    Bytes that are not UTF-8 become U+FFFD. The three bytes of an X10 mouse report become NUL, which Textual's parser
    skips in a report and which is no key otherwise: as they came they would be typed.
    """

    def __init__(self) -> None:
        self._decode = getincrementaldecoder("utf-8")("replace").decode
        self._before = b""

    def decode(self, data: bytes) -> str:
        """Return the text of the next bytes; an unfinished character waits for its rest."""
        known = len(self._before)
        plain = _MOUSE_REPORT.sub(_blank, self._before + data)
        self._before = plain[1 - _REPORT_BYTES :]
        return self._decode(plain[known:])


def _blank(report: re.Match[bytes]) -> bytes:
    return b"\x1b[M" + b"\x00" * (len(report[0]) - 3)


class MortalDriver(LinuxDriver):
    """Neither fails nor begins again when the terminal is gone; `terminal.hangup` sees that it is, and ends the app."""

    def __init__(
        self, app: App[object], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        # An error would end the thread that writes, and the app would wait for it for ever.
        file = _screen() or self._file
        if file is not None:
            self._file = forgiving(file)
        self._title: str | None = None

    def show_title(self, title: str) -> None:
        """Set the terminal's title; the one it had comes back when the app leaves."""
        if title != self._title:
            self.write(("" if self._title is not None else KEEP_TITLE) + title_sequence(title))
            self._title = title

    def start_application_mode(self) -> None:
        """Take the terminal over; what an app that was killed left behind in it is ended first, and not found again."""
        if self._file is not None:
            self._file.write(KEYBOARD_BACK + MODES_OFF)
            self._file.flush()
        super().start_application_mode()  # type: ignore[no-untyped-call] # Textual's own

    def stop_application_mode(self) -> None:
        """Give the terminal back as it was, its title too."""
        if self._title is not None:
            self.write(GIVE_TITLE_BACK)
            self._title = None
        super().stop_application_mode()

    def run_input_thread(self) -> None:
        """Read keys until the app leaves. Nothing that a terminal sends ends it."""
        decoder, parser = InputDecoder(), XTermParser(self._debug)
        while not self.exit_event.is_set():
            for piece in (*decoder.decode(self._read()), ""):
                try:
                    for message in parser.feed(piece) if piece else parser.tick():
                        self.process_message(message)
                except Exception:  # noqa: BLE001 - Textual's parser may fail at any sequence, and has ended when it does
                    parser = _successor(parser, debug=self._debug)

    def _read(self) -> bytes:
        """Return what has arrived within `POLL_S`; nothing where there is no one to press any keys."""
        if not select.select([self.fileno], [], [], POLL_S)[0]:
            return b""
        try:
            data = os.read(self.fileno, READ_BYTES)
        except OSError:  # a dead terminal, or one that another program has made non-blocking
            data = b""
        if not data:
            self.exit_event.wait(POLL_S)
        return data

    def process_message(self, message: Message) -> None:
        """Pass on what a person did, but no key that is half a character: it could not be written anywhere."""
        if isinstance(message, Key) and any("\ud800" <= letter <= "\udfff" for letter in message.character or ""):
            return
        super().process_message(message)

    def _sigcont_application(self, *_: object) -> None:
        # A SIGCONT comes with every SIGHUP of the kernel.
        if os.isatty(self.fileno):
            super()._sigcont_application()


def _screen() -> TextIO | None:
    """Return the stream that leads to the terminal; Textual takes standard error, which may lead elsewhere."""
    streams = (sys.__stderr__, sys.__stdout__)
    return next((stream for stream in streams if stream is not None and stream.isatty()), None)


def _successor(parser: XTermParser, *, debug: bool) -> XTermParser:
    """Return a parser that knows what the one before knew of the mouse."""
    new = XTermParser(debug)
    new.mouse_pixels = parser.mouse_pixels
    new.terminal_size, new.terminal_pixel_size = parser.terminal_size, parser.terminal_pixel_size
    return new
