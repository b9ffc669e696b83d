"""Rule: one record a kind of event; whatever is asked of a kind is asked of it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import maker_engine
import maker_tui
from maker_engine.core.decomposition import Amendment, Said
from maker_engine.core.errors import InputError
from maker_engine.core.record.events import (
    CandidateStruck,
    ConsentGiven,
    EffectFinished,
    EffectIntended,
    EffectRecovered,
    Event,
    PersonAmended,
    PersonAnswered,
    PersonDecided,
    PersonVoted,
    ProbeAnswered,
    ResponseFlagged,
    SettingsChanged,
    StepCarried,
    StepEscalated,
    StepHopeless,
    StepReused,
    VoteCast,
)
from maker_engine.core.record.interning import Interned, Values
from maker_engine.core.record.plain_form import plain_form
from maker_engine.core.record.registry import BY_EVENT, BY_TAG, FORMS, KINDS, entry_in, events_of, kept_as, line_of
from maker_engine.core.record.values import to_json
from maker_engine.core.responses import Flag, Prompt, Response
from maker_engine.core.task.steps import Done, Safety, Status
from maker_engine.sessions.store.packing import pack_step, unpack
from tests.support.toy import Count

ANSWER, WHO, TEXT = 2, "ana", "half a surrogate \ud800 and \x1b[31m"
RESPONSE = Response(TEXT, 10, 20, "stop", 0.25, 1.5, "model", "", 5, 2, 1_800_000_000.125)
DONE = Done(Status.OK, '{"status":200}', 1.5, 2.5)
KEPT: tuple[Event, ...] = (
    VoteCast(7, 0, ANSWER, RESPONSE),
    ResponseFlagged(7, 1, Flag("length", "cut off", TEXT), Response(TEXT, finish_reason="length")),
    PersonVoted(7, WHO, ANSWER),
    PersonDecided(7, WHO, ANSWER),
    CandidateStruck(7, WHO, ANSWER),
    PersonAnswered(7, WHO, Said("yes", WHO)),
    PersonAmended(7, WHO, Amendment("more", WHO)),
    StepEscalated(7, "strong"),
    StepReused(7, 3, ANSWER),
    StepCarried(7, "a.maker", 3, ANSWER, ((ANSWER, 4), (3, 1)), 2, 0.25, "m", "ann", "strong"),
    StepHopeless(7, 12, "length", "cut off", TEXT, True, 0.5, "briefly"),
    ProbeAnswered(7, 0, WHO, ANSWER, RESPONSE, Prompt("", TEXT)),
    SettingsChanged(7, WHO, 4, ("sim:p=0.9",), "sim:p=0.9", True, Prompt("a", "b"), 3),
    EffectIntended(5, "tag", "key", "http", '{"url":"${env:URL}"}', True, Safety.ASKABLE, 1.5),
    EffectFinished(5, "tag", "key", DONE, 2.5),
    EffectRecovered(5, "", "key", "asked", None),
    ConsentGiven("write:http:127.0.0.1", WHO),
)
"""An event of each kind that is kept as an entry of its step."""
MOST = 6
"""Kinds that something outside may tell apart, which is about them; more of them would be a list of kinds."""


def kinds_of(family: type[Event]) -> Iterator[type[Event]]:
    """Give every class of event."""
    for kind in family.__subclasses__():
        yield kind
        yield from kinds_of(kind)


def test_every_event_has_one_record():
    """Every class of event has exactly one record, and no tag, word or entry is of two forms."""
    known = {kind.__qualname__ for kind in kinds_of(Event) if kind.__module__.startswith("maker_engine.")}
    assert len(known) == len(KINDS) == len(BY_EVENT)
    assert known == {kind.__qualname__ for kind in BY_EVENT}
    assert len({form.word for form in FORMS}) == len(FORMS)
    assert sum(len(form.tags) for form in FORMS) == len(BY_TAG)


def test_an_example_is_here_of_every_kind_that_is_kept():
    """The tests below are of every kind that leaves an entry."""
    assert {type(event) for event in KEPT} == {kind.event for kind in KINDS if kind.form is not None}


@pytest.mark.parametrize("event", KEPT, ids=lambda event: type(event).__name__)
def test_what_is_kept_of_an_event_comes_back_from_its_row_and_its_line(event: Event):
    """Packed or exported, an entry is read back as it was, and gives the event that it was made of."""
    entry, task = kept_as(event), Count()
    assert entry is not None
    assert events_of(7, entry)[-1] == event
    assert unpack(pack_step([entry], task).packed, task) == [entry]
    line = line_of(entry, task)
    assert to_json(line).isascii()
    assert entry_in(line, task) == entry


def test_a_time_is_kept_to_the_millisecond():
    """When a sample was begun is beside its row and in its line."""
    task, entry = Count(), kept_as(KEPT[0])
    assert entry is not None
    step = pack_step([entry], task)
    for read in (unpack(step.packed, task, step.times)[0], entry_in(line_of(entry, task), task)):
        assert read.response.began_s == RESPONSE.began_s  # type: ignore[union-attr]


@dataclass(frozen=True, slots=True)
class Received(Event):
    """An event with bytes in it."""

    body: bytes
    more: bytes | None


def test_bytes_are_kept_beside_text():
    """Bytes are bytes in a row, and base64 in a line; what is not base64 is refused."""
    form, task = plain_form(99, "received", Received, words=lambda _: ("", "")), Count()
    entry = Received(b"\x00\xff\x1b", None)
    row = form.row(entry, Interned())
    assert row == (99, b"\x00\xff\x1b", None)
    assert form.read_row(row, Values((), (), ())) == entry
    line = form.line(entry, task)
    assert line == {"event": "received", "body": {"base64": "AP8b"}, "more": None}
    assert form.read_line(line, task) == entry
    for body in ("AP8b", {"base64": "?"}, {"base64": 1}, None, {}):
        with pytest.raises(InputError, match="'body'"):
            form.read_line({**line, "body": body}, task)


def test_nothing_else_lists_kinds():
    """Outside the registry and the vocabulary, no module has a list, a union or a choice of more than a few kinds."""
    names = {kind.event.__name__ for kind in KINDS} | {form.entry.__name__ for form in FORMS}
    listed = {
        f"{path.name}:{node.lineno}"
        for package in (maker_engine, maker_tui)
        for path in Path(package.__path__[0]).rglob("*.py")
        if path.parent.name not in ("record", "events")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Match | ast.Tuple | ast.List | ast.Set | ast.Dict | ast.BinOp)
        and len(named(node) & names) > MOST
    }
    assert listed == set()


def named(node: ast.AST) -> set[str]:
    """Return the names that a node itself tells apart, those in the bodies of its choices left out."""
    parts: list[Any] = [case.pattern for case in node.cases] if isinstance(node, ast.Match) else [node]
    return {one.id for part in parts for one in ast.walk(part) if isinstance(one, ast.Name)}


def test_a_carried_decision_whose_votes_are_for_another_is_refused():
    """A row or a line whose votes do not lead to its answer is none that maker writes, unless a person decided."""
    entry, task = kept_as(StepCarried(7, "a.maker", 3, ANSWER, ((3, 4), (ANSWER, 1)))), Count()
    assert entry is not None
    with pytest.raises(ValueError, match="not as maker writes it"):
        unpack(pack_step([entry], task).packed, task)
    with pytest.raises(InputError, match="not as maker writes it"):
        entry_in(line_of(entry, task), task)
