"""Kills migrations of the demo at random moments and resumes them, batches, backups and reverts among them.

    python -m tests.tasks.migration.kills 200             rehearsals, every other one with everything taken back
    python -m tests.tasks.migration.kills 200 --apply     the database itself, every other one with a change that is
                                                          reverted at its end, since its verify script fails

The end must be that of a run that was never killed: the same digest in the record and of the file that was worked on;
with everything taken back, the first one. In a database that was applied to, no table of maker's is left.
"""

from __future__ import annotations

import collections
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from maker_tasks.migration.database.sqlite_tables import digest_of
from maker_tasks.migration.demo import make_shop, project

MAKER = (sys.executable, "-m", "maker_tui")
MOST_KILLS = 8
"""Kills of one run, after which it is left to end."""
ROWS = 20_000
FLAGS = ("--headless", "--json")
KINDS = ("rehearsal", "taken back", "applied", "applied, one reverted")


@dataclass(frozen=True)
class Place:
    """Where a run works.

    Attributes:
        home: `MAKER_HOME`.
        kind: One of `KINDS`.
        rows: Of the demo.
        number: Of the run.
    """

    home: str
    kind: str
    rows: int
    number: object

    @property
    def applies(self) -> bool:
        """Whether the database itself is changed."""
        return self.kind.startswith("applied")

    @property
    def database(self) -> Path:
        """The file that is applied to."""
        return Path(self.home, f"{self.number}.db")

    @property
    def session(self) -> str:
        """The session's file."""
        return f"{self.home}/{self.number}.maker"

    def words(self) -> tuple[str, ...]:
        """Lay out what is needed, and return the command."""
        words = ["run", "migration", "--batch-rows", str(max(50, self.rows // 60)), *FLAGS, "--session", self.session]
        if not self.applies:
            return (*words, "--rows", str(self.rows), *(("--revert",) if self.kind == "taken back" else ()))
        folder = Path(self.home, "reverted" if "reverted" in self.kind else "shop")
        if not folder.exists():
            for name, text in plan(fails="reverted" in self.kind).items():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_text(text)
        seed = Path(self.home, "seed.db")
        if not seed.exists():
            make_shop(seed, self.rows)
        shutil.copy(seed, self.database)
        scope = f"write:sql:{self.database}"
        return (*words, "--problem", str(folder), "--database", str(self.database), "--apply", "--allow", scope)

    def folders(self, before=()):
        """Return the folders of copies, backups and histories that were made since."""
        made = Path(self.home, "migration")
        return [one for one in made.glob("*") if one not in before] if made.exists() else []

    def file(self, folder):
        """Return the file that is worked on."""
        return self.database if self.applies else folder / "work.db"


def plan(*, fails):
    """Return the demo's project; where it `fails`, with a last change that is found wrong and reverted."""
    files = project()
    if fails:
        files["sqitch.plan"] = (
            files["sqitch.plan"].rstrip() + "\nwrong [drop_streets] 2026-02-01T00:00:00Z A <a@example.org>\n"
        )
        files["deploy/wrong.sql"] = "UPDATE order_items SET quantity = quantity + 1;"
        files["revert/wrong.sql"] = "UPDATE order_items SET quantity = quantity - 1;"
        files["verify/wrong.sql"] = "SELECT nothing FROM order_items;"
    return files


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


def _lines(folder):
    history = folder / "history.jsonl"
    return history.read_bytes().count(b"\n") if history.exists() else 0


def _journal(place, folder):
    """Tell whether a transaction of the file is open, or was when its process went away."""
    return place.file(folder).with_name(place.file(folder).name + "-journal").exists()


def _due(dice, place, before, forward):
    """Return what says when to kill: after some more transactions, or in the middle of a copy, a backup or a revert."""
    kinds = ("revert", "revert", "backup", "work") if forward else ("work", "work", "backup", "journal")
    kind, start = dice.choice(kinds), {}
    pause_s, count = dice.uniform(0, 0.05), dice.randint(1, 30)

    def due():
        for folder in place.folders(before):
            if kind == "backup" and (any(folder.glob("backup-*.part*")) or any(folder.glob("restored*"))):
                return True
            lines = _lines(folder)
            start.setdefault(folder, max(lines, forward) if kind == "revert" else lines)
            if lines - start[folder] < (count % 4 if kind == "revert" else count):
                return False
            if kind == "journal":
                return _journal(place, folder)
            time.sleep(pause_s)
            return True
        return False

    return due


def _hit(place, folder, forward):
    """Return what a kill has interrupted, as the files that are left show it."""
    if not place.file(folder).exists() or any(folder.glob("backup-root.*rt*")) or any(folder.glob("*.made")):
        return "copy"
    if any(folder.glob("backup-*.part*")) or any(folder.glob("restored*")):
        return "backup"
    part = "revert" if forward and _lines(folder) > forward else "deploy"
    return f"{part}, in a transaction" if _journal(place, folder) else part


def whole_run(dice, place, most=MOST_KILLS, hits=None, forward=0):
    """Run, kill and resume until it ends; return the kills, the summary, and the digest of the file worked on."""
    words = start = place.words()
    kills, status, out = 0, None, ""
    before = {*place.folders()}
    while status is None:
        status, out = _call(words, place.home, _due(dice, place, before, forward) if kills < most else None)
        if "is not a session" in out:  # it was killed while the file was being made, before anything was done
            Path(place.session).unlink()
            words, status = start, None
            continue
        kills += status is None
        if status is None and hits is not None:
            left = place.folders(before)
            hits.update([_hit(place, left[-1], forward) if left else "before the copy"])
        if Path(place.session).exists():
            words = ("sessions", "resume", place.session, *FLAGS)
    if "has ended" in out:  # it was killed after its end
        status, out = _call(("sessions", "show", place.session, "--json"), place.home, None)
    try:
        found = json.loads(out)["result"]
    except (ValueError, KeyError):
        return kills, {"verdict": f"status {status}: {out[-300:]}"}, ""
    made = place.folders(before)
    return kills, found, _examined(place, made[-1]) if len(made) == 1 else f"{len(made)} copies"


def _examined(place, folder):
    """Return the digest of the file; of one that was applied to, whether it is sound, and nothing of ours is in it."""
    digest = digest_of(place.file(folder))[0]
    if not place.applies:
        return digest
    with closing(sqlite3.connect(place.database)) as one:
        sound = one.execute("PRAGMA integrity_check").fetchone()[0]
        left = one.execute("SELECT name FROM sqlite_master WHERE name LIKE 'maker%'").fetchall()
    return digest if sound == "ok" and not left else f"{digest}: {sound}, {left}"


def wrong(found, digest, due):
    """Return what differs from a run that was never killed."""
    names = ("digest_before", "digest_after", "rows", "verdict", "applied", "reverted")
    bad = [f"{name}: {found.get(name)}" for name in names if found.get(name) != due.get(name)]
    return bad + ([f"the file's digest is {digest}"] if digest != due["digest_after"] else [])


def _never_killed(home, kinds):
    """Return by kind the result of a run that was never killed, and its transactions before the first revert."""
    due, forward = {}, {}
    for kind in kinds:
        place = Place(home, kind, ROWS, f"due {kinds.index(kind)}")
        before = {*place.folders()}
        due[kind] = whole_run(random.Random(0), place, most=0)[1]
        (folder,) = place.folders(before)
        forward[kind] = _lines(folder)
    first, second = kinds
    back = second == "taken back"
    assert due[second]["digest_after"] == due[first]["digest_before" if back else "digest_after"], due
    return due, {first: 0, second: forward[first] if back else forward[second] - 1}


def main():
    """Kill so many times as is asked for; return 1 where anything is wrong."""
    given = [one for one in sys.argv[1:] if one != "--apply"]
    most, dice = int((*given, "20")[0]), random.Random(17)
    kinds = KINDS[2:] if "--apply" in sys.argv else KINDS[:2]
    counts, bad, hits = collections.Counter(), [], collections.Counter()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as home:
        due, forward = _never_killed(home, kinds)
        while counts["kills"] < most:
            kind = kinds[counts["runs"] % 2]
            place = Place(home, kind, ROWS, counts["runs"])
            kills, found, digest = whole_run(dice, place, hits=hits, forward=forward[kind])
            counts.update(runs=1, kills=kills)
            bad += wrong(found, digest, due[kind])
            took = time.monotonic() - began
            line = f"{counts['runs']} runs, {counts['kills']} kills, {len(bad)} wrong, {took:.0f} s, {dict(hits)}"
            print(line, *bad, flush=True)  # noqa: T201 - it is a harness
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
