"""The effect "sql" on a real PostgreSQL server, where `MAKER_POSTGRES` names a database that tests may write to."""

from __future__ import annotations

import asyncio
import json
import os

import pytest

from maker_engine.core.decomposition import Do, Done
from maker_engine.effects.world import RealWorld

pytest.importorskip("psycopg")
ADDRESS = os.environ.get("MAKER_POSTGRES", "")
pytestmark = pytest.mark.skipif(not ADDRESS, reason="no PostgreSQL server: MAKER_POSTGRES is not set")


def act(*statements: object, writes: bool = True, timeout_s: float = 10) -> Done:
    """Carry statements out in one effect."""
    arguments = json.dumps({"database": ADDRESS, "statements": statements})
    return asyncio.run(
        RealWorld(environment={}).carry_out(Do("sql", arguments, writes=writes, timeout_s=timeout_s), "k")
    )


@pytest.fixture
def table():
    """A table of one row, and none after the test."""
    assert act(
        "CREATE TABLE maker_effects_test (x int, y jsonb)",
        ["INSERT INTO maker_effects_test VALUES (%s, %s)", [1, {"a": [2]}]],
    ).ok
    yield
    act("DROP TABLE maker_effects_test")


@pytest.mark.usefixtures("table")
def test_statements_happen_together_or_not_at_all():
    """Statements of one effect are committed together, or none of them is; values come back as JSON."""
    assert act("SELECT x, y FROM maker_effects_test").fields["rows"] == [[1, {"a": [2]}]]
    failed = act("INSERT INTO maker_effects_test VALUES (2)", "INSERT INTO nowhere VALUES (3)")
    assert (failed.status.value, failed.fields["kind"]) == ("failed", "sql")
    assert "\n" not in failed.fields["error"]
    assert act("SELECT count(*) FROM maker_effects_test").fields["rows"] == [[1]]


@pytest.mark.usefixtures("table")
def test_a_read_changes_nothing():
    """What only reads is held to that by the server, also behind a statement that ends its transaction."""
    for sql in (
        "DELETE FROM maker_effects_test",
        "COMMIT; DELETE FROM maker_effects_test",
        "SET TRANSACTION READ WRITE; DELETE FROM maker_effects_test",
    ):
        assert act(sql, writes=False).status.value == "failed"
    assert act("SELECT count(*) FROM maker_effects_test", writes=False).fields["rows"] == [[1]]


@pytest.mark.usefixtures("table")
def test_what_takes_too_long_is_ended_at_the_server():
    """A statement over its time is given up, and is not done later on."""
    late = act("INSERT INTO maker_effects_test SELECT 5 FROM pg_sleep(0.8)", timeout_s=0.3)
    assert late.status.value in ("timed_out", "failed")
    running = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE %s AND pid <> pg_backend_pid()"
    assert act([running, ["INSERT%pg_sleep(0.8)%"]], "SELECT count(*) FROM maker_effects_test").fields["rows"] == [[1]]
