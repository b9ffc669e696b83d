"""What Cargo locks, and what `cargo metadata` says of a workspace."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from maker_engine.core.errors import ProblemError

from ..collecting import Collection, shown
from ..problem import Kind, Problem
from .looks import json_of, known_version, listed, mapping, rows, text, toml_of

_KINDS = {None: Kind.REQUIRED, "build": Kind.REQUIRED, "dev": Kind.DEV}

Key = tuple[str, str, str]


def read_cargo(content: str) -> Problem:
    """Read a Cargo.lock; it does not say which needs are for tests only.

    Raises:
        ProblemError: It is none that is known.
    """
    whole = toml_of(content, "Cargo.lock")
    known_version(
        whole.get("version", 1), (1, 2, 3, 4), "Cargo.lock", "lock again with a Cargo that writes one of them"
    )
    found = Collection("cargo")
    packages = rows(whole.get("package"), "package")
    by_name: dict[str, list[Key]] = {}
    for package in packages:
        key = _key(package)
        found.add(key, key[0], version=key[1], where=key[2])
        by_name.setdefault(key[0], []).append(key)
    for package in packages:
        key = _key(package)
        for entry in listed(package.get("dependencies"), f"{key[0]}.dependencies"):
            found.need(key, _needed(text(entry, f"{key[0]}.dependencies"), by_name, key[0]))
    return found.problem()


def _key(package: Mapping[str, Any]) -> Key:
    name = text(package.get("name"), "the name of a package")
    return name, text(package.get("version"), f"{name}.version", ""), text(package.get("source"), f"{name}.source", "")


def _needed(entry: str, by_name: Mapping[str, list[Key]], who: str) -> Key:
    """Return the package that `name`, `name version` or `name version (source)` means."""
    name, _, rest = entry.partition(" ")
    version, _, source = rest.partition(" ")
    matching = [
        key
        for key in by_name.get(name, [])
        if (not version or key[1] == version) and (not source or key[2] == source.strip("()"))
    ]
    if len(matching) != 1:
        reason = "is not a module of the file" if not matching else "may be one of several"
        raise ProblemError(f"{shown(who)} needs {shown(entry)}, which {reason}: lock again")
    return matching[0]


def read_metadata(content: str) -> Problem:
    """Read what `cargo metadata --format-version 1` prints.

    Raises:
        ProblemError: It is something else, or was printed with `--no-deps`.
    """
    whole = json_of(content, "cargo metadata")
    known_version(whole.get("version"), (1,), "cargo metadata", "print it with --format-version 1")
    nodes = rows(mapping(whole.get("resolve"), "resolve").get("nodes"), "resolve.nodes")
    if not nodes:
        raise ProblemError("the cargo metadata has no resolved needs: print it without --no-deps")
    root = text(whole.get("workspace_root"), "workspace_root", "")
    packages = {text(one.get("id"), "packages.id"): one for one in rows(whole.get("packages"), "packages")}
    found = Collection("cargo-metadata")
    for node in nodes:
        key = text(node.get("id"), "resolve.nodes.id")
        package = packages.get(key, {"name": key})
        folder = PurePosixPath(text(package.get("manifest_path"), f"{key}.manifest_path", "")).parent
        inside = root and folder.is_relative_to(root)
        found.add(
            key,
            package.get("name"),
            version=text(package.get("version"), f"{key}.version", ""),
            where=text(package.get("source"), f"{key}.source", ""),
            path=str(folder.relative_to(root)) if inside else "",
        )
    for node in nodes:
        for need in rows(node.get("deps"), "resolve.nodes.deps"):
            kinds = [_KINDS.get(one.get("kind"), Kind.REQUIRED) for one in rows(need.get("dep_kinds"), "dep_kinds")]
            found.need(node["id"], text(need.get("pkg"), "deps.pkg"), max(kinds, default=Kind.REQUIRED))
    return found.problem()
