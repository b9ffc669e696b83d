"""The vote pane: candidates, margin against k, samples in flight; the decided ballot in the same form."""

from __future__ import annotations

from dataclasses import replace

import pytest

from maker_engine.core.decomposition import Started
from maker_engine.core.record.events import Outcome, StepDecided, StepHopeless, StepOpened, WrongDecisionFound
from maker_engine.core.record.snapshot import Snapshot, Tally
from maker_engine.core.record.state import RunState
from maker_tui.widgets.vote_tally import tally_lines
from tests.tui.sources import hanoi, opening


def ballot(open_: Tally | None, decided: Tally | None = None, *, k: int = 3, rule: str = "ahead") -> Snapshot:
    """A run with these ballots."""
    run = RunState(started=opening(hanoi(), k=k, rule=rule))
    return replace(run.snapshot(), open=open_, decided=decided)


def told(snapshot: Snapshot, width: int = 80, height: int = 40) -> list[str]:
    """The pane's rows."""
    return [row.plain.rstrip() for row in tally_lines(snapshot, str, width, height)]


OPEN = Tally(step=123, rows=(("up", 3), ("down", 1)), margin=2, asked=7, counted=5, flagged=1)


def test_the_open_ballot_says_what_it_needs_and_has():
    """Rule: step, state, margin needed and margin there stand in one sentence."""
    assert told(ballot(OPEN))[0] == "step 124 · voting · needs a margin of k 3, has 2"


def test_first_to_k_counts_votes_and_not_margins():
    """Rule: under first-to-k the sentence speaks of votes."""
    assert told(ballot(OPEN, rule="first"))[0] == "step 124 · voting · needs k 3 votes, leader has 3"


def test_each_candidate_has_letter_words_bar_votes_and_mark():
    """Rule: who leads is said in words; bars are to scale."""
    first, second = told(ballot(OPEN))[1:3]
    assert first.startswith("A up")
    assert first.endswith("   3 ◀ leads")
    assert second.startswith("B down")
    assert second.endswith("   1")
    assert abs(first.count("█") - 3 * second.count("█")) <= 2


def test_bars_are_scaled_to_k_while_votes_are_few():
    """Rule: a bar is full at k votes, or at the most votes where those are more."""
    row = told(ballot(Tally(step=0, rows=(("up", 1),), margin=1, asked=3, counted=1), k=4))[1]
    assert row.count("─") == pytest.approx(3 * row.count("█"), abs=2)


def test_the_bar_of_a_decision_is_full_whatever_k_is_now():
    """Rule: a step that a fork took over shows the votes that decided it as enough."""
    rows = told(ballot(None, Tally(step=0, rows=(("up", 3), ("down", 1)), winner="up", counted=4), k=9))
    assert rows[1].count("█") == pytest.approx(3 * rows[2].count("█"), abs=2)
    assert "─" not in rows[1]


def test_nobody_leads_a_tie():
    """Rule: with as many votes each, no candidate is marked."""
    assert "leads" not in "".join(told(ballot(Tally(step=0, rows=(("up", 2), ("down", 2)), asked=6, counted=4))))


def test_samples_in_flight_are_hollow_marks():
    """Rule: what was asked for and has not counted yet is shown as a hollow mark each, many as a number."""
    assert told(ballot(OPEN))[3] == "  ○○ in flight  ⚑ 1 flagged"
    assert told(ballot(Tally(step=0, asked=1_500)))[1] == "  ○ × 1,500 in flight"


def test_the_decided_ballot_stands_below_in_the_same_form():
    """Rule: the last decided step keeps its votes, marked as decided."""
    decided = Tally(step=122, rows=(("down", 1), ("up", 4)), winner="up", margin=3, asked=5, counted=5)
    rows = told(ballot(OPEN, decided))
    at = rows.index("step 123 · decided ✔ · 5 votes")
    assert rows[at - 1] == ""
    assert rows[at + 2].startswith("B up")
    assert rows[at + 2].endswith("✔ decided")


def test_an_undecided_ballot_is_never_called_anything_else():
    """Rule: with its samples used up the ballot is undecided, whether or not the run has ended on it."""
    for outcome in (Outcome.UNDECIDED, None):
        rows = told(replace(ballot(OPEN), undecided=True, outcome=outcome))
        assert rows[0] == "step 124 · undecided · needed a margin of k 3, had 2"
        assert "decided ✔" not in "".join(rows)
        assert "in flight" not in "".join(rows)


def test_a_ballot_the_run_ended_on_is_left_open():
    """Rule: stopped in the middle of a vote is not undecided, and nothing is in flight any more."""
    rows = told(replace(ballot(OPEN), outcome=Outcome.STOPPED))
    assert rows[0] == "step 124 · left open · needed a margin of k 3, had 2"
    assert "in flight" not in "".join(rows)


@pytest.mark.parametrize("width", [20, 34, 40, 56, 94])
def test_no_row_is_wider_than_the_pane(width):
    """Rule: rows fit every pane from 34 cells on; long answers are cut, their letters and votes are not."""
    rows = (("a very long answer indeed, far longer than 24", 12), ("全角の答え全角の答え全角の答え", 1_000))
    lines = tally_lines(ballot(Tally(step=9, rows=rows, asked=1_012, counted=1_012, margin=988)), str, width)
    body = [line for line in lines if "margin" not in line.plain and "step" not in line.plain]
    assert all(line.cell_len <= max(width, 34) for line in body)
    assert any("1000" in line.plain for line in lines)


def test_27_candidates_have_names():
    """Rule: after Z comes AA."""
    rows = tuple((f"answer {number}", 1) for number in range(28))
    text = "\n".join(told(ballot(Tally(step=0, rows=rows, asked=28, counted=28))))
    assert "\nZ answer 25" in text
    assert "\nAAanswer 26" in text or "\nAA answer 26" in text


def test_before_the_first_ballot_there_is_a_word():
    """Rule: an empty pane says that it is empty."""
    assert told(ballot(None)) == ["no ballot yet"]


HOPELESS = StepHopeless(123, 12, "malformed", "malformed: no answer in it", "\x1b[31mPerhaps peg 3.", temperature=0.5)


def test_a_hopeless_step_says_why_and_what_a_response_says():
    """Rule: how many were flagged, why, what was changed, and one of the texts, printable, stand below the ballot."""
    open_ = Tally(step=123, asked=12, counted=12, flagged=12)
    rows = told(replace(ballot(open_), hopeless=HOPELESS))
    assert rows[2:] == [
        "12 in a row flagged, malformed: no answer in it; from here on T 0.5 or more",
        "one says “␛[31mPerhaps peg 3.”",
    ]
    silent = told(replace(ballot(open_), hopeless=replace(HOPELESS, text=" ")))
    assert silent[-1] == "none of them has a text"


def test_what_is_to_be_said_of_copies_stands_at_the_end():
    """Rule: the sentence is wrapped into the pane, an empty row above it where there is room."""
    words = "62 of 62 texts are alike: these are copies; k does nothing here"
    rows = [row.plain.rstrip() for row in tally_lines(ballot(OPEN), str, 40, 40, words)]
    assert rows[-3:] == ["", "62 of 62 texts are alike: these are", "copies; k does nothing here"]
    low = [row.plain.rstrip() for row in tally_lines(ballot(OPEN), str, 40, 3, words)]
    assert low[-3] != ""


def test_a_wrong_decision_is_told_as_one():
    """Rule: where the oracle disagrees, what was decided and what is right are marked, and the latter is named."""
    rows = told(ballot(None, replace(OPEN, winner="up", wrong=True, right="down")))
    assert rows[0] == "step 124 · decided ✖ wrong · 4 votes"
    assert rows[1].endswith("✖ wrong")
    assert rows[2].endswith("✔ right")
    assert rows[3].strip() == "right: down (oracle)"
    assert not [row for row in told(ballot(None, replace(OPEN, winner="up", wrong=True))) if "oracle" in row]


@pytest.mark.parametrize(
    ("changed", "heading"),
    [({"wrong": True}, "step 124 · ✖ wrong · 4 votes"), ({"committed": False}, "step 124 · not committed")],
)
def test_a_verdict_is_not_cut_in_a_narrow_pane(changed, heading):
    """Rule: where there is no room for all of it, what is remarkable about a decision is what stays."""
    rows = tally_lines(ballot(None, replace(OPEN, winner="up", **changed)), str, 32)
    assert rows[0].plain == heading


def test_a_wrong_decision_is_known_as_soon_as_the_oracle_has_spoken():
    """Rule: the fold marks the step that was decided last, and no other."""
    run = RunState(started=opening(hanoi()))
    run.record_all([StepOpened(0, "a"), StepDecided(0, "up", "b")])
    assert run.snapshot().decided == Tally(0, winner="up")
    run.record(WrongDecisionFound(0, "up", "down"))
    assert run.snapshot().decided == Tally(0, winner="up", wrong=True, right="down")
    run.record_all([StepOpened(1, "b"), StepDecided(1, "up", "c")])
    assert run.snapshot().decided == Tally(1, winner="up")


def test_a_step_that_acts_has_no_ballot():
    """Rule: an open step that acts waits for its effect, and one that has acted is done; neither speaks of votes."""
    done = Tally(step=8, winner=Started("pay"))
    rows = [one.plain.rstrip() for one in tally_lines(ballot(Tally(step=9), done), str, 80, acts=True)]
    assert [row for row in rows if row] == ["step 10 · an effect is awaited", "step 9 · done ✔"]
