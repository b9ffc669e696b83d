"""What was done to a database, kept beside it by the state that it leads to, so that any state can be remade."""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_data_path

from maker_engine.effects.port import EffectError
from maker_engine.printable import one_line

ROOT = "root"
"""The head of a database to which nothing has been done."""
_TOKEN = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class Entry:
    """One transaction.

    Attributes:
        head: What the database's state is called after it.
        parent: And before it.
        sql: Its statements.
    """

    head: str
    parent: str
    sql: tuple[str, ...]


def entry(parent: str, sql: list[str]) -> Entry:
    """Return the transaction that leads on from a state; equal ones have equal heads."""
    return Entry(hashlib.sha256(json.dumps([parent, sql]).encode()).hexdigest()[:24], parent, tuple(sql))


def folder_of(token: str) -> Path:
    """Return the folder of a rehearsal's files.

    Raises:
        EffectError: It is not a token.
    """
    if not _TOKEN.fullmatch(token):
        raise EffectError("arguments", "there is no copy of that name", refused=True)
    given = os.environ.get("MAKER_HOME")
    return (Path(given).expanduser() if given else user_data_path("maker", appauthor=False)) / "migration" / token


class History:
    """The transactions of a database, in a file that is only added to.

    Args:
        folder: Where it lies.
        durable: What is added is on the disk before its transaction is.
    """

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self._durable = durable
        self._path = folder / "history.jsonl"
        self._end = folder / "finished.json"
        self._digests = folder / "digests.jsonl"
        self._known: dict[str, str] | None = None

    def finish(self, head: str, digest: str, schema: str = "") -> None:
        """Keep what a database that was changed itself ended as: its own journal is about to go.

        Args:
            head: What its state is called.
            digest: That of its rows.
            schema: That of its tables, indices, views and triggers, "" where it is not known.
        """
        part = self._end.with_suffix(".part")
        part.write_text(json.dumps([head, digest, schema]), encoding="utf-8")
        part.replace(self._end)
        self.know(head, digest)

    def finished(self) -> str:
        """Return the head of the state in which a database was left; `ROOT` where it was in none."""
        return self._ended()[0]

    def schema(self) -> str:
        """Return the digest of the schema with which a database was left, "" where it is not known."""
        return self._ended()[1]

    def _ended(self) -> tuple[str, str]:
        try:
            head, _, *schema = json.loads(self._end.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return ROOT, ""
        return str(head), str(*schema[:1])

    def know(self, head: str, digest: str) -> None:
        """Keep the digest of a state, by which it is seen later whether others have written to the database since.

        Raises:
            OSError: There is no room for it.
        """
        if self.digest_of(head) != digest:
            with self._digests.open("a", encoding="utf-8") as file:
                file.write(json.dumps([head, digest]) + "\n")
            self._known = {**(self._known or {}), head: digest}

    def digest_of(self, head: str) -> str:
        """Return the digest of a state, "" where it is not known."""
        if self._known is None:
            self._known = {}
            for line in self._digests.read_bytes().splitlines() if self._digests.exists() else ():
                try:
                    known, digest = json.loads(line)
                except (ValueError, TypeError):
                    continue  # a crash has cut it off
                self._known[str(known)] = str(digest)
        return self._known.get(head, "")

    def add(self, one: Entry) -> None:
        """Note a transaction that is about to be committed.

        Raises:
            EffectError: There is no room for it.
        """
        line = json.dumps({"head": one.head, "parent": one.parent, "sql": one.sql}, ensure_ascii=False) + "\n"
        try:
            with self._path.open("ab") as file:
                file.write(b"\n" + line.encode() if self._torn() else line.encode())
                file.flush()
                if self._durable:
                    os.fsync(file.fileno())
        except OSError as error:
            raise EffectError("disk", one_line(f"{self._path}: {error.strerror}")) from None

    def _torn(self) -> bool:
        """Return whether the last line was cut off by a crash."""
        try:
            with self._path.open("rb") as file:
                file.seek(-1, os.SEEK_END)
                return file.read(1) != b"\n"
        except OSError:
            return False

    def way(self, start: set[str], head: str) -> list[Entry]:
        """Return the transactions that lead from one of the states `start` to `head`.

        Raises:
            EffectError: None do.
        """
        known: dict[str, Entry] = {}
        for line in self._path.read_bytes().splitlines() if self._path.exists() else ():
            try:
                found = json.loads(line)
                known[found["head"]] = Entry(found["head"], found["parent"], tuple(found["sql"]))
            except (ValueError, KeyError, TypeError):
                continue  # a line that a crash has cut off: what it was of was not committed
        way: list[Entry] = []
        while head not in start:
            if head not in known or len(way) > len(known):
                raise EffectError("state", "the database is not where this run left it, and there is no way back")
            way.append(known[head])
            head = known[head].parent
        return way[::-1]
