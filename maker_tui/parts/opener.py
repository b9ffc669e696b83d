"""The way from a screen to another one: screens do not know each other, the app's opener knows them all.

Asking it is a call and no message: the next key that was typed belongs to the screen that is opened.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from textual.app import App

if TYPE_CHECKING:
    from textual.binding import Binding

    from maker_engine.core.record.model_check import ModelCheck
    from maker_tui.parts.maker_screen import MakerScreen
    from maker_tui.runs.bridge import RunSource
    from maker_tui.runs.labelling import Labelling
    from maker_tui.runs.viewed import ViewedRun


class Views(Protocol):
    """The screen that looks at a run closely; it is kept while it is away."""

    @property
    def place(self) -> int:
        """The step that all views are at, 0-based."""

    def go_to(self, step: int) -> None:
        """Show `step`, 0-based, or the nearest one there is."""

    def look_at(self, step: int, view: str) -> None:
        """Show `view` of `step`."""

    def find_at_once(self) -> None:
        """Ask what to find, as soon as there is where to type."""

    def open(self) -> None:
        """Move to the front."""

    async def discard(self) -> None:
        """Go for good, unless it is on the screen."""


class Opener(Protocol):
    """Opens screens."""

    def help(self, screen: MakerScreen, *before: tuple[str, Sequence[Binding]]) -> None:
        """Show the keys and words of a screen, `before` them keys that are not in its bindings, under headings."""

    def page(self, heading: str, text: str) -> None:
        """Show a text whole, over the screen."""

    def check(self, check: ModelCheck) -> None:
        """Show the check of a model, over the screen."""

    def views(
        self, run: ViewedRun, place: tuple[int, str], travel: Callable[[int], None], fork: Callable[[int], None]
    ) -> Views:
        """Make the screen that looks at a run, to begin at a step (0-based) in a view; it is not opened yet.

        `travel` is called with a step that the workbench is to show, `fork` with one that a fork is to begin at.
        """

    def plan(self, values: Mapping[str, str]) -> None:
        """Show the plan screen with `values` in its fields."""

    def planned(self, values: Mapping[str, str]) -> None:
        """Leave the plan screen with `values` for the new-run form: for that below it, or for a new one."""

    def people(self, labelling: Labelling, then: Callable[[], None]) -> None:
        """Show what people are asked about rows, over the screen; `then` is called once that is left."""

    def workbench(self, source: RunSource, step: int | None) -> None:
        """Show a run on the workbench instead of the present screen; at a step, 0-based, None for where it is."""

    def conversation(self, source: RunSource) -> None:
        """Show a run with its question and document instead of the present screen."""


def opener_of(app: App[object]) -> Opener:
    """Return the opener of an app that has one.

    Raises:
        TypeError: It has none.
    """
    opener: Opener | None = getattr(app, "opener", None)
    if opener is None:
        raise TypeError(f"{type(app).__name__} opens no screens")
    return opener
