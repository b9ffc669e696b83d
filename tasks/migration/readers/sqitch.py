"""Sqitch: a plan with dependencies and tags, and a deploy, a revert and a verify script for each change."""

from __future__ import annotations

import re
from dataclasses import dataclass

from maker_engine.core.errors import ProblemError

from ..problem import Change
from .parts import Folder, missing

PLAN = "sqitch.plan"
_PRAGMA = re.compile(r"%([a-z\-]+)=(.*)")
_CHANGE = re.compile(
    r"(?P<name>[^\s\[\]#@:!%][^\s\[\]#@:]*)\s*(?:\[(?P<needs>[^\]]*)\])?\s*(?P<when>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)\s"
)
_TAG = re.compile(r"@(\S+)\s")


@dataclass
class _Entry:
    name: str
    needs: list[str]
    line: int
    tag: str = ""
    """The first tag behind it."""


def plan_of(folder: Folder) -> str:
    """Return the path of the plan, "" where there is none."""
    found = sorted((path for path in folder.files if path.split("/")[-1] == PLAN), key=lambda path: path.count("/"))
    return found[0] if found else ""


def read(folder: Folder) -> tuple[str, list[Change]]:
    """Read a project; return its name and its changes.

    Raises:
        ProblemError: A line of the plan is none, or a script is missing.
    """
    path = plan_of(folder)
    name, entries = _plan(folder, path)
    top = path[: -len(PLAN)]
    by_tag = {entry.tag: entry for entry in reversed(entries) if entry.tag}
    last = {entry.name: entry for entry in entries}
    return name, [_change(folder, top, entry, by_tag, last) for entry in entries]


def _plan(folder: Folder, path: str) -> tuple[str, list[_Entry]]:
    project, entries = folder.name, list[_Entry]()
    for number, whole in enumerate(folder.files[path].splitlines(), 1):
        line = whole.partition("#")[0].strip()
        if not line:
            continue
        if found := _PRAGMA.fullmatch(line):
            project = found[2] if found[1] == "project" else project
        elif found := _TAG.match(f"{line} "):
            for entry in entries:
                entry.tag = entry.tag or found[1]
        elif found := _CHANGE.match(f"{line} "):
            needs, name = (found["needs"] or "").split(), found["name"]
            for need in [one for one in needs if one.startswith("!") or ":" in one]:
                folder.note(path, number, f"{need[:60]} is a conflict or another project's change, and was not read")
                needs.remove(need)
            entries.append(_Entry(name, needs, number))
        else:
            raise ProblemError(f"{path}:{number}: this is not a line of a Sqitch plan: {line[:60]}")
    return project, entries


def _key(entry: _Entry, last: dict[str, _Entry]) -> str:
    """Return what a change is called: a rework's earlier form has its tag behind."""
    return entry.name if last[entry.name] is entry else f"{entry.name}@{entry.tag}"


def _change(
    folder: Folder, top: str, entry: _Entry, by_tag: dict[str, _Entry], last: dict[str, _Entry]
) -> Change:  # fmt: skip
    name, needs = _key(entry, last), []
    for need in entry.needs:
        bare, _, tag = need.partition("@")
        if not bare and tag in by_tag:
            needs.append(_key(by_tag[tag], last))
        elif bare in last:
            earlier = f"{bare}@{tag}"
            known = any(_key(one, last) == earlier for one in by_tag.values())
            needs.append(earlier if tag and known else bare)
        else:
            raise ProblemError(f"{top}{PLAN}:{entry.line}: {entry.name} needs {need[:60]}, which the plan has not")
    scripts = {kind: f"{top}{kind}/{name}.sql" for kind in ("deploy", "revert", "verify")}
    if scripts["deploy"] not in folder.files:
        raise missing(scripts["deploy"], f"the plan names {name} at line {entry.line}")
    texts = {kind: folder.files.get(script, "") for kind, script in scripts.items()}
    return folder.change(
        name, scripts["deploy"], texts["deploy"], texts["revert"], texts["verify"],
        down_file=scripts["revert"], verify_file=scripts["verify"], needs=tuple(needs), version=entry.name,
    )  # fmt: skip
