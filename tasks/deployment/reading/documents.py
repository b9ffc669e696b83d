"""Documents in YAML or JSON without their traps: versions stay text, no key comes twice, aliases cannot multiply."""

from __future__ import annotations

import json
import re
from typing import Any

import yaml

from maker_engine.core.errors import ProblemError
from maker_engine.printable import one_line

LARGEST = 2_000_000
"""Characters of a file."""
_MOST_NODES, _MOST_DOCUMENTS = 200_000, 1_000
_ALIAS_COST = 200
_TAG = "tag:yaml.org,2002:"
_MERGE = f"{_TAG}merge"
_DURATION = re.compile(r"(?:([0-9]{1,6})h)?(?:([0-9]{1,6})m)?(?:([0-9]{1,6}(?:\.[0-9]{1,6})?)s)?", re.ASCII)
_QUANTITY = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,9})?(?:m|k|[KMGTPE]i?|e[0-9]{1,2})?", re.ASCII)


class _Loader(yaml.SafeLoader):  # type: ignore[misc]  # PyYAML has no types
    """Reads null, true, false and whole numbers; anything else that is not quoted is text, such as 1.10."""

    nodes = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Compose a node; too many of them, or of aliases, is an error."""
        self.nodes += _ALIAS_COST if self.check_event(yaml.AliasEvent) else 1
        if self.nodes > _MOST_NODES:
            raise yaml.YAMLError("it has too many parts or aliases")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:  # noqa: ARG002 - the port's form
        """Make a mapping whose keys are texts and all different, merge keys filled in."""
        seen: set[str] = set()
        for key, _ in node.value:
            if key.tag == _MERGE:
                continue
            if not isinstance(key, yaml.ScalarNode) or key.value in seen:
                shown = one_line(str(key.value), 40)
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {shown!r} comes twice or is no text", key.start_mark
                )
            seen.add(key.value)
        self.flatten_mapping(node)
        return {key.value: self.construct_object(value, deep=True) for key, value in node.value}


_Loader.yaml_implicit_resolvers = {}
_Loader.add_implicit_resolver(f"{_TAG}null", re.compile(r"(?:~|null|Null|NULL|)\Z"), ["~", "n", "N", ""])
_Loader.add_implicit_resolver(f"{_TAG}bool", re.compile(r"(?:true|True|TRUE|false|False|FALSE)\Z"), list("tTfF"))
_Loader.add_implicit_resolver(f"{_TAG}int", re.compile(r"-?(?:0|[1-9][0-9]{0,17})\Z", re.ASCII), list("-0123456789"))
_Loader.add_implicit_resolver(_MERGE, re.compile(r"<<\Z"), ["<"])


def read_documents(text: str, what: str) -> list[dict[str, Any]]:
    """Return the mappings of a file with one or more documents; empty documents are left out.

    Args:
        text: The file, in YAML or JSON.
        what: What it is called in an error.

    Raises:
        ProblemError: It is too large, no YAML, or holds something else than mappings.
    """
    if len(text) > LARGEST:
        raise ProblemError(f"{what} has {len(text):,} characters: at most {LARGEST:,} are read")
    if (written := _json(text)) is not None:
        return [written]
    found = []
    try:
        for document in yaml.load_all(text, _Loader):
            found += [] if document is None else [document]
            if len(found) > _MOST_DOCUMENTS:
                raise ProblemError(f"{what} has more than {_MOST_DOCUMENTS:,} documents")
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f" at line {mark.line + 1}" if mark is not None else ""
        why = getattr(error, "problem", None) or str(error)
        raise ProblemError(f"{what} is neither YAML nor JSON{place}: {one_line(str(why), 120)}") from None
    if not found or not all(isinstance(one, dict) for one in found):
        raise ProblemError(f"{what} must hold mappings, such as services or Kubernetes objects")
    return found


def _json(text: str) -> dict[str, Any] | None:
    """Return the mapping that a text in JSON holds; None where it is none, and YAML's reader has to say why."""
    if text[:1] != "{":
        return None
    try:
        found = json.loads(text, object_pairs_hook=_pairs, parse_float=str)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError("a key comes twice")
    return made


def seconds(value: object, what: str) -> float:
    """Return a duration such as 90, "90s", "1m30s" or "0.5" in seconds.

    Raises:
        ProblemError: It is none.
    """
    text = str(value) if type(value) in (int, str, float) else ""
    if re.fullmatch(r"[0-9]{1,6}(?:\.[0-9]{1,6})?", text, re.ASCII):
        return float(text)
    found = _DURATION.fullmatch(text)
    if not text or found is None:
        raise ProblemError(f"{what} must be a duration such as 30s or 1m30s, got {one_line(str(value), 40)!r}")
    return int(found[1] or 0) * 3600 + int(found[2] or 0) * 60 + float(found[3] or 0)


def is_quantity(value: object) -> bool:
    """Return whether a value is a Kubernetes quantity such as 250m or 64Mi."""
    return type(value) in (int, str) and _QUANTITY.fullmatch(str(value)) is not None


def whole(value: object, what: str, least: int = 0, most: int = 1_000_000) -> int:
    """Return a whole number.

    Raises:
        ProblemError: It is none, or out of range.
    """
    text = str(value) if type(value) in (int, str) else ""
    if re.fullmatch(r"-?[0-9]{1,9}", text, re.ASCII) is None or not least <= int(text) <= most:
        raise ProblemError(f"{what} must be a whole number from {least} to {most:,}, got {one_line(str(value), 40)!r}")
    return int(text)


def mapping(value: object, what: str) -> dict[str, Any]:
    """Return a mapping; nothing is an empty one.

    Raises:
        ProblemError: It is something else.
    """
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ProblemError(f"{what} must be a mapping, got {one_line(str(value), 40)!r}")
    return value


def texts(value: object, what: str) -> list[str]:
    """Return a list of texts; nothing is an empty one.

    Raises:
        ProblemError: It is something else.
    """
    if value is None:
        return []
    if not isinstance(value, list) or not all(type(one) in (str, int) for one in value):
        raise ProblemError(f"{what} must be a list of texts, got {one_line(str(value), 40)!r}")
    return [str(one) for one in value]


def unknown(given: dict[str, Any], known: set[str], place: str) -> list[str]:
    """Return a note for each key that is not known."""
    return [f"{place}.{one_line(key, 60)}" for key in given if key not in known]


def version_of(image: object, what: str) -> str:
    """Return the version that an image's name ends with: its tag, else the first 12 digits of its digest, else latest.

    Raises:
        ProblemError: It is no image.
    """
    if not isinstance(image, str) or not image.strip() or len(image) > 500:
        raise ProblemError(f"{what} has no image, so that its version is not known")
    name, _, digest = image.strip().partition("@")
    tag = name.rpartition("/")[2].partition(":")[2]
    return tag or (digest.rpartition(":")[2][:12] if digest else "latest")
