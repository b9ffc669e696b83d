"""Pictures of the screens that look at a run at 80×24 and 160×45; each was looked at."""

from __future__ import annotations

import pytest

from tests.tui.looking import shown


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
    "the_prompt": ("1", "0", "left_square_bracket", ("step 53 of",), "i", ("step 53 · decided",), "V", ("− Prev",)),
    "a_response": ("1", "0", "left_square_bracket", ("step 53 of",), "i", ("step 53 · decided",), "down", ("T 0 ",)),
    "two_responses": ("i", ("step 63 · decided",), "down", "space", "down", ("two responses",)),
    "the_table": ("t", ("steps · 63",), "slash", *"flags>1", "enter", ("match flags>1",)),
    "a_filter_being_typed": ("t", ("steps · 63",), "ampersand", *"dissent and ca", ("tab: ",)),
    "the_map": ("m", ("a cell a step", "⋔ fork")),
    "the_race": ("2", "1", "left_square_bracket", ("step 42 of 63",), "p", ("second + k",)),
    "convergence": ("p", ("second + k",), "right", ("all 63 decided", "theory")),
    "length": ("p", ("second + k",), "left", "left", ("all 63 decided", "F flagged")),
    "votes_a_step": ("p", ("second + k",), "left", ("all 63 decided", "on average")),
}


SMALL_ONLY = {"a_response", "a_filter_being_typed", "length", "votes_a_step"}
"""Stories of a screen whose wide picture is in another one."""


@pytest.mark.parametrize("story", STORIES)
def test_a_view_of_a_run(snap_compare, app, story):
    """Rule: what is seen of a run stays as it was looked at."""
    assert snap_compare(app, terminal_size=(80, 24), run_before=after(*STORIES[story]))


@pytest.mark.parametrize("story", [story for story in STORIES if story not in SMALL_ONLY])
def test_a_wide_view_of_a_run(snap_compare, app, story):
    """Rule: a wide window shows more of the same."""
    there = (("response · step",),) if story == "the_past" else ()
    assert snap_compare(app, terminal_size=(160, 45), run_before=after(*STORIES[story], *there))
