"""JSON and YAML without their traps: dates and `no` stay text, no key comes twice, and aliases cannot multiply."""

from __future__ import annotations

import json
import re
from typing import Any

import yaml

from maker_engine.core.errors import ProblemError
from maker_engine.printable import one_line

LARGEST = 4_000_000
"""Characters of a document."""
MOST_ALIASES = 1_000
_MOST_NODES = 200_000
_CORE = "tag:yaml.org,2002:"


class _Loader(yaml.SafeLoader):  # type: ignore[misc]  # PyYAML has no types
    """Reads scalars by the core schema of YAML 1.2."""

    nodes = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Compose a node; too many of them, or of aliases, is an error."""
        self.nodes += MOST_ALIASES // 5 if self.check_event(yaml.AliasEvent) else 1
        if self.nodes > _MOST_NODES:
            raise yaml.YAMLError("it has too many parts or aliases")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        """Make a mapping whose keys are texts and all different."""
        made: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
            if key is None or key in made:
                problem = "a key is not text" if key is None else f"the key {key[:40]!r} comes twice"
                raise yaml.constructor.ConstructorError(None, None, problem, key_node.start_mark)
            made[key] = self.construct_object(value_node, deep=deep)
        return made


_Loader.yaml_implicit_resolvers = {}
_Loader.add_implicit_resolver(f"{_CORE}null", re.compile(r"(?:~|null|Null|NULL|)\Z"), ["~", "n", "N", ""])
_Loader.add_implicit_resolver(f"{_CORE}bool", re.compile(r"(?:true|True|TRUE|false|False|FALSE)\Z"), list("tTfF"))
_Loader.add_implicit_resolver(
    f"{_CORE}int", re.compile(r"[+-]?(?:0|[1-9][0-9]{0,17})\Z", re.ASCII), list("+-0123456789")
)
_Loader.add_implicit_resolver(
    f"{_CORE}float", re.compile(r"[+-]?[0-9]{1,300}\.[0-9]{1,300}\Z", re.ASCII), list("+-0123456789")
)


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError("a key comes twice")
    return made


def _constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def read_json(text: str) -> Any:
    """Return what a JSON text holds, strictly: no key twice, no NaN.

    Raises:
        ValueError: It is no such JSON, or nested too deeply.
    """
    try:
        return json.loads(text, object_pairs_hook=_pairs, parse_constant=_constant)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def read_document(text: str, what: str) -> dict[str, Any]:
    """Return the mapping that a document in JSON or YAML holds.

    Args:
        text: The document.
        what: What it is called in an error.

    Raises:
        ProblemError: It is too large, no JSON or YAML, or no mapping.
    """
    if len(text) > LARGEST:
        raise ProblemError(f"{what} has {len(text):,} characters: at most {LARGEST:,} are read")
    try:
        whole = read_json(text) if text.lstrip()[:1] in ("{", "[") else yaml.load(text, _Loader)  # noqa: S506 - it is a safe loader
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f" at line {mark.line + 1}" if mark is not None else ""
        why = getattr(error, "problem", None) or str(error)
        raise ProblemError(f"{what} is neither JSON nor YAML{place}: {one_line(why, 120)}") from None
    if not isinstance(whole, dict):
        raise ProblemError(f"{what} must be a mapping, such as an Arazzo document")
    return whole
