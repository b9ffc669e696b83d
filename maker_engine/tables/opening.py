"""Opens a table by what it is: a database by its first bytes, the other kinds by the ending of the name."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from hashlib import sha256
from pathlib import Path

from maker_engine.core.errors import InputError
from maker_engine.input_files import is_file, open_named, path_of
from maker_engine.tables.content import WHAT, Content
from maker_engine.tables.row import Rows
from maker_engine.tables.stored_rows import ParquetRows, SqliteRows
from maker_engine.tables.text_rows import CsvRows, JsonRows

STANDARD_INPUT = "-"
LARGEST_PIPE = 4_000_000
"""Bytes of a table from a pipe: it is kept in the session, since nobody can read it again."""
_DATABASE, _PARQUET = b"SQLite format 3\0", b"PAR1"
_SEPARATORS = {".tsv": "\t", ".tab": "\t"}
_JSON = (".jsonl", ".ndjson", ".json")
_PIECE = 1 << 20
_FOLDER: ContextVar[Path | None] = ContextVar("folder", default=None)


def open_table(name: str) -> Rows:
    """Open the table that a user names: a path, a database with "#TABLE" behind it, or "-" for standard input.

    Raises:
        InputError: It cannot be read as a table.
    """
    path, table = place_of(name)
    if is_piped(name):
        return table_of(name, piped(name))
    with open_named(path, WHAT) as file:
        begin = file.read(len(_DATABASE))
    if begin == _DATABASE:
        return SqliteRows(Content(str(path), path), table)
    if begin.startswith(_PARQUET):
        return ParquetRows(Content(str(path), path))
    if table:
        raise InputError(f"{path} is no SQLite database, and has no table {table!r}: name the file alone")
    return _text_table(Content(path.name, path), path.suffix.lower())


def is_piped(name: str) -> bool:
    """Return whether a table that a user names comes from standard input, or from another pipe."""
    path, _ = place_of(name)
    return str(path) == STANDARD_INPUT or not is_file(path)


def place_of(name: str) -> tuple[Path, str]:
    """Return the path that a user names, and the table within it where it is a database."""
    whole = path_of(name)
    if is_file(whole) or "#" not in name:
        return whole, ""
    place, _, table = name.rpartition("#")
    return path_of(place), table


@contextmanager
def also_in(folder: Path) -> Iterator[None]:
    """Have `found_at` look for tables in a folder too, such as that of a session which came from another machine."""
    before = _FOLDER.set(folder)
    try:
        yield
    finally:
        _FOLDER.reset(before)


def found_at(path: Path) -> Path:
    """Return where a table is: at its path, or under its name in the folder that `also_in` names."""
    folder = _FOLDER.get()
    if is_file(path) or folder is None or not is_file(folder / path.name):
        return path
    return folder / path.name


def table_of(name: str, data: bytes) -> Rows:
    """Make a table of bytes that are kept elsewhere, whose kind their beginning says; JSON Lines begin with a brace.

    Args:
        name: What it is called in errors; its ending says of which kind a text is, "#TABLE" which table of a database.
        data: The bytes.

    Raises:
        InputError: They are no table.
    """
    if data.startswith(_DATABASE):
        bare, _, table = name.partition("#")
        return SqliteRows(Content(bare, data=data), table)
    if data.startswith(_PARQUET):
        return ParquetRows(Content(name, data=data))
    suffix = Path(name).suffix.lower()
    if not suffix and data.lstrip(b"\xef\xbb\xbf \n\r\t").startswith(b"{"):
        suffix = _JSON[0]
    return _text_table(Content(name, data=data), suffix)


def piped(name: str) -> bytes:
    """Read a table out of a pipe.

    Raises:
        InputError: It cannot be read, is empty or is too long.
    """
    path, _ = place_of(name)
    if str(path) == STANDARD_INPUT:
        data = sys.stdin.buffer.read(LARGEST_PIPE + 1)
    else:
        with open_named(path, WHAT) as file:
            data = file.read(LARGEST_PIPE + 1)
    if len(data) > LARGEST_PIPE:
        raise InputError(f"a table from a pipe may have {LARGEST_PIPE:,} bytes: write it to a file, and name that")
    if not data.strip():
        raise InputError(f"no rows come out of {name}")
    return data


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal.

    Raises:
        InputError: It cannot be read.
    """
    found = sha256()
    with open_named(path, WHAT) as file:
        while piece := file.read(_PIECE):
            found.update(piece)
    return found.hexdigest()


def _text_table(content: Content, suffix: str) -> Rows:
    return JsonRows(content) if suffix in _JSON else CsvRows(content, _SEPARATORS.get(suffix, ""))
