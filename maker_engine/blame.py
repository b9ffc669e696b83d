"""Whose fault an error is: where a task's own files are in its traceback, the task's."""

from __future__ import annotations

import sys
import sysconfig
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from maker_engine.core import decomposition
from maker_engine.core.decomposition import AnyTask, Task
from maker_engine.core.errors import MakerError, TaskError
from maker_engine.core.task import acting

_CONTRACT = (str(decomposition.__file__), str(acting.__file__))
_ENGINE = str(Path(__file__).parent)
_PACKAGE = __name__.partition(".")[0]
_PYTHON = sysconfig.get_paths()["stdlib"]


@contextmanager
def blaming(family: type[AnyTask]) -> Iterator[None]:
    """Turn whatever a task raises into a `TaskError` that names the place; all else is raised as it is.

    Raises:
        TaskError: The task failed.
    """
    try:
        yield
    except MakerError:
        raise
    except (Exception, SystemExit) as error:  # a task may not end the program either
        fault = fault_of(family, error)
        if fault is None:
            raise
        raise fault from error


def fault_of(family: type[AnyTask], error: BaseException) -> TaskError | None:
    """Return the error of a task whose own files are in an error's traceback, None where none of them is.

    A method that the task should have written, or that takes other arguments than it should, is called in none of its
    files: that is its fault too.
    """
    files = [frame.filename for frame in traceback.extract_tb(error.__traceback__)]
    missing = isinstance(error, NotImplementedError) and files[-1:] and files[-1] in _CONTRACT
    if not (missing or _is_miscalled(family, error) or any(file.startswith(homes(family)) for file in files)):
        return None
    return TaskError(f"task {getattr(family, 'name', family.__name__)} fails with {describe_error(error)}")


def _is_miscalled(family: type[AnyTask], error: BaseException) -> bool:
    """Return whether Python refused to call a method of the task's own: it names it at the beginning."""
    own = tuple(f"{one.__qualname__}." for one in family.__mro__ if issubclass(one, Task) and one is not Task)
    return isinstance(error, TypeError) and str(error).startswith(own)


def homes(family: type[AnyTask]) -> tuple[str, ...]:
    """Return where a task's own files begin: its folder, or its file where it has none to itself."""
    found = []
    for one in family.__mro__:
        module = sys.modules.get(one.__module__)
        theirs = one.__module__.partition(".")[0] != _PACKAGE
        if theirs and issubclass(one, Task) and module is not None and module.__file__:
            file = Path(module.__file__)
            found.append(str(file.parent) if module.__package__ else str(file))
    return tuple(found)


def describe_error(error: BaseException) -> str:
    """Describe an error with the place outside of the engine and of Python where it was raised."""
    text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if _is_theirs(frame.filename)]
    return f"{text} ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else text


def _is_theirs(file: str) -> bool:
    return not file.startswith((_ENGINE, "<")) and (not file.startswith(_PYTHON) or "site-packages" in file)
