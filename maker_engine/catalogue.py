"""Finds tasks: by name through entry points, ours like strangers', or by path as `path/to/file.py:Class`."""

from __future__ import annotations

import importlib.util
import sys
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from maker_engine.core.decomposition import AnyTask, Task
from maker_engine.core.errors import InputError

GROUP = "maker.tasks"


def names() -> list[str]:
    """Return the names of all installed tasks, sorted."""
    return sorted(_installed())


def find(name: str) -> type[AnyTask]:
    """Return the task family called `name`, or the class at `path/to/file.py:Class`.

    Raises:
        InputError: There is none, or it cannot be loaded.
    """
    return _load_path(name) if name.partition(":")[0].endswith(".py") else installed(name)


def installed(name: str) -> type[AnyTask]:
    """Return the installed task family called `name`; nothing is ever loaded from a path.

    Raises:
        InputError: There is none, or it cannot be loaded.
    """
    point = _installed().get(name)
    if point is None:
        known = ", ".join(names()) or "none is installed"
        raise InputError(f"there is no task {name!r}; known: {known}")
    try:
        return _checked(point.load(), name)
    except (ImportError, AttributeError, SyntaxError) as error:
        raise InputError(f"task {name!r} cannot be loaded from {point.value}: {error}") from error


def _installed() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP)}


def _load_path(name: str) -> type[AnyTask]:
    path, _, class_name = name.partition(":")
    if not class_name:
        raise InputError(f"{name!r} names no class; write it as {path}:Class")
    if not Path(path).is_file():
        raise InputError(f"there is no task file {path!r}")
    spec = importlib.util.spec_from_file_location(f"maker_task_{Path(path).stem}", path)
    if spec is None or spec.loader is None:
        raise InputError(f"{path!r} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their own module up while it is being made
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise InputError(f"task file {path!r} fails when it is loaded: {type(error).__name__}: {error}") from error
    if not hasattr(module, class_name):
        raise InputError(f"{path!r} has no class {class_name!r}")
    return _checked(getattr(module, class_name), name)


def _checked(found: object, name: str) -> type[AnyTask]:
    if not (isinstance(found, type) and issubclass(found, Task)):
        raise InputError(f"{name!r} is not a task: it must be a subclass of maker_engine.core.decomposition.Task")
    return found
