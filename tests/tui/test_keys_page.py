"""What docs/keys.md says of keys, themes and settings is so."""

from __future__ import annotations

import re
from pathlib import Path

from maker_tui.settings.actions import all_actions
from maker_tui.settings.config import parse
from maker_tui.settings.themes import THEMES

PAGE = (Path(__file__).parents[2] / "docs" / "keys.md").read_text(encoding="utf-8")
ARROWS = {"↓": "down", "↑": "up", "←": "left", "→": "right", "PgDn": "pagedown", "PgUp": "pageup", "+": "plus",
          "-": "minus", "<": "less_than_sign", ">": "greater_than_sign", "=": "equals_sign",
          "%": "percent_sign"}  # fmt: skip


def test_every_key_of_the_page_is_one():
    """Rule: each key in its tables is a key of some action, ctrl or not."""
    known = {key for action in all_actions().values() for key in action.keys.split(",")}
    rows = [row.split("|")[1] for row in PAGE.splitlines() if row.startswith("| `") and "maker-" not in row]
    keys = [key for row in rows for key in re.findall(r"`([^`]+)`", row)]
    assert len(keys) > 25
    for key in keys:
        before, _, last = key.rpartition("+") if len(key) > 1 else ("", "", key)
        assert "+".join(filter(None, (before, ARROWS.get(last, last)))) in known, key


def test_the_settings_of_the_page_can_be_used():
    """Rule: its file is one the app takes."""
    config = parse(re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)[1])
    assert config.notify == "osc777"
    assert config.keys["workbench.pause"] == "space,r"


def test_every_theme_of_ours_is_on_the_page():
    """Rule: no look is kept secret."""
    assert all(f"`{theme.name}`" in PAGE for theme in THEMES)
