"""What is told of a recorded run: its marks, its figures, one step from all sides, and the steps a filter picks."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from maker_engine.core.filters.language import parse_filter
from maker_engine.core.record.entries import Act, Entry
from maker_engine.core.record.registry import events_of
from maker_engine.core.record.watch import Watch
from maker_engine.core.responses import Flag, Response, Sample
from maker_engine.core.scaling import expected_samples, undecided_after
from maker_engine.sessions.queries.inspection import answer_span, facts_of, inspect_step
from maker_engine.sessions.queries.marks import Marks
from maker_engine.sessions.queries.search import Search
from maker_engine.sessions.queries.survey import Survey, spread
from maker_engine.sessions.store.packing import Packed, dense, repacked, unpack
from maker_engine.sessions.store.reader import Reader, StoredStep
from maker_engine.sessions.store.redecide import remarkable
from maker_engine.sessions.store.schema import StepFlag
from tests.support.recorded import Recorded, record
from tests.support.toy import Count

FILTERS = (
    "dissent", "not dissent", "flags>1", "flag:malformed", "votes>=5", "step:3-9", "wrong or flags", "margin<2",
    "samples>4 and not flag:length", 'action~"1"', "candidates>1", "step>5 and dissent", "falling", "tokens>100",
)  # fmt: skip


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """A run with dissent, flags and wrong decisions."""
    return record(tmp_path_factory.mktemp("run") / "run.maker", length=40, seed=5, k=2)


def marks_of(reader: Reader) -> Marks:
    marks = Marks()
    marks.catch_up(reader)
    return marks


def test_marks_are_the_flags_of_every_step(run):
    """Rule: a byte a step, and the nearest step with a flag is found in both directions."""
    with Reader(run.path) as reader:
        marks, flags = marks_of(reader), [stored.flags for stored in reader.steps(run.task)]
    assert [marks.of(step) for step in range(len(marks))] == flags
    for kind in (StepFlag.DISSENT, StepFlag.FLAGGED, StepFlag.WRONG):
        having = [step for step, value in enumerate(flags) if value & kind]
        assert having, "the run has nothing of the kind to find"
        for step in range(-1, len(flags) + 1):
            assert marks.after(step, kind) == next((one for one in having if one > step), None)
            assert marks.before(step, kind) == next((one for one in reversed(having) if one < step), None)


@given(each=st.integers(1, 50), first=st.integers(0, 45))
@settings(max_examples=40)
def test_shares_add_up(run, each, first):
    """Rule: cells of any size count every step from the first on once, also where they are counted as the run grows."""
    with Reader(run.path) as reader:
        whole, flags = marks_of(reader), [stored.flags for stored in reader.steps(run.task)]
        marks = Marks()
        while marks.catch_up(reader, most=7):
            marks.shares(first, len(flags), each)
    shares = marks.shares(first, len(flags), each)
    assert shares == whole.shares(first, len(flags), each)
    assert sum(one.steps for one in shares) == len(flags[first:])
    assert sum(one.dissent for one in shares) == sum(bool(one & StepFlag.DISSENT) for one in flags[first:])
    assert sum(one.flagged for one in shares) == sum(bool(one & StepFlag.FLAGGED) for one in flags[first:])


def test_marks_grow_with_the_run(tmp_path):
    """Rule: catching up twice is the same as once; what was known stays."""
    run = record(tmp_path / "run.maker", length=12, seed=1)
    with Reader(run.path) as reader:
        once, twice = marks_of(reader), marks_of(reader)
        twice.catch_up(reader)
    assert bytes(once._flags) == bytes(twice._flags)


@pytest.mark.parametrize("text", FILTERS)
def test_a_search_finds_what_the_filter_picks(run, text):
    """Rule: however little of the record a search reads, it finds exactly the steps that the filter picks."""
    wanted = parse_filter(text)
    with Reader(run.path) as reader:
        search = Search(wanted, run.task, marks_of(reader), run.task.describe)
        while not search.over:
            search.go_on(reader)
        picked = [stored.step for stored in reader.steps(run.task) if wanted(facts_of(stored, run.task.describe))]
    assert list(search.found) == picked
    for step in range(run.steps):
        assert search.after(step) == next((one for one in picked if one > step), None)
        assert search.before(step) == next((one for one in reversed(picked) if one < step), None)


def test_a_survey_counts_what_is_recorded(run):
    """Rule: votes, flags and agreement are those of the entries, in whatever order the blocks are read."""
    survey = Survey()
    with Reader(run.path) as reader:
        for first, last in spread(reader.steps_done()):
            survey.read(reader, first, last)
        stored = list(reader.steps(run.task))
    votes = [[one.verdict for one in step.samples if not isinstance(one.verdict, Flag)] for step in stored]
    assert survey.steps == len(stored)
    assert survey.votes == Counter(map(len, votes))
    assert survey.rounds == Counter(len(step.samples) for step in stored)
    assert survey.against == sum(vote != step.answer for step, cast in zip(stored, votes, strict=True) for vote in cast)
    assert survey.undecided()[0] == len(stored)
    assert survey.undecided()[-1] == 0
    assert sum(one.samples for one in survey.bins()) == sum(len(step.samples) for step in stored)
    assert sum(one.flagged for one in survey.bins()) == survey.flagged


@given(st.integers(0, 100_000))
def test_blocks_are_spread_and_complete(total):
    """Rule: every step is in exactly one block."""
    blocks = sorted(spread(total))
    assert [begin for begin, _ in blocks] == [0, *(end for _, end in blocks)][: len(blocks)]
    assert (blocks[-1][1] if blocks else 0) == total


def test_a_step_is_inspected_vote_by_vote(run):
    """Rule: the ballot after each entry has the votes so far; the last one decides for the recorded answer."""
    with Reader(run.path) as reader:
        for stored in reader.steps(run.task):
            step = inspect_step(reader, run.task, stored.step)
            votes: Counter[object] = Counter()
            for counted in step.counted:
                assert isinstance(counted.entry, Sample)
                if not isinstance(counted.entry.verdict, Flag):
                    votes[counted.entry.verdict] += 1
                assert dict(counted.votes) == votes
            assert step.answer == stored.answer
            assert step.counted[-1].margin == run.settings.k
            assert set(step.needed) == {run.settings.k}
            (read,) = step.wordings
            assert (read.before is None) == (stored.step == 0)


def test_where_an_answer_stands_is_marked(run):
    """Rule: the marked bit parses to the sample's vote by itself, and no shorter end of the text does."""
    with Reader(run.path) as reader:
        state = reader.state(run.task, 7)
        step = inspect_step(reader, run.task, 7)
    for counted, span in zip(step.counted, step.spans, strict=True):
        if isinstance(counted.entry, Sample) and not isinstance(counted.entry.verdict, Flag):
            assert span is not None
            assert run.task.parse(state, counted.entry.response.text[slice(*span)]) == counted.entry.verdict


def test_a_parser_that_fails_marks_nothing():
    """Rule: a stranger's parser that raises on a bit of text leaves the response unmarked."""

    def fails(_: str) -> object:
        raise ValueError

    assert answer_span(fails, "answer 3", 3) is None


@given(p=st.floats(0.55, 1), k=st.integers(1, 6), v=st.floats(0.3, 1))
@settings(max_examples=40)
def test_undecided_steps_become_fewer_as_the_theory_says(p, k, v):
    """Rule: none is decided before k samples, ever fewer are open, and their sum is the expected number of samples."""
    left = undecided_after(p, k, 4_000, v)
    assert left[:k] == pytest.approx([1.0] * k)
    assert all(later <= sooner + 1e-12 for sooner, later in pairwise(left))
    assert sum(left) == pytest.approx(expected_samples(p, k, v), rel=1e-6)


def test_a_step_that_is_open_is_inspected_too(tmp_path: Path):
    """Rule: of the step that is not decided yet all that has been counted is shown, and no answer."""
    run = record(tmp_path / "run.maker", length=12, seed=3, stop_after=17)
    with Reader(run.path) as reader:
        step = inspect_step(reader, run.task, reader.steps_done())
        assert step.answer is None
        assert len(step.counted) == len(reader.open_entries(run.task)) > 0


def sample(number: int, verdict: object, latency_s: float = 0.0) -> Sample:
    return Sample(number, verdict, Response("said", 10, 5, "stop", 0.5, latency_s, "toy"))


SPOKEN: dict[str, tuple[list[Entry], dict[str, object]]] = {
    "struck": (
        [sample(0, 1), sample(1, 2), sample(2, 2), Act("struck", "ann", 2), sample(3, 1)],
        {"votes": 2, "samples": 4, "candidates": 1, "margin": 2, "person": True, "falling": True},
    ),
    "escalated": (
        [sample(0, 1), sample(1, 2), Act("escalated", "stronger", None), sample(0, 2), sample(1, 2)],
        {"votes": 2, "samples": 4, "candidates": 1, "margin": 2, "person": True},
    ),
    "untimed": ([sample(0, 1), sample(1, 1)], {"latency": None, "votes": 2, "person": False, "cost": 1.0}),
    "timed": ([sample(0, 1, 0.5), sample(1, 1)], {"latency": 0.5, "tokens": 30}),
}


@pytest.mark.parametrize("what", SPOKEN)
def test_a_breakpoint_and_the_table_know_the_same(what: str) -> None:
    """Rule: what a filter finds in the record is what it would have stopped at, strikes and fresh ballots included."""
    entries, told = SPOKEN[what]
    recorded = facts_of(StoredStep(7, remarkable(entries, gathered=False), 1, entries), str)
    live = Watch(7, [event for entry in entries for event in events_of(7, entry)])
    assert live.facts({"action", "candidate"}, str, 1) == recorded
    assert {name: getattr(recorded, name) for name in told} == told


@pytest.mark.parametrize("row", [(99, "eve", 0), ("voted", "eve", 0), (8, "no number", 0), (2, 7, 0), (0, 1)])
def test_a_row_that_maker_never_writes_is_refused(row: tuple[Any, ...]) -> None:
    """Rule: a row of an unknown kind, or with values of another type, is not an entry, whatever its length."""
    packed = repacked(Packed([dense(2)], [], [], [row]))
    with pytest.raises((ValueError, KeyError)):
        unpack(packed, Count())
