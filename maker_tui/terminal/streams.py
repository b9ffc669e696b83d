"""The standard streams: what cannot be printed is replaced, and an output that takes no more is named."""

from __future__ import annotations

import codecs
import errno
import io
import os
import select
import sys
import unicodedata
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

OUTPUT_LOST = 74
"""Exit status where standard output took no more; EX_IOERR of sysexits.h."""
REPLACED = "maker.replaced"
"""How encoding errors are handled: what the encoding does not have is replaced by as many cells of ASCII."""
RETRY_S = 1.0
"""Between two looks at a terminal that takes nothing more for the moment."""

_LIKENESS = dict(zip("→←▶·…×–—−─━│┃╭╮╰╯█■●✔✖‖", "><>..x-----||++++##*+x=", strict=True))
"""What the app's own signs are written as; the words beside them say the same."""


class OutputError(Exception):
    """Standard output takes no more.

    Attributes:
        errno: What the system said; EPIPE where the reader has gone, EBADF where it was closed from the start.
        result: What would have been printed, in a few words; empty where it can be asked for again.
    """

    def __init__(self, error: OSError) -> None:
        causes = {errno.EPIPE: "its reader has gone", errno.EBADF: "it is closed"}
        self.errno = error.errno
        self.result = ""
        super().__init__(f"standard output cannot be written: {causes.get(self.errno or 0) or error.strerror}")

    def __str__(self) -> str:
        return "; ".join(filter(None, (*self.args, self.result)))


class _Named(io.FileIO):
    """Standard output, whose errors cannot be taken for another file's."""

    def write(self, data: ReadableBuffer, /) -> int:
        try:
            return _write_all(self, data)
        except OSError as error:
            raise OutputError(error) from None


class _Forgiving(io.FileIO):
    """Takes what its terminal or file refuses."""

    def write(self, data: ReadableBuffer, /) -> int:
        try:
            return _write_all(self, data)
        except OSError:
            return memoryview(data).nbytes


def _write_all(file: io.FileIO, data: ReadableBuffer) -> int:
    """Write; wait where another program has made the terminal non-blocking and it is busy."""
    while True:
        written: int | None = io.FileIO.write(file, data)
        if written is not None:
            return written
        select.select([], [file], [], RETRY_S)


def forgiving(file: TextIO) -> io.TextIOWrapper:
    """Open where `file` writes to once more, for what is worth less than the run: no failure to write is an error."""
    return _text(_Forgiving(file.fileno(), "w", closefd=False), file, REPLACED)


def open_standard() -> None:
    """Make the standard streams fit to be used, however the process was started. May be called again."""
    _occupy()
    sys.stdin = sys.stdin or open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - lives as long as we do
    if sys.stdout is None or sys.stdout is sys.__stdout__:
        sys.stdout = _text(_Named(1, "w", closefd=False), sys.stdout, REPLACED)
    if sys.stderr is None or sys.stderr is sys.__stderr__:
        sys.stderr = _text(_Forgiving(2, "w", closefd=False), sys.stderr, "backslashreplace", each_line=True)


def _text(raw: io.FileIO, like: TextIO | None, errors: str, *, each_line: bool = False) -> io.TextIOWrapper:
    encoding = "utf-8" if like is None else like.encoding
    return io.TextIOWrapper(io.BufferedWriter(raw), encoding, errors, line_buffering=each_line or raw.isatty())


def _occupy() -> None:
    """Let nothing that is opened later become a standard stream: what is printed would end in a session's file."""
    for fd in (0, 1, 2):
        try:
            os.fstat(fd)
        except OSError:
            os.open(os.devnull, os.O_RDONLY)  # writing to it still fails, as it does where the stream is closed


def give_up_output() -> None:
    """Let standard output lead nowhere: what is left in its buffer would fail once more when Python ends."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.close(null)


def _replaced(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_plain, error.object[error.start : error.end])), error.end


def _plain(character: str) -> str:
    from rich.cells import cell_len  # noqa: PLC0415 - Rich is not loaded for a line of ASCII

    base = unicodedata.normalize("NFD", character)[0]
    return _LIKENESS.get(character) or (base if base.isascii() else "?" * cell_len(character))


codecs.register_error(REPLACED, _replaced)
