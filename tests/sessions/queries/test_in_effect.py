"""What is shown of a recorded step is what was in effect: the prompts sent, the temperatures, the margin needed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from maker_engine.core.decomposition import Gather, Mistake, Step, Vote
from maker_engine.core.record.commands import ChangeSettings, Continue
from maker_engine.core.responses import Prompt, Sample
from maker_engine.models.pool import VARIANTS
from maker_engine.runtime.continuing import prepare_fork, prepare_resume
from maker_engine.runtime.order import PreparedRun, RunOrder, drive, prepare
from maker_engine.runtime.step_control import Inbox
from maker_engine.sessions.exchange.export import lines
from maker_engine.sessions.exchange.importing import import_lines
from maker_engine.sessions.queries.inspection import Inspection, inspect_step, temperature_of
from maker_engine.sessions.queries.saved import open_saved
from maker_engine.sessions.store.journal import Journal
from maker_engine.sessions.store.reader import Reader
from maker_engine.sessions.store.time_travel import moment
from maker_tui.text.inspector_lines import REWRITTEN, prompt_lines
from tests.support.halting import steered
from tests.support.recorded import record
from tests.support.running import TOY
from tests.support.toy import Count

HEARD: list[Prompt] = []
EDITED = Prompt("You read another clock. Answer as `answer = N`.", "hour = 2, hours = 8")
CAREFUL, BRIEF = "sim:p=0.9,v=1 variant=careful", "sim:p=0.9,v=1 variant=brief temperature=0.7"


@dataclass(frozen=True)
class Overheard(Count):
    """Counting, with every prompt that reaches the model written down."""

    def imitate(self, prompt: Prompt, mistake: Mistake | None, variant: int) -> tuple[str, str]:
        if variant:  # 0 is the one response by which it is tried out whether a task can be simulated
            HEARD.append(prompt)
        return super().imitate(prompt, mistake, variant)


def ordered(path: Path, **chosen: Any) -> PreparedRun:
    """A run of four steps."""
    order = {"model": "sim:p=0.8,v=0.9", "k": 2, **chosen}
    prepared = prepare(RunOrder(TOY, {"length": 4}, session=path, **order), Overheard)
    HEARD.clear()  # what the forecast has the model write
    return prepared


def inspected(path: Path, branch: int | None = None, task: Count | None = None) -> Iterator[Inspection]:
    """Every decided step of a run."""
    with Reader(path, branch) as reader:
        for step in range(reader.steps_done()):
            yield inspect_step(reader, task or Overheard(4), step)


def said_to_be_read(steps: Iterator[Inspection]) -> list[Prompt]:
    """The prompt of every sample on record, in order, as a debugger shows it."""
    prompts = []
    for step in steps:
        readers = {sample: one.prompt for one in step.wordings for sample in one.samples}
        prompts += [readers[one.entry.sample] for one in step.counted if isinstance(one.entry, Sample)]
    return prompts


@pytest.mark.parametrize("chosen", [{}, {"voters": (CAREFUL, BRIEF, "sim:p=0.9,v=1")}], ids=["one", "pool"])
async def test_each_sample_is_shown_the_prompt_it_read(tmp_path: Path, chosen: dict[str, Any]) -> None:
    """What the inspector says a sample read is what reached the model, with the variant of its voter."""
    path = tmp_path / "run.maker"
    await drive(ordered(path, **chosen), Inbox(), lambda _: None)
    assert said_to_be_read(inspected(path)) == HEARD
    assert len({prompt.system for prompt in HEARD}) == (3 if chosen else 1)


async def test_an_edited_prompt_is_shown_where_it_was_read_and_nowhere_else(tmp_path: Path) -> None:
    """At a fork's first step it is the person's prompt, in each variant of the pool; at the next it is the task's."""
    path = tmp_path / "run.maker"
    await drive(ordered(path, voters=(CAREFUL, BRIEF)), Inbox(), lambda _: None)
    fork = prepare_fork(path, 2, {}, prompt=EDITED, voter="ann", family=Overheard)
    HEARD.clear()
    await drive(fork, Inbox(), lambda _: None)
    steps = list(inspected(path, 1))
    assert said_to_be_read(iter(steps[2:])) == HEARD
    assert {one.prompt.system for one in steps[2].wordings} == {
        f"{EDITED.system}\n\n{VARIANTS[name]}" for name in ("careful", "brief")
    }
    assert {one.before for one in steps[3].wordings} == {one.prompt for one in steps[2].wordings}


async def test_a_reminder_is_shown_to_those_who_read_it(tmp_path: Path) -> None:
    """Where a hopeless step was helped on, the samples after that read another prompt than those before."""
    path = tmp_path / "run.maker"
    await drive(ordered(path, model="sim:v=1e-9", hopeless="warm"), Inbox(), lambda _: None)
    with Reader(path) as reader:
        step = inspect_step(reader, Overheard(4), 0)
    assert list(dict.fromkeys(said_to_be_read(iter([step])))) == list(dict.fromkeys(HEARD))
    assert [one.prompt.user.endswith(Count.reminder) for one in step.wordings] == [False, True]


async def test_what_a_person_changed_counts_from_then_on(tmp_path: Path) -> None:
    """A changed pool's wordings, and a changed k, are shown from the sample on from which they held."""
    path = tmp_path / "run.maker"
    run = ordered(path, model="sim:p=0.99,v=1", k=3, breaks=("votes=2 and step:2",))
    await steered(run, [ChangeSettings("ann", voters=(CAREFUL,)), ChangeSettings("ann", k=4)], Continue())
    steps = list(inspected(path))
    assert said_to_be_read(iter(steps)) == HEARD
    assert [one.name for one in steps[1].wordings] == ["plain", "careful"]
    assert [steps[0].needed[-1], steps[1].needed[0], steps[1].needed[-1], steps[3].needed[0]] == [3, 3, 4, 4]


async def test_a_stronger_models_samples_are_of_no_voter(tmp_path: Path) -> None:
    """After an escalation the prompt has no variant and the temperature is the run's."""
    path = tmp_path / "run.maker"
    run = ordered(path, voters=("sim:p=0.5,v=1e-9 variant=brief temperature=0.7",), max_samples=5,
                  undecided="escalate:sim:p=1,v=1")  # fmt: skip
    await drive(run, Inbox(), lambda _: None)
    with Reader(path) as reader:
        step = inspect_step(reader, Overheard(4), 0)
    by_voter = [one for one in step.temperatures if one is not None]
    assert by_voter == [0.7] * 5 + [0.0, 0.1]
    assert [one.name for one in step.wordings] == ["brief", "plain"]


async def test_samples_in_flight_at_a_change_are_the_former_pools(tmp_path: Path) -> None:
    """Whoever was asked before a pool was changed is shown as who answered, though counted after it."""
    path = tmp_path / "run.maker"
    run = ordered(path, model="sim:p=0.99,v=1,latency=0.001", k=4, window=1, breaks=("votes=1 and step:2",))
    await steered(run, ChangeSettings("ann", voters=(CAREFUL,)), Continue())
    steps = list(inspected(path))
    shown = sorted((prompt.system, prompt.user) for prompt in said_to_be_read(iter(steps)))
    assert shown == sorted((prompt.system, prompt.user) for prompt in HEARD)


@dataclass(frozen=True)
class Reworded(Count):
    """Counting, by a task that has come to ask otherwise."""

    def step(self, state: int) -> Step | None:
        asked = super().step(state)
        return None if asked is None else Vote(Prompt("Say the next hour.", asked.prompt.user))


async def test_prompts_that_the_task_writes_no_more_are_not_passed_off_as_read(tmp_path: Path) -> None:
    """A step that was voted on before the task's prompts changed says so; one that was voted on since does not."""
    path = tmp_path / "run.maker"
    await drive(ordered(path, limit_samples=8), Inbox(), lambda _: None)
    voted = open_saved(path, Count).step
    assert voted == 2
    await drive(prepare_resume(path, {"limit_samples": None}, Reworded), Inbox(), lambda _: None)
    asked = list(inspected(path, task=Count(4)))
    # What was sent first in a sitting is on record.
    assert [step.rewritten for step in asked] == [False, False, False, True]
    assert asked[voted].wordings[0].prompt.system == "Say the next hour."
    changed = list(inspected(path, task=Reworded(4)))
    assert [step.rewritten for step in changed] == [False, True, False, False]
    assert changed[0].wordings[0].prompt == asked[0].wordings[0].prompt
    imported = tmp_path / "imported.maker"
    import_lines(list(lines(path, Count(4))), imported, Reworded)
    assert [step.rewritten for step in inspected(imported, task=Reworded(4))] == [step.rewritten for step in changed]
    assert REWRITTEN in prompt_lines(changed[1], 200, folded=frozenset(), compare=False)[0].plain


@dataclass(frozen=True)
class Gathering(Count):
    """Counting, with proposals gathered at the first step."""

    def step(self, state: int) -> Step | None:
        asked = super().step(state)
        return Gather(asked.prompt, 3, temperature=0.9) if asked is not None and state < self.hours else asked

    def apply(self, state: int, answer: Any) -> int:
        return super().apply(state, answer.proposals[0][0] if state < self.hours else answer)


async def test_proposals_are_shown_at_the_temperature_they_were_drawn_at(tmp_path: Path) -> None:
    """A gathering has a temperature of its own, whatever the run's are."""
    path = tmp_path / "run.maker"
    run = prepare(RunOrder(TOY, {"length": 4}, model="sim:p=0.8,v=1", k=2, session=path), Gathering)
    await drive(run, Inbox(), lambda _: None)
    steps = list(inspected(path, task=Gathering(4)))
    assert set(steps[0].temperatures) == {0.9}
    assert set(steps[1].temperatures) == {0.0, 0.1}


def test_a_step_that_a_fork_inherits_is_shown_as_its_parent_voted_on_it(tmp_path: Path) -> None:
    """Margin, temperature and the run's k at that moment are the parent's, and the fork's from its first step on."""
    run = record(tmp_path / "run.maker", 8, seed=3, k=3)
    prepare_fork(run.path, 5, {"k": 6, "model": "sim", "temperature": 0.4}, family=Count)
    with Reader(run.path, 1) as reader:
        steps = [inspect_step(reader, run.task, number) for number in range(6)]
        moments = [moment(reader, run.task, number) for number in range(6)]
    assert {k for step in steps for k in step.needed} == {3}
    assert {one for step in steps for one in step.temperatures} == {None}, "what was ordered names none"
    assert [one.started.k for one in moments] == [3] * 5 + [6]


async def test_no_temperature_is_shown_where_the_record_says_that_none_was_sent(tmp_path: Path) -> None:
    """A model that takes no temperature, as was found out on the way, is not said to have been sampled at one."""
    path = tmp_path / "run.maker"
    task = Overheard(4)
    prepared = ordered(path, temperature=0.3, first_temperature="auto")
    await drive(prepared, Inbox(), lambda _: None)
    saved = open_saved(path, Overheard)
    journal = Journal(path, task, saved.order, 0)
    journal.follow(saved.run.totals, float, adjustments=lambda: ("no temperature is sent: this model takes none",))
    journal._dirty = True
    journal.close()
    temperatures = {one for step in inspected(path) for one in step.temperatures}
    assert temperatures == {None, 0.3}, "the first was left to us, the others were named"
    shown = [temperature_of({"temperature": one}, open_saved(path, Overheard).adjustments) for one in ("auto", 0.3)]
    assert shown == [None, 0.3]
    assert temperature_of({"temperature": 0.3}, (), (BRIEF,)) is None
