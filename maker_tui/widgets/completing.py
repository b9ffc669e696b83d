"""What an entry may complete to: paths, and the names of models, local servers' among them."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable

from textual.suggester import Suggester

from maker_engine.core.errors import InputError
from maker_engine.input_files import path_of

SIMULATED = ("sim", "sim:paper", "sim:p=0.9,v=0.95", "sim:p=0.97,v=0.96,latency=0.3")
SERVED = "hosted_vllm/"
"""Under this provider a model of a server of one's own is named."""


_TASK_FILES = ("task.py", "__init__.py")


class PathSuggester(Suggester):
    """Completes the path of a file or folder, a name at a time; what begins with a dot only where that is typed.

    Args:
        tasks: Offer only what may hold a task, and nothing inside of a folder that holds one.
    """

    def __init__(self, *, tasks: bool = False) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._tasks = tasks

    async def get_suggestion(self, value: str) -> str | None:
        """Return the first path that begins like `value`."""
        return await asyncio.to_thread(complete_path, value, tasks=self._tasks)


def complete_path(value: str, *, tasks: bool = False) -> str | None:
    """Return the first path that begins like `value`, a folder with a slash at its end; None for none.

    Args:
        value: What was typed.
        tasks: As for `PathSuggester`.
    """
    if not value or value == "~":
        return None
    folder, _, begun = value.rpartition(os.sep)
    try:
        place = path_of(f"{folder}{os.sep}" if os.sep in value else ".")
        with os.scandir(place) as entries:
            there = [(one.name, one.is_dir()) for one in entries]
    except (OSError, InputError):
        return None
    if tasks and not begun and any(name in _TASK_FILES for name, _ in there):
        return None
    fitting = sorted(
        (name, folder) for name, folder in there if _fits(name, begun) and (folder or not tasks or name.endswith(".py"))
    )
    if not fitting or (fitting[0][0] == begun and not fitting[0][1]):
        return None
    name, is_folder = fitting[0]
    return f"{value[: len(value) - len(begun)]}{name}{os.sep if is_folder else ''}"


def _fits(name: str, begun: str) -> bool:
    return name.isprintable() and name.startswith(begun) and (begun.startswith(".") or not name.startswith("."))


class ModelSuggester(Suggester):
    """Completes the name of a model.

    Args:
        api_base: Returns the server's address that is typed, empty for none.
    """

    def __init__(self, api_base: Callable[[], str]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._api_base = api_base
        self._listed: tuple[str, ...] = ()
        self._served: dict[str, tuple[str, ...]] = {}

    async def get_suggestion(self, value: str) -> str | None:
        """Return the first name that begins like `value`; a server's own models come first."""
        base = self._api_base()
        if base and base not in self._served:
            self._served[base] = await asyncio.to_thread(_served_at, base)
        if not self._listed and not value.startswith("sim"):
            self._listed = await asyncio.to_thread(_listed)
        return first_like(value, (*self._served.get(base, ()), *SIMULATED, *self._listed))


def first_like(value: str, names: Iterable[str]) -> str | None:
    """Return the first of `names` that begins like `value`, None where there is none or `value` is one itself."""
    found = None
    for name in names:
        if name == value:
            return None
        if found is None and name.startswith(value):
            found = name
    return found


def _served_at(base: str) -> tuple[str, ...]:
    from maker_engine.models.served import endpoint, served_models  # noqa: PLC0415 - only who has a server asks it

    try:
        names = served_models(endpoint(base), patience_s=2.0)
    except InputError:
        return ()
    return tuple(f"{SERVED}{name}" for name in names if name.isprintable())


def _listed() -> tuple[str, ...]:
    from maker_engine.models.price_list import listed  # noqa: PLC0415 - 3 MB, read when a name is typed

    return tuple(one.name for one in listed())
