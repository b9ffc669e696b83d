"""The page of a run's model check: what was found out before the first step, and the mend for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Resize
from textual.screen import ModalScreen, Screen

from maker_engine.core.model_check import ModelCheck, Verdict
from maker_engine.printable import one_line
from maker_tui.screens.personal import PersonalApp
from maker_tui.settings.keymap import NamedKeys
from maker_tui.text.check_lines import check_table
from maker_tui.widgets.key_bar import key_now
from maker_tui.widgets.line_pane import LinePane

if TYPE_CHECKING:
    from maker_engine.runtime.view import RunView

CHECK_KEY = Binding(
    "C", "check", "model check", show=False, tooltip="what was found out about the model before the run"
)
NOTICE_S = 12.0
"""Seconds for which the remarks of a check stay on the screen."""


class CheckPage(NamedKeys, ModalScreen[None]):
    """Shows a check; any of the leaving keys closes it."""

    DEFAULT_CSS = """
    CheckPage { align: center middle; background: $background 60%; }
    CheckPage > LinePane { width: 90%; max-width: 100; height: 90%; max-height: 40; background: $surface; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,C,enter", "app.pop_screen", "back", show=False, tooltip="back"),
        Binding("W", "app.save_view", "save view", show=False, tooltip="write this page to files"),
    ]

    def __init__(self, check: ModelCheck) -> None:
        super().__init__()
        self._check = check

    def compose(self) -> ComposeResult:
        """One pane."""
        yield LinePane("model check", id="model-check")

    def on_mount(self) -> None:
        """Make the pane ready to scroll."""
        pane = self.query_one("#model-check", LinePane)
        pane.entitle("model check", "esc closes")
        pane.focus()

    def on_resize(self, _event: Resize) -> None:
        """Lay the page out once the pane has its new width."""
        self.call_after_refresh(self._lay_out)

    def _lay_out(self) -> None:
        pane = self.query_one("#model-check", LinePane)
        pane.show(check_table(self._check, pane.size.width))


def open_check(screen: Screen[None], view: RunView | None) -> None:
    """Show the check of a run on top of `screen`, or say why there is none."""
    check = None if view is None else view.snapshot.check
    if check is not None:
        screen.app.push_screen(CheckPage(check))
        return
    started = None if view is None else view.snapshot.started
    simulated = started is not None and started.simulated
    why = "a simulated model needs none" if simulated else "none was made before this run"
    screen.notify(why, title="no model check", markup=False, timeout=3)


def notice(screen: Screen[None], view: RunView, *, live: bool) -> None:
    """Say once in the app that the check of a live run's model found something amiss; what ends it is in the banner."""
    app, check = screen.app, view.snapshot.check
    if not live or check is None or not isinstance(app, PersonalApp) or check == app.noticed:
        return
    app.noticed = check
    warnings = [one for one in check.findings if one.verdict is Verdict.WARNING]
    if check.refusal or not warnings:
        return
    key = key_now(app, "workbench.model-check", CHECK_KEY.key)
    more = f" ({len(warnings) - 1} more)" if len(warnings) > 1 else ""
    told = f"{warnings[0].name}: {one_line(warnings[0].found, 160)}{more}; {key} shows what to change"
    screen.notify(told, title="model check", severity="warning", markup=False, timeout=NOTICE_S)
