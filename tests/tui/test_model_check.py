"""The check of a model in the app: said while it goes on, noticed where it found something, opened by a key."""

from __future__ import annotations

import threading
from typing import Any

from maker_engine.core.record.events import Outcome
from maker_engine.runtime.order import RunOrder, prepare
from maker_engine.sessions.queries.saved import open_saved
from maker_tui.app import MakerApp
from maker_tui.runs.bridge import LiveRun, SavedSource
from tests.cli.test_preflight import Messages, honest
from tests.models.test_via_litellm import only_our_key
from tests.support.openai_server import OpenAIServer, Reply
from tests.tui.looking import gone, shown, until

__all__ = ["only_our_key"]
SIZE = (80, 24)


def live(server: OpenAIServer, **more: Any) -> LiveRun:
    """Three disks by a server's model, in the app's own way: engine in a thread, provider's library apart."""
    order = RunOrder("hanoi", {"disks": 3}, model="openai/any", api_base=server.base_url, k=2, apart=True, **more)
    return LiveRun(prepare(order))


async def test_the_screen_says_that_the_model_is_checked_and_what_was_found():
    """Rule: while calls go out the banner counts them; a warning is a notice; its key opens the whole check."""
    second = threading.Event()

    def answer(messages: Messages, body: dict[str, Any], number: int) -> str | Reply:
        if number == 1:
            assert second.wait(60)
        return Reply(honest(messages, body, number), model="another")

    with OpenAIServer(answer) as server:
        run = live(server)
        run.start()
        try:
            app = MakerApp(run)
            async with app.run_test(size=SIZE, notifications=True) as pilot:
                await shown(pilot, "… checking the model: call 2 of 3", "… checking")
                await pilot.press("C")
                await shown(pilot, "none was made before this run")
                second.set()
                await shown(pilot, "model: answered by another")
                await pilot.press("C")
                await shown(pilot, "3 calls, none of them a vote", "! warning", "→ name the model that answers")
                await pilot.press("escape")
                await gone(pilot, "none of them a vote")
                await shown(pilot, "✔ solved and verified")
        finally:
            second.set()
            run.close()


async def test_leaving_during_the_check_ends_it_and_saves():
    """Rule: leaving during the check hangs up; the run is saved as stopped, and can be gone on with."""
    with OpenAIServer(lambda *_: Reply("late", delay_s=60.0)) as server:
        run = live(server)
        run.start()
        app = MakerApp(run)
        async with app.run_test(size=SIZE, notifications=True) as pilot:
            await shown(pilot, "checking the model: call 1 of 3")
            await until(pilot, lambda: len(server.requests) == 1)
            await pilot.press("q", "q")
            await until(pilot, lambda: run.ended)
        server.wait_until(lambda one: one.hung_up == 1)
    assert run.error is None
    assert open_saved(run.view().session).snapshot.outcome is Outcome.STOPPED


async def test_what_stops_the_run_stands_in_the_banner_and_in_the_saved_session():
    """Rule: cause and mend are what the banner says; the check of a saved session opens by the same key."""
    starved = Reply("", finish_reason="length", usage=(11, 750, 0))
    with OpenAIServer(lambda *_: starved) as server:
        run = live(server)
        run.start()
        async with MakerApp(run).run_test(size=(160, 45), notifications=True) as pilot:
            await shown(pilot, "cut off while reasoning, before any text", "raise --max-reasoning-tokens or lower")
        run.close()
    saved = SavedSource(open_saved(run.view().session))
    async with MakerApp(saved).run_test(size=SIZE, notifications=True) as pilot:
        await shown(pilot, "✖ failed")
        await pilot.press("C")
        await shown(pilot, "✖ stop", "→ raise --max-reasoning-tokens or lower", "--reasoning")


async def test_a_simulated_run_says_that_it_needs_no_check():
    """Rule: the key answers in words where there is nothing to show."""
    run = LiveRun(prepare(RunOrder("hanoi", {"disks": 3}, model="sim")))
    run.start()
    async with MakerApp(run).run_test(size=SIZE, notifications=True) as pilot:
        await shown(pilot, "✔ solved and verified")
        await pilot.press("C")
        await shown(pilot, "a simulated model needs none")
    run.close()
