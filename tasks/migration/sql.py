"""SQL as sqlglot reads it: scripts cut into statements, and each statement's kind, risk, lock and tables."""

from __future__ import annotations

import logging
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from sqlglot import exp, parse_one, tokenize
from sqlglot.errors import SqlglotError

from maker_engine.core.errors import ProblemError
from maker_engine.printable import one_line

from .problem import ADDITIVE, DATA, DESTRUCTIVE, LONGEST_SCRIPT, Statement

logging.getLogger("sqlglot").setLevel(logging.ERROR)  # what it cannot read is classed as such here
ANYTHING = "*"
"""The table of a statement of which it is not known what it touches."""
_DECLARED = re.compile(r"--\s*maker:\s*loses\s+(\S.*?)\s*$", re.MULTILINE)
PRAGMAS = re.compile(
    r"pragma\s+(foreign_keys|defer_foreign_keys|legacy_alter_table|user_version|application_id)\b", re.IGNORECASE
)
_OPAQUE = re.compile(
    r"(create|alter|drop|do|grant|revoke|comment|analyze|reindex|vacuum|cluster|refresh|lock|set|reset|call)\b",
    re.IGNORECASE,
)
_MADE = re.compile(
    r"create\s+(or\s+replace\s+|temp(orary)?\s+|constraint\s+|foreign\s+|materialized\s+|event\s+|access\s+|text\s+search\s+)*"
    r"(trigger|function|procedure|extension|type|domain|schema|role|user|policy|rule|sequence|view|virtual\s+table|aggregate"
    r"|operator|cast|collation|publication|subscription|statistics|server|language|method|configuration|dictionary|data)\b",
    re.IGNORECASE,
)
_QUIET = re.compile(r"(create|alter|comment|grant|revoke|analyze|set|reset)\b", re.IGNORECASE)
_ALONE = re.compile(r"\bconcurrently\b|^\s*(vacuum|reindex|cluster)\b|^\s*(create|drop)\s+(database|tablespace)\b",
                    re.IGNORECASE)  # fmt: skip


def statements(text: str, dialect: str, file: str, line: int = 1) -> tuple[Statement, ...]:
    """Cut a script into its statements; those that begin and end a transaction are left out.

    Args:
        text: The script.
        dialect: "sqlite" or "postgres".
        file: Its name in errors.
        line: Its first line's number, from 1.

    Raises:
        ProblemError: It does not parse; the text names file and line.
    """
    if len(text) > LONGEST_SCRIPT:
        raise ProblemError(f"{file} is larger than {LONGEST_SCRIPT:,} characters: load such data another way")
    found = [_read(sql, dialect, file, line + at) for sql, at in _cut(text, dialect, file, line)]
    kept = [one for one in found if one is not None]
    declared = tuple(name for names in _DECLARED.findall(text) for name in re.split(r"\s*,\s*", names))
    if declared and kept:
        kept[0] = replace(kept[0], loses=(*kept[0].loses, *declared))
    return tuple(kept)


def _cut(text: str, dialect: str, file: str, line: int) -> Iterator[tuple[str, int]]:
    """Yield each statement and the line it begins in, from 0. A trigger's body is a part of its statement."""
    try:
        tokens = tokenize(text, dialect=dialect)
    except (SqlglotError, RecursionError) as error:
        raise ProblemError(f"{file}:{line}: this is not SQL: {one_line(str(error), 80)}") from None
    begin: Any = None
    for token in tokens:
        if token.token_type.name != "SEMICOLON":
            begin = begin or token
            continue
        if begin is None:
            continue
        piece = text[begin.start : token.start]
        if dialect == "sqlite" and not sqlite3.complete_statement(f"{piece};"):
            continue
        yield piece.strip(), text.count("\n", 0, begin.start)
        begin = None
    if begin is not None:
        yield text[begin.start :].strip().rstrip(";"), text.count("\n", 0, begin.start)


def _read(sql: str, dialect: str, file: str, line: int) -> Statement | None:
    plain = _plainer(sql) if dialect == "sqlite" else sql
    try:
        tree: Any = parse_one(plain, dialect=dialect)
    except (SqlglotError, RecursionError) as error:
        words = one_line(str(error).partition(" Line ")[0].partition("<Token")[0], 80)
        raise ProblemError(f"{file}:{line}: this statement does not parse: {words}") from None
    if isinstance(tree, exp.Transaction | exp.Commit):
        return None
    if isinstance(tree, exp.Pragma) and not PRAGMAS.match(sql):
        raise ProblemError(f"{file}:{line}: {one_line(sql, 60)} is not taken: leave this PRAGMA out")
    known = (exp.DDL, exp.DML, exp.Query, exp.Alter, exp.Drop, exp.TruncateTable, exp.Comment, exp.Pragma, exp.Create,
             exp.Set, exp.Analyze, exp.Grant, exp.Merge)  # fmt: skip
    if isinstance(tree, known):
        found = _classed(sql, line, tree, dialect)
        return found if plain == sql else replace(found, batch="")
    if _OPAQUE.match(sql) and (sql[:6].lower() != "create" or _MADE.match(sql)):
        return _opaque(sql, line, dialect)
    raise ProblemError(
        f"{file}:{line}: {one_line(sql, 60)} does not parse, or is not a statement that a migration may have"
    )


def _plainer(sql: str) -> str:
    """Return a statement of SQLite without what sqlglot does not read and what changes nothing of its class."""
    shorter = re.sub(r"\)(\s*(,|WITHOUT\s+ROWID|STRICT)\s*)+$", ")", sql, flags=re.IGNORECASE)
    shorter = re.sub(r"^\s*REPLACE\s+INTO\b", "INSERT OR REPLACE INTO", shorter, flags=re.IGNORECASE)
    return re.sub(r"^\s*UPDATE\s+OR\s+[A-Z]+\b", "UPDATE", shorter, flags=re.IGNORECASE)


def _opaque(sql: str, line: int, dialect: str) -> Statement:
    """Class a statement that is not read as a tree: a trigger, a function, a block of code."""
    quiet = bool(_QUIET.match(sql))
    alone = bool(_ALONE.search(sql)) and not (dialect == "sqlite" and "index" in sql.lower()[:20])
    kind, risk = (ADDITIVE, 2) if quiet else (DATA, 4)
    return Statement(sql, line, kind, risk, (ANYTHING,), ANYTHING, "table", "", (), alone)


def _classed(sql: str, line: int, tree: Any, dialect: str) -> Statement:
    tables = (ANYTHING,) if _far(tree) else tuple(dict.fromkeys(table.name for table in tree.find_all(exp.Table)))
    alone = dialect == "postgres" and bool(_ALONE.search(sql))
    target = _target(tree)
    kind, risk, lock, loses = _effect(tree, target)
    if alone:
        lock = "none"
    return Statement(sql, line, kind, risk, tables, target, lock, _batch(tree, target, tables), loses, alone)


def _far(tree: Any) -> bool:
    """Return whether a statement may reach tables that it does not name: by code, by an index's name, by a type."""
    if isinstance(tree, exp.Create):
        return str(tree.kind).upper() not in ("TABLE", "INDEX", "VIEW")
    if isinstance(tree, exp.Drop | exp.Alter):
        return str(tree.args.get("kind")).upper() not in ("TABLE", "VIEW")
    return isinstance(tree, exp.Comment | exp.Query) and tree.find(exp.Table) is None


def _target(tree: Any) -> str:
    if isinstance(tree, exp.Query | exp.Pragma | exp.Set):
        return ""
    if isinstance(tree, exp.Create) and tree.kind == "INDEX":
        table = tree.find(exp.Table)
    elif isinstance(tree, exp.TruncateTable):
        table = tree.expressions[0] if tree.expressions else None
    else:
        table = tree.this if isinstance(tree.this, exp.Table) else tree.find(exp.Table)
    return table.name if table is not None else ""


def _effect(tree: Any, target: str) -> tuple[str, int, str, tuple[str, ...]]:  # noqa: PLR0911 - one for each kind
    """Return a statement's kind, risk, lock, and what it removes."""
    match tree:
        case exp.Create():
            return (ADDITIVE, 2, "table", ()) if tree.kind == "INDEX" else (ADDITIVE, 1, "none", ())
        case exp.Alter():
            return _altered(tree, target)
        case exp.Drop():
            table = str(tree.args.get("kind")).upper() == "TABLE"
            return (DESTRUCTIVE, 5 if table else 2, "table", _dropped(tree) if table else ())
        case exp.TruncateTable():
            return DESTRUCTIVE, 5, "table", tuple(f"{one.name} rows" for one in tree.expressions)
        case exp.Delete():
            return DESTRUCTIVE, 4, "rows", (f"{target} rows",)
        case exp.Insert() | exp.Update() | exp.Merge():
            return DATA, 3, "rows", ()
        case _:
            return ADDITIVE, 1, "none", ()


def _dropped(tree: Any) -> tuple[str, ...]:
    """Return the names that a DROP names."""
    found = tree.args.get("tables") or [tree.this]
    return tuple(one.name for one in found if one is not None)


def _altered(tree: Any, target: str) -> tuple[str, int, str, tuple[str, ...]]:
    """Class ALTER TABLE by the worst of its actions."""
    worst, loses = (ADDITIVE, 2), []
    for action in tree.args.get("actions") or ():
        if isinstance(action, exp.Drop):
            worst = (DESTRUCTIVE, 4)
            if str(action.args.get("kind") or "COLUMN").upper() == "COLUMN":
                loses += [f"{target}.{one}" for one in _dropped(action)]
        elif isinstance(action, exp.RenameColumn):
            worst = (DESTRUCTIVE, 4)
            loses.append(f"{target}.{action.this.name}")
        elif isinstance(action, exp.AlterRename):
            worst = (DESTRUCTIVE, 4)
            loses.append(target)
        elif isinstance(action, exp.AlterColumn):
            retyped = action.args.get("dtype") is not None
            worst = max(worst, (DESTRUCTIVE, 4) if retyped else (ADDITIVE, 3), key=lambda one: one[1])
        else:
            worst = max(worst, (ADDITIVE, 2 if isinstance(action, exp.ColumnDef) else 3), key=lambda one: one[1])
    return *worst, "table", tuple(loses)


def _batch(tree: Any, target: str, tables: tuple[str, ...]) -> str:
    """Return the table whose rows a statement handles one by one, so that it can be split; "" where it does not."""
    if any(tree.args.get(name) for name in ("with_", "with", "returning", "limit")):
        return ""
    if any(table.args.get("db") for table in tree.find_all(exp.Table)):  # of a schema: names alone would not tell which
        return ""
    if isinstance(tree, exp.Update | exp.Delete):
        others = [one.name for one in tree.find_all(exp.Table)].count(target)
        joined = tree.args.get("from_") or tree.args.get("from") or tree.args.get("using")
        return target if others == 1 and not joined else ""
    if not isinstance(tree, exp.Insert) or not isinstance(tree.expression, exp.Select):
        return ""
    select = tree.expression
    clauses = ("group", "distinct", "limit", "order", "having", "with", "with_", "offset")
    aggregates = [one for one in select.find_all(exp.AggFunc, exp.Window) if one.parent_select is select]
    source = _from(select)
    if source is None or aggregates or any(select.args.get(name) for name in clauses) or tree.args.get("conflict"):
        return ""
    return source.name if [one.name for one in tree.find_all(exp.Table)].count(target) == 1 and tables else ""


def _from(select: Any) -> Any:
    clause = select.args.get("from_") or select.args.get("from")
    return clause.this if clause is not None and isinstance(clause.this, exp.Table) else None


def with_range(sql: str, dialect: str, key: str, low: int | None, high: int) -> str:
    """Return a statement that can be split, held to the rows whose key is above `low` and at most `high`."""
    tree: Any = parse_one(sql, dialect=dialect)
    place = _from(tree.expression) if isinstance(tree, exp.Insert) else tree.this
    alias = place.args.get("alias")
    name = alias.this if alias is not None else place.this
    column = exp.column(exp.to_identifier(key, quoted=dialect == "postgres"), table=name.copy())
    condition: Any = column <= exp.Literal.number(high)
    if low is not None:
        condition = exp.and_(column.copy() > exp.Literal.number(low), condition)
    owner = tree.expression if isinstance(tree, exp.Insert) else tree
    held = owner.where(condition, copy=False)
    if isinstance(tree, exp.Insert):
        tree.set("expression", held)
    text: str = tree.sql(dialect=dialect)
    return text


def conflict(earlier: tuple[Statement, ...], later: tuple[Statement, ...]) -> bool:
    """Return whether two changes must keep their order: one changes a table that the other touches."""
    for one in earlier:
        for two in later:
            if ANYTHING in (*one.tables, *two.tables):
                return True
            added = one.sql[:5].upper() == two.sql[:5].upper() == "ALTER" and one.kind == two.kind == ADDITIVE
            if added and one.target == two.target:
                continue
            if (one.target and one.target in two.tables) or (two.target and two.target in one.tables):
                return True
    return False


def assigned(sql: str, dialect: str) -> frozenset[str]:
    """Return the columns, in lower case, that an UPDATE gives values to; none of any other statement."""
    tree: Any = parse_one(sql, dialect=dialect)
    if not isinstance(tree, exp.Update):
        return frozenset()
    return frozenset(one.this.name.lower() for one in tree.expressions if isinstance(one, exp.EQ))
