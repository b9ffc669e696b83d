"""The part of a problem that is wanted: what a target needs, or what has to be built again after a change."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import replace
from difflib import get_close_matches
from unicodedata import normalize

from maker_engine.core.errors import ProblemError
from maker_engine.printable import one_line

from .collecting import shown
from .problem import Module, Problem

GIT = "git:"
_GIT_S = 30
"""Seconds that git gets."""


def only(problem: Problem, target: str) -> Problem:
    """Return what a module needs, directly and indirectly, and the module.

    Raises:
        ProblemError: There is no such module.
    """
    return kept(problem, reach([place_of(problem, target)], needs_of(problem)))


def affected(problem: Problem, changed: Sequence[str]) -> Problem:
    """Return the modules that files belong to, and all that need these.

    Args:
        problem: The problem.
        changed: Files or modules, or one `git:REF`.

    Raises:
        ProblemError: A file belongs to none of the modules, or git cannot say what has changed.
    """
    found: set[int] = set()
    from_git = [one for one in changed if one.startswith(GIT)]
    if from_git and len(changed) > 1:
        raise ProblemError(f"--changed takes files or one {GIT}REF, not both")
    names = {name: place for place, name in enumerate(problem.names)}
    owners = {_plain(module.path or module.name): place for place, module in enumerate(problem.modules)}
    for file in files_since(from_git[0].removeprefix(GIT)) if from_git else changed:
        owner = names.get(normalize("NFC", file), _owner(file, owners))
        if owner is not None:
            found.add(owner)
        elif not from_git:
            raise ProblemError(f"the file {shown(file)} belongs to no module: give the module's path, or its name")
    if not found:
        raise ProblemError("nothing that has changed belongs to a module, so nothing has to be built")
    return kept(problem, reach(found, needed_by(problem)))


def _plain(path: str) -> str:
    return normalize("NFC", path.strip()).removeprefix("./").rstrip("/")


def _owner(file: str, owners: dict[str, int]) -> int | None:
    """Return the module of the longest path that a file is at or below."""
    path = _plain(file)
    while path and path not in owners:
        path = path.rpartition("/")[0]
    return owners.get(path or ".")


def files_since(ref: str) -> list[str]:
    """Return what git says has changed since a revision, new files included, relative to the working folder.

    Raises:
        ProblemError: There is no git, no repository, or no such revision.
    """
    if not ref or ref.startswith("-"):
        raise ProblemError(f"{GIT}REF needs a revision such as {GIT}main, got {shown(ref)}")
    files: list[str] = []
    for command in (
        ["git", "ls-files", "--others", "--exclude-standard", "-z"],
        ["git", "diff", "--name-only", "--relative", "-z", ref, "--"],
    ):
        try:
            done = subprocess.run(command, capture_output=True, timeout=_GIT_S, check=True)  # noqa: S603 - no shell, and no flag
        except subprocess.CalledProcessError as error:
            reason = one_line(error.stderr.decode("utf-8", "replace"), 120)
            raise ProblemError(f"git cannot say what has changed since {shown(ref)}: {reason}") from None
        except (OSError, ValueError, subprocess.TimeoutExpired) as error:
            raise ProblemError(f"git cannot be asked what has changed: {one_line(str(error), 120)}") from None
        files += [name for name in done.stdout.decode("utf-8", "replace").split("\0") if name]
    return files


def place_of(problem: Problem, name: str) -> int:
    """Return the place of a module by its name, or by its name without the version where that is one module's.

    Raises:
        ProblemError: It is none's, or several modules'.
    """
    wanted = normalize("NFC", name.strip())
    names = problem.names
    if wanted in names:
        return names.index(wanted)
    versions = [place for place, one in enumerate(names) if one.startswith(f"{wanted} ")]
    if len(versions) == 1:
        return versions[0]
    near = [names[place] for place in versions[:3]] or get_close_matches(wanted, names[:5_000], 3, 0.5)
    reason = f": did you mean {', '.join(map(shown, near))}?" if near else ""
    raise ProblemError(f"there is {'more than one' if versions else 'no'} module {shown(name)}{reason}")


def needs_of(problem: Problem) -> list[list[int]]:
    """Return what each module needs, as places."""
    found: list[list[int]] = [[] for _ in problem.modules]
    for one, other, _ in problem.edges:
        found[one].append(other)
    return found


def needed_by(problem: Problem) -> list[list[int]]:
    """Return which modules need each one, as places."""
    found: list[list[int]] = [[] for _ in problem.modules]
    for one, other, _ in problem.edges:
        found[other].append(one)
    return found


def reach(first: Iterable[int], ways: Sequence[Sequence[int]]) -> set[int]:
    """Return all places that ways lead to, the first ones included."""
    found = set(first)
    left = [*found]
    while left:
        for other in ways[left.pop()]:
            if other not in found:
                found.add(other)
                left.append(other)
    return found


def kept(problem: Problem, places: set[int]) -> Problem:
    """Return a problem with some of its modules only, and the needs among them."""
    new = {old: place for place, old in enumerate(sorted(places))}
    modules: list[Module] = [problem.modules[old] for old in sorted(places)]
    edges = [(new[one], new[other], kind) for one, other, kind in problem.edges if one in new and other in new]
    return replace(problem, modules=tuple(modules), edges=tuple(sorted(edges)))
