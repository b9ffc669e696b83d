"""Tools with a file or a pair of files for each change: dbmate, goose, golang-migrate, Flyway, and plain numbers."""

from __future__ import annotations

import re
import zlib

from maker_engine.core.errors import ProblemError

from ..problem import Change
from ..version_table import flyway_version
from .parts import Folder, missing

_UP = re.compile(r"(?P<name>(?P<number>\d+)_[^/]*)\.up\.sql")
_FLYWAY = re.compile(r"V(?P<number>\d+(?:[._]\d+)*)__(?P<name>[^/]+)\.sql")
_PLAIN = re.compile(r"(?P<name>(?P<number>\d+)[_.\- ][^/]*?)\.sql")
_DOWN = re.compile(r"\.(down|rollback|revert|undo)$")


def _base(path: str) -> str:
    return path.rpartition("/")[2]


def _sql(folder: Folder) -> list[str]:
    return [path for path in folder.files if path.endswith(".sql")]


def has_marks(folder: Folder, mark: str) -> bool:
    """Return whether a file of the folder has a line that begins with a tool's mark."""
    return any(re.search(rf"^{re.escape(mark)}\b", folder.files[path], re.MULTILINE) for path in _sql(folder))


def has_names(folder: Folder, tool: str) -> bool:
    """Return whether a file is named as a tool names them."""
    return any(
        {"golang-migrate": _UP, "flyway": _FLYWAY, "plain": _PLAIN}[tool].fullmatch(_base(path))
        for path in _sql(folder)
    )


def marked(folder: Folder, up: str, down: str) -> list[Change]:
    """Read files with an upward and a downward part, each below a mark: dbmate and goose."""
    found = []
    for path in sorted(_sql(folder), key=lambda path: _number(_base(path))):
        text = folder.files[path]
        at = re.search(rf"^{re.escape(up)}\b.*$", text, re.MULTILINE)
        if at is None:
            folder.note(path, 1, f"has no line {up} and was not read")
            continue
        back = re.search(rf"^{re.escape(down)}\b.*$", text, re.MULTILINE)
        if back is not None and back.start() < at.start():
            raise ProblemError(f"{path}: {down} comes before {up}: put the upward part first")
        body = text[at.end() : back.start() if back else len(text)]
        undo = text[back.end() :] if back else ""
        lines = (_line(text, at.end()), _line(text, back.end()) if back else 1)
        digits = re.match(r"\d+", _base(path))
        version = digits[0] if digits else _base(path)[:-4]
        version = str(int(version)) if digits and "goose" in up else version  # goose notes numbers, dbmate texts
        found.append(folder.change(_base(path)[:-4], path, body, undo, at=lines, version=version))
    return found


def _line(text: str, place: int) -> int:
    return text.count("\n", 0, place) + 1


def _number(name: str) -> tuple[tuple[int, ...], str]:
    digits = re.match(r"[VU]?(\d+(?:[._]\d+)*)", name)
    return (tuple(int(one) for one in re.split(r"[._]", digits[1])) if digits else ()), name


def golang_migrate(folder: Folder) -> list[Change]:
    """Read pairs NUMBER_name.up.sql and NUMBER_name.down.sql."""
    found = []
    for path in sorted(_sql(folder), key=lambda path: _number(_base(path))):
        if match := _UP.fullmatch(_base(path)):
            other = f"{path[: -len('.up.sql')]}.down.sql"
            down = folder.files.get(other, "")
            version = str(int(match["number"]))
            found.append(folder.change(match["name"], path, folder.files[path], down, down_file=other, version=version))
        elif not path.endswith(".down.sql"):
            folder.note(path, 1, "is neither NUMBER_name.up.sql nor its .down.sql and was not read")
    return found


def flyway(folder: Folder) -> list[Change]:
    """Read V1__name.sql, undone by U1__name.sql; repeatable ones are noted."""
    found = []
    undo = {_number(_base(path))[0]: path for path in _sql(folder) if _base(path).startswith("U")}
    for path in sorted(_sql(folder), key=lambda path: _number(_base(path))):
        base = _base(path)
        if named := _FLYWAY.fullmatch(base):
            text, other = folder.files[path], undo.get(_number(base)[0], "")
            version, crc = flyway_version(named["number"]), flyway_checksum(text)
            back = folder.files.get(other, "")
            found.append(folder.change(base[:-4], path, text, back, down_file=other, version=version, checksum=crc))
        elif not base.startswith("U"):
            folder.note(path, 1, "is not a versioned migration V1__name.sql and was not read")
    return found


def flyway_checksum(text: str) -> int:
    """Return the CRC-32 over the lines of a script without their ends, as a signed number."""
    crc = zlib.crc32("".join(re.split(r"\r\n|\r|\n", text.removeprefix("\ufeff"))).encode())
    return crc - (1 << 32) if crc >= 1 << 31 else crc


def plain(folder: Folder) -> list[Change]:
    """Read numbered files; NUMBER_name.down.sql, or .rollback, .revert, .undo, undoes one."""
    found = []
    for path in sorted(_sql(folder), key=lambda path: _number(_base(path))):
        base = _base(path)[:-4]
        if not _PLAIN.fullmatch(_base(path)):
            folder.note(path, 1, "has no number in front and was not read")
        elif not _DOWN.search(base):
            stem = path[:-4]
            undo = [f"{stem}.{kind}.sql" for kind in ("down", "rollback", "revert", "undo")]
            other = next((name for name in undo if name in folder.files), "")
            found.append(folder.change(base, path, folder.files[path], folder.files.get(other, ""), down_file=other))
    if not found:
        raise missing(folder.name, "it has no numbered .sql file")
    return found
