"""YAML and JSON without traps: no key twice, no aliases, only plain values. CloudFormation's tags are read."""

from __future__ import annotations

import json
import reprlib
from collections.abc import Mapping
from typing import Any

import yaml

from maker_engine.core.errors import ProblemError
from maker_engine.printable import one_line


class _Loader(yaml.SafeLoader):  # type: ignore[misc]  # PyYAML has no types
    """Refuses what can surprise, or grow: repeated keys and aliases."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Compose a node, which stands for itself alone."""
        if self.check_event(yaml.events.AliasEvent):
            event = self.peek_event()
            raise yaml.composer.ComposerError(None, None, "an alias: write the value out", event.start_mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        """Make a mapping whose keys are all different."""
        seen: set[tuple[str, str]] = set()
        for key, _ in node.value if isinstance(node, yaml.MappingNode) else ():
            if isinstance(key, yaml.ScalarNode):
                if (key.tag, key.value) in seen:
                    raise yaml.constructor.ConstructorError(None, None, "a key comes twice", key.start_mark)
                seen.add((key.tag, key.value))
        made: dict[Any, Any] = super().construct_mapping(node, deep)
        return made


def _tagged(loader: _Loader, suffix: str, node: Any) -> dict[str, Any]:
    """Read `!Ref x` and its like as JSON templates write them."""
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    if suffix in ("Ref", "Condition"):
        return {suffix: value}
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _tagged)
_Loader.yaml_implicit_resolvers = {
    first: [one for one in resolvers if one[0] != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def load(text: str, what: str) -> dict[str, Any]:
    """Return the mapping that a text in JSON or YAML holds.

    Args:
        text: The text.
        what: What it is called in errors.

    Raises:
        ProblemError: It holds none.
    """
    try:
        found = json.loads(text, object_pairs_hook=_once, parse_constant=_refuse) if _is_json(text) else _yaml(text)
    except json.JSONDecodeError as error:
        raise ProblemError(f"{what} is no JSON: {error.msg} in line {error.lineno}") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 1}" if mark is not None else ""
        reason = one_line(str(getattr(error, "problem", None) or "it cannot be parsed"), 120)
        raise ProblemError(f"{what} is no YAML: {reason}{where}") from None
    except (ValueError, RecursionError) as error:
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else one_line(str(error), 120)
        raise ProblemError(f"{what} cannot be read: {reason}") from None
    if found is None:
        raise ProblemError(f"{what} is empty")
    if not isinstance(found, dict):
        raise ProblemError(f"{what} must be a mapping, got {one_line(reprlib.repr(found), 60)}")
    return found


def _is_json(text: str) -> bool:
    return text.lstrip()[:1] in ("{", "[")


def _yaml(text: str) -> Any:
    return yaml.load(text, _Loader)  # noqa: S506 - it is a safe loader


def _once(pairs: list[tuple[str, Any]]) -> Mapping[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"key {next(name for name in names if names.count(name) > 1)!r} comes twice")
    return found


def _refuse(name: str) -> object:
    raise ValueError(f"{name} is no number in JSON")
