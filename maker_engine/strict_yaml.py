"""YAML without its traps: words and times stay text, and no key comes twice."""

from __future__ import annotations

import re
from typing import Any

import yaml

from maker_engine.core.errors import InputError
from maker_engine.printable import one_line

_INT, _FLOAT, _BOOL = (f"tag:yaml.org,2002:{kind}" for kind in ("int", "float", "bool"))


class _Loader(yaml.SafeLoader):  # type: ignore[misc]  # PyYAML has no types
    """Reads scalars by YAML 1.2, in which `no` is a word, `12:30` no number and `2026-01-31` a text."""

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


_DAY = "tag:yaml.org,2002:timestamp"
_Loader.yaml_implicit_resolvers = {
    first: [one for one in resolvers if one[0] not in (_INT, _FLOAT, _BOOL, _DAY)]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(_BOOL, re.compile(r"(?:true|false)\Z", re.IGNORECASE), list("tTfF"))
_Loader.add_implicit_resolver(_INT, re.compile(r"[+-]?(?:0|[1-9]\d{0,17})\Z", re.ASCII), list("+-0123456789"))
_Loader.add_implicit_resolver(_FLOAT, re.compile(r"[+-]?\d{1,300}\.\d{1,300}\Z", re.ASCII), list("+-0123456789"))


def load(text: str, what: str) -> Any:
    """Return what a text holds.

    Args:
        text: The YAML.
        what: What it is called in errors, such as "codebook".

    Raises:
        InputError: It is no YAML.
    """
    try:
        return yaml.load(text, _Loader)  # noqa: S506 - it is a safe loader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = "" if mark is None else f", line {mark.line + 1}"
        problem = getattr(error, "problem", None) or "it cannot be read"
        raise InputError(f"the {what} is no YAML{where}: {one_line(str(problem), 200)}") from None
    except (RecursionError, ValueError):
        raise InputError(f"the {what} is no YAML: it is nested too deeply, or holds what cannot be read") from None
