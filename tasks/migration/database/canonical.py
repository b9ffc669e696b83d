"""The digest of a database: over all rows of all tables, whatever the order of rows, columns and tables.

row     the values as the database quotes them, in order of their columns' names, joined by commas, as UTF-8
table   SHA-256 of the line `table NAME COLUMNS ROWS SUM`: names as JSON, SUM the sum of the SHA-256 of its rows as
        big-endian whole numbers, modulo 2 ** 256, in hexadecimal
whole   SHA-256 of the tables' digests, a line `NAME DIGEST` for each, in order of their names
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
_MODULUS = 1 << 256


def row_sum(rows: Iterable[bytes]) -> tuple[int, int]:
    """Return how many rows there are, and the sum of their hashes."""
    count = total = 0
    sha, number = hashlib.sha256, int.from_bytes
    for row in rows:
        total += number(sha(row).digest(), "big")
        count += 1
    return count, total % _MODULUS


def table_digest(name: str, columns: Sequence[str], count: int, total: int) -> str:
    """Return the digest of a table, in hexadecimal."""
    line = f"table {json.dumps(name)} {json.dumps(sorted(columns))} {count} {total:064x}"
    return hashlib.sha256(line.encode()).hexdigest()


def whole_digest(tables: Mapping[str, str]) -> str:
    """Return the digest of a database from those of its tables by name."""
    lines = "".join(f"{json.dumps(name)} {digest}\n" for name, digest in sorted(tables.items()))
    return hashlib.sha256(lines.encode()).hexdigest()
