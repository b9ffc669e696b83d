"""What Python projects lock and declare: uv.lock, poetry.lock, and the groups of a pyproject.toml (PEP 735)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from maker_engine.core.errors import ProblemError

from ..collecting import Collection, shown
from ..problem import Kind, Problem
from .looks import canonical, grouped, known_version, listed, mapping, requirement, rows, text, toml_of

_ORIGINS = ("registry", "git", "url", "path", "directory", "editable", "virtual")


def read_uv(content: str) -> Problem:
    """Read a uv.lock.

    Raises:
        ProblemError: It is none that is known.
    """
    whole = toml_of(content, "uv.lock")
    known_version(whole.get("version"), (1,), "uv.lock", "lock again with a uv that writes version 1")
    found = Collection("uv")
    packages = rows(whole.get("package"), "package")
    by_name: dict[str, list[tuple[str, str, str]]] = {}
    for package in packages:
        key = _uv_key(package)
        source = mapping(package.get("source"), f"{key[0]}.source")
        folder = next((source[kind] for kind in ("editable", "virtual", "directory") if kind in source), "")
        found.add(key, key[0], version=key[1], where=key[2], path=text(folder, f"{key[0]}.source"))
        by_name.setdefault(key[0], []).append(key)
    for package in packages:
        _uv_needs(found, package, by_name)
    return found.problem()


def _uv_key(package: Mapping[str, Any]) -> tuple[str, str, str]:
    name = text(package.get("name"), "the name of a package")
    source = mapping(package.get("source"), f"{name}.source")
    origin = next((f"{kind} {source[kind]}" for kind in _ORIGINS if kind in source), "")
    return name, text(package.get("version"), f"{name}.version", ""), origin


def _uv_needs(found: Collection, package: Mapping[str, Any], by_name: Mapping[str, list[tuple[str, str, str]]]) -> None:
    key = _uv_key(package)
    parts = [(Kind.REQUIRED, entry) for entry in rows(package.get("dependencies"), f"{key[0]}.dependencies")]
    for field, kind in (("optional-dependencies", Kind.OPTIONAL), ("dev-dependencies", Kind.DEV)):
        groups = mapping(package.get(field), f"{key[0]}.{field}")
        parts += [(kind, entry) for _, entry in grouped(groups, f"{key[0]}.{field}")]
    for kind, entry in parts:
        name = text(entry.get("name"), f"a dependency of {key[0]}")
        version, source = entry.get("version"), mapping(entry.get("source"), f"{key[0]}.source")
        origin = next((f"{one} {source[one]}" for one in _ORIGINS if one in source), None)
        matching = [
            other
            for other in by_name.get(name, [(name, "", "")])
            if (version is None or other[1] == version) and (origin is None or other[2] == origin)
        ]
        if not matching:
            raise ProblemError(f"{shown(key[0])} needs {shown(name)} in a version that is not in the file: lock again")
        for other in matching:
            found.need(key, other, kind)


def read_poetry(content: str) -> Problem:
    """Read a poetry.lock.

    Raises:
        ProblemError: It is none that is known.
    """
    whole = toml_of(content, "poetry.lock")
    version = mapping(whole.get("metadata"), "metadata").get("lock-version")
    known_version(version, ("1.1", "2.0", "2.1"), "poetry.lock", "lock again with Poetry 1.2 or later")
    found = Collection("poetry")
    packages = rows(whole.get("package"), "package")
    by_name: dict[str, list[tuple[str, str]]] = {}
    for package in packages:
        name = text(package.get("name"), "the name of a package")
        key = (canonical(name), text(package.get("version"), f"{name}.version", ""))
        source = mapping(package.get("source"), f"{name}.source")
        folder = source.get("url", "") if source.get("type") == "directory" else ""
        found.add(key, name, version=key[1], path=text(folder, f"{name}.source"))
        by_name.setdefault(key[0], []).append(key)
    for package in packages:
        name = package["name"]
        key = (canonical(name), text(package.get("version"), f"{name}.version", ""))
        for other, how in mapping(package.get("dependencies"), f"{name}.dependencies").items():
            _poetry_need(found, key, by_name.get(canonical(other), []), (other, how))
    return found.problem()


def _poetry_need(
    found: Collection, key: tuple[str, str], others: list[tuple[str, str]], needed: tuple[str, Any]
) -> None:
    """Add the needs of one entry; Poetry leaves out of the lock what is optional or meant for other Pythons."""
    name, how = needed
    hows = [one for one in (how if isinstance(how, list) else [how]) if isinstance(one, Mapping)]
    optional = bool(hows) and all(one.get("optional") is True for one in hows)
    if not others and not optional and not any("markers" in one or "python" in one for one in hows):
        raise ProblemError(f"{shown(key[0])} needs {shown(name)}, which is not a module of the file: lock again")
    for other in others:
        found.need(key, other, Kind.OPTIONAL if optional else Kind.REQUIRED)


def read_pyproject(content: str) -> Problem:
    """Read the project, its extras and its dependency groups; packages are leaves.

    Raises:
        ProblemError: Nothing in it names any.
    """
    whole = toml_of(content, "pyproject.toml")
    project = mapping(whole.get("project"), "project")
    extras = mapping(project.get("optional-dependencies"), "project.optional-dependencies")
    groups = mapping(whole.get("dependency-groups"), "dependency-groups")
    found = Collection("pyproject")
    name = canonical(text(project.get("name"), "project.name", "project"))
    if not project and not groups:
        raise ProblemError("the pyproject.toml has neither [project] nor [dependency-groups]: name a lock file instead")
    if project:
        found.add(("package", name), name, path=".")
        _pyproject_needs(found, ("package", name), project.get("dependencies"), "project.dependencies")
    for extra, entries in extras.items():
        key = ("package", f"{name}[{canonical(extra)}]")
        found.add(key, key[1])
        found.need(key, ("package", name))
        _pyproject_needs(found, key, entries, f"project.optional-dependencies.{extra}")
    for group in groups:
        if ("group", canonical(group)) in found:
            raise ProblemError(f"there are two of the group {shown(group)}: keep one")
        found.add(("group", canonical(group)), f"group {canonical(group)}")
    for group, entries in groups.items():
        _pyproject_needs(found, ("group", canonical(group)), entries, f"dependency-groups.{group}")
    return found.problem()


def _pyproject_needs(found: Collection, key: tuple[str, str], entries: object, where: str) -> None:
    for entry in listed(entries, where):
        if isinstance(entry, Mapping):
            included = canonical(text(entry.get("include-group"), f"{where} include-group"))
            found.need(key, ("group", included))
            continue
        package, extras = requirement(entry, where)
        for other in (package, *(f"{package}[{canonical(extra)}]" for extra in extras)):
            own = ("package", other)
            if own not in found and other == package:
                found.add(own, package)
            if own in found:
                found.need(key, own)
