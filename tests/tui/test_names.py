"""Our attributes stay out of Textual's way: a name of its own that is taken over breaks it in strange places."""

from __future__ import annotations

import re
from pathlib import Path

from textual.app import App
from textual.widget import Widget

import maker_tui

ROOT = Path(maker_tui.__file__).parent
MEANT = {
    "compose", "render_line", "action_quit", "get_default_screen", "get_driver_class", "get_system_commands",
    "_fatal_error", "_handle_exception", "_print_error_renderables", "theme", "animation_level",
    "border_title", "border_subtitle", "_size_updated", "action_pop_screen",
}  # fmt: skip
"""What Textual asks its users to override or to set, the crash report, and where a size is first known."""


def names_in(*patterns: str) -> dict[str, set[str]]:
    """Attributes set and methods defined, by file."""
    sources = {path: path.read_text(encoding="utf-8") for pattern in patterns for path in ROOT.glob(pattern)}
    return {
        str(path.relative_to(ROOT)): set(re.findall(r"self\.(\w+)(?:: [^=\n]+)? = |def (\w+)\(self", text))
        for path, text in sources.items()
    }


async def test_no_name_of_textual_s_is_taken():
    """Rule: no attribute or method of ours has the name of one in the Textual class it stands on, but for overrides."""
    async with App().run_test() as pilot:
        widget = Widget()
        await pilot.app.mount(widget)
        stands_on = (("widgets/*.py", widget), ("screens/*.py", pilot.app.screen), ("app.py", pilot.app))
        for pattern, base in stands_on:
            taken = {*dir(base), *vars(base)}
            for file, names in names_in(pattern).items():
                clashes = {name for pair in names for name in pair if name in taken} - MEANT
                assert {name for name in clashes if not name.startswith("__")} == set(), file
