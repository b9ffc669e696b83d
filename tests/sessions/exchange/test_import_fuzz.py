"""Any field of an export can be anything: it comes in as a sound session, or is refused by its line and its event."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from maker_engine.core.errors import InputError, MakerError
from maker_engine.core.record.events import (
    ConsentGiven,
    EffectFinished,
    EffectIntended,
    EffectRecovered,
    Event,
    Outcome,
    PersonDecided,
    PersonVoted,
    ProbeAnswered,
    ResponseFlagged,
    RunEnded,
    SettingsChanged,
    StepDecided,
    StepHopeless,
    VoteCast,
)
from maker_engine.core.responses import Flag, Prompt, Response
from maker_engine.core.task.steps import Done, Safety, Status
from maker_engine.runtime.continuing import fork
from maker_engine.sessions.exchange.export import lines
from maker_engine.sessions.exchange.importing import import_lines
from maker_engine.sessions.library.library import Library, summarise
from maker_engine.sessions.library.upkeep import rename
from maker_engine.sessions.store.journal import Journal
from tests.sessions.library.test_bad_files import read_all
from tests.support.recorded import order_of
from tests.support.running import started
from tests.support.spoiled import DEEP
from tests.support.toy import Count

SAID = Response("answer = 1", 10, 5, "stop", 0.25, 0.5, "local", "", 3, 2, 1_800_000_000.5)
TASK = Count(3)
HAPPENED: list[Event] = [
    started(TASK, 1),
    ProbeAnswered(0, 0, "me", 1, SAID, Prompt("system", "user")),
    ProbeAnswered(0, 1, "me", Flag("malformed", "no answer", "?"), SAID),
    VoteCast(0, 0, 1, SAID),
    StepDecided(0, 1, 9),
    SettingsChanged(1, "me", 2, ("sim", "sim:p=0.9"), "sim + sim:p=0.9", True),
    ResponseFlagged(1, 0, Flag("malformed", "no answer", "?"), SAID),
    StepHopeless(1, 12, "malformed", "malformed: no answer", "?", temperature=0.5, reminder="Remember."),
    ConsentGiven("exec:git", "me"),
    EffectIntended(1, "push", "k1", "process", "{}", True, Safety.NEITHER, 1.5),
    EffectFinished(1, "push", "k1", Done(Status.OK, '{"exit":0}', 1.5, 2.5), 2.5),
    EffectRecovered(1, "push", "k1", "asked", None),
    PersonVoted(1, "me", 2),
    VoteCast(1, 1, 2, SAID),
    StepDecided(1, 2, 18),
    PersonDecided(2, "me", 3),
    StepDecided(2, 3, 27),
    RunEnded(Outcome.SOLVED, "solved"),
]
"""A run with an event of every kind in it."""
VALUES = (None, True, -1, 0, 2**53 + 1, 10**30, "9" * 4_400, 1.5, -0.5, 1e300, float("nan"), float("inf"), "", "x",
          "x" * 20_000, "\x1b[2J\ud800", "../../etc/passwd", [], [1], {}, {"maker": "said"}, {"maker": "gathered"},
          [[[1]]], {"a": {"b": []}})  # fmt: skip
WORDS = ("NaN", "1e999", "-1e999", "9" * 5_000, DEEP, '{"a":1,"a":2}')
"""Values that only JSON can say."""


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """An export with a named session, a fork, and an event of every kind."""
    path = tmp_path_factory.mktemp("exported") / "run.maker"
    journal = Journal(path, TASK, order_of(TASK, k=1))
    for event in HAPPENED:
        journal.record(event)
    journal.close()
    fork(path, 1, {"k": 2}, note="another k", family=Count)
    rename(path, "a name")
    return list(lines(path, TASK))


@pytest.fixture
def sessions(tmp_path: Path) -> Path:
    """A library."""
    return tmp_path / "sessions"


def places(value: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a JSON value at which there is something, the value itself left out."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield (*before, key)
        yield from places(one, (*before, key))


def every_field(told: list[str]) -> list[tuple[int, tuple[Any, ...]]]:
    """Every field of every kind of event: the number of a line, 0-based, that has it, and its place there."""
    found: dict[Any, tuple[int, tuple[Any, ...]]] = {}
    for number, line in enumerate(told):
        event = json.loads(line)
        for place in places(event):
            kind = event["event"], event.get("kind"), event.get("parent") is None, "flag" in event, place
            found.setdefault(kind, (number, place))
    return list(found.values())


def changed(line: str, place: tuple[Any, ...], value: Any) -> str:
    """Put a value, or words of JSON, at a place; or take what is there away."""
    event = json.loads(line)
    inner = event
    for key in place[:-1]:
        inner = inner[key]
    if value is KeyError:
        del inner[place[-1]]
        return json.dumps(event)
    if isinstance(value, bytes):
        inner[place[-1]] = "HERE"
        return json.dumps(event).replace('"HERE"', value.decode())
    inner[place[-1]] = value
    return json.dumps(event)


def taken(told: list[str], to: Path) -> str:
    """Import; return what it was refused with, empty where it came in and can be read by everybody."""
    before = sorted(to.parent.iterdir()) if to.parent.exists() else []
    try:
        import_lines(told, to, Count)
    except InputError as error:
        assert sorted(to.parent.iterdir()) == before
        return str(error)
    assert summarise(to).damaged is None
    read_all(to)
    to.unlink()
    return ""


def test_the_export_has_every_kind_of_event(exported: list[str], sessions: Path) -> None:
    """It comes in unchanged, so that what is refused below is refused for its change."""
    kinds = {json.loads(line)["event"] for line in exported}
    assert kinds == {
        "session", "run", "sample", "act", "probe", "changed", "hopeless", "decided", "totals", "ended",
        "consent", "effect_intended", "effect_finished", "effect_recovered",
    }  # fmt: skip
    assert len(every_field(exported)) > 150
    assert taken(exported, sessions / "in.maker") == ""


REFUSAL = re.compile(r"(line [\d,]+( \('\w+'\))?|its end) is not part of an exported session: \S.*")


@pytest.mark.parametrize("seed", range(2))
def test_any_field_can_be_anything(exported: list[str], sessions: Path, seed: int) -> None:
    """Every field in turn, with a value drawn for it: a sound session, or one line and nothing half made."""
    dice = Random(seed)
    values: list[Any] = [*VALUES, *(word.encode() for word in WORDS), KeyError]
    refused = 0
    for number, place in every_field(exported):
        told = list(exported)
        told[number] = changed(told[number], place, value := dice.choice(values))
        said = taken(told, sessions / "in.maker")
        refused += bool(said)
        assert said == "" or REFUSAL.fullmatch(said), (place, value)
        assert len(said) < 400
    assert refused > 50
    assert Library(sessions).list() == []


@pytest.mark.parametrize("seed", range(2))
def test_any_line_can_be_anything(exported: list[str], sessions: Path, seed: int) -> None:
    """Lines that are lost, doubled, swapped, cut or of another kind: a sound session, or one line."""
    dice = Random(seed)
    for _ in range(60):
        told = list(exported)
        at, other = dice.randrange(len(told)), dice.randrange(len(told))
        match dice.randrange(5):
            case 0:
                del told[at]
            case 1:
                told.insert(at, told[other])
            case 2:
                told[at], told[other] = told[other], told[at]
            case 3:
                told[at] = told[at][: dice.randrange(len(told[at]))]
            case _:
                told[at] = dice.choice(
                    ["null", "7", '"x"', "[]", "{}", DEEP, "\x00", '{"event": []}', '{"event": "x"}']
                )
        said = taken(told, sessions / "in.maker")
        assert said == "" or REFUSAL.fullmatch(said), told[at]
    assert Library(sessions).list() == []


def test_an_import_that_is_killed_leaves_no_session_in_the_library(exported: list[str], sessions: Path) -> None:
    """Until all of it is there and checked, the file bears no session's name."""
    seen: list[list[str]] = []

    def watched() -> Iterator[str]:
        for line in exported:
            seen.append([path.name for path in (sessions).glob("*.maker")])
            yield line
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_lines(watched(), sessions / "in.maker", Count)
    assert seen == [[]] * len(exported)
    assert list((sessions).iterdir()) == []


def test_a_place_that_cannot_be_is_not_blamed_on_the_line(exported: list[str], tmp_path: Path) -> None:
    """What is wrong with the place is said of the place."""
    with pytest.raises(MakerError, match="cannot be created"):
        import_lines(exported, Path("/proc/no/in.maker"), Count)
    with pytest.raises(InputError, match=r"session .* exists already"):
        import_lines(exported, tmp_path, Count)
