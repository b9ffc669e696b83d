"""What the inspector says of an entry."""

from __future__ import annotations

import pytest

from maker_engine.core.responses import Prompt, Response, Sample
from maker_engine.sessions.queries.inspection import Counted, Inspection, Wording
from maker_engine.sessions.store.schema import StepFlag
from maker_tui.text.inspector_lines import entry_lines, prompt_lines, prompt_row


def test_each_wording_says_who_read_it() -> None:
    """Where a pool has wordings, the prompt's page has each of them, whole, under the samples that read it."""
    read = tuple(
        Wording(Prompt(f"system {name}", "one?"), None, name, samples)
        for name, samples in (("plain", tuple(range(0, 40, 2))), ("careful", (1, 3)))
    )
    step = Inspection(0, read, (), (), None, StepFlag(0), (), (), ())
    text = "\n".join(row.plain for row in prompt_lines(step, 120, folded=frozenset(), compare=False))
    for words in ("1 of 2, plain: #1, #3", "and 8 more", "system plain", "careful: #2, #4", "system careful"):
        assert words in text
    assert "in 2 wordings" in prompt_row(step).plain


@pytest.mark.parametrize(("shared", "marked"), [(1, False), (3, True)])
def test_a_share_of_a_call_is_called_so(shared: int, marked: bool) -> None:
    """Tokens and cost of an answer that came with others are marked as its share of the call."""
    response = Response("one", 335, 10, cost_usd=0.001, model="m", id="a#0", shared=shared)
    counted = (Counted(Sample(0, 1, response), ((1, 1),), 1),)
    step = Inspection(
        0, (Wording(Prompt("", "one?"), None, "plain", (0,)),), counted, (1,), 1, StepFlag(0), (None,), (0.1,), (1,)
    )
    facts = "".join(row.plain for row in entry_lines(step, 0, str, 120))
    assert ("a share: 1 of 3 answers of its call" in facts) is marked


def test_a_prompt_tells_what_changed_since_the_step_before() -> None:
    """One line that is new is one line, and the step that it is compared with is named."""
    read = Wording(Prompt("rules", "one\ntwo"), Prompt("rules", "one\nzwei"), "plain", ())
    step = Inspection(30, (read,), (), (), None, StepFlag(0), (), (), ())
    assert prompt_row(step).plain == "prompt  1 line changed since step 30"
    page = [row.plain for row in prompt_lines(step, 80, folded=frozenset({"system"}), compare=False)]
    assert page[:2] == [
        "▸ system prompt · 1 line · unchanged since step 30 · H opens",
        "▾ user prompt · 2 lines · changed since step 30",
    ]
