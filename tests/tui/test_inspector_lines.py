"""What the inspector says of an entry."""

from __future__ import annotations

import pytest

from maker_engine.core.responses import Prompt, Response, Sample
from maker_engine.sessions.inspection import Counted, Inspection
from maker_engine.sessions.schema import StepFlag
from maker_tui.inspector_lines import entry_lines


@pytest.mark.parametrize(("shared", "marked"), [(1, False), (3, True)])
def test_a_share_of_a_call_is_called_so(shared: int, marked: bool) -> None:
    """Tokens and cost of an answer that came with others are marked as its share of the call."""
    response = Response("one", 335, 10, cost_usd=0.001, model="m", id="a#0", shared=shared)
    counted = (Counted(Sample(0, 1, response), ((1, 1),), 1),)
    step = Inspection(0, Prompt("", "one?"), None, counted, (1,), 1, StepFlag(0), (None,), (0.1,))
    facts = "".join(row.plain for row in entry_lines(step, 0, str, 120))
    assert ("a share: 1 of 3 answers of its call" in facts) is marked
