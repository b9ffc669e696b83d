"""Kill -9 at random moments of a run of the records task; a log of every call made is the witness of what it cost."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from maker_engine.core.responses import Response, SampleRequest
from maker_engine.models.port import Figures
from maker_engine.models.prices import Quote
from maker_engine.runtime.continuing import prepare_resume
from maker_engine.runtime.order import RunOrder, drive, prepare
from maker_engine.runtime.step_control import Inbox
from maker_engine.sessions.integrity.verify import verify
from maker_engine.sessions.queries.saved import open_saved
from maker_engine.sessions.store.reader import Reader
from tests.support.orphans import end_with_parent

CONCURRENCY, LATENCY_S = 64, 0.01
LABELS = tuple("abcdefg")
SPLIT, MOST = 50, 12
"""One row of so many is never decided, and is given up after so many samples."""
PATIENCE_S = 300.0


@dataclass
class KilledRows:
    """What came of the kills.

    Attributes:
        rows: Rows of the table.
        kills: Processes killed before their end.
        calls: Calls made in all.
        needed: Calls that one pass takes.
        failures: What is not as it has to be.
    """

    rows: int
    kills: int = 0
    calls: int = 0
    needed: int = 0
    failures: list[str] = field(default_factory=list)

    def figures(self) -> Iterator[tuple[str, object]]:
        """Name and figure."""
        yield "rows", self.rows
        yield "processes killed", self.kills
        yield "calls that one pass takes", self.needed
        yield "calls made", self.calls
        yield "   of them again, for each kill", round((self.calls - self.needed) / max(1, self.kills), 1)


class Logging:
    """A model that is mostly right, by the row and the number of the sample alone, and logs a byte for each call."""

    name, simulated, immediate, adjustments = "logging", True, False, ()
    figures = Figures()

    def __init__(self, log: Path) -> None:
        self._log = os.open(log, os.O_CREAT | os.O_WRONLY | os.O_APPEND)

    def quote(self, request: SampleRequest) -> Quote:
        return Quote.of(request, None)

    async def check(self) -> None:
        """It is there."""

    async def sample(self, request: SampleRequest) -> Response:
        os.write(self._log, b".")
        dice = Random(request.step << 12 | request.sample)
        await asyncio.sleep(LATENCY_S * dice.uniform(0.2, 1.8))
        slip = dice.random() < 0.15
        if request.step % SPLIT == 7:
            slip = bool(request.sample % 2)  # nobody can agree on it, and it is left for later
        assert request.question is not None
        assert request.question.form is not None
        return Response(request.question.form.write(LABELS[(request.step + slip) % len(LABELS)]))

    async def aclose(self) -> None:
        os.close(self._log)


def kill_rows(rows: int, kills: int, seed: int, directory: Path) -> KilledRows:
    """Kill a run over `rows` rows so often, and hold it against one that was left alone."""
    dice, found = Random(seed), KilledRows(rows)
    whole, cut, table = directory / "whole.maker", directory / "cut.maker", directory / "rows.csv"
    table.write_text("id,text\n" + "".join(f"{row},ticket {row}\n" for row in range(rows)))
    _run(table, whole)
    found.needed = _calls(whole)
    share_s = found.needed * LATENCY_S / CONCURRENCY / max(1, kills)
    while found.kills < kills and _child(table, cut, dice.uniform(0.3, 1.7) * share_s):
        found.kills += 1
        findings = verify(cut, open_saved(cut).task).findings
        found.failures += [f"after kill {found.kills}: {one}" for one in findings]
    _run(table, cut)
    found.calls = _calls(cut)
    if open_saved(cut).step != rows or _chain(cut) != _chain(whole):
        found.failures.append("it was decided otherwise than without kills")
    most = found.needed + found.kills * CONCURRENCY * 9 // 8  # what was in flight, and what waits to be written
    if not found.needed <= found.calls <= most:
        found.failures.append(f"{found.calls:,} calls were made, where one pass takes {found.needed:,}")
    return found


def _child(table: Path, path: Path, wait_s: float) -> bool:
    """Start or go on, and kill it `wait_s` after it has begun; return whether it was killed."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.crash.rows", str(table), str(path)],
        cwd=Path(__file__).parents[2], preexec_fn=end_with_parent,  # noqa: PLW1509 - as the other harnesses do
    ) as child:  # fmt: skip
        before, end = _calls(path), time.monotonic() + PATIENCE_S
        while child.poll() is None and _calls(path) == before and time.monotonic() < end:
            time.sleep(0.01)
        try:
            child.wait(wait_s)
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGKILL)
            return True
    return False


def _calls(path: Path) -> int:
    log = path.with_suffix(".calls")
    return log.stat().st_size if log.exists() else 0


def _chain(path: Path) -> bytes:
    with Reader(path) as reader:
        return reader.branch.chain


def _run(table: Path, path: Path) -> None:
    """Begin a session, or go on with it, to its end."""
    model = Logging(path.with_suffix(".calls"))
    if path.exists() and open_saved(path).run.outcome is None:
        prepared = prepare_resume(path, {}, model=model, trusted=True)
    elif path.exists():
        return
    else:
        options = {"rows": str(table), "id": "id", "question": "Which? {text}", "choices": ",".join(LABELS)}
        made = {"k": 3, "max_samples": MOST, "undecided": "ask-later", "concurrency": CONCURRENCY}
        order = RunOrder("records", options, session=path, **made)
        prepared = prepare(order, model=model)
    asyncio.run(drive(prepared, Inbox(), lambda _: None))


if __name__ == "__main__":
    _run(Path(sys.argv[1]), Path(sys.argv[2]))
