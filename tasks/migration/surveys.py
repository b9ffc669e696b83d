"""What the effect says of tables, read into the state; and what has been lost between two looks."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from .problem import Change
from .state import Table


def whole(tables: Iterable[Table]) -> str:
    """Return the digest of a database, as `maker migration digest` prints it."""
    lines = "".join(f"{json.dumps(one.name)} {one.digest}\n" for one in sorted(tables, key=lambda one: one.name))
    return hashlib.sha256(lines.encode()).hexdigest()


def merged(known: tuple[Table, ...], survey: Mapping[str, Any]) -> tuple[Table, ...]:
    """Return the tables after another look at some of them.

    Raises:
        LookupError, TypeError, ValueError: The look is none.
    """
    before = {table.name: table for table in known}
    found = []
    for name in survey["all"]:
        table = before.get(name)
        if name in survey["tables"]:
            rows, digest, columns = survey["tables"][name]
            table = Table(str(name), int(rows), str(digest), tuple(map(str, columns)), table.broken if table else 0)
        if table is None:
            raise ValueError(f"table {name} was not examined")
        found.append(replace(table, broken=int(survey["broken"].get(name, table.broken))))
    return tuple(found)


def schema(survey: Mapping[str, Any]) -> tuple[tuple[str, str, str], ...]:
    """Return what a look says of the schema: (type, name, SQL)."""
    return tuple((str(kind), str(name), str(sql)) for kind, name, sql in survey["schema"])


def lost(before: tuple[Table, ...], after: tuple[Table, ...], change: Change) -> tuple[str, ...]:
    """Return what was lost, in words, that the change does not declare: tables, columns and rows."""
    declared = {name.lower() for name in change.loses}
    now = {table.name: table for table in after}
    found = []
    for table in before:
        name = table.name.lower()
        there = now.get(table.name)
        if there is None:
            if name not in declared:
                found.append(f"table {table.name} with {table.rows:,} rows")
            continue
        columns = {one.lower() for one in there.columns}
        gone = [one for one in table.columns if one.lower() not in columns]
        found += [f"column {table.name}.{one}" for one in gone if f"{name}.{one.lower()}" not in declared]
        if there.rows < table.rows and f"{name} rows" not in declared:
            found.append(f"{table.rows - there.rows:,} rows of {table.name}")
    return tuple(found)
