"""Looking at the screen: its text, and waiting until it shows something."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from textual._context import active_app
from textual.app import App
from textual.events import Key
from textual.keys import _character_to_key
from textual.pilot import Pilot

PATIENCE_S = 20.0
LOOK_S = 0.01
QUIET_S, QUIET_LOOKS, MOST_S = 0.002, 3, 1.0
"""Seconds between looks at the event loop, how many must find it with nothing to do, and when that is given up."""
WORK_S = 0.1
"""Seconds for which the app's own workers are waited for: some of them go on until the app ends."""


def screen_text(app: App[Any]) -> str:
    """Everything on the screen, a line a row."""
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


async def settled(min_sleep: float = 0.0, max_sleep: float = MOST_S) -> None:
    """Wait until the event loop has nothing to do, as the pilot does after each key.

    The pilot's own wait asks the clock of the processor, which a thread of the engine keeps going and which a busy
    machine stands still for: it waits ten times as long, and knows less.
    """
    loop: Any = asyncio.get_running_loop()
    app = active_app.get(None)
    begun, quiet = time.monotonic(), 0
    while quiet < QUIET_LOOKS and (waited := time.monotonic() - begun) < max_sleep:
        await asyncio.sleep(max(QUIET_S, min_sleep / QUIET_LOOKS))
        working = app is not None and waited < WORK_S and any(worker.is_running for worker in app.workers)
        quiet = 0 if loop._ready or working else quiet + 1


async def until(pilot: Pilot[Any], condition: Callable[[], object]) -> None:
    """Let the app run until `condition` holds."""
    end = time.monotonic() + PATIENCE_S
    await pilot.pause()
    while not condition():
        assert time.monotonic() < end, f"waited {PATIENCE_S} s in vain; on the screen:\n{screen_text(pilot.app)}"
        await asyncio.sleep(LOOK_S)
        await pilot.pause()


async def shown(pilot: Pilot[Any], *words: str) -> str:
    """Wait until all `words` are on the screen; return its text."""
    await until(pilot, lambda: all(word in screen_text(pilot.app) for word in words))
    return screen_text(pilot.app)


async def typed(pilot: Pilot[Any], text: str) -> None:
    """Type as fast as the app takes it; the pilot itself waits after each letter until the machine is idle."""
    for character in text:
        key = character if character.isalnum() else _character_to_key(character)
        pilot.app.post_message(Key(key, character))
    await pilot.pause()


async def gone(pilot: Pilot[Any], word: str) -> str:
    """Wait until `word` is not on the screen any more; return its text."""
    await until(pilot, lambda: word not in screen_text(pilot.app))
    return screen_text(pilot.app)
