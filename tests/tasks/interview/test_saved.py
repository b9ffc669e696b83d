"""Interviews of an earlier version open as they were: their decisions, their document, their session, their papers."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from maker_tasks.interview import Interview
from maker_tasks.interview.document import Kind
from maker_tasks.interview.document_json import from_json
from maker_tasks.interview.exports import agents_block
from maker_tasks.interview.talk import Stage, Talk

from maker_engine.core.decomposition import Amendment, Gathered, Said
from maker_engine.sessions.exchange.papers import papers
from maker_engine.sessions.integrity.verify import verify
from maker_engine.sessions.queries.saved import open_saved

SAVED = Path(__file__).parent / "golden" / "saved"


def decision(task: Interview, value: dict[str, Any]) -> Any:
    """A decision as it was recorded."""
    ((kind, told),) = value.items()
    if kind == "gathered":
        return Gathered(tuple((task.decode_answer(draft), times) for draft, times in told))
    return {"pick": task.decode_answer, "said": lambda one: Said(*one), "amended": lambda one: Amendment(*one)}[kind](
        told
    )


def lines(talk: Talk) -> list[tuple[str, str, str]]:
    """What a document says and what has become of it."""
    return [(line.id, line.text, line.status) for line in talk.document.lines]


@pytest.mark.parametrize("name", ["renames", "stopped"])
def test_decisions_lead_to_the_document_that_they_led_to(name: str) -> None:
    """An interview that began by earlier rules is played back by them, line by line, and goes on by them."""
    record = json.loads((SAVED / f"{name}.json").read_text())
    task = Interview.load({}, record["source"])
    state = task.start()
    for value in record["decisions"]:
        state = task.apply(state, decision(task, value))
    before = task.decode_state(record["state"])
    assert (lines(state), state.stage, state.queue) == (lines(before), before.stage, before.queue)
    assert json.loads(json.dumps(task.encode_state(state))) == record["state"]
    assert (task.step(state) is None) is (state.stage is Stage.CLOSED)
    assert Interview.load({}, task.source()) == task


def test_a_session_opens_verifies_and_writes_papers(tmp_path: Path) -> None:
    """Its papers put the prohibition where it belongs, although its document has it among the non-goals."""
    session = Path(shutil.copy(SAVED / "backup.maker", tmp_path))
    saved = open_saved(session, Interview)
    assert saved.state.document.of(Kind.NON_GOAL)[0].text == "without asking for a password"
    task = saved.task
    assert verify(session, task).findings == ()
    agents = papers(session, task)["AGENTS.md"]
    keep, drop = agents.index("### Keep to"), agents.index("### Do not build")
    assert keep < agents.index("NG-001: The program shall never ask for a password.") < drop


def test_an_exported_document_of_an_earlier_version_reads() -> None:
    """What has no mark, nobody who chose and nothing put off is read as such."""
    document = from_json((SAVED / "requirements.json").read_text())
    assert (document.simulated, {line.source.chosen for line in document.lines}) == (False, {""})
    assert "SIMULATED" not in agents_block(document)
    assert Interview.load({}, (SAVED / "requirements.json").read_text()).start().document.title == document.title
