"""The tables in which tools note what a database has: read to begin after that, written as the tool itself would."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from typing import Any

from .problem import Change, Problem

OF_TOOLS = frozenset({
    "schema_migrations", "goose_db_version", "flyway_schema_history", "_yoyo_migration", "_yoyo_log", "_yoyo_version",
    "yoyo_lock", "alembic_version",
})  # fmt: skip
"""Tables of tools' own. They hold times, so they are in no digest, whichever tool the folder is of."""
READ: dict[str, tuple[str, str]] = {
    "dbmate": ("schema_migrations", "version"),
    "golang-migrate": ("schema_migrations", "version, dirty"),
    "goose": ("goose_db_version", "version_id, is_applied, id"),
    "flyway": ("flyway_schema_history", "version, success, installed_rank, type, checksum"),
    "yoyo": ("_yoyo_migration", "migration_id"),
    "alembic": ("alembic_version", "version_num"),
    "sqitch": ("sqitch.changes", "change, project, committed_at"),
}
"""By tool: its table, and what is read of it. Sqitch's is in a file of its own, sqitch.db, beside one of SQLite."""
_ORDERED = frozenset({"goose", "flyway", "golang-migrate", "alembic"})
"""Tools that refuse to deploy a change before one that is there already."""
LOG_ONLY = "sqitch's own registry is not written: sqitch deploy --log-only notes what is there"


class DisagreementError(ValueError):
    """A tool's table does not fit the folder; its text says where, and what can be done."""


def plan_of(problem: Problem) -> list[list[Any]]:
    """Return what is needed of the plan to read a table: [name, version, checksum, needs], the last None past --to."""
    found: list[list[Any]] = [[one.name, one.version, one.checksum, [*one.needs]] for one in problem.changes]
    return found + [[name, version, None, None] for name, version in problem.later]


def had(tool: str, plan: Sequence[Sequence[Any]], rows: Sequence[Sequence[Any]], project: str = "") -> list[str]:
    """Return the names of the changes that a database has, in the order of the plan.

    Args:
        tool: Whose table it is.
        plan: As `plan_of` returns it.
        rows: Those of the table, with the columns of `READ`.
        project: The plan's name.

    Raises:
        DisagreementError: The table has what the plan has not, a change without one before it, or one that failed.
    """
    table = READ[tool][0]
    mend = "give --since CHANGE, the last one that the database has"
    versions, names = _VERSIONS[tool](plan, rows, project), {}
    known = Counter(str(version) for _, version, *_ in plan)
    for version, count in Counter(versions).items():
        if known[version] and count > known[version]:
            raise DisagreementError(f"{table} has {version} {count} times: take the rows out that are too many")
        if not known[version]:
            what = version if version not in ("", "None") else "a row without a version"
            raise DisagreementError(f"{table} has {what}, which the folder does not have: {mend}")
    left = Counter(versions)
    for name, version, *_ in plan:
        if left[str(version)] > 0:
            left[str(version)] -= 1
            names[name] = True
    beyond = next((name for name, _, _, needs in plan if needs is None and name in names), None)
    if beyond is not None:
        raise DisagreementError(f"{table} has {beyond} already, which comes after the change of --to")
    found = [str(name) for name, *_ in plan if name in names]
    gap = next((name for name, *_ in plan[: len(found)] if name not in names), None)
    if gap is not None and tool in _ORDERED:
        raise DisagreementError(f"{table} has {found[-1]} and not {gap}, which comes before it: {mend}")
    return found


def _plain(_plan: Sequence[Sequence[Any]], rows: Sequence[Sequence[Any]], _project: str) -> list[str]:
    return [str(row[0]) for row in rows]


def _up_to(plan: Sequence[Sequence[Any]], rows: Sequence[Sequence[Any]], _project: str) -> list[str]:
    """Return every version up to the one that the table has."""
    if not rows:
        return []
    if len(rows) > 1:
        raise DisagreementError(f"schema_migrations has {len(rows)} rows and may have one: migrate force VERSION")
    version, dirty = rows[0][:2]
    if dirty:
        raise DisagreementError(
            f"schema_migrations says that {version} failed halfway: mend the database, then migrate force VERSION"
        )
    order = [str(one) for _, one, *_ in plan]
    return order[: order.index(str(version)) + 1] if str(version) in order else [str(version)]


def _last_word(_plan: Sequence[Sequence[Any]], rows: Sequence[Sequence[Any]], _project: str) -> list[str]:
    """Return versions whose last row says that they are applied; goose's own first row is 0."""
    last = {str(row[0]): bool(row[1]) for row in sorted(rows, key=lambda row: int(row[2]))}
    return [version for version, applied in last.items() if applied and version != "0"]


def _flyway(plan: Sequence[Sequence[Any]], rows: Sequence[Sequence[Any]], _project: str) -> list[str]:
    sums = {str(version): checksum for _, version, checksum, *_ in plan if checksum is not None}
    found: dict[str, bool] = {}
    for version, success, _, kind, checksum in sorted(rows, key=lambda row: int(row[2])):
        if version is None:  # a repeatable one, or the schema
            continue
        name = flyway_version(str(version))
        if not success:
            raise DisagreementError(f"flyway_schema_history says that {name} failed: mend it, then flyway repair")
        if kind == "BASELINE":
            found |= {one: True for one in sums if _numbers(one) <= _numbers(name)}
            continue
        found[name] = kind not in ("UNDO_SQL", "DELETE")
        if kind == "SQL" and checksum is not None and sums.get(name, checksum) != checksum:
            raise DisagreementError(f"{name} is not what was applied: its checksum differs: flyway repair, or --since")
    return [version for version, applied in found.items() if applied]


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".") if part.isdigit()]


def flyway_version(text: str) -> str:
    """Return a version without leading and trailing zeros, in which equal ones are alike: 1.0 is 1, 01 is 1."""
    parts = [str(int(part)) if part.isdigit() else part for part in text.replace("_", ".").split(".")]
    while len(parts) > 1 and parts[-1] == "0":
        parts.pop()
    return ".".join(parts)


def _ancestors(plan: Sequence[Sequence[Any]], rows: Sequence[Sequence[Any]], _project: str) -> list[str]:
    """Return the versions that the table has, and all that they need."""
    needs = {str(name): needs or () for name, _, _, needs in plan}
    found: dict[str, bool] = {}
    left = [str(row[0]) for row in rows]
    if not rows:
        raise DisagreementError("alembic_version is there and has no row: drop it, or give --since CHANGE")
    while left:
        name = left.pop()
        if name not in found:
            found[name] = True
            left += needs.get(name, ())
    return [*found]


def _of_project(_plan: Sequence[Sequence[Any]], rows: Sequence[Sequence[Any]], project: str) -> list[str]:
    return [str(row[0]) for row in rows if row[1] == project]


_VERSIONS: dict[str, Callable[[Sequence[Sequence[Any]], Sequence[Sequence[Any]], str], list[str]]] = {
    "dbmate": _plain, "golang-migrate": _up_to, "goose": _last_word, "flyway": _flyway, "yoyo": _plain,
    "alembic": _ancestors, "sqitch": _of_project,
}  # fmt: skip


def marks(problem: Problem, change: Change, there: Collection[str], *, back: bool = False) -> list[str]:
    """Return the SQL by which the tool notes that it has deployed a change; each statement may be run twice.

    Args:
        problem: The plan.
        change: The change.
        there: Changes that are in the database before it.
        back: It is reverted.
    """
    if problem.tool not in _MARKS:
        return []
    now = {*there} - {change.name} if back else {*there, change.name}
    return _MARKS[problem.tool](problem, change, now, back)


def _dbmate(_problem: Problem, change: Change, _now: set[str], back: bool) -> list[str]:
    version = _text(change.version)
    if back:
        return [f"DELETE FROM schema_migrations WHERE version = {version}"]  # noqa: S608 - texts are quoted
    return [
        "CREATE TABLE IF NOT EXISTS schema_migrations (version varchar(128) PRIMARY KEY)",
        _missing("schema_migrations", "version", version, f"version = {version}"),
    ]


def _golang(problem: Problem, _change: Change, now: set[str], _back: bool) -> list[str]:
    """Set the one version that there is: the last before which none is missing, since it cannot say more."""
    last = ""
    for one in problem.changes:
        if one.name not in now:
            break
        last = one.version
    if not last and problem.since:
        return []
    found = [
        "CREATE TABLE IF NOT EXISTS schema_migrations (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL)"
    ]
    if problem.dialect == "sqlite":
        found = [
            "CREATE TABLE IF NOT EXISTS schema_migrations (version uint64, dirty bool)",
            "CREATE UNIQUE INDEX IF NOT EXISTS version_unique ON schema_migrations (version)",
        ]
    found.append("DELETE FROM schema_migrations")
    if last:
        found.append(f"INSERT INTO schema_migrations (version, dirty) VALUES ({int(last)}, false)")  # noqa: S608 - a number
    return found


def _goose(problem: Problem, change: Change, _now: set[str], back: bool) -> list[str]:
    if not change.version.isdigit():
        return []
    version = str(int(change.version))
    if back:
        return [f"DELETE FROM goose_db_version WHERE version_id = {version}"]  # noqa: S608 - a number
    lite = problem.dialect == "sqlite"
    key = "INTEGER PRIMARY KEY AUTOINCREMENT" if lite else "integer PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY"
    flag, at = ("INTEGER", "DEFAULT (datetime('now'))") if lite else ("boolean", "NOT NULL DEFAULT now()")
    yes = "1" if lite else "true"
    columns = f"id {key}, version_id bigint NOT NULL, is_applied {flag} NOT NULL, tstamp TIMESTAMP {at}"
    return [
        f"CREATE TABLE IF NOT EXISTS goose_db_version ({columns.replace('bigint', 'INTEGER') if lite else columns})",
        _missing("goose_db_version", "version_id, is_applied", f"0, {yes}", "version_id = 0"),
        f"DELETE FROM goose_db_version WHERE version_id = {version}",  # noqa: S608 - a number; it may say: not applied
        f"INSERT INTO goose_db_version (version_id, is_applied) VALUES ({version}, {yes})",  # noqa: S608 - a number
    ]


def _flyway_marks(problem: Problem, change: Change, _now: set[str], back: bool) -> list[str]:
    table, script = "flyway_schema_history", change.file.rpartition("/")[2]
    version = _text(script[1:].partition("__")[0].replace("_", "."))
    if back:
        return [f"DELETE FROM {table} WHERE version = {version}"]  # noqa: S608 - texts are quoted
    lite = problem.dialect == "sqlite"
    at = "TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))" if lite else "TIMESTAMP NOT NULL DEFAULT now()"
    words = script.partition("__")[2].removesuffix(".sql").replace("_", " ")
    who, yes = ("''", "1") if lite else ("current_user", "true")
    values = f"(SELECT coalesce(max(installed_rank), 0) + 1 FROM {table}), {version}, {_text(words[:200])}, 'SQL'"  # noqa: S608 - texts are quoted
    values += f", {_text(script)}, {change.checksum}, {who}, 0, {yes}"
    undone = f"coalesce((SELECT max(installed_rank) FROM {table} WHERE version = {version} AND type <> 'SQL'), 0)"  # noqa: S608 - texts are quoted
    names = "installed_rank, version, description, type, script, checksum, installed_by, execution_time, success"
    columns = "installed_rank INT NOT NULL PRIMARY KEY, version VARCHAR(50), description VARCHAR(200) NOT NULL"
    columns += ", type VARCHAR(20) NOT NULL, script VARCHAR(1000) NOT NULL, checksum INT, installed_by VARCHAR(100)"
    columns += f" NOT NULL, installed_on {at}, execution_time INT NOT NULL, success BOOLEAN NOT NULL"
    return [
        f"CREATE TABLE IF NOT EXISTS {table} ({columns})",
        f"CREATE INDEX IF NOT EXISTS flyway_schema_history_s_idx ON {table} (success)",
        _missing(table, names, values, f"version = {version} AND type = 'SQL' AND installed_rank > {undone}"),
    ]


def _yoyo(problem: Problem, change: Change, _now: set[str], back: bool) -> list[str]:
    lite = problem.dialect == "sqlite"
    now = "CURRENT_TIMESTAMP" if lite else "now() AT TIME ZONE 'utc'"
    who, number = ("''", "lower(hex(randomblob(16)))") if lite else ("current_user", "gen_random_uuid()::text")
    name, key = _text(change.version), _text(hashlib.sha256(change.version.encode()).hexdigest())
    stamp = "migration_hash VARCHAR(64), migration_id VARCHAR(255)"
    log = f"{stamp}, operation VARCHAR(10), username VARCHAR(255), hostname VARCHAR(255), comment VARCHAR(255)"
    done = "rollback" if back else "apply"
    values = f"{number}, {key}, {name}, '{done}', {who}, 'maker', {now}"
    columns = "id, migration_hash, migration_id, operation, username, hostname, created_at_utc"
    return [
        f"CREATE TABLE IF NOT EXISTS _yoyo_migration ({stamp}, applied_at_utc TIMESTAMP, PRIMARY KEY (migration_hash))",
        f"CREATE TABLE IF NOT EXISTS _yoyo_log (id VARCHAR(36), {log}, created_at_utc TIMESTAMP, PRIMARY KEY (id))",
        "CREATE TABLE IF NOT EXISTS _yoyo_version (version INT NOT NULL PRIMARY KEY, installed_at_utc TIMESTAMP)",
        _missing("_yoyo_version", "version, installed_at_utc", f"2, {now}", "version = 2"),
        f"DELETE FROM _yoyo_migration WHERE migration_hash = {key}"  # noqa: S608 - texts are quoted
        if back
        else _missing("_yoyo_migration", "migration_hash, migration_id, applied_at_utc", f"{key}, {name}, {now}",
                      f"migration_hash = {key}"),
        f"INSERT INTO _yoyo_log ({columns}) VALUES ({values})",  # noqa: S608 - texts are quoted
    ]  # fmt: skip


_MARKS: dict[str, Callable[[Problem, Change, set[str], bool], list[str]]] = {
    "dbmate": _dbmate, "golang-migrate": _golang, "goose": _goose, "flyway": _flyway_marks, "yoyo": _yoyo,
}  # fmt: skip


def _missing(table: str, columns: str, values: str, there: str) -> str:
    """Insert a row unless there is one of which `there` holds."""
    found = f"SELECT 1 FROM {table} WHERE {there}"  # noqa: S608 - texts are quoted
    return f"INSERT INTO {table} ({columns}) SELECT {values} WHERE NOT EXISTS ({found})"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
