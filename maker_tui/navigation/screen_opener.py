"""Opens the screens that are opened from others: the one place that knows all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from textual.app import App
from textual.binding import Binding
from textual.screen import Screen

if TYPE_CHECKING:
    from pathlib import Path

    from maker_engine.core.errors import UntrustedError
    from maker_engine.core.record.model_check import ModelCheck
    from maker_tui.parts.maker_screen import MakerScreen
    from maker_tui.runs.bridge import RunSource
    from maker_tui.runs.labelling import Labelling
    from maker_tui.runs.prepared import Speed
    from maker_tui.runs.viewed import ViewedRun
    from maker_tui.screens.looking import Looking


class KeptViews:
    """The screen that looks at a run: installed in the app, so that its search and its figures are kept."""

    def __init__(self, app: App[None], screen: Looking) -> None:
        self._app = app
        self._screen = screen
        self.look_at, self.go_to, self.find_at_once = screen.look_at, screen.go_to, screen.find_at_once
        app.install_screen(screen, f"looking {id(self)}")

    @property
    def place(self) -> int:
        """The step that all views are at, 0-based."""
        return self._screen.place

    def open(self) -> None:
        """Move to the front."""
        self._app.push_screen(self._screen)

    async def discard(self) -> None:
        """Go for good, unless it is on the screen."""
        if self._screen not in self._app.screen_stack:
            self._app.uninstall_screen(self._screen)
            await self._screen.remove()


class ScreenOpener:
    """Opens screens, as `parts.opener.Opener` has it. Each is imported when it is first wanted: home needs none.

    Args:
        app: The app.
        speed: Says how many samples a second this machine draws in a run, None to measure it.
    """

    def __init__(self, app: App[None], speed: Speed | None) -> None:
        self._app = app
        self._speed = speed

    def run(self, source: RunSource, view: str = "", step: int | None = None) -> Screen[None]:
        """Return the screen that shows a run: with its question and document where its task asks persons.

        Args:
            source: The run.
            view: The view of the workbench to open, "" for none.
            step: The step to show, 0-based; None for where the run is now.
        """
        from maker_tui.screens.workbench import Workbench  # noqa: PLC0415 - start-up: home does not need it

        if source.task.converses and not view and step is None:
            from maker_tui.screens.conversation import Conversation  # noqa: PLC0415 - start-up: few tasks ask persons

            return Conversation(source)
        workbench = Workbench(source)
        if step is not None:
            workbench.call_after_refresh(workbench.travel.go_to, step)
        if view:
            workbench.call_after_refresh(workbench.travel.action_look, view)
        return workbench

    def people(self, labelling: Labelling, then: Callable[[], None]) -> None:
        """Show what people are asked about rows, over the screen; `then` is called once that is left."""
        from maker_tui.screens.reviewing import Reviewing  # noqa: PLC0415 - start-up: few tasks have rows

        def leave() -> None:
            self._app.pop_screen()
            then()

        self._app.push_screen(Reviewing(labelling, leave))

    def workbench(self, source: RunSource, step: int | None) -> None:
        """Show a run on the workbench instead of the present screen; at a step, 0-based, None for where it is."""
        from maker_tui.screens.workbench import Workbench  # noqa: PLC0415 - start-up: home does not need it

        workbench = Workbench(source)
        self._app.switch_screen(workbench)
        if step is not None:
            workbench.call_after_refresh(workbench.travel.go_to, step)

    def conversation(self, source: RunSource) -> None:
        """Show a run with its question and document instead of the present screen."""
        from maker_tui.screens.conversation import Conversation  # noqa: PLC0415 - start-up: few tasks ask persons

        self._app.switch_screen(Conversation(source))

    def views(
        self, run: ViewedRun, place: tuple[int, str], travel: Callable[[int], None], fork: Callable[[int], None]
    ) -> KeptViews:
        """Make the screen that looks at a run, to begin at a step (0-based) in a view; it is not opened yet."""
        from maker_tui.screens.looking import Looking  # noqa: PLC0415 - start-up: the first picture does not need it

        return KeptViews(self._app, Looking(run, *place, travel, fork))

    def help(self, screen: MakerScreen, *before: tuple[str, Sequence[Binding]]) -> None:
        """Show the keys and words of a screen, `before` them keys that are not in its bindings, under headings."""
        from maker_tui.screens.help import HelpScreen, Section, sections_of  # noqa: PLC0415 - start-up

        sections = [*(Section(heading, bindings) for heading, bindings in before), *sections_of(screen)]
        self._app.push_screen(HelpScreen(screen.HELP_TITLE, screen.HELP_WORDS, sections))

    def page(self, heading: str, text: str) -> None:
        """Show a text whole, over the screen."""
        from maker_tui.screens.page import text_page  # noqa: PLC0415 - start-up: few texts are cut

        self._app.push_screen(text_page(heading, text))

    def check(self, check: ModelCheck) -> None:
        """Show the check of a model, over the screen."""
        from maker_tui.screens.page import CheckPage  # noqa: PLC0415 - start-up: not before it is asked for

        self._app.push_screen(CheckPage(check))

    def form(self, values: Mapping[str, str], error: str = "") -> None:
        """Show the new-run form with `values` in its fields, and an error to fix, "" for none."""
        from maker_tui.screens.new_run import NewRun  # noqa: PLC0415 - start-up: home does not need it

        given = {} if self._speed is None else {"speed": self._speed}
        self._app.push_screen(NewRun(values, error=error, **given))

    def planned(self, values: Mapping[str, str]) -> None:
        """Leave the plan screen with `values` for the new-run form: for that below it, or for a new one."""
        from maker_tui.screens.new_run import NewRun  # noqa: PLC0415 - start-up: home does not need it

        self._app.pop_screen()
        below = self._app.screen
        if isinstance(below, NewRun):
            self._app.call_later(below.fill, values)
        else:
            self.form(values)

    def plan(self, values: Mapping[str, str]) -> None:
        """Show the plan screen with `values` in its fields."""
        from maker_tui.screens.planning import Planning  # noqa: PLC0415 - start-up: home does not need it

        self._app.push_screen(Planning(values))

    def put_back(self, step: int, does: str, changes: str, agreed: Callable[[], None], *, live: bool) -> None:
        """Ask whether the world is to be put back to a step, 0-based; `agreed` is called if it is."""
        from maker_tui.screens.put_back import PutBack  # noqa: PLC0415 - start-up: few runs are rolled back

        self._app.push_screen(PutBack(step, does, changes, agreed, live=live))

    def consent(self, error: UntrustedError, path: Path, asked: str, agreed: Callable[[], None]) -> None:
        """Ask whether a session from elsewhere may use what it names; `agreed` is called if it may."""
        from maker_tui.screens.consent import Consent  # noqa: PLC0415 - start-up: few sessions come from elsewhere

        self._app.push_screen(Consent(error, path, asked, agreed))
