"""Kills rehearsals of the demo at random moments and resumes them, batches, backups and reverts among them.

    python -m tests.tasks.migration.kills 200

The end must be that of a run that was never killed: the same digest in the record, and the same digest of the copy's
own file; with everything taken back at the end, the first one.
"""

from __future__ import annotations

import collections
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from maker_tasks.migration.database.sqlite_tables import digest_of

MAKER = (sys.executable, "-m", "maker_tui")
MOST_KILLS = 8
"""Kills of one run, after which it is left to end."""
ROWS = 20_000
FLAGS = ("--headless", "--json")


def _call(words, home, due):
    """Run maker, and kill it when `due` says so; return its status, None for killed, and what it printed."""
    with tempfile.TemporaryFile("w+") as out:
        process = subprocess.Popen(
            [*MAKER, *words], stdout=out, stderr=subprocess.STDOUT, text=True, env={**os.environ, "MAKER_HOME": home}
        )
        while process.poll() is None and not (due is not None and due()):
            time.sleep(0.002)
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.wait()
        out.seek(0)
        text = out.read()
    return (None, text) if process.returncode == -signal.SIGKILL else (process.returncode, text)


def _due(dice, home, before, forward):
    """Return what says when to kill: after some more transactions, or in the middle of a copy, a backup or a revert."""
    kinds = ("revert", "revert", "backup") if forward else ("work", "work", "backup", "journal")
    kind, start = dice.choice(kinds), {}
    pause_s, count = dice.uniform(0, 0.05), dice.randint(1, 30)

    def due():
        for folder in Path(home, "migration").glob("*"):
            if folder in before:
                continue
            if kind == "backup" and (any(folder.glob("backup-*.part*")) or any(folder.glob("restored*"))):
                return True
            history = folder / "history.jsonl"
            lines = history.read_bytes().count(b"\n") if history.exists() else 0
            start.setdefault(folder, max(lines, forward) if kind == "revert" else lines)
            if lines - start[folder] < (count % 4 if kind == "revert" else count):
                return False
            if kind == "journal":
                return (folder / "work.db-journal").exists()
            time.sleep(pause_s)
            return True
        return False

    return due


def _hit(folder, forward):
    """Return what a kill has interrupted, as the files that are left show it."""
    if not (folder / "work.db").exists() or any(folder.glob("backup-root.*rt*")) or any(folder.glob("*.made")):
        return "copy"
    if any(folder.glob("backup-*.part*")) or any(folder.glob("restored*")):
        return "backup"
    lines = (folder / "history.jsonl").read_bytes().count(b"\n") if (folder / "history.jsonl").exists() else 0
    part = "revert" if forward and lines > forward else "deploy"
    return f"{part}, in a transaction" if (folder / "work.db-journal").exists() else part


def whole_run(dice, home, number, revert, most=MOST_KILLS, hits=None, forward=0, rows=ROWS):
    """Run, kill and resume until it ends; return the kills, the summary, and the digest of the copy's own file."""
    session = f"{home}/{number}.maker"
    flags = ("--rows", str(rows), "--batch-rows", str(rows // 60), *(("--revert",) if revert else ()))
    words = start = ("run", "migration", *flags, *FLAGS, "--session", session)
    kills, status, out = 0, None, ""
    before = set(Path(home, "migration").glob("*")) if Path(home, "migration").exists() else set()
    while status is None:
        status, out = _call(words, home, _due(dice, home, before, forward if revert else 0) if kills < most else None)
        if "is not a session" in out:  # it was killed while the file was being made, before anything was done
            Path(session).unlink()
            words, status = start, None
            continue
        kills += status is None
        if status is None and hits is not None:
            left = [one for one in Path(home, "migration").glob("*") if one not in before]
            hits.update([_hit(left[-1], forward) if left else "before the copy"])
        if Path(session).exists():
            words = ("sessions", "resume", session, "--headless", "--json")
    if "has ended" in out:  # it was killed after its end
        status, out = _call(("sessions", "show", session, "--json"), home, None)
    try:
        found = json.loads(out)["result"]
    except (ValueError, KeyError):
        return kills, {"verdict": f"status {status}: {out[-300:]}"}, ""
    made = [one for one in Path(home, "migration").glob("*") if one not in before]
    return kills, found, digest_of(made[-1] / "work.db")[0] if len(made) == 1 else f"{len(made)} copies"


def wrong(found, digest, due, revert):
    """Return what differs from a run that was never killed."""
    names = ("digest_before", "digest_after", "rows", "verdict", "applied", "reverted")
    bad = [f"{name}: {found.get(name)}" for name in names if found.get(name) != due[revert].get(name)]
    return bad + ([f"the file's digest is {digest}"] if digest != due[revert]["digest_after"] else [])


def main():
    """Kill so many times as is asked for; return 1 where anything is wrong."""
    most, dice = int((*sys.argv[1:], "20")[0]), random.Random(17)
    counts, bad = collections.Counter(), []
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as home:
        due = {revert: whole_run(dice, home, f"due-{revert}", revert, most=0)[1] for revert in (False, True)}
        assert due[True]["digest_after"] == due[True]["digest_before"] == due[False]["digest_before"]
        files = [one.read_bytes().count(b"\n") for one in Path(home, "migration").glob("*/history.jsonl")]
        hits, forward = collections.Counter(), min(files)
        while counts["kills"] < most:
            revert = counts["runs"] % 2 == 1
            kills, found, digest = whole_run(dice, home, counts["runs"], revert, hits=hits, forward=forward)
            counts.update(runs=1, kills=kills)
            bad += wrong(found, digest, due, revert)
            took = time.monotonic() - began
            line = f"{counts['runs']} runs, {counts['kills']} kills, {len(bad)} wrong, {took:.0f} s, {dict(hits)}"
            print(line, *bad, flush=True)  # noqa: T201 - it is a harness
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
