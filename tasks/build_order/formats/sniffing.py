"""Which format a file is in, by what is in it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping

from maker_engine.core.errors import ProblemError

from ..problem import Problem
from .cargo import read_cargo, read_metadata
from .dot import read_dot
from .npm import read_npm
from .own import read_json, read_own
from .printed import APT_SIGN, GO_SIGN, MAKE_SIGN, read_apt, read_go, read_make
from .python_locks import read_poetry, read_pyproject, read_uv

Reader = Callable[[str], Problem]

READERS: Mapping[str, Reader] = {
    "uv": read_uv, "poetry": read_poetry, "pyproject": read_pyproject, "cargo": read_cargo,
    "cargo-metadata": read_metadata, "npm": read_npm, "dot": read_dot, "make": read_make, "go": read_go,
    "apt": read_apt, "yaml": read_own, "json": read_json,
}  # fmt: skip
"""Every format that is read, by name."""

_TABLE = re.compile(
    r"^\s*\[{1,2}\s*(?:package|project|dependency-groups|build-system|tool|metadata)\b[^\n]*\]", re.MULTILINE
)
_DIGRAPH = re.compile(
    r"\A(?:\s|//[^\n]*\n|#[^\n]*\n|/\*.*?\*/)*(?:strict\s+)?(?:di)?graph\b[^\n:\[]*\{", re.IGNORECASE | re.DOTALL
)
_HEAD = 20_000
"""Characters of a file that identify its format."""


def read(content: str, name: str) -> Problem:
    """Read a file.

    Args:
        content: Its text.
        name: Name of its format, "auto" to go by the content.

    Raises:
        ProblemError: It is empty, or not in that format.
    """
    if not content.strip():
        raise ProblemError("the problem file is empty: name a lock file, a graph or modules in YAML")
    if name == "auto":
        name = format_of(content)
    elif name not in READERS:
        raise ProblemError(f"format must be auto or one of {', '.join(READERS)}, got {name[:40]!r}")
    return READERS[name](content)


def format_of(content: str) -> str:
    """Return the name of the format that a text is in; what looks like nothing else is read as YAML."""
    head = content[:_HEAD]
    if head.lstrip()[:1] == "{":
        return _json_format(content)
    if _DIGRAPH.match(head):
        return "dot"
    if MAKE_SIGN in content:
        return "make"
    if _TABLE.search(head):
        return _toml_format(content)
    if APT_SIGN.search(content):
        return "apt"
    return "go" if GO_SIGN.match(head) else "yaml"


def _json_format(content: str) -> str:
    try:
        whole = json.loads(content)
    except (ValueError, RecursionError):
        return "yaml"  # which knows braces, too
    if "lockfileVersion" in whole:
        return "npm"
    return "cargo-metadata" if {"packages", "workspace_root"} <= {*whole} else "json"


def _toml_format(content: str) -> str:
    if re.search(r"^\[\[\s*package\s*\]\]", content, re.MULTILINE) is None:
        return "pyproject"
    if re.search(r"^lock-version\s*=", content, re.MULTILINE):
        return "poetry"
    if re.search(r"^requires-python\s*=|^source\s*=\s*\{|^revision\s*=", content, re.MULTILINE):
        return "uv"
    return "cargo"
