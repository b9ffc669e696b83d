"""Finds tasks: by name through entry points, ours like strangers', or by path: a file, or a folder with its own files.

A path is what has a slash in it, is `.` or ends in `.py`: a bare word never loads code from where one happens to be.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import os
import sys
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType

from maker_engine.core.decomposition import AnyTask, Option, Task
from maker_engine.core.errors import InputError
from maker_engine.input_files import is_file, is_folder
from maker_engine.options.table import flag_names
from maker_engine.suggestion import suggestion

GROUP = "maker.tasks"
_OWN = {"calibration": EntryPoint("calibration", "maker_engine.calibration.sampled:Sampled", GROUP)}
"""What sessions are of that are no runs: found by name like tasks, and not listed as such."""

_FLAGS = (
    "calls executor fresh from headless help json labels limit log no_mouse on_hangup plan problem profile"
    " progress quiet run_steps seed states steps"
)
"""The flags of `maker run`, `maker check-task` and `maker calibrate` beside the options of a run."""
TAKEN = frozenset(_FLAGS.split()) | flag_names()
"""What a task's own options cannot be called: these are flags of maker's."""


def names() -> list[str]:
    """Return the names of all installed tasks, sorted."""
    return sorted(_installed())


def find(name: str) -> type[AnyTask]:
    """Return the task family called `name`, or the one at a path.

    Args:
        name: An installed task's name, `path/to/file.py`, or a folder with an `__init__.py` or a `task.py`; a path
            that holds several tasks takes `:Class` after it.

    Raises:
        InputError: There is none, or it cannot be loaded.
    """
    return _load_path(name) if is_path(name) else installed(name)


def is_path(name: str) -> bool:
    """Return whether `name` is a path rather than the name of an installed task."""
    path = name.partition(":")[0]
    return path.endswith(".py") or path in (".", "..") or os.sep in path


def located(name: str) -> str:
    """Return a task's name as it is kept: a path absolute, so that it leads there from any directory."""
    path, colon, kind = name.partition(":")
    return f"{Path(path).absolute()}{colon}{kind}" if is_path(name) else name


def installed(name: str) -> type[AnyTask]:
    """Return the installed task family called `name`; nothing is ever loaded from a path.

    Raises:
        InputError: There is none, or it cannot be loaded.
    """
    point = _installed().get(name) or _OWN.get(name)
    if point is None and is_path(name):
        raise InputError(f"task {name!r} was run from a path, and a session loads no code: name it with --task {name}")
    if point is None:
        known = ", ".join(names()) or "none is installed"
        here = f"; for the folder write ./{name}" if is_folder(Path(name)) else ""
        raise InputError(f"there is no task {name!r}; known: {known}{here}{suggestion(name, names())}")
    try:
        found = point.load()
    except (Exception, SystemExit) as error:
        raise InputError(f"task {name!r} cannot be loaded from {point.value}: {error}") from error
    return _checked(found, name)


def _installed() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP)}


def _load_path(name: str) -> type[AnyTask]:
    path, _, class_name = name.partition(":")
    try:
        module = _load_folder(Path(path)) if is_folder(Path(path)) else _load_file(Path(path))
    except InputError:
        raise
    except (Exception, SystemExit) as error:
        raise InputError(f"task {path!r} fails when it is loaded: {type(error).__name__}: {error}") from error
    if class_name and not hasattr(module, class_name):
        raise InputError(f"{path!r} has no class {class_name!r}")
    return _checked(getattr(module, class_name), name) if class_name else _only_task(module, path)


def _load_file(path: Path) -> ModuleType:
    if not is_file(path):
        raise InputError(f"there is no task file or folder {str(path)!r}")
    return _load(f"maker_task_{path.stem}", path)


def _load_folder(folder: Path) -> ModuleType:
    """Load a folder as a package of its own, so that its files can import each other relatively."""
    name = f"maker_task_{folder.resolve().name}"
    # What an earlier folder of this name left behind must not be imported by the files of this one.
    for known in [known for known in sys.modules if known == name or known.startswith(f"{name}.")]:
        del sys.modules[known]
    opening = folder / "__init__.py"
    if is_file(opening):
        return _load(name, opening, folder)
    if not is_file(folder / "task.py"):
        raise InputError(f"folder {str(folder)!r} holds no task: it needs an __init__.py or a task.py")
    package = ModuleType(name)
    package.__path__ = [str(folder.absolute())]
    sys.modules[name] = package
    return importlib.import_module(f"{name}.task")


def _load(name: str, path: Path, folder: Path | None = None) -> ModuleType:
    # Absolute: the import system keeps what it finds under a name, also where another directory is the present one.
    searched = None if folder is None else [str(folder.absolute())]
    spec = importlib.util.spec_from_file_location(name, path, submodule_search_locations=searched)
    if spec is None or spec.loader is None:
        raise InputError(f"{str(path)!r} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their own module up while it is being made
    spec.loader.exec_module(module)
    return module


def _only_task(module: ModuleType, path: str) -> type[AnyTask]:
    """Return the one task that a module defines, or takes from the other files of its folder."""
    home = module.__name__.partition(".")[0]
    found = {
        value
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, Task)
        and not inspect.isabstract(value)
        and value.__module__.partition(".")[0] == home
    }
    if len(found) == 1:
        return _checked(found.pop(), path)
    listed = ", ".join(sorted(one.__name__ for one in found))
    mend = f"{path}:Class, one of {listed}" if found else "a subclass of maker_engine.Task"
    raise InputError(f"{path!r} holds {len(found) or 'no'} task{'s' if found else ''}: it takes {mend}")


def _checked(found: object, name: str) -> type[AnyTask]:
    if not (isinstance(found, type) and issubclass(found, Task)):
        raise InputError(f"{name!r} is not a task: it must be a subclass of maker_engine.Task")
    if inspect.isabstract(found):
        missing = ", ".join(sorted(found.__abstractmethods__))
        raise InputError(f"task {name!r} is not whole: it has to define {missing}")
    _check_introduction(found, name)
    taken = [option.name for option in found.options if option.name.replace("-", "_") in TAKEN]
    if taken:
        raise InputError(f"task {name!r} cannot have an option {taken[0]!r}, a flag of maker's own: rename the option")
    return found


def _check_introduction(family: type[AnyTask], name: str) -> None:
    """See to it that a task says what lists, flags and forms need; whether it says it well, `check-task` looks at."""
    for attribute in ("name", "title", "summary", "source_help"):
        if not isinstance(text := getattr(family, attribute, None), str):
            raise InputError(f"task {name!r} is not whole: its {attribute} must be text, got {text!r:.60}")
    options: object = getattr(family, "options", ())
    if not isinstance(options, tuple) or not all(isinstance(option, Option) for option in options):
        raise InputError(f"task {name!r} is not whole: its options must be a tuple of Option, got {options!r:.60}")
