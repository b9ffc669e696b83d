"""Holds a rehearsal of the demo against the same SQL run by hand in one go, on equal files, one after the other.

python -m tests.tasks.migration.timing 1500000
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from maker_tasks.migration.database.sqlite_tables import digest_of
from maker_tasks.migration.demo import make_shop
from maker_tasks.migration.task import Migration

MAKER = (sys.executable, "-m", "maker_tui")


def by_hand(path):
    """Run every deploy script in plan order, each in one transaction, as the copy is run; return seconds."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    began = time.monotonic()
    for change in Migration.load({}).problem.changes:
        connection.execute("BEGIN")
        for statement in change.deploy:
            connection.execute(statement.sql)
        connection.execute("COMMIT")
    took = time.monotonic() - began
    connection.close()
    return took


def _by_hand_on_a_copy(folder):
    shutil.copy(folder / "shop.db", folder / "hand.db")
    return by_hand(folder / "hand.db")


def rehearsed(folder, path, *flags):
    """Rehearse by the real program; return the seconds of the changes, of the whole, and the digest at the end."""
    began = time.monotonic()
    words = ("run", "migration", "--problem", str(folder / "shop"), "--database", str(path), "--headless", "--json",
             "--out", str(folder / f"out{len(flags)}"), *flags)  # fmt: skip
    environment = {**os.environ, "MAKER_HOME": str(folder / "home")}
    done = subprocess.run([*MAKER, *words], env=environment, capture_output=True, text=True, check=True)
    took = time.monotonic() - began
    report = json.loads((folder / f"out{len(flags)}" / "report.json").read_text())
    shutil.rmtree(folder / "home")
    return (
        sum(change["took_s"] for change in report["changes"]),
        took,
        json.loads(done.stdout)["result"]["digest_after"],
    )


def main():
    """Measure, and print what was measured."""
    rows = int((*sys.argv[1:], "1500000")[0])
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        shutil.copytree("tasks/migration/data/shop", folder / "shop")
        make_shop(folder / "shop.db", rows)
        for flags in ((), ("--batch-rows", "100000000")):
            before = _by_hand_on_a_copy(folder)
            changes, whole, after = rehearsed(folder, folder / "shop.db", *flags)
            hand = (before + _by_hand_on_a_copy(folder)) / 2
            digest = digest_of(folder / "hand.db")[0]
            same = "the same digest" if after == digest else "ANOTHER DIGEST"
            print(  # noqa: T201 - it is a harness
                f"{rows:,} rows {' '.join(flags) or 'in batches'}: by hand {hand:.2f} s; the changes {changes:.2f} s"
                f" ({changes / hand:.2f} x); in all {whole:.1f} s ({whole / hand:.1f} x); {same}",
                flush=True,
            )


if __name__ == "__main__":
    main()
