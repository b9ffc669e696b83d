"""A reminder at the end of a prompt changes nothing about what is asked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from maker_engine import catalogue
from maker_engine.core.decomposition import Await, Do, Gather, Said, Start, Vote
from maker_engine.core.imitating import imitated
from maker_engine.core.responses import Flag, Question
from maker_engine.task_contract.acting import Afloat
from maker_engine.task_contract.guarded import Guarded


@pytest.mark.parametrize("name", catalogue.names())
def test_a_prompt_with_a_reminder_is_answered_as_the_one_without(name: str) -> None:
    """The simulated model reads past it, and what it writes is still an answer."""
    task = catalogue.find(name).load({})
    state, afloat = task.start(), Afloat()
    while not isinstance(step := task.step(state), Vote | Gather):
        acts = isinstance(step, Do | Start | Await)
        done = afloat.decide(Guarded(task), state, step, None) if acts else Said("a simple task management API", "ada")
        state = task.apply(state, done)
    reminded = replace(step.prompt, user=f"{step.prompt.user}\n\n{task.reminder}")
    question = Question(state, step.form)
    said = "\n".join(imitated(task, reminded, question, None, 0))
    assert said == "\n".join(imitated(task, step.prompt, question, None, 0))
    assert not isinstance(task.parse(state, said), Flag)
