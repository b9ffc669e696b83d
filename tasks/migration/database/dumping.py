"""Copies a database of a server that others are connected to: pg_dump into psql, which both come with the client."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from typing import Any
from urllib.parse import SplitResult, urlunsplit

from maker_engine.effects.port import EffectError
from maker_engine.printable import one_line


class _Program(subprocess.Popen[bytes]):
    """A program that is cancelled as a connection is."""

    def cancel(self) -> None:
        """End it."""
        self.kill()


def programs() -> tuple[str, str] | None:
    """Return where pg_dump and psql are, None where one is not installed."""
    dump, load = shutil.which("pg_dump"), shutil.which("psql")
    return (dump, load) if dump and load else None


def dump_into(parts: SplitResult, source: str, target: str, running: list[Any]) -> None:
    """Copy all of a database into an empty one.

    Args:
        parts: The server's address.
        source: The database's name.
        target: The empty one's.
        running: Where each program is meanwhile, so that it can be cancelled.

    Raises:
        EffectError: A program is not installed, or fails; what is in `target` is then of no use.
    """
    found = programs()
    if found is None:
        words = "is in use, and pg_dump and psql are not installed: install the client (postgresql-client)"
        raise EffectError("program", f"{one_line(source, 60)} {words}, or close the connections to it")
    environment = {**os.environ, "PGPASSWORD": parts.password or ""}
    if not parts.password:
        del environment["PGPASSWORD"]
    bare = parts._replace(netloc=parts.netloc.replace(f":{parts.password}@", "@"))
    places = [urlunsplit(bare._replace(path=f"/{name}")) for name in (source, target)]
    with tempfile.TemporaryFile() as said:
        dump = _Program([found[0], "--no-owner", "-d", places[0]], stdout=subprocess.PIPE, stderr=said, env=environment)
        load = _Program(
            [found[1], "-q", "-X", "-v", "ON_ERROR_STOP=1", "-d", places[1]], stdin=dump.stdout,
            stdout=subprocess.DEVNULL, stderr=said, env=environment,
        )  # fmt: skip
        running += [dump, load]
        if dump.stdout is not None:
            dump.stdout.close()  # it is psql's now, and pg_dump is to see it where that ends
        failed = load.wait() | dump.wait()
        running[:] = [one for one in running if one not in (dump, load)]
        said.seek(0)
        words = said.read(2_000).decode(errors="replace")
    if failed:
        raise EffectError("database", one_line(f"{source} cannot be copied: {words}", 300))
