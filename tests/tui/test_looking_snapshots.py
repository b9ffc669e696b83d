"""Pictures of the screens that look at a run at 80×24 and 160×45; each was looked at."""

from __future__ import annotations

import pytest

from tests.tui.looking import shown

SIZES = pytest.mark.parametrize("size", [(80, 24), (160, 45)], ids=["80x24", "160x45"])


def after(*steps: str | tuple[str, ...]):
    """Take the picture after keys, given as text, and words to wait for, given in tuples."""

    async def wait(pilot) -> None:
        await shown(pilot, "solved and verified")
        for step in steps:
            if isinstance(step, tuple):
                await shown(pilot, *step)
            else:
                await pilot.press(step)

    return wait


STORIES = {
    "the_past": ("2", "1", "left_square_bracket", ("step 42 of 63",)),
    "the_prompt": ("1", "0", "left_square_bracket", ("step 53 of",), "i", ("step 53 · decided",), "d", ("− Prev",)),
    "a_response": ("1", "0", "left_square_bracket", ("step 53 of",), "i", ("step 53 · decided",), "down", ("T 0 ",)),
    "two_responses": ("i", ("step 63 · decided",), "down", "space", "down", ("two responses",)),
    "the_table": ("t", ("steps · 63",), "slash", *"flags>1", "enter", ("match flags>1",)),
    "a_filter_being_typed": ("t", ("steps · 63",), "F", *"dissent and ca", ("tab: ",)),
    "the_map": ("m", ("a cell a step", "⋔ fork")),
    "the_race": ("2", "1", "left_square_bracket", ("step 42 of 63",), "p", ("second + k",)),
    "convergence": ("p", ("second + k",), "right", ("all 63 decided", "theory")),
    "length": ("p", ("second + k",), "left", "left", ("all 63 decided", "F flagged")),
    "votes_a_step": ("p", ("second + k",), "left", ("all 63 decided", "on average")),
}


@SIZES
@pytest.mark.parametrize("story", STORIES)
def test_a_view_of_a_run(snap_compare, app, story, size):
    """Rule: what is seen of a run stays as it was looked at."""
    assert snap_compare(app, terminal_size=size, run_before=after(*STORIES[story]))
