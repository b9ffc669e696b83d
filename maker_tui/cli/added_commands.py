"""Commands that packages add to `maker`: entry points of the group `maker.commands`, ours like strangers'.

The entry point's name is the command's. It leads to a callable that takes the arguments after the name and returns the
exit status; the first line of its docstring is what `maker --help` says of it. `InputError` is reported in one line.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import TypeAlias, cast

from maker_engine.core.errors import InputError, MakerError
from maker_engine.printable import one_line

GROUP = "maker.commands"

Command: TypeAlias = Callable[[Sequence[str]], int]


def names() -> list[str]:
    """Return the names of all added commands, sorted."""
    return sorted(_installed())


def summary(name: str) -> str:
    """Return one line about a command, beginning in lower case as the others do; why not, where it cannot be loaded.

    Only what has no such line in its source is loaded for it: a command may bring a whole task in with its libraries.
    """
    try:
        first_line = (_docstring(_installed()[name]) or load(name).__doc__ or "").strip().partition("\n")[0]
    except InputError as error:
        first_line = str(error)
    text = one_line(first_line, 120).replace("%", "%%").rstrip(".")
    return text if text[:2].isupper() else text[:1].lower() + text[1:]


def run(name: str, arguments: Sequence[str]) -> int:
    """Run a command and return its exit status.

    Raises:
        InputError: It cannot be loaded, or what it says of its own input.
        MakerError: It returned no exit status.
    """
    status = load(name)(arguments)
    if type(status) is not int:
        raise MakerError(f"command {name!r} returned {status!r} for an exit status: it must return a whole number")
    return status


def load(name: str) -> Command:
    """Return the command called `name`.

    Raises:
        InputError: There is none, or it cannot be loaded.
    """
    point = _installed().get(name)
    if point is None:
        raise InputError(f"there is no command {name!r}; added ones are: {', '.join(names()) or 'none'}")
    try:
        found = point.load()
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        raise InputError(f"command {name!r} cannot be loaded from {point.value}: {reason}") from error
    if not callable(found):
        raise InputError(f"command {name!r} is nothing that can be called: {point.value}")
    return cast("Command", found)  # what it returns is examined where it is called


def _docstring(point: EntryPoint) -> str | None:
    """Return the docstring of a command's function out of its source file, None where it is not found there."""
    package, *inner = point.module.split(".")
    try:
        spec = find_spec(package)
        folders = [] if spec is None else spec.submodule_search_locations or []
        files = [Path(folder, *inner).with_suffix(".py") for folder in folders] if inner else [spec and spec.origin]
        source = Path(str(files[0])).read_bytes()
        functions = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    except (ImportError, IndexError, OSError, SyntaxError, ValueError):
        return None
    return next((ast.get_docstring(one) for one in functions if one.name == point.attr), None)


def _installed() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP)}
