"""Holds a rehearsal of the demo against the same SQL run by hand in one go, on equal files, one after the other.

    python -m tests.tasks.migration.timing 1500000

Beside it, labelled as such: the same by hand with a copy, the same four backups, each restored and compared, and the
checks of keys and structure, but no digest. Seconds are given as they passed, and as the processors worked.
"""

from __future__ import annotations

import filecmp
import json
import os
import resource
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
RISKY = 4
"""Risk of a change from which on it has a backup before it."""


def measured(work):
    """Return the seconds that passed and that the processors worked, and what the work gives."""

    def worked():
        uses = [resource.getrusage(one) for one in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        return sum(one.ru_utime + one.ru_stime for one in uses)

    began, before = time.monotonic(), worked()
    found = work()
    return (time.monotonic() - began, worked() - before), found


def _opened(path):
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    return connection


def by_hand(path, before=None, after=None):
    """Run every deploy script in plan order, each in one transaction, as the copy is run."""
    connection = _opened(path)
    for change in Migration.load({}).problem.changes:
        if before is not None:
            before(change)
        connection.execute("BEGIN")
        for statement in change.deploy:
            connection.execute(statement.sql)
        connection.execute("COMMIT")
        if after is not None:
            after(connection)
    connection.close()


def _sound(path):
    connection = _opened(path)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()


def with_care(source, folder):
    """Do by hand what a rehearsal does, but for the digests."""
    work, backup, restored = (folder / f"{name}.db" for name in ("careful", "backup", "restored"))
    shutil.copy(source, work)
    _sound(work)

    def before(change):
        if change.risk >= RISKY:
            shutil.copy(work, backup)
            shutil.copy(backup, restored)
            assert filecmp.cmp(work, restored, shallow=False)
            _sound(restored)

    by_hand(work, before, lambda connection: connection.execute("PRAGMA foreign_key_check").fetchall())
    _sound(work)


def rehearsed(folder, path, *flags):
    """Rehearse by the real program; return the seconds of the changes, and the digest at the end."""
    words = ("run", "migration", "--problem", str(folder / "shop"), "--database", str(path), "--headless", "--json",
             "--out", str(folder / f"out{len(flags)}"), *flags)  # fmt: skip
    environment = {**os.environ, "MAKER_HOME": str(folder / "home")}
    done = subprocess.run([*MAKER, *words], env=environment, capture_output=True, text=True, check=True)
    report = json.loads((folder / f"out{len(flags)}" / "report.json").read_text())
    return sum(change["took_s"] for change in report["changes"]), json.loads(done.stdout)["result"]["digest_after"]


def main():
    """Measure, and print what was measured."""
    rows = int((*sys.argv[1:], "1500000")[0])
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        shop, hand = folder / "shop.db", folder / "hand.db"
        shutil.copytree("tasks/migration/data/shop", folder / "shop")
        make_shop(shop, rows)

        def once():
            shutil.copy(shop, hand)
            return measured(lambda: by_hand(hand))[0]

        for flags in ((), ("--batch-rows", "100000000")):
            first = once()
            (passed, worked), (changes, after) = measured(lambda flags=flags: rehearsed(folder, shop, *flags))
            shutil.rmtree(folder / "home")
            careful, _ = measured(lambda: with_care(shop, folder))
            seconds, work = ((one + other) / 2 for one, other in zip(first, once(), strict=True))
            same = "the same digest" if after == digest_of(hand)[0] else "ANOTHER DIGEST"
            print(  # noqa: T201 - it is a harness
                f"{rows:,} rows {' '.join(flags) or 'in batches'}: "
                f"by hand {seconds:.2f} s, {work:.2f} s of work; {same}\n"
                f"  the changes {changes:.2f} s ({changes / seconds:.2f} x)\n"
                f"  in all {passed:.2f} s ({passed / seconds:.2f} x), {worked:.2f} s of work ({worked / work:.2f} x)\n"
                f"  by hand with copy, backups and checks {careful[0]:.2f} s ({careful[0] / seconds:.2f} x),"
                f" {careful[1]:.2f} s of work ({careful[1] / work:.2f} x); of that, in all {passed / careful[0]:.2f} x,"
                f" {worked / careful[1]:.2f} x of work",
                flush=True,
            )


if __name__ == "__main__":
    main()
