"""Kills rollbacks of an applied database at random moments, and rolls back again.

    python -m tests.tasks.migration.rollback_kills 40

After a kill the database has the digest from before or the one that was asked for, and is sound; the next rollback to
the same step puts that back, verified.
"""

from __future__ import annotations

import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing

from maker_tasks.migration.database.sqlite_tables import digest_of

from tests.tasks.migration.kills import MAKER, Place

ROWS = 60_000
SHARES = (2, 20, 33, 50, 70)
"""Steps that are rolled back to, and the end."""


def _rolled_back(place, step, pause_s=None):
    """Roll back, and kill it so many seconds after it has begun to remake; return its status and what it printed."""
    scope = f"write:sql:{place.database}"
    words = ["sessions", "rollback", place.session, "--fork", "0", "--at", str(step), "--allow", scope, "--json"]
    environment = {**os.environ, "MAKER_HOME": place.home}
    process = subprocess.Popen([*MAKER, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment)
    if pause_s is not None:
        (folder,) = place.folders()
        while process.poll() is None and not any(folder.glob("scratch*")):
            time.sleep(0.002)
        time.sleep(pause_s)
        process.kill()
    out = process.communicate()[0].decode()
    return process.returncode, out


def _sound(place):
    with closing(sqlite3.connect(place.database)) as one:
        return one.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


def main():
    """Kill so many rollbacks as is asked for; return 1 where anything is wrong."""
    most, dice, killed, wrong = int((*sys.argv[1:], "10")[0]), random.Random(5), 0, 0
    with tempfile.TemporaryDirectory() as home:
        place = Place(home, "applied", ROWS, 0)
        environment = {**os.environ, "MAKER_HOME": home}
        out = subprocess.run([*MAKER, *place.words()], capture_output=True, check=True, env=environment).stdout
        due, began = {}, time.monotonic()
        for step in (*SHARES, json.loads(out)["decided_steps"] + 1):
            due[step] = json.loads(_rolled_back(place, step)[1])["value"]["digest"]
            wrong += digest_of(place.database)[0] != due[step]
        each_s = (time.monotonic() - began) / len(due)
        while killed < most:
            before = digest_of(place.database)[0]
            step = dice.choice([one for one, digest in due.items() if digest != before])
            killed += _rolled_back(place, step, dice.uniform(0, 0.4) * each_s)[0] < 0
            wrong += digest_of(place.database)[0] not in (before, due[step]) or not _sound(place)
            status, said = _rolled_back(place, step)
            failed = status != 0 or digest_of(place.database)[0] != due[step]
            wrong += failed
            print(f"{killed} killed, {wrong} wrong", *([said] if failed else []), flush=True)  # noqa: T201 - a harness
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
