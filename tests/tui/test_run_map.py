"""The map of a run on the screen."""

from __future__ import annotations

from maker_tui.app import MakerApp
from maker_tui.widgets.run_map import RunMap
from tests.tui.looking import shown, until


async def test_a_run_that_fits_in_a_row_is_drawn_once(app: MakerApp) -> None:
    """Strip and grid are two pictures only where they differ."""
    async with app.run_test(size=(160, 30)) as pilot:
        await shown(pilot, "63 of 63")
        await pilot.press("m")
        await shown(pilot, "map · steps 1 to 63 of 63 · a cell a step")
        await until(pilot, lambda: len(app.screen.query_one(RunMap)._lines) == 3)


async def test_a_run_of_more_rows_has_its_strip(app: MakerApp) -> None:
    """Where the grid takes several rows, the whole run stands above it in one."""
    async with app.run_test(size=(60, 30)) as pilot:
        await pilot.pause()
        await pilot.press("m")
        await shown(pilot, "map · steps 1 to 63 of 63")
        await until(pilot, lambda: len(app.screen.query_one(RunMap)._lines) == 5)
