"""What SQLite says is wrong with a file, in one line that names the file and what can be done."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from maker_engine.effects.port import EffectError
from maker_engine.printable import one_line

_MENDS = {
    "readonly": "let this user write the file and its folder",
    "locked": "close the program that holds it",
    "full": "make room there",
    "I/O": "see whether the disk is sound",
    "malformed": "restore it from a backup; sqlite3 FILE .recover saves what can be",
    "not a database": "name a file of SQLite",
    "no such module": "a virtual table needs an extension that this SQLite does not have: it cannot be read",
    "unable to open": "let this user read the file and write its folder",
    "unsupported file format": f"it was written by a newer SQLite than {sqlite3.sqlite_version}: update that",
}
"""Words of errors that are no fault of a statement, and what mends them."""


def mended(words: str) -> str:
    """Return the mend of what SQLite says, behind a colon; "" where a statement is at fault."""
    return next((f": {mend}" for part, mend in _MENDS.items() if part in words), "")


def failed(path: object, error: sqlite3.Error, where: str = "") -> EffectError:
    """Return the error of an operation on a file, or of a statement of it that `where` names."""
    mend = mended(str(error))
    if "unable to open" in str(error) and isinstance(path, Path) and not path.exists():
        mend = ": there is no such file: put it back"
    kind = "state" if str(error) == "interrupted" else "database" if mend else "sql"
    return EffectError(kind, one_line(f"{where or path}: {error}{mend}", 300))
