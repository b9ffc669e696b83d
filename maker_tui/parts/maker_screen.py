"""What every screen of the app has: the help key, the footer's clicks, and a word for a window that is too small."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import App
from textual.binding import Binding, BindingType
from textual.events import Key, Resize
from textual.screen import Screen
from textual.widget import Widget

from maker_tui.parts.opener import Opener, opener_of
from maker_tui.settings.keymap import NamedKeys, active_bindings
from maker_tui.text.roles import line
from maker_tui.text.wrapping import wrapped
from maker_tui.widgets.key_bar import KeyBar
from maker_tui.widgets.line_view import LineView

if TYPE_CHECKING:
    from textual.notifications import SeverityLevel

LEAST_COLUMNS, LEAST_ROWS = 40, 10
NARROW_COLUMNS, SHORT_ROWS, HIGH_ROWS = 76, 20, 36
"""Below the first there is room for one column of panes, below the second for one row of them; from the third on a
column holds four."""


def backed_up(app: App[object]) -> bool:
    """Return whether the terminal has not taken the last pictures yet; more of them would block the app's loop."""
    driver = app._driver  # noqa: SLF001 - Textual offers no other way to see it
    writer = getattr(driver, "_writer_thread", None)
    return writer is not None and writer._queue.qsize() > 1  # noqa: SLF001


async def act_on(app: App[object], event: Key, *widgets: Widget) -> None:
    """Do what a key is bound to, here and now: left to itself, Textual would look at the next key first."""
    for widget in widgets:
        for binding in active_bindings(type(widget).BINDINGS, app):
            if event.key in binding.key.split(","):
                event.stop()
                event.prevent_default()
                await app.run_action(binding.action, default_namespace=widget)
                return


class TooSmall(LineView):
    """Fills a window in which nothing else can."""

    DEFAULT_CSS = """
    TooSmall { display: none; height: 1fr; background: $background; }
    """

    def show_size(self, columns: int, rows: int) -> None:
        """Say how large the window is and has to be, on as many rows as its width makes of it."""
        words = f"window too small ({columns}×{rows}): make it at least {LEAST_COLUMNS}×{LEAST_ROWS}"
        self.show([line(row) for row in wrapped(words, columns)])


class MakerScreen(NamedKeys, Screen[None]):
    """Base of the app's screens. What a screen does beyond showing itself is done by its parts."""

    DEFAULT_CSS = """
    MakerScreen.-tiny > * { display: none !important; }
    MakerScreen.-tiny > TooSmall { display: block !important; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", "help", show=False, tooltip="keys and words of this screen", id="screen.help"),
    ]

    HELP_TITLE: ClassVar[str] = ""
    HELP_WORDS: ClassVar[Sequence[str]] = ()
    """What the screen is for, a sentence a line."""
    HELP_OF: ClassVar[Sequence[tuple[str, type[Widget]]]] = ()
    """Widgets with keys of their own: what they are called, and their class."""
    RETURNS_HERE: ClassVar[bool] = False
    """Whoever leaves a run that was opened from here comes back here, and not to the home screen."""

    def __init__(self) -> None:
        super().__init__()
        self._toasts: set[tuple[str, str]] = set()

    @property
    def opener(self) -> Opener:
        """What opens other screens."""
        return opener_of(self.app)

    def on_resize(self, event: Resize) -> None:
        """Say in classes what there is room for, and give way where there is none for anything."""
        columns, rows = event.size
        self.set_class(columns < NARROW_COLUMNS, "-narrow")
        self.set_class(rows < SHORT_ROWS, "-short")
        self.set_class(rows >= HIGH_ROWS, "-high")
        tiny = self.is_attached and (columns < LEAST_COLUMNS or rows < LEAST_ROWS)
        if tiny:
            if not self.query(TooSmall):
                self.mount(TooSmall())
            self.query_one(TooSmall).show_size(columns, rows)
        self.set_class(tiny, "-tiny")

    def notify(
        self, message: str, *, title: str = "", severity: SeverityLevel = "information", timeout: float | None = None,
        markup: bool = True,
    ) -> None:  # fmt: skip
        """Say something in a toast, which goes when this screen does."""
        self._toasts.add((title, message))
        super().notify(message, title=title, severity=severity, timeout=timeout, markup=markup)

    def on_screen_suspend(self) -> None:
        """Take along what this screen has said; what the app says of what it did is for the next screen too."""
        for notification in list(self.app._notifications):  # noqa: SLF001 - Textual clears all of them or none
            if (notification.title, notification.message) in self._toasts:
                self.app._unnotify(notification)  # noqa: SLF001 - likewise
        self._toasts.clear()

    @property
    def footers(self) -> list[KeyBar]:
        """The footer, none before the screen is composed; rows that ask something are key bars of their own kinds."""
        return [bar for bar in self.query(KeyBar) if type(bar) is KeyBar]

    async def on_key_bar_chosen(self, message: KeyBar.Chosen) -> None:
        """Do what a clicked footer entry says."""
        message.stop()
        await self.app.run_action(message.action, default_namespace=self)

    def action_help(self) -> None:
        """Show the keys."""
        self.opener.help(self)
