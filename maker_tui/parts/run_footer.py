"""The footer of the workbench: the keys that are of use in the state its run is in, most important first."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from maker_tui.parts.run_control import stuck_at
from maker_tui.runs.resuming import AT_ITS_END
from maker_tui.widgets.key_bar import keys_of, name_of, named

if TYPE_CHECKING:
    from textual.binding import Binding, BindingType

    from maker_engine.core.record.snapshot import Snapshot

LOOKS = ("inspect", "table", "map", "plots")
ENDED_KEYS = (*LOOKS, "fork", "roll-back", "next-wrong", "leave", "help", "next-dissent", "dissent-before", "menu")
"""Keys of the footer, by their names, most important first; those of a run that can continue begin with that."""
UNFINISHED_KEYS = ("continue", *ENDED_KEYS)
HELD_KEYS = ("probe", "decide", "vote", "fork", "continue", "inspect", "step", "edit-prompt", "leave", "help", "menu")
ACTING_KEYS = ("continue", "step", "fork", *LOOKS, "leave", "help", "menu")
"""Before an effect, which nobody votes on."""
STUCK_KEYS = ("decide", "vote", "strike", "fork", "probe", "inspect", "edit-prompt", "leave", "help", "menu")
"""Where the open step has used up its samples: nothing happens before a person has decided it."""
VIEW_KEYS = (*LOOKS, "back", "leave", "help", "next-dissent", "dissent-before", "menu")
"""Of a run that another process drives: none that steers it."""
PAST_KEYS = (
    "back", "forth", "now", "fork", "roll-back", "next-wrong", "play", "dissent-before", "next-dissent", "inspect",
    "leave", "help", "menu",
)  # fmt: skip

SOMETIMES = ("next-wrong", "roll-back", "review")
"""Of use where a step of the run is known to be wrong, where the task puts the world back, and where steps are rows."""


def footer_keys(
    bindings: Sequence[BindingType],
    snapshot: Snapshot,
    *,
    past: bool,
    over: bool,
    read_only: bool,
    acts: bool,
    of_use: Collection[str],
) -> list[Binding]:
    """Pick the keys that are of use.

    Args:
        bindings: Those of the screen.
        snapshot: The state in view.
        past: It is of the past.
        over: The run has ended, or is not driven by anyone.
        read_only: Another process drives the run.
        acts: The open step acts, or waits for what has been done.
        of_use: Which of `SOMETIMES` are of use in this run.
    """
    names: Sequence[str] = ()
    if past:
        names = PAST_KEYS
    elif over:
        names = ENDED_KEYS if snapshot.outcome in AT_ITS_END else UNFINISHED_KEYS
    elif read_only:
        names = VIEW_KEYS
    elif stuck_at(snapshot) is not None:
        names = STUCK_KEYS
    elif snapshot.paused and snapshot.open is not None:
        names = ACTING_KEYS if acts else HELD_KEYS
    unused = {*SOMETIMES} - {*of_use}
    found = [one for one in named(bindings, names) if name_of(one) not in unused]
    if not names:
        found = usual_keys(bindings, paused=snapshot.paused)
    if "review" in of_use and not past:
        found[1:1] = named(bindings, ("review",))
    return found


def usual_keys(bindings: Sequence[BindingType], *, paused: bool) -> list[Binding]:
    """Pick the keys of a run that is driven here; one that is running has nothing to continue."""
    return [one for one in keys_of(bindings) if paused or name_of(one) != "continue"]
