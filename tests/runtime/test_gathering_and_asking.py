"""A run with gatherings and questions, driven by the real runner, saved, resumed, replayed, verified and exported."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from maker_engine.core.decomposition import Amendment, Gathered, Said
from maker_engine.core.record.commands import Amend, Answer, Stop
from maker_engine.core.record.events import Outcome
from maker_engine.core.voting import FirstToAheadBy
from maker_engine.runtime.continuing import prepare_fork, prepare_resume
from maker_engine.runtime.order import RunOrder, drive, prepare
from maker_engine.runtime.step_control import Inbox
from maker_engine.sessions.exchange.export import lines
from maker_engine.sessions.exchange.importing import import_lines
from maker_engine.sessions.integrity.salvage import salvage
from maker_engine.sessions.integrity.verify import verify
from maker_engine.sessions.queries.revote import revote
from maker_engine.sessions.queries.saved import open_saved
from maker_engine.sessions.store.reader import Reader
from maker_engine.sessions.store.time_travel import moment
from tests.support import agreeing
from tests.support.agreeing import Agree

FILE = Path(agreeing.__file__)
WORDS = [Amend("mind the gap", "ada"), Answer("no", "ada"), Answer("maybe", "bob"), Answer("yes", "bob")]


class Person:
    """Says one thing after another, each when a question is open that has not heard it yet."""

    def __init__(self, *words):
        self.words = list(words)
        self.inbox = Inbox()
        self.seen = []

    def __call__(self, view):
        self.seen.append(view.snapshot)
        question, at = view.snapshot.question, (view.snapshot.totals.steps, view.snapshot.refused)
        if question is not None and self.words and getattr(self, "answered", None) != at:
            self.answered = at
            self.inbox.send(self.words.pop(0))


def order(path, **chosen):
    return RunOrder(f"{FILE}:Agree", session=path, model="sim:p=0.9,v=0.9", k=3, **{"attended": True, **chosen})


def run(prepared, *words):
    """Drive a run whose person says `words`, then hangs up if the run still asks."""
    person = Person(*words, Stop())
    return asyncio.run(drive(prepared, person.inbox, person)).snapshot, person


def answers(path, branch=None):
    with Reader(path, branch) as reader:
        return list(reader.answers(Agree()))


def states(path):
    """The whole snapshot at every step, folded from the file."""
    with Reader(path) as reader:
        return [moment(reader, Agree(), step).snapshot() for step in range(reader.steps_done() + 1)]


@pytest.fixture(scope="module")
def talked(tmp_path_factory):
    """A finished talk: amended once, turned down once, answered wrongly once, agreed."""
    path = tmp_path_factory.mktemp("talk") / "talk.maker"
    snapshot, person = run(prepare(order(path), Agree), *WORDS)
    return path, snapshot, person


def test_a_talk_runs_to_its_end(talked):
    """Agents propose and vote, a person is asked, and what they say is what happens."""
    path, snapshot, person = talked
    assert (snapshot.outcome, snapshot.totals.wrong) == (Outcome.SOLVED, 0)
    said = [one for one in answers(path) if isinstance(one, Said | Amendment)]
    assert said == [Amendment("mind the gap", "ada"), Said("no", "ada"), Said("yes", "bob")]
    assert any(seen.refused.startswith("'maybe' is not offered") for seen in person.seen)
    assert sum(isinstance(one, Gathered) for one in answers(path)) == 2


def test_differing_proposals_are_no_dissent(talked):
    """Dissent is counted where votes differ, not where proposals do."""
    path, snapshot, _ = talked
    with Reader(path) as reader:
        split = [
            len({one.verdict for one in stored.samples if isinstance(one.verdict, int)}) > 1
            for stored in reader.steps(Agree())
            if not isinstance(stored.answer, Gathered)
        ]
    assert snapshot.totals.dissent == sum(split)


def test_the_record_is_sound(talked):
    """Every step, gatherings and a person's words included, is decided again from its record alike."""
    path, snapshot, _ = talked
    checked = verify(path, Agree())
    assert (checked.steps, checked.findings) == (snapshot.totals.steps, ())
    with Reader(path) as reader:
        told = revote(reader, Agree(), FirstToAheadBy(3))
    assert (told.same, told.different, told.short) == (snapshot.totals.steps, 0, 0)


def test_an_export_comes_back_as_it_was(talked, tmp_path):
    """What is exported and imported holds the same decisions, votes and words."""
    path, _, _ = talked
    again = tmp_path / "again.maker"
    import_lines(lines(path, Agree()), again, Agree)
    assert answers(again) == answers(path)
    assert states(again)[:-1] == [
        replace(one, started=other.started) for one, other in zip(states(path)[:-1], states(again)[:-1], strict=True)
    ]


def test_salvage_keeps_the_words(talked, tmp_path):
    """A talk whose file is read page by page is saved whole."""
    path, snapshot, _ = talked
    saved = salvage(path, tmp_path / "saved.maker", family=Agree)
    assert (saved.steps, answers(tmp_path / "saved.maker")) == (snapshot.totals.steps, answers(path))


def test_a_question_is_there_again_in_the_past(talked):
    """The picture of a moment at which a person was asked shows the question."""
    path, _, _ = talked
    asked = [one.question for one in states(path)]
    decided = answers(path)
    assert [step for step, one in enumerate(asked) if one is not None] == [
        step for step, one in enumerate(decided) if isinstance(one, Said | Amendment)
    ]


def test_nobody_there_stops_the_run_and_it_goes_on_later(tmp_path):
    """Without a person the first question stops the run by name; with one it goes on, and nothing is asked twice."""
    path = tmp_path / "talk.maker"
    snapshot, _ = run(prepare(order(path, attended=False), Agree))
    assert snapshot.outcome is Outcome.STOPPED
    assert snapshot.reason.startswith("step 3 asks a person: Do you agree to")
    asked = open_saved(path, Agree).snapshot.question
    assert asked is not None
    before = answers(path)
    ended, person = run(prepare_resume(path, {"attended": True}, Agree), Answer("yes", "ada"))
    assert ended.outcome is Outcome.SOLVED
    assert answers(path) == [*before, Said("yes", "ada")]
    assert {seen.question for seen in person.seen if seen.question is not None} == {asked}
    assert verify(path, Agree()).findings == ()


def test_a_fork_answers_otherwise(talked, tmp_path):
    """A run is forked at a question, and another answer leads another way, in the same file."""
    path = Path(shutil.copy(talked[0], tmp_path))
    step = next(number for number, one in enumerate(answers(path)) if isinstance(one, Said))
    prepared = prepare_fork(path, step, {"attended": True}, branch=0, family=Agree)
    ended, _ = run(prepared, Answer("yes", "eve"))
    assert ended.outcome is Outcome.SOLVED
    assert answers(path, 1) == [*answers(path, 0)[:step], Said("yes", "eve")]
    assert verify(path, Agree()).findings == ()


def test_a_persons_time_is_not_the_runs(tmp_path):
    """While a question waits the clock of the run stands still."""
    path = tmp_path / "talk.maker"
    snapshot, person = run(prepare(order(path), Agree), Answer("yes", "ada"))
    assert snapshot.outcome is Outcome.SOLVED
    assert person.seen[-1].question is None
