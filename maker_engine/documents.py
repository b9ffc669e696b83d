"""JSON and YAML that people write, read strictly: no key comes twice, dates stay text, aliases cannot multiply.

Scalars are read by the core schema of YAML 1.2, in which `no` is a word and `12:30` no number.
"""

from __future__ import annotations

import json
import re
import reprlib
from collections.abc import Callable
from typing import Any, TypeAlias

import yaml

from maker_engine.core.errors import ProblemError
from maker_engine.printable import one_line

LARGEST = 4_000_000
"""Characters of a document."""
MOST_ALIASES = 1_000
_MOST_NODES = 200_000
_CORE = "tag:yaml.org,2002:"
Tagged: TypeAlias = Callable[[str, Any], Any]
"""Makes a value of a tag, such as `Ref` of `!Ref x`, and of what is tagged: a text, a list or a mapping."""


class _Loader(yaml.SafeLoader):  # type: ignore[misc]  # PyYAML has no types
    """Reads scalars by the core schema of YAML 1.2, and refuses repeated keys and aliases that multiply."""

    nodes = 0
    tagged: Tagged | None = None
    aliases = True

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Compose a node; too many of them, or of aliases, is an error."""
        is_alias = self.check_event(yaml.AliasEvent)
        if is_alias and not self.aliases:
            mark = self.peek_event().start_mark
            raise yaml.composer.ComposerError(None, None, "an alias: write the value out", mark)
        self.nodes += _MOST_NODES // MOST_ALIASES if is_alias else 1
        if self.nodes > _MOST_NODES:
            raise yaml.YAMLError("it has too many parts or aliases")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        """Make a mapping whose keys are all different."""
        if isinstance(node, yaml.MappingNode):
            self.flatten_mapping(node)
        made: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str | int | float | None):
                raise yaml.constructor.ConstructorError(None, None, "a key is not text", key_node.start_mark)
            if key in made:
                problem = f"the key {str(key)[:40]!r} comes twice"
                raise yaml.constructor.ConstructorError(None, None, problem, key_node.start_mark)
            made[key] = self.construct_object(value_node, deep=deep)
        return made


def _construct_tagged(loader: _Loader, tag: str, node: Any) -> Any:
    if loader.tagged is None:
        raise yaml.constructor.ConstructorError(None, None, f"the tag !{tag[:40]} is not known", node.start_mark)
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    return loader.tagged(tag, value)


_Loader.add_multi_constructor("!", _construct_tagged)
_Loader.yaml_implicit_resolvers = {}
for _kind, _pattern, _first in (
    ("null", r"(?:~|null|Null|NULL|)\Z", ["~", "n", "N", ""]),
    ("bool", r"(?:true|True|TRUE|false|False|FALSE)\Z", list("tTfF")),
    ("int", r"[+-]?(?:0|[1-9][0-9]{0,17})\Z", list("+-0123456789")),
    ("float", r"[+-]?[0-9]{1,300}\.[0-9]{1,300}\Z", list("+-0123456789")),
    ("merge", r"<<\Z", ["<"]),
):
    _Loader.add_implicit_resolver(f"{_CORE}{_kind}", re.compile(_pattern, re.ASCII), _first)


def read_yaml(text: str, tagged: Tagged | None = None, *, aliases: bool = True) -> Any:
    """Return what a text in YAML holds.

    Args:
        text: The text, of one document.
        tagged: Makes a value of one with a tag of its own; None to refuse such tags.
        aliases: Read aliases, at most `MOST_ALIASES`; False to refuse them.

    Raises:
        yaml.YAMLError: It is no YAML.
        RecursionError: It is nested too deeply.
    """
    loader = _Loader(text)
    loader.tagged, loader.aliases = tagged, aliases
    try:
        return loader.get_single_data()
    finally:
        loader.dispose()


def read_json(text: str) -> Any:
    """Return what a JSON text holds, strictly: no key twice, no NaN.

    Raises:
        ValueError: It is no such JSON, or nested too deeply.
    """
    try:
        return json.loads(text, object_pairs_hook=_pairs, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def read_document(text: str, what: str, tagged: Tagged | None = None, *, aliases: bool = True) -> dict[str, Any]:
    """Return the mapping that a document in JSON or YAML holds.

    Args:
        text: The document, of at most `LARGEST` characters.
        what: What it is called in an error.
        tagged: As for `read_yaml`.
        aliases: Likewise.

    Raises:
        ProblemError: It is too large, no JSON or YAML, or no mapping.
    """
    if len(text) > LARGEST:
        raise ProblemError(f"{what} has {len(text):,} characters: at most {LARGEST:,} are read")
    is_json = text.lstrip()[:1] in ("{", "[")
    try:
        whole = read_json(text) if is_json else read_yaml(text, tagged, aliases=aliases)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ProblemError(f"{what} is not {'JSON' if is_json else 'YAML'}: {_reason(error)}") from None
    if not isinstance(whole, dict):
        given = "nothing: the file is empty" if whole is None else one_line(reprlib.repr(whole), 60)
        raise ProblemError(f"{what} must be a mapping, got {given}")
    return whole


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} in line {error.lineno}"
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    mark = getattr(error, "problem_mark", None)
    place = "" if mark is None else f" in line {mark.line + 1}"
    problem = one_line(str(getattr(error, "problem", None) or error), 120)
    mend = "; put quotes round text that has signs such as ? : , # in it" if problem.startswith("expected") else ""
    return f"{problem}{place}{mend}"


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"key {next(name for name in names if names.count(name) > 1)[:40]!r} comes twice")
    return made


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is not a number in JSON")
