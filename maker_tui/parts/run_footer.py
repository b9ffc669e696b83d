"""The footer of the workbench: the keys that are of use in the state its run is in, most important first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from maker_tui.parts.run_control import stuck_at
from maker_tui.runs.resuming import AT_ITS_END
from maker_tui.widgets.key_bar import keys_of, name_of, named

if TYPE_CHECKING:
    from textual.binding import Binding, BindingType

    from maker_engine.core.record.snapshot import Snapshot

LOOKS = ("inspect", "table", "map", "plots")
ENDED_KEYS = (*LOOKS, "fork", "roll-back", "next-wrong", "leave", "help", "next-dissent", "dissent-before", "menu")
"""Keys of the footer, by their names, most important first; those of a run that can go on begin with that."""
UNFINISHED_KEYS = ("continue", *ENDED_KEYS)
HELD_KEYS = ("probe", "decide", "vote", "fork", "continue", "inspect", "step", "edit-prompt", "leave", "help", "menu")
ACTING_KEYS = ("continue", "step", "fork", *LOOKS, "leave", "help", "menu")
"""Before an effect, which nobody votes on."""
STUCK_KEYS = ("decide", "vote", "strike", "fork", "probe", "inspect", "edit-prompt", "leave", "help", "menu")
"""Where the open step has used up its samples: nothing goes on before a person has decided it."""
VIEW_KEYS = (*LOOKS, "back", "leave", "help", "next-dissent", "dissent-before", "menu")
"""Of a run that another process drives: none that steers it."""
PAST_KEYS = (
    "back", "forth", "now", "fork", "roll-back", "next-wrong", "play", "dissent-before", "next-dissent", "inspect",
    "leave", "help", "menu",
)  # fmt: skip


def footer_keys(
    bindings: Sequence[BindingType],
    snapshot: Snapshot,
    *,
    past: bool,
    over: bool,
    read_only: bool,
    wrong: bool,
    acts: bool = False,
    rolls_back: bool = False,
) -> list[Binding]:
    """Pick the keys that are of use.

    Args:
        bindings: Those of the screen.
        snapshot: The state in view.
        past: It is of the past.
        over: The run has ended, or is not driven by anyone.
        read_only: Another process drives the run.
        wrong: A step of the run, not only of the moment in view, is known to be wrong.
        acts: The open step acts, or waits for what has been done.
        rolls_back: The task can put the world back.
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
    if not names:
        return usual_keys(bindings, paused=snapshot.paused)
    unused = {name for name, used in (("next-wrong", wrong), ("roll-back", rolls_back)) if not used}
    return [one for one in named(bindings, names) if name_of(one) not in unused]


def usual_keys(bindings: Sequence[BindingType], *, paused: bool) -> list[Binding]:
    """Pick the keys of a run that is driven here; one that goes on has nothing to be let go on."""
    return [one for one in keys_of(bindings) if paused or name_of(one) != "continue"]
