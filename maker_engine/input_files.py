"""Files that a user names to be read. They may be of any size and kind, so none is read without a bound, or waited for.

A pipe is welcome, as `<(…)` and /dev/stdin are; one that no one writes to is not waited for.
"""

from __future__ import annotations

import codecs
import io
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from maker_engine.core.errors import InputError
from maker_engine.printable import one_line

_LONGEST_SHOWN, _ENDS = 200, 80
"""Characters of a path that are shown in an error, and of its ends where it is longer."""


def path_of(text: str) -> Path:
    """Return the path that a user writes, where `~` is a home directory.

    Raises:
        InputError: It has a null character, or names the home of a user who is not known.
    """
    if "\0" in text:
        raise InputError(f"path {one_line(text, _ENDS)!r} has a null character, which no file name has")
    try:
        return Path(text).expanduser()
    except RuntimeError:
        shown = one_line(text, _ENDS)
        raise InputError(f"path {shown!r} begins with the home of a user who is not known: write it out") from None


def exists(path: Path) -> bool:
    """Return whether there is anything at a path. Where that cannot be seen there is nothing for us; never raises."""
    return os.path.lexists(path)


def is_file(path: Path) -> bool:
    """Return whether a path leads to a regular file that can be seen; never raises, unlike `Path.is_file`."""
    return os.path.isfile(path)  # noqa: PTH113 - see above


def is_folder(path: Path) -> bool:
    """Return whether a path leads to a folder that can be seen; never raises, unlike `Path.is_dir`."""
    return os.path.isdir(path)  # noqa: PTH112 - see above


def is_closed(path: Path) -> bool:
    """Return whether a path leads to where this user may not look."""
    try:
        path.stat()
    except PermissionError:
        return True
    except (OSError, ValueError):
        return False
    return False


def modified(path: Path) -> float:
    """Return when a file was last written, in seconds since 1970; 0 where that cannot be seen. Never raises."""
    try:
        return path.stat().st_mtime
    except (OSError, ValueError):
        return 0.0


def open_named(path: Path, what: str) -> BinaryIO:
    """Open a file for reading.

    Args:
        path: The file.
        what: What it is called in errors, such as "problem file".

    Raises:
        InputError: It cannot be read.
    """
    try:
        # Without the flag, opening a pipe that no one writes to never ends.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        raise _unreadable(path, what, error) from None
    os.set_blocking(handle, True)
    try:
        return os.fdopen(handle, "rb")
    except OSError as error:  # a folder
        os.close(handle)
        raise _unreadable(path, what, error) from None


def read_named(path: Path, what: str, largest: int) -> str:
    """Read a whole file as UTF-8 text, with or without a byte order mark.

    Args:
        path: The file.
        what: As for `open_named`.
        largest: Most bytes.

    Raises:
        InputError: It cannot be read, is larger, or is no text.
    """
    with open_named(path, what) as file:
        try:
            content = file.read(largest + 1)
        except OSError as error:
            raise _unreadable(path, what, error) from None
        if not content and stat.S_ISFIFO(os.fstat(file.fileno()).st_mode):
            raise InputError(f"{what} {path} is a pipe that nothing comes out of: write the text to a file")
    if len(content) > largest:
        raise InputError(f"{what} {path} is larger than {largest:,} bytes")
    try:
        return content.removeprefix(codecs.BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError:
        raise InputError(f"{what} {path} is not UTF-8 text") from None


def lines_of(path: Path, what: str, longest: int) -> Iterator[str]:
    """Give the lines of a file; of a line that is too long, only its first `longest` + 1 characters, and then no more.

    Args:
        path: The file.
        what: As for `open_named`.
        longest: Most characters of a line.

    Raises:
        InputError: It cannot be read, or is no text.
    """
    with io.TextIOWrapper(open_named(path, what), encoding="utf-8-sig") as file:
        while True:
            try:
                line = file.readline(longest + 1)
            except UnicodeDecodeError:
                raise InputError(f"{what} {path} is not UTF-8 text") from None
            except OSError as error:
                raise _unreadable(path, what, error) from None
            if not line:
                return
            yield line
            if len(line) > longest:
                return


def _unreadable(path: Path, what: str, error: OSError | ValueError) -> InputError:
    name = str(path)
    shown = name if len(name) <= _LONGEST_SHOWN else f"{name[:_ENDS]}…{name[-_ENDS:]}"  # or the reason is cut off
    return InputError(f"{what} {shown} cannot be read: {getattr(error, 'strerror', None) or error}")
