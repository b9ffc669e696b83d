"""Kill -9 of the real `maker run` at random moments of a run that acts; the world's own logs are the witnesses."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from maker_engine.core.errors import SessionError
from maker_engine.core.record.events import EffectFinished, EffectIntended, EffectRecovered
from maker_engine.sessions.integrity.verify import verify
from maker_engine.sessions.queries.saved import open_saved
from maker_engine.sessions.store.reader import Reader
from tests.support.acting_server import ActingServer
from tests.support.errands import KINDS, Errands

TASK = f"{Path(__file__).parents[1] / 'support' / 'errands.py'}:Errands"
MAKER = (sys.executable, "-m", "maker_tui")
SERVER_S = 0.004
"""Seconds that the server takes before and after it does something: there, most kills fall into an effect."""
LONGEST_S = 0.5
"""Latest kill after a process has begun to write, in seconds."""
PATIENCE_S = 90.0


@dataclass
class Acting:
    """What came of the kills.

    Attributes:
        kills: Processes killed.
        runs: Runs driven to their end.
        in_doubt: Times that a resumed run stopped by the name of an effect, since nobody knew of it.
        in_flight: Effects that a kill left in doubt, and that were settled.
        effects: Effects that were done, by their kinds.
        twice: Effects that were done more often than once and must not be, or never.
        record: Runs whose record does not have every effect once, or is not sound.
        ends: Runs that ended otherwise than the one that was never killed.
    """

    kills: int = 0
    runs: int = 0
    in_doubt: int = 0
    in_flight: int = 0
    effects: Counter[str] = field(default_factory=Counter)
    twice: list[str] = field(default_factory=list)
    record: list[str] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)

    def figures(self) -> Iterator[tuple[str, object]]:
        """Name and figure."""
        yield "maker processes killed", self.kills
        yield "   with an effect in doubt, which was settled", self.in_flight
        yield "runs driven to their end", self.runs
        for kind, number in sorted(self.effects.items()):
            yield f"   effects done: {kind}", number
        yield "stopped by the name of an effect", self.in_doubt
        yield "done twice or never", len(self.twice)
        yield "not once in the record", len(self.record)
        yield "ended otherwise than the run never killed", len(self.ends)

    @property
    def failures(self) -> list[str]:
        """Each of them."""
        return self.twice + self.record + self.ends


def kill_runs(number: int, seed: int, directory: Path, rounds: int = 3) -> Acting:
    """Kill so many processes; resume each run to its end, and hold it against the witnesses."""
    acting, dice = Acting(), Random(seed)
    with ActingServer(SERVER_S) as server:
        while acting.kills < number:
            folder = directory / f"run-{acting.runs}"
            folder.mkdir()
            _Run(folder, server, rounds, dice, acting).to_its_end(number)
            acting.runs += 1
    return acting


class _Run:
    """One run, killed and resumed until it has ended."""

    def __init__(self, folder: Path, server: ActingServer, rounds: int, dice: Random, acting: Acting) -> None:
        self._folder, self._server, self._dice, self._acting = folder, server, dice, acting
        database = folder / "errands.db"
        with sqlite3.connect(database) as connection:
            connection.execute("CREATE TABLE errands (name)")
        connection.close()
        self._task = Errands(server.url, str(database), str(folder / "errands.txt"), KINDS * rounds)
        (folder / "problem.json").write_text(self._task.source())
        self._session = folder / "run.maker"
        self._answered: set[str] = set()
        server.log.clear()

    def to_its_end(self, most: int) -> None:
        """Kill it again and again; the last of all kills made, it is left alone."""
        command, policy = self._first(), ""
        while True:
            ended = self._leg(command, kill=self._acting.kills < most)
            if not self._begun():
                command = self._first()
                continue
            if ended == 0 or self._concluded():
                break
            if ended is not None and (policy := self._in_doubt()) == "":
                self._acting.ends.append(f"{self._folder.name}: it ended with status {ended}")
                return
            command = self._resume(policy if ended is not None else "")
        self._judge()

    def _first(self) -> list[str]:
        port = self._server.port
        allowed = (f"write:http:127.0.0.1:{port}", f"write:sql:{self._task.database}", "exec:sh")
        flags = [part for scope in allowed for part in ("--allow", scope)]
        for file in self._folder.glob("run.maker*"):
            file.unlink()
        return [*MAKER, "run", TASK, "--problem", str(self._folder / "problem.json"), "--session", str(self._session),
                "--headless", "--quiet", "--k", "1", *flags]  # fmt: skip

    def _resume(self, policy: str) -> list[str]:
        more = ["--in-doubt", policy] if policy else []
        return [*MAKER, "sessions", "resume", str(self._session), "--task", TASK, "--headless", "--quiet", *more]

    def _leg(self, command: list[str], *, kill: bool) -> int | None:
        """Start it, and kill it after a while; return its status, None where it was killed."""
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
        with (self._folder / "output.txt").open("a") as output:
            process = subprocess.Popen(command, stdout=output, stderr=output, env=environment)
        before, patience = self._written, time.monotonic() + PATIENCE_S
        while kill and self._written == before and process.poll() is None and time.monotonic() < patience:
            time.sleep(0.005)  # the interpreter is still being loaded
        try:
            return process.wait(self._dice.uniform(0, LONGEST_S) if kill else PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            self._acting.kills += kill
        time.sleep(10 * SERVER_S)  # what the server had begun, it ends
        return None

    @property
    def _written(self) -> tuple[int, ...]:
        """How large the session's files are, so that it is seen when a process begins to write."""
        files = (self._session, Path(f"{self._session}-wal"))
        return tuple(file.stat().st_size if file.exists() else 0 for file in files)

    def _in_doubt(self) -> str:
        """Say what to do about an effect of which nobody knows, as a person does who looks into the file."""
        saved = open_saved(self._session, Errands)
        if "may have happened or not: append" not in saved.run.reason:
            return ""
        self._acting.in_doubt += 1
        name = saved.run.reason.partition("append ")[2].partition(";")[0].strip()
        done = name in self._lines()
        self._answered |= {name} if done else set()
        return "failed" if done else "again"

    def _begun(self) -> bool:
        """Whether there is a session that anything can be said of."""
        try:
            return self._session.exists() and open_saved(self._session, Errands).step >= 0
        except SessionError:
            return False

    def _concluded(self) -> bool:
        """Whether it was killed behind its last step."""
        outcome = open_saved(self._session, Errands).run.outcome
        return outcome is not None and outcome.concluded

    def _expected(self) -> Iterator[str]:
        """Give what the run that was never killed calls its results."""
        for number, kind in enumerate(self._task.errands):
            if kind == "pair":
                yield from (f"{number}.{7 * number + 1}.{part}" for part in (1, 2))
            else:
                yield str(number)

    def _lines(self) -> list[str]:
        file = Path(self._task.file)
        return file.read_text().split() if file.exists() else []

    def _judge(self) -> None:
        name, acting = self._folder.name, self._acting
        names = {kind: [f"{number}.{7 * number + 1}" for number, one in enumerate(self._task.errands) if one == kind]
                 for kind in KINDS}  # fmt: skip
        connection = sqlite3.connect(self._task.database)
        rows = Counter(row for (row,) in connection.execute("SELECT name FROM errands"))
        connection.close()
        seen = {"POST": self._server.counts, "insert": rows, "append": Counter(self._lines())}
        posts = [*names["post"], *(f"{one}.2" for one in names["pair"])]
        due = {"POST": posts, "insert": names["insert"], "append": names["append"]}
        for kind, wanted in due.items():
            acting.effects[kind] += seen[kind].total()
            if seen[kind] != Counter(wanted):
                acting.twice.append(f"{name}: {kind}: {seen[kind] - Counter(wanted)} {Counter(wanted) - seen[kind]}")
        acting.effects["PUT, which may be done again"] += sum(one[0] == "PUT" for one in self._server.log)
        self._judge_record(sum(map(len, due.values())) + len(names["pair"]))

    def _judge_record(self, effects: int) -> None:
        name, acting = self._folder.name, self._acting
        with Reader(self._session) as reader:
            entries = [entry for step in reader.steps(self._task) for entry in step.entries]
        begun = Counter(one.step for one in entries if isinstance(one, EffectIntended))
        ended = Counter(
            one.step
            for one in entries
            if isinstance(one, EffectFinished) or (isinstance(one, EffectRecovered) and one.done is not None)
        )
        acting.in_flight += len({(one.step, one.how) for one in entries if isinstance(one, EffectRecovered)})
        if set(ended.values()) != {1} or len(ended) != effects or set(begun) != set(ended):
            acting.record.append(f"{name}: begun {begun}, ended {ended}, {effects} are due")
        if findings := verify(self._session, self._task).findings:
            acting.record.append(f"{name}: {findings[0]}")
        results = open_saved(self._session, Errands).state.results
        left = {one.partition(".")[0] for one in self._answered}
        as_ever = [f"{errand}: ok" for errand in self._expected()]
        if [one.replace("cancelled", "ok") if one.partition(":")[0] in left else one for one in results] != as_ever:
            acting.ends.append(f"{name}: {json.dumps(results)}")
