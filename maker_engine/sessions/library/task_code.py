"""The code of a task that was run from a path: where a session says it is, and which code that is now."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from maker_engine import catalogue
from maker_engine.core.errors import InputError, SessionError
from maker_engine.input_files import is_file, is_folder, path_of
from maker_engine.sessions.store import origin, schema, storage
from maker_engine.sessions.store.reader import Reader

MOST_FILES, MOST_BYTES = 1_000, 20 * 2**20
"""A folder of more code than this has no digest: whether to run it is asked every time."""


class TaskCode(NamedTuple):
    """Code that a session would have run.

    Attributes:
        named: The task as `catalogue.find` takes it.
        path: Its file or folder, absolute.
        digest: Of the contents of its Python files; empty where they are too many to be read.
    """

    named: str
    path: Path
    digest: str


class Named(NamedTuple):
    """The task that a session names.

    Attributes:
        name: Of an installed task, or its path as the session has it.
        own: The run was ordered here; False for a session from elsewhere.
    """

    name: str
    own: bool

    @property
    def from_path(self) -> bool:
        """True where it was run from a file or folder."""
        return catalogue.is_path(self.name)


def task_named_by(session: Path, branch: int | None = None) -> Named:
    """Return the task that a session names. The file is only read.

    Args:
        session: The file.
        branch: Which of its runs, None for the newest.

    Raises:
        SessionError: It cannot be read, or has an older format and lies outside of the library.
    """
    opened = storage.open_reader(session)
    opened.close()
    if opened.format < schema.FORMAT:
        raise SessionError(f"session {session} has the older format {opened.format}, and is not changed where it is:"
                           " copy it into the folder that maker sessions path prints")  # fmt: skip
    with Reader(session, branch) as reader:
        name = reader.meta().get("order", {}).get("task")
        own = origin.is_own(session, reader.record(reader.branch.id))
        return Named(name if isinstance(name, str) else "", own)


def code_at(named: str) -> TaskCode | None:
    """Return the code that a task's path leads to now, None where there is nothing any more."""
    name, colon, kind = named.partition(":")
    try:
        path = path_of(name).absolute()
    except InputError:  # a session may be anyone's
        return None
    if not (is_file(path) or is_folder(path)):
        return None
    return TaskCode(f"{path}{colon}{kind}", path, _digest(path))


def _digest(path: Path) -> str:
    found = blake2b(digest_size=16, person=b"maker task code")
    left = MOST_BYTES
    for number, file in enumerate(_files(path)):
        try:
            left -= file.stat().st_size
            if left < 0 or number >= MOST_FILES:
                return ""
            content = file.read_bytes()
        except OSError:
            return ""
        name = str(file.relative_to(path.parent)).encode(errors="surrogateescape")
        found.update(b"%d:%b%d:%b" % (len(name), name, len(content), content))
    return found.hexdigest()


def _files(path: Path) -> Iterator[Path]:
    if is_file(path):
        return iter([path])
    return iter(sorted(path.rglob("*.py")))
