"""Finding words in what models answered."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from maker_engine import catalogue
from maker_engine.core.errors import InputError
from maker_engine.runtime.order import RunOrder, drive, prepare
from maker_engine.runtime.step_control import Inbox
from maker_engine.sessions.queries.marks import Marks
from maker_engine.sessions.queries.text_search import TextSearch, hits, prompt_hits, terms_of
from maker_engine.sessions.store.reader import Reader
from tests.support.shelves import solved


def everything(path: Path, text: str) -> set[tuple[int, int]]:
    """Steps and samples whose response has all words, found the long way."""
    family = catalogue.find("hanoi")
    with Reader(path) as reader:
        task = family.load({}, reader.meta()["order"]["source"])
        steps = [(one.step, one.samples) for one in reader.steps(task)]
        steps.append((reader.steps_done(), [one for one in reader.open_entries(task) if hasattr(one, "response")]))
    words = terms_of(text).folded
    return {
        (step, sample.sample)
        for step, samples in steps
        for sample in samples
        if all(word in sample.response.text.lower() for word in words)
    }


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of many steps with wrong and flagged samples, cut off within a step."""
    path = tmp_path_factory.mktemp("searched") / "hanoi.maker"
    order = RunOrder("hanoi", {"disks": 8}, k=3, model="sim:p=0.8,v=0.85", session=path, limit_samples=700)
    asyncio.run(drive(prepare(order), Inbox(), lambda _: None))
    return path


@pytest.mark.parametrize(
    "text", ["move", "DISK 8", '"move = [3, 0"', '"no such phrase"', "wait therefore", "disk 8 peg 2"]
)
def test_every_response_with_all_words_is_found(path: Path, text: str) -> None:
    """What is found is what reading every response finds, the open step's included, whatever the case."""
    wanted = everything(path, text)
    with Reader(path) as reader:
        found = [*hits(reader, terms_of(text))]
        marks = Marks()
        marks.catch_up(reader)
        search = TextSearch(terms_of(text), marks)
        while not search.over:
            search.go_on(reader)
    assert {(one.step, one.sample) for one in found} == wanted
    assert len(found) == len(wanted)
    assert [*search.found] == sorted({step for step, _ in wanted})
    assert all(any(word in one.excerpt.lower() for word in terms_of(text).folded) for one in found)


def test_words_and_phrases_are_told_apart() -> None:
    """Words may stand anywhere, what is in quotes as it is; their places do not overlap; nothing is no search."""
    terms = terms_of('Disk "peg 2" disk')
    assert terms.folded == ("disk", "peg 2")
    assert terms.within("PEG 2 takes a DISK")
    assert not terms.within("peg takes disk 2")
    assert terms.spans("disk on peg 2, Disk") == [(0, 4), (8, 13), (15, 19)]
    assert terms_of("aa ab").spans("aab") == [(0, 2)]
    assert terms_of("İ x").spans("İİ x") == []
    for nothing in ("", "  ", '""'):
        with pytest.raises(InputError, match="name words to look for"):
            terms_of(nothing)


def test_prompts_are_searched_as_the_task_writes_them(tmp_path: Path) -> None:
    """A prompt is written anew for each decided step, and found by what it says."""
    path = solved(tmp_path / "a.maker", disks=3)
    with Reader(path) as reader:
        task = catalogue.find("hanoi").load({}, reader.meta()["order"]["source"])
        first = [*prompt_hits(reader, task, terms_of('"Current state: [[3, 2, 1], [], []]"'))]
        every = [*prompt_hits(reader, task, terms_of("current state"))]
    assert [(one.step, one.sample) for one in first] == [(0, None)]
    assert [one.step for one in every] == [*range(7)]
