"""What tools print: the database of GNU make, `go mod graph`, `apt-cache depends --recurse`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from maker_engine.core.errors import ProblemError
from maker_engine.printable import one_line

from ..collecting import Collection
from ..problem import Kind, Problem

MAKE_SIGN, _MAKE_END = "# Make data base", "# Finished Make data base"
_RULE = re.compile(r"(?P<targets>[^:#=\t][^:=]*?)(?P<colons>:{1,2})(?!=)\s*(?P<needs>.*)")
_SPECIAL = re.compile(r"\.[A-Z_]+$|.*%")
APT_SIGN = re.compile(r"^ [ |]+(?:Pre)?Depends: ", re.MULTILINE)
_APT_NEED = re.compile(r"^ (?P<either>[ |])(?P<kind>PreDepends|Depends|Recommends|Suggests): (?P<name>.+)$")
_APT_OTHERS = ("Breaks", "Conflicts", "Replaces", "Enhances")
_APT_KINDS = {
    "PreDepends": Kind.REQUIRED,
    "Depends": Kind.REQUIRED,
    "Recommends": Kind.OPTIONAL,
    "Suggests": Kind.OPTIONAL,
}
GO_SIGN = re.compile(r"\A\s*[^\s@#]+(?:@\S+)? [^\s@]+@\S+\s*$", re.MULTILINE)


def read_make(content: str) -> Problem:
    """Read what `make -npqrR` prints: the targets that it says are such, with their prerequisites.

    Raises:
        ProblemError: It is something else, or cut short.
    """
    if MAKE_SIGN not in content or "\n# Files" not in content:
        raise ProblemError("the make database has no files: print it with make -npqrR")
    files = content.partition("\n# Files")[2]
    if "\n# files hash-table stats" not in files and _MAKE_END not in content:
        raise ProblemError("the make database is cut short: print it again with make -npqrR")
    found = Collection("make")
    needs: list[tuple[str, str, Kind]] = []
    targets: dict[str, None] = {}
    for target, prerequisites in _make_rules(files):
        targets.setdefault(target)
        ordinary, _, order_only = prerequisites.partition("|")
        for part, kind in ((ordinary, Kind.REQUIRED), (order_only, Kind.PEER)):
            needs += [(target, other, kind) for other in part.split() if not _SPECIAL.match(other)]
    for _, other, _ in needs:
        targets.setdefault(other)  # a source file is printed as no target
    for target in targets:
        found.add(target, target, path=target)
    for one, other, kind in needs:
        found.need(one, other, kind)
    return found.problem()


def _make_rules(files: str) -> Iterator[tuple[str, str]]:
    """Yield (target, prerequisites) of the targets, those left out that make itself says are none."""
    skipped = False
    for line in files.splitlines():
        if line.startswith(("# files hash-table", "# VPATH", _MAKE_END)):
            return
        if line.startswith("# Not a target"):
            skipped = True
        elif not line.strip():
            skipped = False
        elif line[0] not in "#\t":
            rule = _RULE.fullmatch(line)
            if rule is None or skipped:
                skipped = False
                continue
            for target in rule["targets"].split():
                if not _SPECIAL.match(target):
                    yield target, rule["needs"]


def read_go(content: str) -> Problem:
    """Read what `go mod graph` prints.

    Raises:
        ProblemError: A line has other than two columns.
    """
    found = Collection("go")
    needs = []
    for number, line in enumerate(content.splitlines(), 1):
        parts = line.split()
        if not parts:
            continue
        if len(parts) != 2:
            raise ProblemError(
                f"line {number} of the go module graph has {len(parts)} columns, not 2: {one_line(line, 60)!r}"
            )
        needs.append(parts)
        for name in parts:
            if name not in found:
                found.add(name, name)
    for one, other in needs:
        found.need(one, other)
    return found.problem()


def read_apt(content: str) -> Problem:
    """Read what `apt-cache depends --recurse` prints.

    Alternatives, and the packages that provide a virtual one, are optional: any of them will do.

    Raises:
        ProblemError: A line is none of its.
    """
    found = Collection("apt")
    needs: list[tuple[str, str, Kind]] = []
    package, last, either = "", "", False
    for number, line in enumerate(content.splitlines(), 1):
        need = _APT_NEED.match(line)
        if line[:1] not in ("", " ", "|"):
            package = line.strip()
            needs.append((package, package, Kind.REQUIRED))
        elif need is not None and package:
            last = need["name"].strip()
            before, either = either, need["either"] == "|"
            needs.append((package, last, Kind.OPTIONAL if either or before else _APT_KINDS[need["kind"]]))
        elif line.strip().partition(":")[0].lstrip("|") in _APT_OTHERS:
            last = ""
        elif line.startswith("    ") and package:
            needs += [(last, line.strip(), Kind.OPTIONAL)] if last else []
        elif line.strip():
            raise ProblemError(f"line {number} is none that apt-cache depends prints: {one_line(line, 60)!r}")
    for name in dict.fromkeys(name for one, other, _ in needs for name in (one, other)):
        found.add(name, name)
    for one, other, kind in needs:
        found.need(one, other, kind)
    return found.problem()
