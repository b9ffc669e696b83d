"""Alembic, through its offline SQL: what `alembic upgrade head --sql` writes, and `alembic downgrade` likewise."""

from __future__ import annotations

import re
from dataclasses import replace

from maker_engine.core.errors import ProblemError

from ..problem import Change
from .parts import Folder

_UP = re.compile(r"^-- Running upgrade\s+(?P<before>[0-9a-zA-Z_, ]*?)\s*->\s*(?P<name>[0-9a-zA-Z_]+).*$", re.MULTILINE)
_DOWN = re.compile(r"^-- Running downgrade\s+(?P<name>[0-9a-zA-Z_]+)\s*->.*$", re.MULTILINE)
HOW = "write its SQL into the folder: alembic upgrade head --sql > up.sql; alembic downgrade head:base --sql > down.sql"


def is_offline(folder: Folder) -> bool:
    """Return whether a folder has Alembic's offline SQL."""
    return any(path.endswith(".sql") and _UP.search(text) for path, text in folder.files.items())


def refuse_python(folder: Folder) -> None:
    """Refuse a folder of Alembic's that has no offline SQL: its Python is never run here.

    Raises:
        ProblemError: It is one; the text says how to get the SQL.
    """
    for path, text in folder.files.items():
        if path.endswith(".py") and re.search(r"^down_revision\b", text, re.MULTILINE):
            raise ProblemError(f"{path} is Alembic's Python, which is not run: {HOW}")


def read(folder: Folder) -> list[Change]:
    """Read the revisions of the offline SQL, each needing the one before."""
    ups, downs = list[tuple[str, str, tuple[str, ...], str, int]](), dict[str, tuple[str, str, int]]()
    for path, text in sorted(folder.files.items()):
        if not path.endswith(".sql"):
            continue
        marks = sorted([*_UP.finditer(text), *_DOWN.finditer(text)], key=lambda one: one.start())
        if marks and re.search(r"\S", _before(text[: marks[0].start()])):
            downs.setdefault("", (path, text[: marks[0].start()], 1))
        for number, mark in enumerate(marks):
            body = text[mark.end() : marks[number + 1].start() if number + 1 < len(marks) else len(text)]
            line = text.count("\n", 0, mark.end()) + 1
            if mark.re is _UP:
                needs = tuple(one for one in re.split(r"[,\s]+", mark["before"]) if one)
                ups.append((mark["name"], path, needs, body, line))
            else:
                downs[mark["name"]] = (path, body, line)
    names = {one[0] for one in ups}
    first = downs.pop("", None)
    changes = []
    for name, path, needs, body, line in ups:
        back = downs.get(name, ("", "", 1))
        kept = tuple(one for one in needs if one in names)
        made = folder.change(name, path, body, back[1], at=(line, back[2]), down_file=back[0], needs=kept, version=name)
        changes.append(made)
    if first is not None and changes:
        opening = folder.change("", first[0], first[1]).deploy
        # Alembic leaves its own table behind at a downgrade; here whoever makes it takes it away.
        closing = folder.change("", first[0], "DROP TABLE alembic_version;").deploy if changes[0].revert else ()
        changes[0] = replace(
            changes[0], deploy=(*opening, *changes[0].deploy), revert=(*changes[0].revert, *closing)
        )  # fmt: skip
    return changes


def _before(text: str) -> str:
    return re.sub(r"(?im)^\s*(begin|begin transaction)\s*;|^--.*$", "", text)
