"""The forks screen: every run of one session, and the way into each of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from maker_tui.parts.maker_screen import MakerScreen
from maker_tui.parts.messages import CompareAsked, SessionAsked
from maker_tui.widgets.fork_tree import ForkTree
from maker_tui.widgets.key_bar import KeyBar, keys_of
from maker_tui.widgets.strips import HeadLine

if TYPE_CHECKING:
    from maker_engine.sessions.queries.forks import ForkNode


class Forks(MakerScreen):
    """Shows the tree of forks of one session.

    Args:
        path: The session.
        label: What it is called.
        nodes: Its runs, parents first.
    """

    RETURNS_HERE = True

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "open", tooltip="open the run under the cursor"),
        Binding("V", "compare", "versus", tooltip="the marked run and the cursor's, or a fork and its run"),
        Binding("escape,q", "app.pop_screen", "back", tooltip="back to the sessions"),
        Binding("question_mark", "help", "help", tooltip="keys and words of this screen"),
        Binding("colon", "app.command_palette", "menu", tooltip="every command by name"),
    ]

    HELP_TITLE = "forks"
    HELP_WORDS = (
        "A fork is another run from one step of a session on. It shares every step before that, and they are one file.",
        "maker sessions fork adds one, with another k, model, pool of voters or decision.",
    )
    HELP_OF = (("in the tree", ForkTree),)

    def __init__(self, path: Path, label: str, nodes: Sequence[ForkNode], *, driven: bool = False) -> None:
        super().__init__()
        self._path = path
        self._label = label
        self._head = HeadLine()
        self._tree = ForkTree(nodes, driven=driven)

    def compose(self) -> ComposeResult:
        """Head line, tree, footer."""
        yield self._head
        yield self._tree
        yield KeyBar(keys_of(self.BINDINGS))

    def on_mount(self) -> None:
        """Say whose forks they are."""
        self._head.tell("forks", facts=(self._label, self._path.name))
        self._tree.focus()

    def action_open(self) -> None:
        """Open the run under the cursor."""
        self._tree.action_choose()

    def action_compare(self) -> None:
        """Ask for a comparison of two runs."""
        pair = self._tree.pair
        if pair is None:
            hint = "mark one with space, and go to the other; a fork alone is compared with its run"
            self.notify(hint, title="two runs are compared", markup=False, timeout=4)
            return
        left, right = pair
        self.post_message(CompareAsked((self._path, left), (self._path, right)))

    def on_cursor_pane_chosen(self, message: ForkTree.Chosen) -> None:
        """Ask for a run."""
        message.stop()
        self.post_message(SessionAsked(self._path, self._tree.branch_at(message.row)))
