"""What the app remembers from one start to the next: the theme chosen last, and how the panes were laid out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from maker_tui.settings.places import MEMORY, state_directory, write_private

LONGEST = 100_000
"""A larger file was not written by this app."""


class Memory:
    """Remembers values by name, in a file that may be lost or damaged without harm.

    Args:
        path: The file, None for the user's own.

    Attributes:
        trouble: Why nothing is remembered, in one line; empty where nothing is wrong.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or state_directory() / MEMORY
        self.trouble = ""
        self._values = self._read()

    def recall(self, name: str) -> Any:
        """Return what was remembered by `name`, None for nothing. It is as trustworthy as any file: look it over."""
        return self._values.get(name)

    def keep(self, name: str, value: object) -> None:
        """Remember `value`, which JSON can hold. What cannot be written is remembered until the app ends."""
        if self._values.get(name) == value:
            return
        import json  # noqa: PLC0415 - as in `_read`

        self._values = {**self._read(), name: value}  # another maker may have remembered something meanwhile
        try:
            write_private(self.path, json.dumps(self._values, indent=1) + "\n")
        except OSError as error:
            self.trouble = f"{self.path} cannot be written ({error.strerror}): theme and layout are not remembered"

    def _read(self) -> dict[str, Any]:
        try:
            text = self.path.read_bytes()
        except FileNotFoundError:
            return {}
        except OSError as error:
            self.trouble = f"{self.path} cannot be read ({error.strerror}): theme and layout are as at first"
            return {}
        import json  # noqa: PLC0415 - the first picture does not wait for it where there is nothing to read

        try:
            values = json.loads(text) if len(text) <= LONGEST else None
        except (ValueError, RecursionError):
            values = None
        if isinstance(values, dict):
            return values
        self.trouble = f"{self.path} is damaged and was ignored: theme and layout are as at first"
        return {}
