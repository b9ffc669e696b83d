"""Takes the pictures of the README from real runs of the simulated model: `.venv/bin/python screenshots/take.py`."""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).parent
PATIENCE_S = 120.0


async def take(name: str, size: tuple[int, int], model: str, disks: int, ready: Callable[..., bool]) -> None:
    """Take one picture of the workbench, as soon as the run shows what the picture is about."""
    from maker_engine.runtime.order import RunOrder, prepare  # noqa: PLC0415 - MAKER_HOME is set first
    from maker_tui.app import MakerApp  # noqa: PLC0415
    from maker_tui.runs.bridge import LiveRun  # noqa: PLC0415

    run = LiveRun(prepare(RunOrder("hanoi", {"disks": disks}, model=model)))
    app = MakerApp(run)
    async with app.run_test(size=size) as pilot:
        run.start()
        end = time.monotonic() + PATIENCE_S
        while (view := run.view()) is None or not ready(view.snapshot):
            if time.monotonic() > end:
                raise TimeoutError(f"{name}: the run never showed what the picture is about")
            await pilot.pause(0.01)
        await pilot.pause(0.2)
        write(name, app.export_screenshot(title="maker"))
    run.close()


async def interview() -> None:
    """Take the interview at a question that its idea leaves open: what was settled before stands beside it."""
    from maker_engine.runtime.order import RunOrder, prepare  # noqa: PLC0415 - MAKER_HOME is set first
    from maker_tui.app import MakerApp  # noqa: PLC0415
    from maker_tui.runs.bridge import LiveRun  # noqa: PLC0415

    order = RunOrder("interview", {"idea": "a command-line tool that renames photos by date"}, attended=True)
    run = LiveRun(prepare(order))
    app = MakerApp(run)
    async with app.run_test(size=(130, 34)) as pilot:
        run.start()
        for keys in (("3", "enter"), ("2", "enter"), ("1",)):
            await pilot.pause(1.5)
            await pilot.press(*keys)
        await pilot.pause(1)
        write("interview", app.export_screenshot(title="maker"))
    run.close()


async def walk() -> None:
    """Take the home screen, with the sessions of the runs before, and the form."""
    from maker_tui.app import MakerApp  # noqa: PLC0415

    app = MakerApp()
    async with app.run_test(size=(100, 28)) as pilot:
        await pilot.pause(1)
        write("home", app.export_screenshot(title="maker"))
        await pilot.press("n")
        await pilot.pause(1)
        write("new-run", app.export_screenshot(title="maker"))


LOOKS = {
    "past": ("5", "0", "left_square_bracket"),
    "inspector": ("left_parenthesis", "left_parenthesis", "i", "down", "down"),
    "two-responses": ("left_parenthesis", "left_parenthesis", "i", "down", "down", "space", "down", "down", "down"),
    "table": ("t", "slash", *"flags>2 or votes>9", "enter"),
    "map": ("m",),
    "race": ("2", "left_parenthesis", "p"),
    "convergence": ("p", "right"),
    "length": ("p", "left", "left"),
}
"""Pictures of a saved run, and the keys that lead to them from its workbench."""


async def look() -> None:
    """Record a run, and take the pictures of somebody who looks at it."""
    from maker_engine.runtime.order import RunOrder, drive, prepare  # noqa: PLC0415
    from maker_engine.runtime.step_control import Inbox  # noqa: PLC0415 - MAKER_HOME is set first
    from maker_engine.sessions.queries.saved import open_saved  # noqa: PLC0415
    from maker_tui.app import MakerApp  # noqa: PLC0415
    from maker_tui.runs.bridge import SavedSource  # noqa: PLC0415

    order = RunOrder("hanoi", {"disks": 12}, model="sim:p=0.9,v=0.9", k=4)
    recorded = await drive(prepare(order), Inbox(), lambda _: None)
    for name, keys in LOOKS.items():
        app = MakerApp(SavedSource(open_saved(recorded.session)))
        async with app.run_test(size=(110, 30)) as pilot:
            await pilot.pause(0.5)
            for key in keys:
                await pilot.press(key)
                await pilot.pause(0.1)
            await pilot.pause(2)
            write(f"looking-{name}", app.export_screenshot(title="maker"))


def write(name: str, picture: str) -> None:
    """Write a picture beside this file."""
    picture = picture.replace(os.environ["MAKER_HOME"], "/home/ada/.maker")  # as wide as a temporary directory's name
    (HERE / f"{name}.svg").write_text(picture, encoding="utf-8")


async def main() -> None:
    """Take all pictures."""
    voting = "sim:p=0.8,v=0.85,latency=0.3"
    await take(
        "workbench", (110, 30), voting, 7,
        lambda now: now.totals.steps > 12 and now.open is not None and len(now.open.rows) > 1,
    )  # fmt: skip
    await take("workbench-80x24", (80, 24), voting, 6, lambda now: now.totals.steps > 8 and len(now.flags) > 3)
    await take("finished", (110, 30), "sim:p=0.95", 8, lambda now: now.outcome is not None)
    await interview()
    await look()
    await walk()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"MAKER_HOME": home, "LOGNAME": "ada", "COLORTERM": "truecolor"}
        asyncio.run(main())
