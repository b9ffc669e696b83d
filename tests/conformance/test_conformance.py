"""1,500 recorded answer streams: our implementation ends each of them as Algorithm 2 does."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest

from maker_engine.core.errors import Fault, ProviderError
from maker_engine.core.record.events import Event, Outcome
from maker_engine.core.responses import Flag, Response, SampleRequest
from maker_engine.core.solver import Solver
from maker_engine.core.solving.settings import Settings
from maker_engine.runtime.view import RunView
from maker_engine.sessions.store.reader import Reader
from tests.conformance.make import FAMILIES, FILE, FLAGGED, MOST_K, lines
from tests.support.driving import Drive
from tests.support.running import Bench
from tests.support.toy import FLAGGED as FLAGGED_RESPONSES, Count, Draw, answer

Line = dict[str, Any]

STREAMS: list[Line] = [json.loads(line) for line in FILE.read_text(encoding="ascii").splitlines()]
DECIDED = [line for line in STREAMS if line["winner"] is not None]
UNDECIDED = [line for line in STREAMS if line["winner"] is None]
CLOCK = 26
"""Hours of the clock on which the letters are told: A is hour 0."""

by_family = pytest.mark.parametrize("family", FAMILIES)


def of(family: str) -> list[Line]:
    """The streams of a family."""
    return [line for line in STREAMS if line["name"].rpartition(" ")[0] == family]


def hour(letter: str | None) -> int | None:
    """A candidate on the toy task's clock."""
    return None if letter is None else ord(letter) - ord("A")


def response(line: Line, sample: int) -> Response:
    """What a sample of a stream says; flagged ones take turns through all kinds of red flags."""
    letter = line["samples"][sample]
    if letter == FLAGGED:
        return list(FLAGGED_RESPONSES.values())[sample % len(FLAGGED_RESPONSES)]
    return answer(hour(letter))


def expected(line: Line) -> tuple[int | None, dict[int | None, int], int, int]:
    """Winner, votes, samples drawn and flagged ones, as the file has them."""
    return (
        hour(line["winner"]),
        {hour(letter): votes for letter, votes in line["votes"].items()},
        line["drawn"],
        line["flagged"],
    )


class Faulty(Drive):
    """Drives a solver whose calls fail as often as a stream says, and are made again."""

    def __init__(self, line: Line) -> None:
        task = Count(length=1, hours=CLOCK)
        super().__init__(Solver(task, Settings(k=line["k"], max_samples=line["cap"])))
        self.faults = {int(sample): times for sample, times in line["faults"].items()}

    def arrive(self, index: int, draw: Draw) -> list[Event]:
        sample = self.in_flight[index].sample
        if not self.faults.get(sample):
            return super().arrive(index, draw)
        self.faults[sample] -= 1
        self.in_flight.append(self.in_flight.pop(index))
        return []

    def result(self) -> tuple[int | None, dict[int, int], int, int]:
        """Winner, votes, samples drawn and flagged ones."""
        (votes,) = self.record()
        return votes.winner, votes.counts, votes.samples, votes.flagged


@by_family
def test_in_launch_order_every_stream_ends_as_recorded(family: str) -> None:
    """One sample at a time: winner, votes, samples drawn and flags are those of the file, faults or not."""
    for line in of(family):
        driven = Faulty(line)
        while not driven.over:
            if not driven.in_flight:
                driven.ask(1)
            driven.arrive(0, lambda _, sample, line=line: response(line, sample))
        assert driven.result() == expected(line), line["name"]
        assert driven.solver.undecided == (line["ending"] == "undecided")


@by_family
def test_in_any_order_of_arrival_every_stream_ends_as_recorded(family: str) -> None:
    """Drawn in parallel and answered as the dice fall, nothing changes, samples drawn included."""
    for number, line in enumerate(of(family)):
        for seed in range(2):
            driven = Faulty(line)
            driven.to_the_end(lambda _, sample, line=line: response(line, sample), Random(1000 * seed + number))
            assert driven.result() == expected(line), line["name"]
            assert driven.in_flight == []


class Provider:
    """Says at step n what stream n says, and fails as often as it says."""

    def __init__(self, streams: list[Line]) -> None:
        self._streams = streams
        self._failed: Counter[tuple[int, int]] = Counter()

    def __call__(self, request: SampleRequest) -> Response | ProviderError:
        line, place = self._streams[request.step], (request.step, request.sample)
        if request.copy == 0 and self._failed[place] < line["faults"].get(str(request.sample), 0):
            self._failed[place] += 1
            return ProviderError(Fault.OVERLOAD, "try later")
        return response(line, request.sample)


def in_journal(bench: Bench) -> list[tuple[int | None, dict[int, int], int, int]]:
    """Winner, votes, samples and flagged ones of each decided step, as the session keeps them."""
    with Reader(bench.journal.path) as reader:
        steps = list(reader.steps(bench.task))
    verdicts = [[sample.verdict for sample in step.samples] for step in steps]
    votes = [Counter(one for one in step if not isinstance(one, Flag)) for step in verdicts]
    return [
        (step.answer, dict(counts), len(all_), len(all_) - counts.total())
        for step, counts, all_ in zip(steps, votes, verdicts, strict=True)
    ]


@pytest.mark.parametrize("k", range(1, MOST_K + 1))
@pytest.mark.parametrize("window", [1, 8])
async def test_the_runner_decides_every_decided_stream_as_recorded(tmp_path: Path, k: int, window: int) -> None:
    """One run with a stream a step: the session holds the votes of the file, step by step.

    Every other stream is run looking ahead, with hedges, the rest without.
    """
    streams = [line for line in DECIDED if line["k"] == k][window % 2 :: 2]
    settings = Settings(k=k, max_samples=200, window=window, hedge=window // 8)
    task = Count(length=len(streams), hours=CLOCK)
    bench = Bench(tmp_path, Provider(streams), task=task, settings=settings)
    view: RunView = await bench.run()
    assert view.snapshot.totals.steps == len(streams)
    assert in_journal(bench) == [expected(line) for line in streams]


@pytest.mark.parametrize("line", UNDECIDED[::8], ids=lambda line: line["name"])
async def test_the_runner_gives_up_every_undecided_stream_as_recorded(tmp_path: Path, line: Line) -> None:
    """A run over one undecided stream ends undecided, whoever leads, with the votes and samples of the file."""
    settings = Settings(k=line["k"], max_samples=line["cap"], window=4)
    bench = Bench(tmp_path, Provider([line]), task=Count(length=1, hours=CLOCK), settings=settings)
    snapshot = (await bench.run()).snapshot
    assert (snapshot.outcome, snapshot.totals.steps, snapshot.totals.wasted) == (Outcome.UNDECIDED, 0, 0)
    assert snapshot.open is not None
    assert (None, dict(snapshot.open.rows), snapshot.open.asked, snapshot.open.flagged) == expected(line)


def test_the_file_is_what_the_generator_makes() -> None:
    """`python -m tests.conformance.make` writes the file byte for byte, 1,500 lines and less than a megabyte."""
    made = "".join(lines()).encode("ascii")
    assert FILE.read_bytes() == made
    assert (len(STREAMS), len({line["name"] for line in STREAMS})) == (1500, 1500)
    assert len(made) < 1_000_000


def test_every_line_agrees_with_the_definition() -> None:
    """Told without the generator: the margin reaches k at the last sample counted and never before, or the cap does."""
    for line in STREAMS:
        votes: Counter[str] = Counter()
        margins = [0]
        for letter in line["samples"][: line["drawn"]]:
            votes[letter] += letter != FLAGGED
            first, second = [*sorted((votes - Counter({FLAGGED: votes[FLAGGED]})).values())[::-1], 0, 0][:2]
            margins.append(first - second)
        counted = {letter: number for letter, number in votes.items() if number}
        assert (counted, sum(counted.values()) + line["flagged"]) == (line["votes"], line["drawn"])
        assert max(margins[:-1]) < line["k"]
        if line["ending"] == "decided":
            assert (margins[-1], max(counted, key=counted.__getitem__)) == (line["k"], line["winner"])
            assert line["drawn"] <= line["cap"]
        else:
            assert (line["winner"], line["drawn"]) == (None, line["cap"])
            assert margins[-1] < line["k"]


def test_the_streams_tell_other_rules_apart() -> None:
    """First-to-k, plurality at the cap, and flags or faults that vote: each would end hundreds of streams otherwise."""
    other_winner = sooner = 0
    for line in STREAMS:
        votes: Counter[str] = Counter()
        for sample, letter in enumerate(line["samples"], 1):
            votes[letter] += letter != FLAGGED
            if votes[letter] == line["k"]:
                other_winner += letter != line["winner"]
                sooner += sample < line["drawn"]
                break
    ranked = [sorted(line["votes"].values(), reverse=True) for line in UNDECIDED]
    plurality = sum(len(votes) == 1 or (len(votes) > 1 and votes[0] > votes[1]) for votes in ranked)
    assert min(other_winner, sooner, plurality) > 100
    assert sum(line["flagged"] > 0 for line in STREAMS) > 200
    assert sum(sum(line["faults"].values()) > 0 for line in STREAMS) > 200
