"""Where a user's settings and what is remembered of them lie."""

from __future__ import annotations

import os
from pathlib import Path

from maker_engine.input_files import path_of

CONFIG, MEMORY, COPIED = "config.toml", "state.json", "copied.txt"


def config_file() -> Path:
    """Return the file of settings: `MAKER_CONFIG`, else in `MAKER_HOME`, else in the user's directory for settings."""
    given = os.environ.get("MAKER_CONFIG")
    if given:
        return path_of(given)
    home = _home()
    if home is None:
        from platformdirs import user_config_path  # noqa: PLC0415 - whoever names a home need not load it

        home = user_config_path("maker", appauthor=False)
    return home / CONFIG


def state_directory() -> Path:
    """Return where the app remembers things: `MAKER_HOME`, else the user's directory for that."""
    home = _home()
    if home is None:
        from platformdirs import user_state_path  # noqa: PLC0415 - start-up

        home = user_state_path("maker", appauthor=False)
    return home


def write_private(path: Path, text: str) -> None:
    """Put `text` in the place of what `path` holds, whole or not at all, for its owner alone.

    Raises:
        OSError: It cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = path.with_name(f".{path.name}.{os.urandom(4).hex()}")
    try:
        with os.fdopen(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise


def _home() -> Path | None:
    given = os.environ.get("MAKER_HOME")
    return path_of(given) if given else None
