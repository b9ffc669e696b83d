"""Looking at the screen: its text, and waiting until it shows something."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from textual.app import App
from textual.events import Key
from textual.keys import _character_to_key
from textual.pilot import Pilot

PATIENCE_S = 60.0
LOOK_S = 0.01


def screen_text(app: App[Any]) -> str:
    """Everything on the screen, a line a row."""
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


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
