"""Consent: what an effect may touch, written as `[write:]KIND:TARGET`, and whether it was allowed. Matched strictly."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from maker_engine.core.errors import InputError
from maker_engine.printable import one_line

HTTP, SQL, EXEC = "http", "sql", "exec"
WRITE = "write:"
DEFAULT_PORTS = frozenset({80, 443})
POSTGRES_PORT = 5432
_POSTGRES_OPTIONS = frozenset({"sslmode", "sslrootcert", "application_name"})
FORMS = "http:HOST[:PORT], sql:FILE or sql:postgresql://HOST/NAME, exec:PROGRAM; write:… allows writing too"
_HOST = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}\.?)*|\[[0-9A-Fa-f:.]+\]|[0-9.]+)")


@dataclass(frozen=True, slots=True)
class Scope:
    """What consent is given to, or is needed for.

    Attributes:
        kind: "http", "sql", "exec", or the name of an extension's effect.
        target: A host with or without its port, a file's absolute path, a database's address, a program.
        writes: Something may be changed there.
        local: It only reads on this machine, for which no one need be asked.
    """

    kind: str
    target: str
    writes: bool = False
    local: bool = False

    def __str__(self) -> str:
        return f"{WRITE if self.writes and self.kind != EXEC else ''}{self.kind}:{self.target}"

    @property
    def needs_consent(self) -> bool:
        """Whether it needs to be allowed: whatever leaves the machine, and whatever changes something."""
        return self.writes or not self.local


def parse_scope(text: str) -> Scope:
    """Read a scope as it is written on a command line.

    Raises:
        InputError: It is none.
    """
    writes = text.startswith(WRITE)
    kind, colon, target = text.removeprefix(WRITE).partition(":")
    if not (colon and target and target == target.strip() and re.fullmatch(r"[a-z][a-z0-9_]*", kind)):
        raise _none(text)
    if kind == HTTP:
        return Scope(HTTP, host_and_port(text, target), writes)
    if kind == SQL:
        return Scope(SQL, database(text, target), writes)
    if kind == EXEC:
        if writes:
            raise InputError(f"a program does what it does: allow it as {EXEC}:{target}, without {WRITE}")
        return Scope(EXEC, program(target), writes=True)
    return Scope(kind, target, writes)


def consent_of(scopes: Iterable[str]) -> Consent:
    """Return the consent that was given by `--allow`, several times.

    Raises:
        InputError: One of them names nothing.
    """
    return Consent(map(parse_scope, scopes))


def covers(given: Scope, wanted: Scope) -> bool:
    """Return whether consent to `given` covers what is `wanted`; consent to write covers reading, in the same place."""
    if given.kind != wanted.kind or (wanted.writes and not given.writes):
        return False
    if given.target == wanted.target:
        return True
    host, _, port = wanted.target.rpartition(":")
    return wanted.kind == HTTP and port.isdigit() and int(port) in DEFAULT_PORTS and given.target == host


class Consent:
    """What was allowed, on the command line or by a person, and what a person refused.

    Args:
        allowed: What was allowed to begin with.
    """

    def __init__(self, allowed: Iterable[Scope] = ()) -> None:
        self.allowed = list(allowed)
        self.refused: list[Scope] = []

    def allows(self, wanted: Scope | None) -> bool:
        """Return whether no one need be asked about `wanted`."""
        return wanted is None or not wanted.needs_consent or self.covered(wanted)

    def covered(self, wanted: Scope | None) -> bool:
        """Return whether `wanted` was allowed by name, whether that was needed or not."""
        return wanted is not None and any(covers(one, wanted) for one in self.allowed)

    def is_refused(self, wanted: Scope | None) -> bool:
        """Return whether a person refused exactly this."""
        return wanted in self.refused


def host_and_port(text: str, target: str) -> str:
    """Return a host, and its port where one is given, in the one way in which they are compared.

    Raises:
        InputError: It is none.
    """
    host, colon, port = target.rpartition(":")
    if not colon or not port.isdigit() or target.endswith("]"):
        host, port = target, ""
    if not _HOST.fullmatch(host) or (port and not 0 < int(port) < 1 << 16):
        raise _none(text)
    return f"{host.lower().rstrip('.')}:{int(port)}" if port else host.lower().rstrip(".")


def database(text: str, target: str) -> str:
    """Return a database's file, absolute, or its address without user and password.

    Raises:
        InputError: The address is none.
    """
    if "://" not in target:
        return os.path.realpath(target)
    try:
        parts = urlsplit(target)
        port = parts.port or POSTGRES_PORT
    except ValueError:
        raise _none(text) from None
    name = parts.path.strip("/")
    # What libpq reads behind the question mark may name another host.
    asked = {pair.partition("=")[0] for pair in parts.query.split("&") if pair}
    if parts.scheme not in ("postgresql", "postgres") or not name or "/" in name or not asked <= _POSTGRES_OPTIONS:
        raise _none(text)
    return f"postgresql://{(parts.hostname or '').lower()}:{port}/{name}"


def program(target: str) -> str:
    """Return a program as it is compared: a bare name as it is, a path absolute."""
    return os.path.realpath(target) if os.sep in target else target


def is_local(host: str) -> bool:
    """Return whether a host is this machine, by what it is called: nothing is resolved."""
    bare = host.strip("[]").lower()
    if bare in ("localhost", ""):
        return True
    try:
        return ipaddress.ip_address(bare).is_loopback
    except ValueError:
        return False


def host_of(parts: SplitResult) -> str:
    """Return the host of an address, an IPv6 one in brackets."""
    host = (parts.hostname or "").lower().rstrip(".")
    return f"[{host}]" if ":" in host else host


def _none(text: str) -> InputError:
    return InputError(f"{one_line(text, 80)!r} names nothing that could be allowed: {FORMS}")
