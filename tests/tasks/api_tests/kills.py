"""Kills runs of API tests at random moments and resumes them; the server's own log is the witness.

    python -m tests.tasks.api_tests.kills 200

Each run is killed until it has ended: its end must be that of a run that was never killed, nothing may be left at the
server, and no request that changes something may have been done twice under two keys.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time

from maker_tasks.api_tests.demo.server import ShopServer

MAKER = (sys.executable, "-m", "maker_tui")
SCRIPTS = ("none", "unavailable", "closing")
"""Faults of a first call alone: one that counts further could run out of tries by what is asked again after a kill."""
MOST_KILLS = 6
"""Kills of one run, after which it is left to end."""


def _call(words, home, server, dice, *, kill):
    """Run maker; kill it some moments after the server was asked some more. Return its status and what it printed."""
    process = subprocess.Popen(
        [*MAKER, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "MAKER_HOME": home},
    )
    due = len(server.shop.log) + dice.randint(1, 6)
    while kill and process.poll() is None and len(server.shop.log) < due:
        time.sleep(0.002)
    if kill and process.poll() is None:
        time.sleep(dice.uniform(0, 0.08))
        process.send_signal(signal.SIGKILL)
    out, error = process.communicate()
    return (None, "") if process.returncode == -signal.SIGKILL else (process.returncode, out or error)


def one_run(dice, faults, home, number, most=MOST_KILLS):
    """Run, kill and resume until it ends; return how often it was killed, and what is wrong."""
    server = ShopServer(0, faults)
    server.start()
    session, allow = f"{home}/{number}.maker", ("--allow", f"write:http:{server.url.removeprefix('http://')}")
    words = ("run", "api_tests", "--base-url", server.url, "--session", session)
    kills, status, out = 0, None, ""
    while status is None:
        status, out = _call((*words, *allow, "--headless", "--json"), home, server, dice, kill=kills < most)
        kills += status is None
        words = ("sessions", "resume", session)
    if "has ended" in out:  # it was killed after its end
        status, out = _call(("sessions", "show", session, "--json"), home, server, dice, kill=False)
    server.stop()
    return kills, _wrong(status, out, server, kills)


def _wrong(status, out, server, kills):
    try:
        found = json.loads(out)
    except ValueError:
        return [f"after {kills} kills: status {status}, {out[-300:]!r}"]
    wrong = []
    if (status, found["outcome"], found["result"]["passed"]) != (0, "solved", 19):
        wrong.append(f"after {kills} kills: status {status}, {found['outcome']}: {found['reason']}, {found['result']}")
    if server.shop.things:
        wrong.append(f"after {kills} kills: left behind {sorted(server.shop.things)}")
    made = [one for one in server.shop.log if one["method"] == "POST" and one["status"] < 300]
    by_path: dict[str, set[str]] = {}
    for one in made:
        by_path.setdefault(one["path"], set()).add(one["key"])
    wrong += [
        f"after {kills} kills: {path} was done under {len(keys)} keys"
        for path, keys in by_path.items()
        if len(keys) > 1
    ]
    return wrong


def main():
    """Kill so many times as is asked for; return 1 where anything is wrong."""
    most, dice = int((*sys.argv[1:], "20")[0]), random.Random(16)
    kills, runs, wrong = 0, 0, []
    with tempfile.TemporaryDirectory() as home:
        while kills < most:
            more, found = one_run(dice, SCRIPTS[runs % len(SCRIPTS)], home, runs)
            kills, runs = kills + more, runs + 1
            wrong += found
            print(f"{runs} runs, {kills} kills, {len(wrong)} wrong", *found, flush=True)  # noqa: T201 - it is a harness
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
