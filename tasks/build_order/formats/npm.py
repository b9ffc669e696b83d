"""package-lock.json, version 2 and 3: each package by where it is installed, found as Node.js finds it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from maker_engine.core.errors import ProblemError

from ..collecting import Collection, shown
from ..problem import Kind, Problem
from .looks import json_of, known_version, mapping, text

_FIELDS = (
    ("dependencies", Kind.REQUIRED),
    ("devDependencies", Kind.DEV),
    ("peerDependencies", Kind.PEER),
    ("optionalDependencies", Kind.OPTIONAL),
)
_FOLDER = "node_modules/"


def read_npm(content: str) -> Problem:
    """Read a package-lock.json.

    Raises:
        ProblemError: It is none that is known.
    """
    whole = json_of(content, "package-lock.json")
    known_version(
        whole.get("lockfileVersion"),
        (2, 3),
        "package-lock.json",
        "run npm install --package-lock-only with npm 7 or later",
    )
    packages = {
        path: mapping(one, f"packages.{path}") for path, one in mapping(whole.get("packages"), "packages").items()
    }
    found = Collection("npm")
    for path, one in packages.items():
        if one.get("link") is not True:
            name = text(
                one.get("name"), f"packages.{path}.name", _name_of(path) or text(whole.get("name"), "name", "root")
            )
            version = text(one.get("version"), f"packages.{path}.version", "")
            found.add(path, name, version=version, where=f"in {path or '.'}", path=path or ".")
    for path, one in packages.items():
        if one.get("link") is not True:
            _needs(found, packages, path)
    return found.problem()


def _name_of(path: str) -> str:
    return path.rpartition(_FOLDER)[2]


def _needs(found: Collection, packages: Mapping[str, dict[str, Any]], path: str) -> None:
    one = packages[path]
    optional_peers = {
        name
        for name, how in mapping(one.get("peerDependenciesMeta"), f"packages.{path}.peerDependenciesMeta").items()
        if isinstance(how, Mapping) and how.get("optional") is True
    }
    optional = mapping(one.get("optionalDependencies"), f"packages.{path}.optionalDependencies")
    for field, kind in _FIELDS:
        if kind is Kind.DEV and _FOLDER in f"/{path}":
            continue  # what an installed package needs for its own development is not installed
        for name in mapping(one.get(field), f"packages.{path}.{field}"):
            other = _resolved(packages, path, name)
            may_lack = kind in (Kind.OPTIONAL, Kind.PEER) or name in optional or name in optional_peers
            if other is not None:
                weaker = name in optional or (kind is Kind.PEER and name in optional_peers)
                found.need(path, other, Kind.OPTIONAL if weaker else kind)
            elif not may_lack:
                raise ProblemError(
                    f"{shown(_name_of(path) or path or 'the root')} needs {shown(name)}, which is not a module of the"
                    " file: lock again"
                )


def _resolved(packages: Mapping[str, dict[str, Any]], path: str, name: str) -> str | None:
    """Return where a name leads from a folder: into its own node_modules, or into those of a folder above it."""
    folder = path
    while True:
        other = f"{folder}/{_FOLDER}{name}" if folder else f"{_FOLDER}{name}"
        if other in packages:
            if packages[other].get("link") is not True:
                return other
            target = text(packages[other].get("resolved"), f"packages.{other}.resolved")
            return target if target in packages and packages[target].get("link") is not True else None
        if not folder:
            return None
        folder = folder.rpartition("/")[0] if folder.rpartition("/")[0] != "node_modules" else ""
