"""Writes a working task, one file or a folder, to be changed into another one piece by piece."""

from __future__ import annotations

import keyword
import re
import sys
from importlib.resources import files
from pathlib import Path
from string import Template

from maker_engine import catalogue
from maker_engine.core.errors import InputError

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_ENDING = ".tmpl"


def write_file(name: str, where: Path = Path()) -> Path:
    """Write the file `where/name.py`, a whole task; return its path.

    Args:
        name: Of the task, its file and, in capitals, its class.
        where: Folder to put it in, which is made where it is not there.

    Raises:
        InputError: The name cannot be a task's, the file is there already, or cannot be written.
    """
    _look_at(name)
    path = where / f"{name}.py"
    template = files(__package__) / f"one_file.py{_ENDING}"
    try:
        where.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(Template(template.read_text(encoding="utf-8")).substitute(_words(name)))
    except OSError as error:
        raise _not_written(path, error) from None
    return path


def write_task(name: str, where: Path = Path()) -> Path:
    """Write the folder `where/name`; return its path.

    Args:
        name: Of the task, its folder and, in capitals, its class.
        where: Folder to put it in.

    Raises:
        InputError: The name cannot be a task's, the folder is there already, or cannot be written.
    """
    _look_at(name)
    folder = where / name
    words = _words(name)
    try:
        folder.mkdir(parents=True)
        for template in sorted((files(__package__) / "template").iterdir(), key=lambda one: one.name):
            if template.name.endswith(_ENDING):
                path = folder / Template(template.name.removesuffix(_ENDING)).substitute(words)
                path.write_text(Template(template.read_text(encoding="utf-8")).substitute(words), encoding="utf-8")
    except OSError as error:
        raise _not_written(folder, error) from None
    return folder


def _words(name: str) -> dict[str, str]:
    return {"name": name, "title": name.replace("_", " ").capitalize(), "class_name": _class_name(name)}


def _not_written(path: Path, error: OSError) -> InputError:
    if isinstance(error, FileExistsError) and path.exists():
        return InputError(f"{path} is there already: choose another name, or move it away")
    return InputError(f"{path} cannot be written: {error.strerror}")


def _look_at(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise InputError(f"{name!r} cannot name a task: write small letters, digits and _, such as bin_packing")
    if keyword.iskeyword(name) or keyword.issoftkeyword(name):
        raise InputError(f"{name!r} is a word of Python's: choose another name")
    if name in sys.stdlib_module_names:
        raise InputError(f"{name!r} is a module of Python's, which the folder would hide: choose another name")
    if name in catalogue.names():
        raise InputError(f"there is an installed task {name!r}: choose another name")


def _class_name(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_")) or name
