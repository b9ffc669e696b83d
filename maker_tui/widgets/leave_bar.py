"""The row that asks what is to become of a run that goes on when it is left."""

from __future__ import annotations

from textual.binding import Binding
from textual.events import Key

from maker_tui.widgets.key_bar import KeyBar

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
