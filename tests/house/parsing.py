"""The project's code as syntax trees, gone through no deeper than its statements where that is enough."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]


def parsed(path: Path) -> ast.Module:
    """The tree of a file, its path below the root of the project.

    To keep many of them is dear: the garbage collector looks through millions of nodes, time and again.
    """
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def statements(tree: ast.AST) -> Iterator[ast.AST]:
    """The node and every statement below it, handlers and cases included; expressions, most of a tree, are left out."""
    yield tree
    for part in ("body", "handlers", "cases", "orelse", "finalbody"):
        for node in getattr(tree, part, ()):
            yield from statements(node)
