"""The story of one bad step: a run over a model that finds one step hard is held there, understood, and forked."""

from __future__ import annotations

import getpass
from pathlib import Path

from maker_engine.runtime.order import RunOrder, prepare
from maker_engine.sessions.integrity.verify import verify
from maker_engine.sessions.store.reader import Reader
from maker_tui.app import MakerApp
from maker_tui.runs.bridge import LiveRun
from tests.tui.looking import shown, until
from tests.tui.sources import hanoi

MODEL = "sim:p=1,v=1,hard=0.03,hard_p=0.6"
SEED, HARD = 1503, 15
"""With this seed one step of the 31 is hard, and in the fork, which has a seed of its own, it is that step again."""
FEW = 20


async def test_a_bad_step_is_found_and_mended_in_few_keys(tmp_path: Path) -> None:
    """Break on dissent, inspect, compare two samples, see the race, probe, fork with k + 1, decide, finish."""
    path = tmp_path / "run.maker"
    order = RunOrder("hanoi", {"disks": 5}, model=MODEL, k=3, seed=SEED, session=path, breaks=("dissent",))
    run = LiveRun(prepare(order))
    run.start()
    pressed: list[str] = []
    async with MakerApp(run, stay=True).run_test(size=(160, 45), notifications=True) as pilot:

        async def press(*keys: str, until_shown: tuple[str, ...]) -> str:
            pressed.extend(keys)
            await pilot.press(*keys)
            return await shown(pilot, *until_shown)

        await shown(pilot, f"held — step {HARD} · breakpoint 1: dissent")
        await press("i", until_shown=("#1", "#2", f"step {HARD}"))
        await press("down", "space", "down", "down", until_shown=(" │ ", "vote for A", "vote for B"))
        await press("p", until_shown=("vote race",))
        await press("q", until_shown=("held —",))
        await press("3", "e", until_shown=("probes, not counted",))
        await press("F", until_shown=(f"fork at step {HARD}", "k=4"))
        text = await press("enter", until_shown=(f"held — step {HARD}", "needs a margin of k 4"))
        task = hanoi(5)
        with Reader(path, 0) as reader:
            right = task.describe(task.oracle(reader.state(task, HARD - 1)))
        letter = "a" if f"A {right}" in text else "b"
        await press("d", until_shown=("decide which?",))
        who = getpass.getuser()
        await press(letter, until_shown=("· decided, not committed ·", f"decided by {who} ✔, not committed"))
        await press("c", until_shown=("✔ solved",))
        app = pilot.app
        await until(pilot, lambda: app.navigation.opened.source.ended)  # type: ignore[attr-defined]
        app.close_source()  # type: ignore[attr-defined]
    assert len(pressed) <= FEW, pressed
    assert verify(path, hanoi(5)).findings == ()
    with Reader(path) as reader:
        assert [branch.fork_step for branch in reader.branches] == [0, HARD - 1]
        assert reader.meta()["ended"]["outcome"] == "solved"
