"""The digest of a database: over all rows of all tables, whatever the order of rows, columns and tables.

value   NULL, a number in digits, text in single quotes (those in it doubled), a BLOB as X'…', a real number as SQLite's
        `quote` writes it; of PostgreSQL, `quote_nullable(…::text)`
block   SHA-256 of a column's values in up to 10,000 rows, joined by commas, as UTF-8; rows in the order of the primary
        key, and where there is none, or it leaves some equal, of their values' bytes, columns in order of their names
column  SHA-256 of its blocks' hashes (32 bytes each), one after the other
table   SHA-256 of the line `table NAME ROWS KEY`, and a line `COLUMN DIGEST` for each column, in order of their names;
        names as JSON, KEY the list of the primary key's columns
whole   SHA-256 of a line `TABLE DIGEST` for each table, in order of their names, names as JSON

Digests are in hexadecimal. A value's row is known by its place: so what a column is made of may be read without the
others, and a column that was not written need not be read again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence

from ..version_table import OF_TOOLS

JOURNAL = "maker_migration_journal"
"""The table in which a database keeps what was done to it; it is in no digest."""
NOT_COUNTED = frozenset({JOURNAL, *OF_TOOLS})
"""Tables that are in no digest: the journal, and those in which tools note what they did, and when."""
MOVED = "another program has changed the database since: it is not put back"
BLOCK = 10_000
"""Rows that are hashed at once."""


def column_digest(blocks: Iterable[bytes]) -> str:
    """Return the digest of a column from those of its blocks, in order."""
    return hashlib.sha256(b"".join(blocks)).hexdigest()


def table_digest(name: str, rows: int, key: Sequence[str], columns: Mapping[str, str]) -> str:
    """Return the digest of a table from those of its columns by name."""
    head = f"table {json.dumps(name)} {rows} {json.dumps([*key])}\n"
    return hashlib.sha256((head + _lines(columns)).encode()).hexdigest()


def whole_digest(tables: Mapping[str, str]) -> str:
    """Return the digest of a database from those of its tables by name."""
    return hashlib.sha256(_lines(tables).encode()).hexdigest()


def _lines(digests: Mapping[str, str]) -> str:
    return "".join(f"{json.dumps(name)} {digest}\n" for name, digest in sorted(digests.items()))


def quoted(name: str) -> str:
    """Return a name as SQL has it."""
    return '"' + name.replace('"', '""') + '"'
