"""Leaving a run: one that is running is asked about first, and ctrl+c pauses it before it stops it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.binding import Binding
from textual.events import Key

from maker_engine.core.record.commands import Pause
from maker_tui.parts.messages import RunLeft
from maker_tui.widgets.key_bar import KeyBar

if TYPE_CHECKING:
    from maker_tui.parts.maker_screen import MakerScreen
    from maker_tui.parts.run_control import RunControl
    from maker_tui.runs.bridge import RunSource


STOP, BACKGROUND, STAY = "stop_and_save", "leave_running", "stay"
_STOP_KEYS = ("q", "ctrl+c")


class LeaveBar(KeyBar):
    """Asks; there only meanwhile. It never has the focus: its screen hands it keys in the order they were typed."""

    DEFAULT_CSS = """
    LeaveBar { display: none; background: $panel; &.-up { display: block; } }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__((), id=id)

    @property
    def up(self) -> bool:
        """True while it asks."""
        return self.has_class("-up")

    def ask(self, *, interrupted: bool = False) -> None:
        """Ask what is to become of the run; `interrupted` by ctrl+c, which has paused it."""
        key, again, stay = ("ctrl+c", "again to stop and save", "stay, paused") if interrupted else (
            "q", "stop and save", "stay")  # fmt: skip
        self._shown = (
            Binding(key, STOP, again),
            Binding("b", BACKGROUND, "run on in the background"),
            Binding("escape", STAY, stay),
        )
        self.add_class("-up")
        self._lay_out()

    def take_down(self) -> None:
        """Ask no longer."""
        self.remove_class("-up")

    def feed(self, key: Key) -> str:
        """Return what a key chooses: an action of the screen, empty for none."""
        if key.key in _STOP_KEYS:
            return STOP
        return {"b": BACKGROUND, "escape": STAY}.get(key.key, "")

    @property
    def _width(self) -> int:
        return self.screen.size.width  # its own is not known before it is first up


class Leaving:
    """Asks what is to become of a run, and informs the app.

    Args:
        screen: Posts `RunLeft`.
        source: The run.
        control: Knows whether it is over.
        show_saving: Shows that the run is being saved.

    Attributes:
        bar: The row that asks.
        left: The run was left.
    """

    def __init__(
        self, screen: MakerScreen, source: RunSource, control: RunControl, show_saving: Callable[[], None]
    ) -> None:
        self._screen = screen
        self._source = source
        self._control = control
        self._show_saving = show_saving
        self.bar = LeaveBar(id="leave")
        self.left = False

    @property
    def _goes_on(self) -> bool:
        """Whether this app drives the run, and something would be lost to a hasty key."""
        source = self._source
        return source.live and source.writer is None and not self._control.over and source.view() is not None

    def typed(self, event: Key) -> bool:
        """Give a key to the row, where it is up."""
        if not self.bar.up:
            return False
        chosen = self.bar.feed(event)
        if chosen == STOP:
            self.action_stop_and_save()
        elif chosen == BACKGROUND:
            self.action_leave_running()
        elif chosen == STAY:
            self.action_stay()
        return True

    def action_leave(self) -> None:
        """Leave; of a run under way ask what is to become of it."""
        if self._goes_on and not self.left and not self.bar.up:
            self.bar.ask()
        else:
            self.action_stop_and_save()

    def interrupt(self) -> None:
        """Pause the run, and ask what is to become of it; the second time, or where it has ended, leave."""
        if not self._goes_on or self.left or self.bar.up:
            self.action_stop_and_save()
            return
        self._source.send(Pause())
        self.bar.ask(interrupted=True)

    def action_stay(self) -> None:
        """Do not leave."""
        self.bar.take_down()

    def action_stop_and_save(self) -> None:
        """Leave; whoever opened the run closes it, which may take until its last calls are hung up."""
        self._go(background=False)

    def action_leave_running(self) -> None:
        """Leave the run to another process, which continues it."""
        self._go(background=True)

    def _go(self, *, background: bool) -> None:
        if not self.left:
            self.left = True
            self.bar.take_down()
            self._show_saving()
            self._screen.post_message(RunLeft(background=background))
