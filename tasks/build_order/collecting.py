"""Puts modules together as readers find them: names made clean and unique, needs checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass
from unicodedata import normalize

from maker_engine.core.errors import ProblemError
from maker_engine.printable import one_line

from .problem import MOST_EDGES, MOST_MODULES, Kind, Module, Problem

LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class _Found:
    name: str
    version: str
    where: str
    seconds: float | None
    path: str


def shown(name: object) -> str:
    """Write a name for an error."""
    return repr(one_line(str(name), 80))


def twins(name: str) -> str:
    """Say that two modules have a name, which may be written differently."""
    alike = "" if name.isascii() else " (é written as one character and as two are the same name)"
    return f"there are two of the module {shown(name)}: keep one{alike}"


def clean(name: object, what: str = "module") -> str:
    """Return a name as it is compared: composed, without blanks at its ends.

    Raises:
        ProblemError: It is no name, holds what is not printable, or is too long.
    """
    text = normalize("NFC", name.strip()) if isinstance(name, str) else ""
    if not text:
        raise ProblemError(f"a {what} has no name: {shown(name)}")
    if not text.isprintable():
        raise ProblemError(f"the name {shown(text)} of a {what} holds characters that are not printable: rename it")
    if len(text) > LONGEST_NAME:
        raise ProblemError(f"the name {shown(text)} of a {what} is longer than {LONGEST_NAME} characters: shorten it")
    return text


class Collection:
    """Modules and needs as they are found.

    Args:
        kind: Name of the format, for the problem and for errors.
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._found: dict[Hashable, _Found] = {}
        self._needs: dict[tuple[Hashable, Hashable], Kind] = {}

    def __contains__(self, key: Hashable) -> bool:
        return key in self._found

    def add(
        self,
        key: Hashable,
        name: object,
        *,
        version: str = "",
        where: str = "",
        seconds: float | None = None,
        path: str = "",
    ) -> None:
        """Add a module.

        Args:
            key: What needs name it by.
            name: Its name; where several have it, `version` and then `where` distinguish them.
            version: Its version.
            where: Where it comes from.
            seconds: How long it takes.
            path: Its folder or file.

        Raises:
            ProblemError: There is one of this key, or the name cannot be used.
        """
        if key in self._found:
            raise ProblemError(twins(self._found[key].name))
        if len(self._found) >= MOST_MODULES:
            raise ProblemError(f"the file has more than {MOST_MODULES:,} modules, which is the most that are taken")
        if not path.isprintable():
            raise ProblemError(f"the path {shown(path)} of a module holds characters that are not printable: rename it")
        self._found[key] = _Found(clean(name), version.strip(), where.strip(), seconds, path.strip())

    def need(self, key: Hashable, other: Hashable, kind: Kind = Kind.REQUIRED) -> None:
        """Say that one module needs another; of two such needs the stronger one counts, and none of itself."""
        if key != other:
            self._needs[key, other] = max(kind, self._needs.get((key, other), kind))
            if len(self._needs) > MOST_EDGES:
                raise ProblemError(f"the file has more than {MOST_EDGES:,} needs, which is the most that are taken")

    def problem(self) -> Problem:
        """Make the problem.

        Raises:
            ProblemError: Two modules cannot be distinguished, or a need leads nowhere.
        """
        names = self._names()
        modules = [Module(names[key], one.seconds, one.path) for key, one in self._found.items()]
        places = {name: place for place, name in enumerate(sorted(names.values()))}
        for key, other in self._needs:
            if other not in self._found or key not in self._found:
                raise ProblemError(
                    f"{shown(names.get(key, key))} needs {shown(names.get(other, other))}, which is not a module of the"
                    " file: add it, or take the need out"
                )
        edges = sorted(
            (places[names[one]], places[names[other]], int(kind)) for (one, other), kind in self._needs.items()
        )
        return Problem(
            tuple(sorted(modules, key=lambda module: module.name)), tuple(edges), format=self.kind, whole=len(modules)
        )

    def _names(self) -> dict[Hashable, str]:
        """Return the name of each key: with the version, and then the origin, where it takes them."""
        names = {key: one.name for key, one in self._found.items()}
        for more in ("version", "where"):
            often = Counter(names.values())
            for key, one in self._found.items():
                if often[names[key]] > 1 and getattr(one, more):
                    names[key] = clean(f"{names[key]} {getattr(one, more)}")
        if len(set(names.values())) < len(names):
            twice = next(name for name, count in Counter(names.values()).items() if count > 1)
            raise ProblemError(f"there are two of the module {shown(twice)}: rename one")
        return names
