"""The story of a database that is put back from the workbench: a step is chosen, Z pressed, and asked once."""

from __future__ import annotations

import pytest
from maker_tasks.migration.database.sqlite_tables import digest_of

from maker_engine.sessions.queries.saved import open_saved
from maker_engine.sessions.store.reader import Reader
from maker_tui.app import MakerApp
from maker_tui.cli.main import main
from maker_tui.runs.bridge import SavedSource
from tests.tui.looking import gone, shown

SMALL = (80, 24)


@pytest.fixture
def ended(tmp_path, monkeypatch):
    """A rehearsal that has ended."""
    monkeypatch.setenv("MAKER_HOME", str(tmp_path / "home"))
    path = tmp_path / "run.maker"
    main(["run", "migration", "--rows", "100", "--to", "cents", "--headless", "--session", str(path)])
    return path


async def test_a_migrated_copy_is_put_back_to_the_step_in_view(tmp_path, ended):
    """Rule: Z says once what it will do; n does nothing; y puts the copy back, shows its digest, and opens the fork."""
    (copy,) = (tmp_path / "home" / "migration").glob("*/work.db")
    last = digest_of(copy)[0]
    async with MakerApp(SavedSource(open_saved(ended)), step=2).run_test(size=SMALL, notifications=True) as pilot:
        text = await shown(pilot, "step 3 of", "◀ the past")
        assert "Z roll back" in text.split("\n")[-1]
        await pilot.press("Z")
        await shown(pilot, "Roll back to step 3?", "the copy of the demo with 100 rows")
        await pilot.press("n")
        await gone(pilot, "Roll back to step 3?")
        assert digest_of(copy)[0] == last
        await pilot.press("Z")
        await shown(pilot, "Roll back to step 3?")
        await pilot.press("y")
        await shown(pilot, "rolled back to step 3", "verified", "c continue")
        with Reader(ended) as reader:
            assert (reader.branch.id, reader.branch.fork_step, digest_of(copy)[0] == last) == (1, 2, False)
