"""A table cut into parts that are run anywhere, and put together again: no row missing, none twice, every chain sound.

A part is rows of the table in a file of its own, and an ordinary session. The manifest says which rows are in which,
with digests, so that a part that was changed, or a session of another one, is refused by name.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any

from maker_engine.core.decomposition import AnyTask
from maker_engine.core.errors import InputError
from maker_engine.input_files import read_named
from maker_engine.labelling.units import Units
from maker_engine.sessions.exchange.export import write_new
from maker_engine.tables.opening import digest_of, open_table
from maker_engine.tables.row import Rows
from maker_engine.tables.writing import csv_lines, json_lines

MANIFEST, VERSION = "manifest.json", 1
LARGEST_MANIFEST = 16_000_000


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


def split(
    table: Rows, codebook: str, parts: int, folder: Path, shares: tuple[float | None, float | None]
) -> list[Part]:
    """Write a table in parts into a folder, with the codebook, a manifest and a Makefile that runs them.

    Args:
        table: The rows.
        codebook: The text of the codebook.
        parts: How many parts, at most one a row.
        folder: Where they go; it must be empty or not be there.
        shares: The whole budget in dollars and the whole rate in requests a minute, None for none; each is divided.

    Raises:
        InputError: There are too many parts, or the folder cannot be written.
    """
    if not 1 <= parts <= len(table):
        raise InputError(f"{len(table):,} rows can be split into 1 to {len(table):,} parts, not {parts:,}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise InputError(f"{folder} is not empty: name another folder")
    except OSError as error:
        raise InputError(f"{folder} cannot be made: {error.strerror}") from None
    ending = "jsonl" if table.kind != "csv" else "csv"
    rows, made = iter(table), []
    for number in range(parts):
        first, last = len(table) * number // parts, len(table) * (number + 1) // parts
        name = f"part-{number + 1:03}"
        cells = ((row.values) for row in islice(rows, last - first))
        texts = csv_lines(table.columns, cells, exact=True) if ending == "csv" else json_lines(cells)
        write_new(folder / f"{name}.{ending}", texts)
        digest = digest_of(folder / f"{name}.{ending}")
        made.append(Part(f"{name}.{ending}", f"{name}.maker", first, last - first, digest))
    write_new(folder / "codebook.yaml", [codebook])
    manifest = {
        "version": VERSION, "rows": len(table), "columns": [*table.columns], "codebook_sha256": _digest(codebook),
        "parts": [vars(part) for part in made],
    }  # fmt: skip
    write_new(folder / MANIFEST, [json.dumps(manifest, indent=1) + "\n"])
    write_new(folder / "Makefile", [_makefile(made, shares)])
    return made


def _makefile(parts: list[Part], shares: tuple[float | None, float | None]) -> str:
    usd, rpm = shares
    limits = "" if usd is None else f" --limit-usd {usd / len(parts):.6g}"
    limits += "" if rpm is None else f" --rpm {rpm / len(parts):.6g}"
    sessions = " ".join(part.session for part in parts)
    ending = parts[0].rows.rpartition(".")[2]
    return (
        "# make -j4 MODEL=NAME runs the parts here; make part-001.maker runs one, on any machine.\n"
        f"MODEL ?= sim\nall: {sessions}\n\n"
        f"%.maker: %.{ending}\n"
        f"\tmaker run records --problem codebook.yaml --rows $< --model $(MODEL) --session $@ --headless{limits}\n"
    )


def read_manifest(folder: Path) -> tuple[dict[str, Any], list[Part]]:
    """Read the manifest of a folder.

    Raises:
        InputError: There is none, or its parts are not the whole table, each row once.
    """
    text = read_named(folder / MANIFEST, "manifest", LARGEST_MANIFEST)
    try:
        found = json.loads(text)
        parts = [Part(**one) for one in found["parts"]]
        whole = int(found["rows"])
        at = 0
        for part in sorted(parts, key=lambda one: one.first):
            if part.first != at:
                what = "missing" if part.first > at else "there twice"
                raise InputError(
                    f"row {min(at, part.first) + 1:,} is {what}: {part.rows} begins with row {part.first + 1:,}"
                )
            at = part.first + part.count
    except (ValueError, TypeError, KeyError):
        raise InputError(f"{folder / MANIFEST} is no manifest of parts") from None
    if at != whole:
        raise InputError(f"rows {at + 1:,} to {whole:,} are in no part")
    return found, sorted(parts, key=lambda one: one.first)


def checked(
    folder: Path,
    manifest: dict[str, Any],
    part: Part,
    opened: tuple[Path, AnyTask, Units],
    verify: Callable[[Path, AnyTask], list[str]],
) -> None:
    """See that a part is as it was split, and that its session is one of it, whole and sound.

    Raises:
        InputError: It is not; the text names the part.
    """
    path, task, units = opened
    if digest_of(folder / part.rows) != part.sha256:
        raise InputError(f"{part.rows} is not as it was split")
    rows = open_table(str(folder / part.rows))
    if len(units.table) != part.count or any(
        mine.values != its.values for mine, its in zip(rows, units.table, strict=True)
    ):
        raise InputError(f"{part.session} is a session of other rows than {part.rows}")
    given = json.loads(task.source())["codebook"]
    held = manifest.setdefault("codebook", given)
    if given != held:
        raise InputError(f"{part.session} was run with another codebook than the parts before it")
    if found := verify(path, task):
        raise InputError(f"{part.session} is not as it was written: {found[0]}")


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def ordered(parts: list[Part]) -> Iterator[Part]:
    """Give the parts in the order of their rows."""
    return iter(sorted(parts, key=lambda one: one.first))
