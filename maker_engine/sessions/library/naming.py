"""What names a session: a path, `last`, `@2`, its file, the name that it was given, or the start of one of these."""

from __future__ import annotations

import json
import os
import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from maker_engine.core.errors import InputError, MakerError
from maker_engine.input_files import is_closed, is_file, is_folder, modified, path_of
from maker_engine.printable import one_line
from maker_engine.sessions.store import storage
from maker_engine.sessions.store.user_data import library

SUFFIX = ".maker"
NEWEST = frozenset({"last", "@", "@1"})
NAMED = 3
"""So many candidates are listed where a name is ambiguous."""
_RANK = re.compile(r"@([1-9]\d{0,8})", re.ASCII)
_SHOWN = 40  # characters of a name in a message


class Named(NamedTuple):
    """What a session may be called.

    Attributes:
        path: Its file.
        name: The name that `rename` gave it, empty for none.
        created: When its newest run was begun, seconds since the epoch.
    """

    path: Path
    name: str
    created: float


def files_in(directory: Path | None = None) -> list[Path]:
    """Return the sessions of a directory, None for the user's own library, by file name; none are read."""
    try:
        return sorted((directory or library()).glob(f"*{SUFFIX}"))
    except OSError:
        return []


def sessions_in(directory: Path | None = None) -> list[Path]:
    """Return the same of a directory that may be read, or is not there.

    Raises:
        InputError: It is closed to this user.
    """
    place = directory or library()
    if is_closed(place) or (is_folder(place) and not os.access(place, os.R_OK | os.X_OK)):
        raise InputError(f"the sessions in {place} cannot be read: open the folder, or name another by MAKER_HOME")
    return files_in(directory)


def find(text: str, directory: Path | None = None) -> Path:
    """Return the session that `text` names.

    Args:
        text: A path; `last`, `@`, or `@2` for the second newest; in the library a file name with or without its
            ending, a name given by `rename`, or the start of just one of these.
        directory: The library's, None for the user's own.

    Raises:
        InputError: No session is meant, or several could be.
    """
    if not is_rank(text):
        path = path_of(text)
        if is_file(path):
            return path
        if is_closed(path):
            raise InputError(f"session {path} cannot be read: you may not look into its directory")
    return choose(text, sessions_in(directory), "there is no session {}: maker sessions lists them")


def is_rank(text: str) -> bool:
    """Return whether `text` counts sessions from the newest on, as `last` and `@2` do."""
    return text in NEWEST or _RANK.fullmatch(text) is not None


def choose(text: str, paths: Iterable[Path], none: str, *, ranked: bool = False) -> Path:
    """Return the one of `paths` that `text` names.

    Args:
        text: As for `find`, but for the path.
        paths: What there is to choose from; among several files of exactly this name, the first is meant.
        none: What to say when there is none, with {} for what was typed.
        ranked: The paths are in the order in which `@` counts them, False to put the newest first.

    Raises:
        InputError: None of them is meant, or several could be.
    """
    known = list(paths)
    if is_rank(text):
        return _ranked(text, known if ranked else [one.path for one in _newest_first(known)], none)
    for path in known:
        if text in (path.name, path.stem):
            return path
    named = [(path, name_of(path)) for path in known]
    for fits in _FITS:
        meant = [(path, name) for path, name in named if text and fits(text, path, name)]
        if len({path.name for path, _ in meant}) > 1:
            raise _ambiguous(text, meant)
        if meant:
            return meant[0][0]
    raise InputError(none.format(repr(one_line(text, _SHOWN))))


_FITS: tuple[Callable[[str, Path, str], bool], ...] = (
    lambda text, _, name: text == name,
    lambda text, _, name: text.casefold() == name.casefold(),
    lambda text, path, name: path.name.startswith(text) or name.casefold().startswith(text.casefold()),
)
"""What may be meant, the most exact first."""


def session_names(directory: Path | None = None) -> list[str]:
    """Return what completes the name of a session: given names and file names without ending, the newest first.

    A name that two sessions share names neither of them, and is left out.
    """
    known = _newest_first(files_in(directory))
    given = [one.name for one in known if one.name and one.name == one_line(one.name)]  # a name may be anyone's
    own = frozenset(name for name, times in Counter(given).items() if times == 1)
    names = (name for one in known for name in (one.name, one.path.stem) if name in own or name == one.path.stem)
    return list(dict.fromkeys(names))


def name_of(path: Path) -> str:
    """Return the name that a session was given, empty for none or where it cannot be read."""
    return _named(path).name


def check_name(name: str, path: Path) -> None:
    """Refuse to give the session at `path` a name that means another one.

    Raises:
        InputError: It counts from the newest, or is the file name of another session beside it.
    """
    if is_rank(name):
        raise InputError(f"a session cannot be named {name!r}, which counts from the newest: choose another name")
    if any(name in (one.stem, one.name) and one.name != path.name for one in files_in(path.parent)):
        raise InputError(f"{one_line(name, _SHOWN)!r} is the file name of another session: choose another name")


def _ranked(text: str, known: Sequence[Path], none: str) -> Path:
    rank = 1 if text in NEWEST else int(text[1:])
    if not known:
        raise InputError(none.format(repr(text)))
    if rank > len(known):
        raise InputError(f"there is no session {text}: there are {len(known):,}")
    return known[rank - 1]


def _newest_first(known: Iterable[Path]) -> list[Named]:
    return sorted(map(_named, known), key=lambda one: (one.created, one.path.name), reverse=True)


def _ambiguous(text: str, meant: Sequence[tuple[Path, str]]) -> InputError:
    alike = any(text.casefold() == name.casefold() for _, name in meant)
    shown = [
        path.stem if alike or not name else f"{path.stem} ({one_line(name, _SHOWN)})" for path, name in meant[:NAMED]
    ]
    more = [f"{len(meant) - NAMED} more"] if len(meant) > NAMED else []
    mend = "give the file name of one" if alike else "give more of one, or @ for the newest"
    what = "is the name of" if alike else "could be"
    return InputError(f"{one_line(text, _SHOWN)!r} {what} {len(meant)} sessions: {', '.join([*shown, *more])}: {mend}")


def _named(path: Path) -> Named:
    """Read what a session is called, and nothing else of it; one that cannot be read has no name."""
    values: dict[str, Any] = {}
    with suppress(MakerError, sqlite3.Error, ValueError, TypeError, RecursionError):
        opened = storage.open_at_rest(path) or storage.open_reader(path)
        try:
            values = _values(opened.connection)
        finally:
            opened.close()
    name, created = values.get("name"), values.get("created")
    begun = float(created) if isinstance(created, int | float) else modified(path)
    return Named(path, name if isinstance(name, str) else "", begun)


def _values(connection: sqlite3.Connection) -> dict[str, Any]:
    columns = {row[1] for row in connection.execute("PRAGMA table_info(meta)")}
    if "branch" not in columns:  # an older format has one run a file
        rows = connection.execute("SELECT k, v FROM meta WHERE k IN ('name', 'created')").fetchall()
    else:
        rows = connection.execute("SELECT k, v FROM meta WHERE k = 'created' ORDER BY branch DESC LIMIT 1").fetchall()
        rows += connection.execute("SELECT k, v FROM meta WHERE k = 'name' AND branch = 0").fetchall()
    return {key: json.loads(text) for key, text in rows}
