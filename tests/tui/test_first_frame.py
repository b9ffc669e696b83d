"""What a screen shows in its very first frame."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from rich.console import RenderableType
from textual.screen import Screen

from maker_tui import app
from maker_tui.app import MakerApp
from maker_tui.screens.workbench import Workbench
from tests.tui.looking import shown
from tests.tui.sources import Scripted, contested, hanoi, run_events


class Filmed(MakerApp):
    """Keeps every frame of a workbench as text."""

    CSS_PATH: ClassVar[list[Path]] = [Path(app.__file__).parent / path for path in MakerApp.CSS_PATH]
    frames: list[str]

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        if isinstance(screen, Workbench) and renderable is not None:
            strips = screen._compositor.render_strips()
            self.frames = [*getattr(self, "frames", []), "\n".join(strip.text for strip in strips)]
        super()._display(screen, renderable)


async def test_the_first_frame_of_a_workbench_is_laid_out_for_its_width() -> None:
    """No frame shows what was laid out before the window's width was known."""
    task = hanoi()
    source = Scripted(task, run_events(task)).play_until(contested)
    async with Filmed(source).run_test(size=(120, 30)) as pilot:
        await shown(pilot, "▶ running")
        first = pilot.app.frames[0]  # type: ignore[attr-defined]
    assert "Towers of Hanoi · 7 disks, peg 0 → 2" in first.split("\n")[0]
    assert "space pause" in first.split("\n")[-1]
    assert "speed   12.3 steps/s" in first
    assert "○ in flight" in first
