"""A run through everything a provider can do wrong, held against the same run without a fault.

    python -m tests.runtime.faults --each 25 --seed 1

A loopback server answers Towers of Hanoi from the prompt alone and, at random points, does one of the things of
`tests.support.fault_server` instead, so many times each. Everything between is real: LiteLLM, sockets, runner, session
file; only the waiting between attempts is on a manual clock. The honest answer depends on prompt and temperature
alone: some first samples are wrong, some malformed, whoever asks and however often.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

from maker_engine import catalogue
from maker_engine.core.decomposition import Mistake
from maker_engine.core.errors import ProviderError
from maker_engine.core.responses import Flag, Prompt, Response, SampleRequest
from maker_engine.models.port import Figures, Model
from maker_engine.models.prices import Quote
from maker_engine.runtime.clock import ManualClock
from maker_engine.runtime.order import RunOrder, drive, prepare
from maker_engine.runtime.step_control import Inbox
from maker_engine.runtime.view import RunView
from maker_engine.sessions.store.reader import Reader
from tests.support.fault_server import KINDS, POISON, VOTE, Said
from tests.support.openai_server import OpenAIServer, Reply

TIMEOUT_S = 0.3
SLACK_S = 5.0
"""What a busy machine may add to a call's deadline."""
SHARE = 0.5
"""Of all requests, as long as there are faults left."""
OUTAGE, OUTAGE_REQUESTS = 0.01, 20
"""Share of requests at which an outage begins, and how many it lasts: nothing but faults, so that the circuit opens."""
LONGEST_S = 90.0
K = 3
SKIPPED: frozenset[str] = frozenset()
"""Kinds left out of the run, because one of them is enough to fail it; `test_faults` has them one by one."""


@dataclass
class Report:
    """What came of one run."""

    view: RunView
    decisions: list[Any]
    voted: list[str]
    flags: Counter[str]
    watched: Watched
    sent: Counter[str]
    requests: int
    slept_s: float
    seconds: float

    @property
    def poisoned(self) -> list[str]:
        """Texts that voted and must not have."""
        return [text for text in self.voted if POISON in text]


class Watched:
    """A model, with a watch on it: how long each call took, how it ended, and which response ids it brought."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self.longest_s = 0.0
        self.endings: Counter[str] = Counter()
        self.delivered: list[Response] = []

    name = property(lambda self: self._model.name)
    simulated = property(lambda self: self._model.simulated)
    adjustments = property(lambda self: self._model.adjustments)

    @property
    def figures(self) -> Figures:
        return self._model.figures

    def quote(self, request: SampleRequest) -> Quote:
        return self._model.quote(request)

    async def check(self) -> None:
        await self._model.check()

    async def sample(self, request: SampleRequest) -> Response:
        asked = time.monotonic()
        ending = "cut short"
        try:
            response = await self._model.sample(request)
            ending = "answered"
            self.delivered.append(response)
        except ProviderError as error:
            ending = error.kind.value
            raise
        else:
            return response
        finally:
            self.endings[ending] += 1
            self.longest_s = max(self.longest_s, time.monotonic() - asked)

    async def aclose(self) -> None:
        await self._model.aclose()


class Answers:
    """What the server says: an honest answer, or at random points the next fault of the schedule."""

    def __init__(self, schedule: list[str], seed: int) -> None:
        self._task = catalogue.find("hanoi").load({})
        self._schedule = iter(schedule)
        self._dice = Random(seed)
        self._outage_until = 0
        self.sent: Counter[str] = Counter()
        self.watched: Watched | None = None

    def __call__(self, messages: list[dict[str, Any]], body: dict[str, Any], number: int) -> str | Reply:
        said = {message["role"]: message["content"] for message in messages}
        prompt = Prompt(said["system"], said["user"])
        luck = zlib.crc32(f"{body['temperature']} {prompt.user}".encode())
        honest = self._honest(prompt, luck, first=body["temperature"] == 0)
        # An id or a model can only be noticed as wrong once there was a right one.
        known = self.watched.delivered[:1] if self.watched else []
        name = next(self._schedule, None) if known and self._bad(number) else None
        if name is None:
            return honest
        self.sent[name] += 1
        wrong = "\n".join(self._task.imitate(prompt, Mistake.WRONG, luck))
        before = known[0]
        poison = Said(f"{POISON} [{name}] {wrong}", honest, f"chatcmpl-{number}", before.id, before.text, body["model"])
        return KINDS[name].reply(poison)

    def _bad(self, number: int) -> bool:
        if self._dice.random() < OUTAGE:
            self._outage_until = number + OUTAGE_REQUESTS
        return number < self._outage_until or self._dice.random() < SHARE

    def _honest(self, prompt: Prompt, luck: int, *, first: bool) -> str:
        tenth = luck % 10
        mistake = None
        if first and tenth < 3:
            mistake = Mistake.WRONG if tenth < 2 else Mistake.MALFORMED
        return "\n".join(self._task.imitate(prompt, mistake, luck // 10))


def scheduled(each: int, seed: int) -> list[str]:
    """Every kind once, in random order, and that `each` times: evenly spread, and at random points."""
    dice = Random(seed)
    rounds = [[name for name in KINDS if name not in SKIPPED] for _ in range(each)]
    for names in rounds:
        dice.shuffle(names)
    return [name for names in rounds for name in names]


async def run(disks: int, schedule: list[str], seed: int, directory: Path) -> Report:
    """Solve Towers of Hanoi over the loopback interface, through a schedule of faults.

    Raises:
        TimeoutError: The run hangs.
    """
    answers = Answers(schedule, seed)
    clock = ManualClock()
    with OpenAIServer(answers) as server:
        order = RunOrder(
            task="hanoi", options={"disks": disks}, model="openai/any", api_base=server.base_url, k=K,
            window=8, timeout_s=TIMEOUT_S, session=directory / f"run-{len(schedule)}.maker",
            preflight=False,
        )  # fmt: skip
        prepared = prepare(order)
        watched = answers.watched = Watched(prepared.plan.model)
        begun = time.monotonic()
        async with asyncio.timeout(LONGEST_S):
            plan = replace(prepared.plan, model=watched)
            view = await drive(replace(prepared, plan=plan), Inbox(), lambda _: None, clock)
        seconds = time.monotonic() - begun
    with Reader(view.session) as reader:
        steps = list(reader.steps(prepared.task))
    samples = [sample for step in steps for sample in step.samples]
    return Report(
        view,
        [step.answer for step in steps],
        [sample.response.text for sample in samples if not isinstance(sample.verdict, Flag)],
        Counter(sample.verdict.rule for sample in samples if isinstance(sample.verdict, Flag)),
        watched,
        answers.sent,
        len(server.requests),
        sum(clock.slept),
        seconds,
    )


def disks_for(faults: int) -> int:
    """Disks of a game long enough to take so many faults in."""
    return next(disks for disks in range(3, 20) if K * (2**disks - 1) > faults * (1 - SHARE) / SHARE * 1.3)


async def compare(each: int, seed: int, directory: Path) -> tuple[Report, Report]:
    """Run without a fault, and with so many of each kind."""
    schedule = scheduled(each, seed)
    disks = disks_for(len(schedule))
    return await run(disks, [], seed, directory), await run(disks, schedule, seed, directory)


def faults_met(report: Report) -> int:
    """Calls that failed, or were cut short while a fault was on its way."""
    return sum(report.watched.endings.values()) - report.watched.endings["answered"]


def figures(calm: Report, rough: Report) -> Iterator[str]:
    """Tell the two runs' figures, a line each."""
    outcomes = Counter(str(KINDS[name].outcome) for name in rough.sent.elements())
    same = sum(a == b for a, b in zip(calm.decisions, rough.decisions, strict=False))
    yield f"{'kinds of bad behaviour':<44}{len(rough.sent):>8,}"
    yield f"{'   of them never a vote':<44}{sum(KINDS[name].outcome != VOTE for name in rough.sent):>8,}"
    yield f"{'times each':<44}{min(rough.sent.values(), default=0):>8,}"
    yield f"{'faults sent':<44}{rough.sent.total():>8,}"
    for outcome, number in sorted(outcomes.items()):
        yield f"{'   to end as: ' + outcome:<44}{number:>8,}"
    for name, one in (("without a fault", calm), ("with them", rough)):
        totals = one.view.snapshot.totals
        yield f"run {name}: {one.view.snapshot.outcome}, {one.view.snapshot.reason}"
        yield f"{'   steps, samples, flagged, wasted':<44}" + "".join(
            f"{number:>8,}" for number in (totals.steps, totals.samples, totals.flagged, totals.wasted)
        )
        yield f"{'   requests at the server':<44}{one.requests:>8,}"
        yield "   calls: " + ", ".join(f"{ending} {number:,}" for ending, number in one.watched.endings.most_common())
        yield "   flags: " + ", ".join(f"{rule} {number:,}" for rule, number in one.flags.most_common())
        yield f"{'   longest call (deadline ' + str(TIMEOUT_S) + ' s)':<44}{one.watched.longest_s:>8.2f} s"
        yield f"{'   waited on the manual clock':<44}{one.slept_s:>8,.0f} s"
        yield f"{'   wall time':<44}{one.seconds:>8.1f} s"
    yield f"{'bad responses counted as votes':<44}{len(rough.poisoned):>8,}"
    yield f"{'decisions equal to the fault-free run':<44}{same:>8,} of {len(calm.decisions):,}"


def main() -> None:
    """Print the figures of one comparison."""
    parser = argparse.ArgumentParser(prog="python -m tests.runtime.faults", description=__doc__.partition("\n")[0])
    parser.add_argument("--each", type=int, default=25, help="how many of each kind")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    os.environ.setdefault("OPENAI_API_KEY", "none-is-needed")
    with tempfile.TemporaryDirectory() as directory:
        calm, rough = asyncio.run(compare(given.each, given.seed, Path(directory)))
    sys.stdout.write("\n".join(figures(calm, rough)) + "\n")


if __name__ == "__main__":
    main()
