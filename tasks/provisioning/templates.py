"""Documents as this task reads them: JSON and YAML, with the tags of CloudFormation's templates."""

from __future__ import annotations

from typing import Any

from maker_engine.documents import read_document


def load(text: str, what: str) -> dict[str, Any]:
    """Return the mapping that a text in JSON or YAML holds; `!Ref x` is read as JSON templates write it.

    Args:
        text: The text.
        what: What it is called in errors.

    Raises:
        ProblemError: It holds none.
    """
    return read_document(text, what, _function, aliases=False)


def _function(tag: str, value: Any) -> dict[str, Any]:
    if tag in ("Ref", "Condition"):
        return {tag: value}
    if tag == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {f"Fn::{tag}": value}
