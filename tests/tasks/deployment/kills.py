"""Kills maker at random moments of a rollout and resumes it; the front port's own log is the witness.

    python -m tests.tasks.deployment.kills 100

Each run is killed until it has ended. Its end must be that of a run that was never killed; no process that it started
may be left, no instance may have run twice at the same time, and between the first operation and the last no service
may have served with fewer instances than its minimum, nor may a request have been lost.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from maker_tasks.deployment.loading import load_problem
from maker_tasks.deployment.problem import to_text
from maker_tasks.deployment.stage.processes import is_running, start_time

from maker_engine.output import say

MAKER = (sys.executable, "-m", "maker_tui")
MOST_KILLS = 8
"""Kills of one run, after which it is left to end."""
ENDING_S = 45.0
"""Longer than the lease: what a first run has left that was never in a session ends by it."""


class Killed:
    """One run, killed and resumed until it has ended.

    Args:
        home: Folder of its own; short, for there is a socket in it.
        text: The problem.
        dice: Choose the moments.
        longest_s: Latest moment after a process has begun.
    """

    def __init__(self, home, text, dice, longest_s):
        self.home, self.dice, self.longest_s = Path(home), dice, longest_s
        self.home.mkdir(mode=0o700)
        self.problem = load_problem({}, text)
        (self.home / "problem.json").write_text(to_text(self.problem))
        self.session = self.home / "run.maker"
        self.kills = 0

    def _call(self, words, *, kill):
        environment = {**os.environ, "MAKER_HOME": str(self.home), "TMPDIR": str(self.home)}
        process = subprocess.Popen(
            [*MAKER, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
        )
        if kill:
            while not self.session.exists() and process.poll() is None:
                time.sleep(0.01)
            try:
                process.wait(self.dice.uniform(0, self.longest_s))
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
        out, error = process.communicate()
        self.kills += process.returncode == -signal.SIGKILL
        return (None, "") if process.returncode == -signal.SIGKILL else (process.returncode, out or error)

    def to_its_end(self, most=MOST_KILLS):
        """Kill it so often, then let it end; return what is wrong."""
        first = ("run", "deployment", "--problem", str(self.home / "problem.json"), "--session", str(self.session))
        again = ("sessions", "resume", str(self.session))
        words, status, out = first, None, ""
        while status is None:
            status, out = self._call((*words, "--headless", "--json"), kill=self.kills < most)
            words = again
            if status not in (None, 0) and "has ended" not in out and "outcome" not in out:  # before its first entry
                for file in self.home.glob("run.maker*"):
                    file.unlink()
                words, status = first, None
        if "has ended" in out:
            status, out = self._call(("sessions", "show", str(self.session), "--json"), kill=False)
        return [*self._of_result(status, out), *self._of_logs()]

    def _of_result(self, status, out):
        try:
            found = json.loads(out)
            services = found["result"]["services"]
        except (ValueError, TypeError, KeyError):
            yield f"status {status}: {out[-300:]!r}"
            return
        if status != 0 or {one["verdict"] for one in services.values()} != {"promoted"}:
            yield f"status {status}, {found['outcome']}, {found['result']['why']}, {services}"
        if found["result"]["lost_requests"]:
            yield f"{found['result']['lost_requests']} requests lost"

    def _of_logs(self):
        for log in self.home.glob("maker-deployment-*/*/log.jsonl"):
            lines = [json.loads(line) for line in log.read_text().splitlines()]
            yield from self._of_log(lines)
            state = json.loads((log.parent / "state.json").read_text())
            ends = time.monotonic() + ENDING_S
            while is_running(state["pid"], state["started"]) and time.monotonic() < ends:
                time.sleep(0.05)
            pids = [state["pid"], *(one["pid"] for one in lines if one["kind"] == "started")]
            left = [pid for pid in pids if start_time(pid) and str(self.home) in _words(pid)]
            left += [pid for pid in pids if start_time(pid) and "instance.py" in _words(pid)]
            if left:
                yield f"processes left: {left}"

    def _of_log(self, lines):
        running, opened = set(), False
        for line in lines:
            if line["kind"] in ("opened", "closing"):
                opened = line["kind"] == "opened"
            key = tuple(line.get(name) for name in ("service", "side", "number"))
            if line["kind"] == "started":
                if key in running:
                    yield f"{key} was started twice"
                running.add(key)
            elif line["kind"] in ("stopped", "failed"):
                running.discard(key)
            elif line["kind"] == "serving" and opened and line["number"] < self.problem.of(line["service"]).least:
                yield f"{line['service']} served with {line['number']}"
            elif line["kind"] == "request" and opened and not line["side"]:
                yield f"a request to {line['service']} was lost"


def _words(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
    except OSError:
        return ""


def main(number, seed):
    """Kill so often; print what came of it."""
    dice, kills, runs, wrong = random.Random(seed), 0, 0, []
    base = Path(tempfile.mkdtemp(prefix="dk-", dir="/tmp"))
    text = to_text(replace(load_problem({"observe": "0.2s"}, None), lease_s=30.0))
    while kills < number:
        run = Killed(base / str(runs), text, dice, 3.0)
        found = run.to_its_end(min(MOST_KILLS, number - kills))
        kills, runs = kills + run.kills, runs + 1
        wrong += [f"run {runs}: {one}" for one in found]
        say("; ".join((f"{runs} runs, {kills} kills, {len(wrong)} wrong", *found)))
    if not wrong:
        shutil.rmtree(base)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100, int(sys.argv[2]) if len(sys.argv) > 2 else 1))
