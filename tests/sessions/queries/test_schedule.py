"""Rule: what happened when is read from the record alone, at any time after."""

from __future__ import annotations

from pathlib import Path

from maker_engine.core.record.events import (
    EffectFinished,
    EffectIntended,
    EffectRecovered,
    ResponseFlagged,
    StepDecided,
    VoteCast,
)
from maker_engine.core.responses import Flag, Response
from maker_engine.core.task.steps import Done, Safety, Status
from maker_engine.sessions.integrity.verify import verify
from maker_engine.sessions.queries.schedule import FLAGGED, LOST, SAMPLE, Bar, bars, kept_at, span_of
from maker_engine.sessions.store.journal import Journal
from maker_engine.sessions.store.reader import Reader
from tests.support.recorded import order_of, record
from tests.support.running import started
from tests.support.toy import Count

BEGAN = 1_800_000_000.0
TASK = Count(3)


def test_calls_and_effects_have_a_bar_each_decided_or_open(tmp_path: Path) -> None:
    """A call runs from its beginning for its latency, an effect until it has ended; one that has not is open."""
    path = tmp_path / "run.maker"
    journal = Journal(path, TASK, order_of(TASK, k=1))
    journal.record(started(TASK, k=1))
    long = Response("?", latency_s=2.5, model="b", began_s=BEGAN + 0.25)
    journal.record(ResponseFlagged(0, 0, Flag("malformed", "no answer"), long))
    journal.record(VoteCast(0, 1, 1, Response("answer = 1", latency_s=1.5, model="a", began_s=BEGAN)))
    journal.record(EffectIntended(0, "get", "k1", "http", "{}", False, Safety.IDEMPOTENT, BEGAN + 3))
    journal.record(StepDecided(0, 1, 9))
    journal.record(EffectFinished(0, "get", "k1", Done(Status.OK), BEGAN + 4))
    journal.record(EffectIntended(1, "put", "k2", "sql", "{}", True, Safety.NEITHER, BEGAN + 5))
    journal.record(VoteCast(1, 0, 2, Response("answer = 2", model="a")))
    journal.close()
    with Reader(path) as reader:
        found = bars(reader)
    assert found == [
        Bar(0, "2", "a", BEGAN, BEGAN + 1.5, SAMPLE),
        Bar(0, "1", "b", BEGAN + 0.25, BEGAN + 2.75, FLAGGED),
        Bar(0, "get", "http", BEGAN + 3, BEGAN + 4, "ok"),
        Bar(1, "put", "sql", BEGAN + 5, None, ""),
    ]
    assert span_of(found) == (BEGAN, BEGAN + 5)
    assert verify(path, TASK).findings == ()


def test_a_model_that_answers_at_once_has_the_times_of_the_states_that_are_kept(tmp_path: Path) -> None:
    """Its calls take no time and have no bar; when each 256th step was decided is on record, and never goes back."""
    run = record(tmp_path / "run.maker", 600)
    with Reader(run.path) as reader:
        assert bars(reader) == []
        kept = kept_at(reader)
    assert [step for step, _ in kept] == [256, 512]
    assert kept == sorted(kept, key=lambda one: one[1])
    assert BEGAN / 2 < kept[0][1] < 2 * BEGAN


def test_an_effect_that_a_crash_left_in_doubt_has_an_end(tmp_path: Path) -> None:
    """What the world said of it ends its bar; where it is begun once more the first is lost, and none is open."""
    path = tmp_path / "run.maker"
    journal = Journal(path, TASK, order_of(TASK, k=1))
    journal.record(started(TASK, k=1))
    for key in ("k1", "k2"):
        journal.record(EffectIntended(0, key, key, "http", "{}", True, Safety.ASKABLE, BEGAN))
    journal.record(EffectRecovered(0, "k1", "k1", "asked", Done(Status.OK, "{}", BEGAN, BEGAN + 9)))
    journal.record(EffectRecovered(0, "k2", "k2", "not_done", None))
    journal.record(EffectIntended(0, "k2", "k2", "http", "{}", True, Safety.ASKABLE, BEGAN + 10))
    journal.record(EffectFinished(0, "k2", "k2", Done(Status.OK), BEGAN + 12))
    journal.close()
    with Reader(path) as reader:
        found = [(bar.name, bar.began_s - BEGAN, (bar.ended_s or 0) - BEGAN, bar.outcome) for bar in bars(reader)]
    assert found == [("k1", 0, 9, "ok"), ("k2", 0, 0, LOST), ("k2", 10, 12, "ok")]
