"""Copies are not votes: texts that are alike are counted step by step, and said no louder than is known."""

from __future__ import annotations

from dataclasses import replace

import pytest

from maker_engine.core.record.copies import effective_votes, identical_share, notice
from maker_engine.core.record.events import Event, ResponseFlagged, StepDecided, StepEscalated, StepOpened, VoteCast
from maker_engine.core.record.snapshot import Totals
from maker_engine.core.record.state import RunState
from maker_engine.core.responses import Flag, Response
from tests.support.running import started
from tests.support.toy import Count

FLAG = Flag("malformed", "not in the form")
REAL = replace(started(Count()), simulated=False)


def folded(*events: Event, opening: object = REAL) -> Totals:
    """What is counted of a step in which this happened, of a run with a real model."""
    run = RunState.fold([opening, StepOpened(0, 0), *events])  # type: ignore[list-item]
    return run.totals


def vote(sample: int, text: str, reasoning: int | None = None, shared: int = 1) -> VoteCast:
    """A vote that says `text` behind so many tokens of reasoning, one of so many of its call."""
    return VoteCast(0, sample, 1, Response(text, tokens_reasoning=reasoning, shared=shared))


def flagged(sample: int, text: str) -> ResponseFlagged:
    """A flagged response that says `text`."""
    return ResponseFlagged(0, sample, FLAG, Response(text))


COUNTED = {
    "all differ": ([vote(0, "a"), vote(1, "b"), vote(2, "c")], (2, 0, 0)),
    "all alike": ([vote(0, "a"), vote(1, "a"), vote(2, "a")], (2, 2, 2)),
    "flagged ones too": ([flagged(0, "a"), flagged(1, "a"), vote(2, "b"), vote(3, "a")], (3, 2, 1)),
    "a space is a difference": ([vote(0, "a"), vote(1, "a ")], (1, 0, 0)),
    "other reasoning behind the same words": ([vote(0, "a", 80), vote(1, "a", 95), vote(2, "a", 80)], (2, 1, 1)),
    "a share of a call's reasoning is not compared": (
        [vote(0, "a", 80, 3), vote(1, "a", 80, 3), vote(2, "a", 80)],
        (0, 0, 0),
    ),
    "a share without reasoning is": ([vote(0, "a", 0, 2), vote(1, "a", 0, 2)], (1, 1, 1)),
    "no text is not compared": ([flagged(0, ""), flagged(1, ""), vote(2, "a"), vote(3, "a")], (1, 1, 1)),
    "steps are apart": ([vote(0, "a"), StepDecided(0, 1, 1), StepOpened(1, 1), vote(0, "a")], (0, 0, 0)),
    "ballots are apart": ([vote(0, "a"), StepEscalated(0, "strong"), vote(1, "a")], (0, 0, 0)),
}


@pytest.mark.parametrize("what", COUNTED)
def test_texts_are_compared_with_the_earlier_ones_of_their_step(what):
    """Counted are the samples beyond the first of a step, those that repeat a text, and those of them that voted."""
    events, counted = COUNTED[what]
    totals = folded(*events)
    assert (totals.compared, totals.repeated, totals.echoes) == counted


def test_simulated_runs_and_gatherings_are_not_measured():
    """The simulated model's texts are made to differ, and proposals are not votes."""
    votes = [vote(0, "a"), vote(1, "a")]
    assert folded(*votes, opening=started(Count())).compared == 0
    assert RunState.fold([REAL, StepOpened(0, 0, 3), *votes]).totals.compared == 0


def test_effective_votes_count_each_text_once():
    """They are the votes a step less those that repeat one, and unknown where nothing was compared."""
    totals = Totals(steps=10, votes=30, flagged=5, compared=25, repeated=16, echoes=15)
    assert (identical_share(totals), effective_votes(totals)) == (0.64, 1.5)
    assert (identical_share(Totals(steps=10, votes=30)), effective_votes(Totals(steps=10, votes=30))) == (None, None)


def alike(repeated: int = 62, compared: int = 62, tokens: int = 20, flags: int = 0) -> Totals:
    """A run with so many texts alike, of answers of so many tokens."""
    votes = 93 - flags
    return Totals(
        steps=31, votes=votes, flagged=flags, compared=compared, repeated=repeated, echoes=repeated,
        tokens_out=93 * tokens,
    )  # fmt: skip


SAID = {
    "short and cold": (alike(), 0.1, "62 of 62 texts are alike at T = 0.1: nearly copies, so a larger k adds little: "),
    "long and cold": (alike(tokens=300), 0.0, "62 of 62 texts are alike: these are copies; k does nothing here: "),
    "short and hot": (alike(), 1.0, "alike at T = 1: copies, or an answer that the model is sure of; k cannot help: "),
    "long and hot": (alike(tokens=300), 0.7, "these are copies; k does nothing here: switch a cache or fixed seed off"),
    "nobody knows how hot": (alike(), None, "62 of 62 texts are alike: copies, or an answer that the model is sure of"),
}


@pytest.mark.parametrize("what", SAID)
def test_what_is_said_of_likeness_depends_on_what_is_known(what):
    """A short answer at T = 0.1 is said to be nearly a copy, a long one is a copy; what to do about it follows."""
    totals, temperature, words = SAID[what]
    said = notice(totals, temperature)
    assert words in said
    assert said.endswith("vary the wording (--voter '… variant=careful'), or ask another model")
    assert ("--temperature 0.5" in said) == (temperature is not None and temperature < 0.2)


QUIET = {
    "too few": alike(19, 19),
    "not alike enough": alike(55, 62),
    "nothing compared": alike(0, 0),
    "mostly flagged": alike(flags=60),
}


@pytest.mark.parametrize("what", QUIET)
def test_nothing_is_said_before_it_is_significant(what):
    """Few texts, or texts of which one in ten differs, are no reason for alarm."""
    assert notice(QUIET[what], 0.1) == ""


def test_reasoning_does_not_make_an_answer_long():
    """Its tokens are not the answer's."""
    totals = replace(alike(tokens=300), tokens_reasoning=93 * 290)
    assert "nearly copies" in notice(totals, 0.1)
