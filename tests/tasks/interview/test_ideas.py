from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings, strategies as st
from maker_tasks.interview.clusters import cluster
from maker_tasks.interview.document import Kind
from maker_tasks.interview.gates import check_line
from maker_tasks.interview.ideas import Project, draw, projects, recognise, reworded, thing_of

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=60)
PARTS = {
    "stories": Kind.STORY, "features": Kind.FEATURE, "constraints": Kind.CONSTRAINT, "data": Kind.DATA,
    "interfaces": Kind.INTERFACE, "acceptance": Kind.ACCEPTANCE,
}  # fmt: skip
KINDS = pytest.mark.parametrize("kind", [project.kind for project in projects()])


def about_orders(kind: str) -> Project:
    """A kind of project whose things are orders."""
    return recognise(f"a {kind} for orders")


@pytest.mark.parametrize(
    ("idea", "kind", "thing"),
    [
        ("A small web service where our team books the meeting rooms. No payments.", "web API", "booking"),
        ("A CLI that imports CSV invoices", "CLI", "invoice"),
        ("habit tracker for my phone", "mobile app", "habit"),
        ("A website for our family's recipes", "web app", "recipe"),
        ("Nightly ETL of orders into a warehouse", "data pipeline", "order"),
        ("a Python library to parse log files", "library", "log"),
        ("", "unrecognised", "entry"),
        ("surprise me", "unrecognised", "entry"),
    ],
)
def test_an_idea_tells_its_kind_and_what_it_is_about(idea: str, kind: str, thing: str) -> None:
    """The words of an idea name a kind of project and a thing; where they do not, there are usual ones."""
    project = recognise(idea)
    assert (project.kind, project.thing[0]) == (kind, thing)


@given(ANY_TEXT)
@settings(max_examples=40, deadline=None)
def test_any_idea_is_taken(idea: str) -> None:
    """Any text gives a project whose texts are whole."""
    project = recognise(idea)
    assert "{" not in "".join((*project.features, *project.spill, *(question.ask for question in project.questions)))
    assert thing_of(idea) in (None, project.thing)


@KINDS
def test_a_kind_is_rich_enough_to_feel_real(kind: str) -> None:
    """Each has at least 8 features, 10 things to spill, 5 of the other sentences, and 6 questions with choices."""
    project = about_orders(kind)
    assert project.kind == kind
    assert len(project.features) >= 8
    assert len(project.spill) >= 10
    assert min(len(project.stories), len(project.constraints), len(project.acceptance)) >= 5
    assert len(project.questions) >= 6
    assert all(len(question.options) >= 3 for question in project.questions)


@KINDS
def test_what_is_typical_passes_the_gates(kind: str) -> None:
    """No sentence of the catalogue has a smell, so what fails in an interview is the interview's own."""
    project = about_orders(kind)
    failed = [
        (text, [result.rule for result in check_line(line_kind, text) if not result.passed])
        for part, line_kind in PARTS.items()
        for text in getattr(project, part)
    ]
    assert [pair for pair in failed if pair[1]] == []


@KINDS
def test_each_wording_of_a_text_means_the_same_and_no_two_texts_do(kind: str) -> None:
    """However agents word them, the proposals fall into one cluster for each text."""
    project = about_orders(kind)
    texts = [text for part in (*PARTS, "spill") for text in getattr(project, part)]
    found = cluster([(reworded(text, way), 1) for text in texts for way in range(12)])
    assert Counter(each.votes for each in found) == {12: len(texts)}


def test_agents_propose_by_seed_and_the_likely_oftener() -> None:
    """Equal seeds propose the same, others not, and what stands first is proposed oftener than what stands last."""
    texts = about_orders("web API").features
    assert draw(texts, "seed", 4) == draw(texts, "seed", 4)
    drawn = [draw(texts, f"seed {number}", 4) for number in range(200)]
    assert len(set(drawn)) > 100
    assert all(1 <= len(proposals) <= 4 for proposals in drawn)
    counts = {each.text: each.votes for each in cluster([(text, 1) for proposals in drawn for text in proposals])}
    assert max(counts.values()) > 2 * min(counts.values())
    assert draw((), "seed", 4) == ()
