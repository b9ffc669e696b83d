"""Damages to a file: whatever of its content changes or cannot be read any more is noticed, and by the right step."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from maker_engine.core.errors import SessionError
from maker_engine.runtime.order import drive, prepare
from maker_engine.runtime.step_control import Inbox
from maker_engine.sessions.integrity.verify import verify
from maker_engine.sessions.queries.saved import open_saved, task_of
from maker_engine.sessions.store import schema
from maker_engine.sessions.store.compression import decompress
from maker_engine.sessions.store.reader import Reader
from tests.crash.child import order

PAGE, SECTOR = 4096, 512
TABLES = [name for name, sql in schema.TABLES.items() if sql.startswith("CREATE TABLE")]


def bit_flip(content: bytearray, dice: Random) -> None:
    """One bit is another one."""
    content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)


def zero_sector(content: bytearray, dice: Random) -> None:
    """512 bytes are gone."""
    at = dice.randrange(len(content) // SECTOR) * SECTOR
    content[at : at + SECTOR] = bytes(SECTOR)


def zero_page(content: bytearray, dice: Random) -> None:
    """A page is gone."""
    at = dice.randrange(len(content) // PAGE) * PAGE
    content[at : at + PAGE] = bytes(PAGE)


def cut_off(content: bytearray, dice: Random) -> None:
    """The end is gone."""
    del content[dice.randrange(len(content)) :]


def swapped_pages(content: bytearray, dice: Random) -> None:
    """Two pages have each other's place."""
    one, other = (page * PAGE for page in dice.sample(range(len(content) // PAGE), 2))
    first, second = content[one : one + PAGE], content[other : other + PAGE]
    content[one : one + PAGE], content[other : other + PAGE] = second, first


def random_bytes(content: bytearray, dice: Random) -> None:
    """Some bytes are any."""
    length = dice.randint(1, 64)
    at = dice.randrange(len(content) - length)
    content[at : at + length] = dice.randbytes(length)


KINDS: dict[str, Callable[[bytearray, Random], None]] = {
    "a bit flipped": bit_flip,
    "512 bytes zeroed": zero_sector,
    "a page zeroed": zero_page,
    "cut off": cut_off,
    "two pages swapped": swapped_pages,
    "random bytes": random_bytes,
}


VOTES = 6
"""Column of a step in which its votes are."""


class Content(NamedTuple):
    """All rows of all tables; of the encoding, what says nothing: how votes are compressed, a spare copy's place."""

    rows: dict[str, list[tuple[Any, ...]]]
    encoding: list[Any]


@dataclass
class Damaging:
    """What came of the damages."""

    kinds: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    noticed: Counter[str] = field(default_factory=Counter)
    same: int = 0
    encoded: int = 0
    named: int = 0
    unnoticed: list[str] = field(default_factory=list)
    too_late: list[str] = field(default_factory=list)
    crashes: list[str] = field(default_factory=list)

    def told(self) -> list[str]:
        """Every failure, a line each."""
        return [*self.unnoticed, *self.too_late, *self.crashes]

    def figures(self) -> Iterator[tuple[str, object]]:
        """Name and figure."""
        yield "damages", self.kinds.total()
        for kind in KINDS:
            told = f"{self.noticed[kind]:,} of {self.changed[kind]:,} that mattered"
            yield f"   {kind}: {self.kinds[kind]:,}, noticed", told
        yield "changed nothing that is stored", self.same
        yield "changed its encoding and not a value", self.encoded
        yield "changed or unreadable, and unnoticed", len(self.unnoticed)
        yield "first bad step named", self.named
        yield "   after a step that is bad already", len(self.too_late)
        yield "openings that raised anything but a SessionError", len(self.crashes)


def originals(directory: Path, disks: int) -> list[Path]:
    """A finished session, and one that was stopped in the middle of a step."""
    found = []
    for name, most in (("solved", None), ("stopped", 40 * disks)):
        path = directory / f"{name}.maker"
        asyncio.run(drive(prepare(replace(order(path, disks=disks), limit_samples=most)), Inbox(), lambda _: None))
        found.append(path)
    return found


def damage(number: int, seed: int, directory: Path, disks: int = 9) -> Damaging:
    """Damage a copy of a session so many times."""
    dice = Random(seed)
    damaging = Damaging()
    sound = [(path.read_bytes(), content_of(path), steps_of(path)) for path in originals(directory, disks)]
    for index in range(number):
        kind = list(KINDS)[index % len(KINDS)]
        original, before, steps = dice.choice(sound)
        content = bytearray(original)
        KINDS[kind](content, dice)
        path = directory / "damaged" / "run.maker"
        path.parent.mkdir()
        path.write_bytes(content)
        _hold_against(path, f"damage {index}, {kind}", kind, before, steps, damaging)
        shutil.rmtree(path.parent)
    return damaging


def _hold_against(
    path: Path, where: str, kind: str, before: Content | None, steps: list[object], damaging: Damaging
) -> None:
    damaging.kinds[kind] += 1
    after = content_of(path)
    findings = _findings(path, where, damaging)
    if before is None or after is None or after.rows != before.rows:
        damaging.changed[kind] += 1
        damaging.noticed[kind] += bool(findings)
        if not findings:
            damaging.unnoticed.append(f"{where}: {_difference(before, after)}")
    elif after.encoding != before.encoding:
        damaging.encoded += 1
    else:
        damaging.same += 1
    first = next((one.step for one in findings if one.step is not None), None)
    if first is not None:
        damaging.named += 1
        if steps_of(path, first) != steps[:first]:
            told = len(steps_of(path, first))
            damaging.too_late.append(f"{where}: step {first} is named, {told} before it can be read: {findings}")


def _findings(path: Path, where: str, damaging: Damaging) -> list[Any]:
    """What verify says; opening it like a user must not raise anything unforeseen either."""
    try:
        with Reader(path) as reader:
            task = task_of(reader.meta())
    except Exception:  # noqa: BLE001 - then the task is the one that was solved
        task = _hanoi()
    findings = list(verify(path, task).findings)
    copy = path.with_name("opened.maker")
    shutil.copyfile(path, copy)
    try:
        open_saved(copy)
    except SessionError:
        pass
    except Exception as error:  # noqa: BLE001 - it is what is asked for
        damaging.crashes.append(f"{where}: {type(error).__name__}: {error}")
    return findings


def _hanoi() -> Any:
    return prepare(order(Path("unused"))).task


def content_of(path: Path) -> Content | None:
    """Read all there is, None where it cannot be."""
    rows: dict[str, list[tuple[Any, ...]]] = {}
    encoding: list[Any] = []
    try:
        with closing(sqlite3.connect(f"file:{path}?immutable=1", uri=True)) as connection:
            for table in TABLES:
                rows[table] = connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()  # noqa: S608
        dictionary = dict(rows["blob"]).get(schema.DICTIONARY)
        encoding = [[row[VOTES] for row in rows["step"]], [row[0] for row in rows["spare"]]]
        rows["step"] = [uncompressed(row, dictionary) for row in rows["step"]]
        rows["spare"] = sorted(row[1:] for row in rows["spare"])
    except Exception:  # noqa: BLE001 - damaged bytes may fail anywhere
        return None
    return Content(rows, encoding)


def uncompressed(row: tuple[Any, ...], dictionary: bytes | None) -> tuple[Any, ...]:
    """A row of a step with its votes uncompressed."""
    return (*row[:VOTES], decompress(row[VOTES], dictionary), *row[VOTES + 1 :])


def steps_of(path: Path, number: int = 2**40) -> list[object]:
    """The first so many steps as they are, the votes uncompressed; up to the first that cannot be read."""
    found: list[object] = []
    with closing(sqlite3.connect(f"file:{path}?immutable=1", uri=True)) as connection, suppress(Exception):
        (dictionary,) = connection.execute("SELECT max(v) FROM blob WHERE k = ?", (schema.DICTIONARY,)).fetchone()
        while True:  # from where a walk through the rows cannot go on, the next one may be found alone
            known = len(found)
            with suppress(sqlite3.Error):
                rows = "SELECT * FROM step WHERE id >= ? AND id < ? ORDER BY id"
                for row in connection.execute(rows, (len(found), number)):
                    found.append(uncompressed(row, dictionary))  # noqa: PERF401 - it may stop anywhere
            if len(found) == known:
                break
    return found


def _difference(before: Content | None, after: Content | None) -> str:
    if before is None or after is None:
        return "it cannot be read"
    return ", ".join(table for table in TABLES if before.rows[table] != after.rows[table])
