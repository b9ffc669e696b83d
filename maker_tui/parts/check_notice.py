"""The check of a run's model, as a screen shows it: a key that shows it, and a word where something is amiss."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.binding import Binding

from maker_engine.core.record.model_check import Verdict
from maker_engine.printable import one_line
from maker_tui.parts.configured_app import ConfiguredApp
from maker_tui.widgets.key_bar import key_now

if TYPE_CHECKING:
    from maker_tui.parts.maker_screen import MakerScreen
    from maker_tui.runs.view import RunView

CHECK_KEY = Binding(
    "C", "check", "model check", show=False, tooltip="what was found out about the model before the run"
)
NOTICE_S = 12.0
"""Seconds for which the remarks of a check stay on the screen."""


def open_check(screen: MakerScreen, view: RunView | None) -> None:
    """Show the check of a run on top of `screen`, or say why there is none."""
    check = None if view is None else view.snapshot.check
    if check is not None:
        screen.opener.check(check)
        return
    started = None if view is None else view.snapshot.started
    simulated = started is not None and started.simulated
    why = "a simulated model needs none" if simulated else "none was made before this run"
    screen.notify(why, title="no model check", markup=False, timeout=3)


def notice(screen: MakerScreen, view: RunView, *, live: bool) -> None:
    """Say once in the app that the check of a live run's model found something amiss; what ends it is in the banner."""
    app, check = screen.app, view.snapshot.check
    if not live or check is None or not isinstance(app, ConfiguredApp) or check == app.noticed:
        return
    app.noticed = check
    warnings = [one for one in check.findings if one.verdict is Verdict.WARNING]
    if check.refusal or not warnings:
        return
    key = key_now(app, "workbench.model-check", CHECK_KEY.key)
    more = f" ({len(warnings) - 1} more)" if len(warnings) > 1 else ""
    words = f"{warnings[0].name}: {one_line(warnings[0].found, 160)}{more}; {key} shows what to change"
    screen.notify(words, title="model check", severity="warning", markup=False, timeout=NOTICE_S)
