from __future__ import annotations

import os
import sqlite3
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from maker_engine.core.errors import InputError, SessionError
from maker_engine.core.record.events import Outcome
from maker_engine.core.responses import Flag, Response, Sample
from maker_engine.core.solving.settings import Settings
from maker_engine.models.profile import Profile
from maker_engine.models.simulated import SimulatedModel
from maker_engine.runtime.limits import Limits
from maker_engine.runtime.view import RunView
from maker_engine.sessions.library.library import Library, summarise
from maker_engine.sessions.queries.saved import open_saved
from maker_engine.sessions.store.journal import Journal
from maker_engine.sessions.store.packing import pack_step, unpack
from maker_engine.sessions.store.reader import Reader
from maker_engine.sessions.store.schema import StepFlag
from tests.support.running import Bench, started
from tests.support.toy import Count, answer


async def noisy_run(directory: Path, length: int, **options: object) -> tuple[Bench, RunView]:
    """A finished run of the simulated model with dissent and flags in it."""
    task = Count(length)
    model = SimulatedModel("sim", Profile(p=0.8, v=0.8), task, seed=2)
    bench = Bench(directory, task=task, model=model, settings=Settings(k=4), **options)  # type: ignore[arg-type]
    return bench, await bench.run()


async def test_every_step_and_every_sample_is_in_the_file(tmp_path: Path) -> None:
    """What was counted while it ran is what the file holds."""
    bench, view = await noisy_run(tmp_path, 700)
    with Reader(bench.journal.path) as reader:
        steps = list(reader.steps(bench.task))
        assert list(reader.answers(bench.task)) == [stored.answer for stored in steps]
    totals = view.snapshot.totals
    samples = [sample for stored in steps for sample in stored.samples]
    assert [stored.step for stored in steps] == list(range(700))
    assert len(samples) == totals.samples
    assert sum(isinstance(sample.verdict, Flag) for sample in samples) == totals.flagged
    assert sum(sample.response.tokens_out or 0 for sample in samples) == totals.tokens_out
    assert sum(bool(stored.flags & StepFlag.DISSENT) for stored in steps) == totals.dissent
    assert sum(bool(stored.flags & StepFlag.WRONG) for stored in steps) == totals.wrong


async def test_the_state_before_any_step_is_the_fold_of_its_answers(tmp_path: Path) -> None:
    """A snapshot and the answers since give the same state as all answers from the start."""
    bench, _ = await noisy_run(tmp_path, 600)
    state = bench.task.start()
    with Reader(bench.journal.path) as reader:
        for step, decided in enumerate(reader.answers(bench.task)):
            if step % 97 == 0 or step in (255, 256, 257, 512):
                assert reader.state(bench.task, step) == state
            state = bench.task.apply(state, decided)


async def test_opening_a_saved_run_shows_its_end(tmp_path: Path) -> None:
    """State, totals, last ballot, flags and outcome are those that the live run ended with."""
    bench, view = await noisy_run(tmp_path, 120)
    saved = open_saved(bench.journal.path, Count).snapshot
    assert saved == view.snapshot


async def test_an_undecided_run_keeps_its_open_ballot(tmp_path: Path) -> None:
    """The votes of the step that was not decided are there to look at."""
    hours = iter([1, 2] * 50)
    bench = Bench(tmp_path, lambda _: answer(next(hours)), settings=Settings(k=2, max_samples=8))
    view = await bench.run()
    saved = open_saved(bench.journal.path, Count).snapshot
    assert saved.outcome is Outcome.UNDECIDED
    assert saved.open == view.snapshot.open
    assert saved.open is not None
    assert saved.open.rows == ((1, 4), (2, 4))


async def test_the_library_lists_what_there_is_and_names_what_it_cannot_read(tmp_path: Path, home: Path) -> None:
    """A damaged or foreign file is listed with the reason, and the others with their figures."""
    library = Library()
    assert library.list() == []
    home.joinpath("sessions").mkdir(parents=True)
    bench, _ = await noisy_run(tmp_path, 5, limits=Limits(samples=9))
    good = bench.journal.path.rename(home / "sessions" / "good.maker")
    home.joinpath("sessions", "text.maker").write_text("not a database, though it is long enough to look like one" * 9)
    sqlite3.connect(home / "sessions" / "foreign.maker").execute("CREATE TABLE x(y)").connection.close()
    found = {one.path.name: one for one in library.list()}
    assert found["good.maker"] == summarise(good)
    assert (found["good.maker"].outcome, found["good.maker"].samples, found["good.maker"].steps) == (
        "out_of_budget",
        9,
        5,
    )
    assert "not a database" in (found["text.maker"].damaged or "")
    assert "is not a session" in (found["foreign.maker"].damaged or "")


def make(path: Path) -> Journal:
    return Journal(path, Count(3), {"task": "count", "source": "{}"})


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
def test_session_files_are_private_under_any_umask(tmp_path: Path, mask: int) -> None:
    """Directory 0700, every file 0600, the -wal and -shm beside it included."""
    before = os.umask(mask)
    try:
        journal = make(tmp_path / "deep" / "run.maker")
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "deep").iterdir()}
        directory = stat.S_IMODE((tmp_path / "deep").stat().st_mode)
        journal.close()
    finally:
        os.umask(before)
    assert directory == 0o700
    assert set(modes.values()) == {0o600}
    assert {"run.maker", "run.maker-wal"} <= set(modes)


def test_a_closed_session_is_one_file(tmp_path: Path) -> None:
    """Nothing needs to be copied along with it."""
    make(tmp_path / "run.maker").close()
    assert [path.name for path in tmp_path.glob("run*")] == ["run.maker"]


def test_an_existing_file_is_never_written_over(tmp_path: Path) -> None:
    """Whatever it holds, it stays as it is."""
    path = tmp_path / "run.maker"
    path.write_text("precious")
    with pytest.raises(InputError, match="exists already"):
        make(path)
    assert path.read_text() == "precious"


def test_a_file_of_a_newer_format_is_refused(tmp_path: Path) -> None:
    """It says which format it has, and what to do."""
    path = tmp_path / "run.maker"
    make(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version=99")
    connection.close()
    with pytest.raises(SessionError, match=r"format 99.*update"):
        Reader(path)


def test_a_run_that_cannot_be_written_any_more_says_so(tmp_path: Path) -> None:
    """An error of the database is the record's, in one line, and what was flushed stays readable."""
    journal = make(tmp_path / "run.maker")
    journal._file.connection.execute("PRAGMA query_only=ON")
    journal._dirty = True
    with pytest.raises(SessionError, match="cannot be written"):
        journal.flush()
    with Reader(journal.path) as reader:
        assert reader.note("order", None)["task"] == "count"
    journal._file.connection.close()


def test_a_session_never_loads_code_it_names(tmp_path: Path) -> None:
    """A task that is not installed is an error in one line, not an import."""
    path = tmp_path / "run.maker"
    journal = Journal(path, Count(3), {"task": "evil", "source": ""})
    journal.record(started(Count(3)))
    journal.close()
    with pytest.raises(SessionError, match="no task 'evil'"):
        open_saved(path)


responses = st.builds(
    Response,
    text=st.text(st.characters(codec=None), max_size=40),
    tokens_in=st.none() | st.integers(0, 10**6),
    tokens_out=st.none() | st.integers(0, 10**6),
    cost_usd=st.none() | st.floats(0, 10),
    model=st.sampled_from(["a", "b"]),
    tokens_reasoning=st.none() | st.integers(0, 10**6),
    shared=st.integers(1, 8),
)
flags = st.builds(Flag, st.sampled_from(["length", "mine"]), st.text(max_size=20), st.text(max_size=20))


@given(st.lists(st.tuples(st.integers(0, 7) | flags, responses), max_size=8))
def test_packing_loses_nothing(drawn: list[tuple[int | Flag, Response]]) -> None:
    """Verdicts, texts with lone surrogates, figures and model names come back equal."""
    samples = [Sample(number, verdict, response) for number, (verdict, response) in enumerate(drawn)]
    assert unpack(pack_step(samples, Count(3)).packed, Count(3)) == samples


async def test_time_is_rounded_to_a_tenth_of_a_millisecond(tmp_path: Path) -> None:
    """Latency is kept, to the precision that a network call has."""
    bench = Bench(tmp_path, lambda request: replace(answer((request.step + 1) % 8), latency_s=0.123456))
    await bench.run()
    with Reader(bench.journal.path) as reader:
        assert next(reader.steps(bench.task)).samples[0].response.latency_s == 0.1235
