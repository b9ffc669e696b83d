"""A table cut into parts that are run anywhere, and put together again: no row missing, none twice, every chain sound.

A part is rows of the table in a file of its own, and an ordinary session. The manifest says which rows are in which,
with digests, so that a part that was changed, or a session of another one, is refused by name.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice, pairwise
from pathlib import Path
from shutil import copyfile
from typing import Any

from maker_engine.core.decomposition import AnyTask
from maker_engine.core.errors import InputError
from maker_engine.input_files import read_named
from maker_engine.labelling.units import Units
from maker_engine.sessions.exchange.export import write_new
from maker_engine.sessions.integrity.verify import verify
from maker_engine.tables.opening import digest_of, open_table
from maker_engine.tables.row import Row, Rows
from maker_engine.tables.writing import csv_lines, json_lines

MANIFEST, CODEBOOK, VERSION = "manifest.json", "codebook.yaml", 1
LARGEST_MANIFEST = 16_000_000
MOST_PARTS = 10_000
"""Parts of a table: each is a few files, and a whole machine's work."""


@dataclass(frozen=True)
class Part:
    """One part.

    Attributes:
        rows: Its rows, a file beside the manifest.
        session: Its session, likewise.
        first: The first row of the table that is in it, 0-based.
        count: How many rows it has.
        sha256: The digest of the file of rows.
    """

    rows: str
    session: str
    first: int
    count: int
    sha256: str

    @property
    def name(self) -> str:
        """Such as `part-003`."""
        return self.rows.rpartition(".")[0]


@dataclass(frozen=True)
class Manifest:
    """A split.

    Attributes:
        folder: Where it is.
        rows: Rows of the whole table.
        columns: Of the whole table.
        parts: In the order of their rows, each row in one of them.
        gold: The file of right answers in the folder, None for none.
        flags: Flags of `maker run` that every part is begun with.
    """

    folder: Path
    rows: int
    columns: tuple[str, ...]
    parts: tuple[Part, ...]
    gold: str | None = None
    flags: tuple[str, ...] = ()

    def part(self, number: int) -> Part:
        """Return a part, 1-based.

        Raises:
            InputError: There is none of that number.
        """
        if not 1 <= number <= len(self.parts):
            raise InputError(f"{self.folder} has parts 1 to {len(self.parts):,}, not {number:,}")
        return self.parts[number - 1]


@dataclass(frozen=True)
class Whole:
    """What is cut into parts.

    Attributes:
        units: The rows, and what is asked of them.
        codebook: The text of the codebook.
        gold: The path of a table of right answers, None for none.
        flags: Flags of `maker run` that every part is begun with.
    """

    units: Units
    codebook: str
    gold: Path | None = None
    flags: Sequence[str] = ()


def split(whole: Whole, parts: int, folder: Path) -> list[Part]:
    """Write a table in parts into a folder, with the codebook, the gold and a manifest.

    Args:
        whole: The table.
        parts: How many parts, at most one a row.
        folder: Where they go; it must be empty or not be there.

    Raises:
        InputError: There are too many parts, one has nothing to decide, or the folder cannot be written.
    """
    table = whole.units.table
    if not 1 <= parts <= min(len(table), MOST_PARTS):
        raise InputError(
            f"{len(table):,} rows can be split into 1 to {min(len(table), MOST_PARTS):,} parts, not {parts:,}"
        )
    bounds = [len(table) * number // parts for number in range(parts + 1)]
    for first, last in pairwise(bounds):
        if all(isinstance(whole.units.asked_at(row), str) for row in range(first, last)):
            raise InputError(
                f"nothing is asked of rows {first + 1:,} to {last:,}, which would be a part: ask for fewer parts"
            )
    _make(folder)
    rows = iter(table)
    made = [_write(folder, number, first, islice(rows, last - first), table, last - first)
            for number, (first, last) in enumerate(pairwise(bounds), 1)]  # fmt: skip
    write_new(folder / CODEBOOK, [whole.codebook])
    gold = None if whole.gold is None else f"gold{whole.gold.suffix}"
    if whole.gold is not None:
        copyfile(whole.gold, folder / str(gold))
    manifest = {
        "version": VERSION, "rows": len(table), "columns": [*table.columns],
        "codebook_sha256": sha256(whole.codebook.encode()).hexdigest(), "gold": gold, "run": [*whole.flags],
        "parts": [vars(part) for part in made],
    }  # fmt: skip
    write_new(folder / MANIFEST, [json.dumps(manifest, indent=1) + "\n"])
    return made


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise InputError(f"{folder} is not empty: name another folder")
    except OSError as error:
        raise InputError(f"{folder} cannot be made: {error.strerror}") from None


def _write(folder: Path, number: int, first: int, rows: Iterable[Row], table: Rows, count: int) -> Part:
    name, cells = f"part-{number:03}", (row.values for row in rows)
    ending = "csv" if table.kind == "csv" else "jsonl"
    texts = csv_lines(table.columns, cells, exact=True, ragged=True) if ending == "csv" else json_lines(cells)
    path = folder / f"{name}.{ending}"
    write_new(path, texts)
    return Part(path.name, f"{name}.maker", first, count, digest_of(path))


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a folder.

    Raises:
        InputError: There is none, or its parts are not the whole table, each row once.
    """
    text = read_named(folder / MANIFEST, "manifest", LARGEST_MANIFEST)
    try:
        found = json.loads(text)
        parts = sorted((_part(one) for one in found["parts"]), key=lambda one: one.first)
        rows, gold = int(found["rows"]), found.get("gold")
        columns = tuple(map(str, found["columns"]))
        made = Manifest(
            folder, rows, columns, tuple(parts), gold and _inside(gold), tuple(map(str, found.get("run", ())))
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise InputError(f"{folder / MANIFEST} is no manifest of parts") from None
    at = 0
    for part in parts:
        if part.first != at:
            what = "missing" if part.first > at else "there twice"
            raise InputError(
                f"row {min(at, part.first) + 1:,} is {what}: {part.rows} begins with row {part.first + 1:,}"
            )
        at = part.first + part.count
    if at != rows:
        raise InputError(f"rows {at + 1:,} to {rows:,} are in no part")
    return made


def _part(found: Any) -> Part:
    part = Part(**found)
    return Part(_inside(part.rows), _inside(part.session), int(part.first), int(part.count), str(part.sha256))


def _inside(name: Any) -> str:
    """Return a name that leads to no other folder.

    Raises:
        ValueError: It is none.
    """
    if not isinstance(name, str) or not name or Path(name).name != name or "\0" in name:
        raise ValueError(name)
    return name


def check_parts(manifest: Manifest, opened: Sequence[tuple[Path, AnyTask, Units]]) -> None:
    """Check that all parts are as they were split, and that each session is of its part, whole and sound.

    Args:
        manifest: The split.
        opened: For each part the path of its session, its task, and what that asks.

    Raises:
        InputError: One is not; the text names it.
    """
    codebook: Any = None
    for part, (path, task, units) in zip(manifest.parts, opened, strict=True):
        _check_rows(manifest, part, units)
        own = json.loads(task.source())["codebook"]
        if codebook not in (None, own):
            raise InputError(f"{part.session} was run with another codebook than the parts before it")
        codebook = own
        if findings := verify(path, task).findings:
            raise InputError(f"{part.session} is not as it was written: {findings[0]}")


def _check_rows(manifest: Manifest, part: Part, units: Units) -> None:
    file = manifest.folder / part.rows
    if digest_of(file) != part.sha256:
        raise InputError(f"{part.rows} is not as it was split")
    table = units.table
    if len(table) != part.count or any(
        mine.values != its.values for mine, its in zip(open_table(str(file)), table, strict=True)
    ):
        raise InputError(f"{part.session} is a session of other rows than {part.rows}")
