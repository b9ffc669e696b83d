"""The plots: readable without colour, within the pane, and true to the record."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from maker_engine.sessions.queries.inspection import inspect_step
from maker_engine.sessions.queries.survey import Survey
from maker_engine.sessions.store.reader import Reader
from maker_tui.text import charts
from maker_tui.text.curves import Axis, Series, curves
from maker_tui.text.figures import chance, letter
from tests.support.recorded import record
from tests.support.running import started

SIZES = [(40, 8), (76, 20), (156, 41)]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return record(tmp_path_factory.mktemp("run") / "run.maker", length=60, seed=2, k=3)


@pytest.fixture(scope="module")
def survey(run):
    found = Survey()
    with Reader(run.path) as reader:
        found.read(reader, 0, reader.steps_done())
    return found


def text_of(lines, size):
    assert len(lines) <= size[1] + 4
    assert all(row.cell_len <= size[0] for row in lines[3:])
    return "\n".join(row.plain for row in lines)


@pytest.mark.parametrize("size", SIZES)
def test_the_race_names_every_candidate_by_its_letter(run, size):
    """Rule: letter, answer and votes of each candidate, and what the leader needs; the letters are in the picture."""
    with Reader(run.path) as reader:
        step = next(
            one for number in range(reader.steps_done())
            if len((one := inspect_step(reader, run.task, number)).candidates) > 1
        )  # fmt: skip
    text = text_of(charts.race(step, run.task.describe, size), size)
    assert "second + k 3" in text
    assert "margin 3, k 3" in text
    drawing = text.split("rounds →")[-1]
    for place, _ in enumerate(step.candidates):
        assert letter(place) in drawing


@pytest.mark.parametrize("size", SIZES)
def test_convergence_shows_the_theory_beside_what_was_measured(run, survey, size):
    """Rule: measured and theory are both named, with the p and v they rest on."""
    text = text_of(charts.convergence(survey, started(run.task, 3), "all", size), size)
    for words in ("o measured", "theory, first-to-ahead-by-3", f"p {chance(survey.p)}", "samples →"):
        assert words in text


@pytest.mark.parametrize("size", SIZES)
def test_length_tells_flags_and_errors(run, survey, size):
    """Rule: both shares are drawn by their letters, with their totals above."""
    text = text_of(charts.lengths(survey, started(run.task, 3), "all", size), size)
    assert "F flagged" in text
    assert f"{100 * survey.flagged / (survey.flagged + survey.cast):.1f} % flagged" in text


def test_votes_a_step_adds_up_to_the_steps(survey):
    """Rule: every step is in a row; what has no row of its own is in the last."""
    for height in (6, 40):
        rows = charts.votes_a_step(survey, "all", (70, height))[2:]
        assert sum(int(row.plain.split()[-3].replace(",", "")) for row in rows) == survey.steps
        assert len(rows) <= height - 2


def test_nothing_read_is_said_and_not_drawn(run):
    """Rule: before the first step is read every plot says so in words."""
    for draw in (charts.convergence, charts.lengths):
        assert len(draw(Survey(), started(run.task, 3), "none", (76, 20))) == 2
    assert "no decided step" in charts.votes_a_step(Survey(), "none", (76, 20))[1].plain


@given(st.integers(30, 200), st.integers(1, 3000))
def test_no_figure_of_an_axis_is_cut_off(width, rounds):
    """Rule: the figures below a picture go up in even steps to its edge: none of them is half of another."""
    series = [Series("A", "a", "accent", [(0, 0), (rounds, 3)])]
    rows = curves(series, Axis("rounds", rounds, str), Axis("votes", 3, str), width, 12)
    axis, told = rows[-2].plain, rows[-1].plain
    places = [float(one) for one in told.split()]
    assert len(told) <= width
    assert len(places) >= 2
    assert {after - before for before, after in pairwise(places)} == {places[1] - places[0]}
    assert set(axis) <= set(" └─┬")
    assert len(places) <= axis.count("┬"), "a figure without a tick"


def test_the_plotting_library_is_not_imported_before_a_plot():
    """Rule: neither the app nor the screen that looks at a run pays for it."""
    code = "import sys, maker_tui.app, maker_tui.screens.looking; print('plotille' in sys.modules)"
    done = subprocess.run([Path(sys.executable), "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
