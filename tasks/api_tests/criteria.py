"""Whether an answer is as it should be: criteria of each kind, and what an OpenAPI document says of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .conditions import ConditionError, check_condition, expressions_of, holds
from .exchange import MISSING
from .expressions import Scope, evaluate, is_expression, text_of
from .patterns import PatternError, compiled, found
from .problem import Criterion

LONGEST_PATH, MOST_BRANCHINGS = 300, 2
KINDS = ("simple", "regex", "jsonpath")


class CriterionError(ValueError):
    """A criterion is none that is understood; the text says why."""


def _path(text: str) -> Any:
    """Return a JSONPath ready to be applied.

    Raises:
        CriterionError: It cannot be read, or searches within searches.
    """
    if len(text) > LONGEST_PATH:
        raise CriterionError(f"a JSONPath has {len(text):,} characters: at most {LONGEST_PATH} are read")
    if text.count("..") > MOST_BRANCHINGS or text.count("?") > MOST_BRANCHINGS:
        raise CriterionError(
            f"the JSONPath {text[:60]!r} searches within a search: at most {MOST_BRANCHINGS} are taken"
        )
    from .paths import PathError, path  # noqa: PLC0415 - its library costs a start 40 ms, and few documents need it

    try:
        return path(text.strip())
    except PathError as error:
        raise CriterionError(f"the JSONPath {text[:60]!r} cannot be read ({str(error)[:60]})") from None


def check_criterion(criterion: Criterion) -> None:
    """Refuse a criterion that cannot be evaluated.

    Raises:
        CriterionError: It cannot.
    """
    if criterion.kind not in KINDS:
        raise CriterionError(f"criteria of type {criterion.kind[:20]!r} are not understood: use {', '.join(KINDS)}")
    if criterion.kind != "simple" and not is_expression(criterion.context):
        raise CriterionError(f"the context {criterion.context[:60]!r} is not an expression that is understood")
    try:
        if criterion.kind == "simple":
            check_condition(criterion.condition)
        elif criterion.kind == "regex":
            compiled(criterion.condition)
        else:
            _path(criterion.condition)
    except (ConditionError, PatternError) as error:
        raise CriterionError(str(error)) from None


def expressions_in_criterion(criterion: Criterion) -> Iterable[str]:
    """Return the expressions of a criterion that can be evaluated."""
    return expressions_of(criterion.condition) if criterion.kind == "simple" else (criterion.context,)


def met(criterion: Criterion, scope: Scope) -> bool:
    """Return whether a criterion holds."""
    if criterion.kind == "simple":
        return holds(criterion.condition, scope)
    value = evaluate(criterion.context, scope)
    if value is MISSING:
        return False
    if criterion.kind == "regex":
        return found(criterion.condition, text_of(value))
    if isinstance(value, dict | list):
        # `$[?count(@.pets) > 0]` is the specification's own example of a question about one object.
        asked = [value] if isinstance(value, dict) and criterion.condition.lstrip().startswith("$[?") else value
        return bool(_path(criterion.condition)(asked))
    return False


def unmet(criteria: Iterable[Criterion], scope: Scope) -> str:
    """Return the first criterion that does not hold, in words; "" where all do."""
    for criterion in criteria:
        if not met(criterion, scope):
            of = f"{criterion.context} " if criterion.context else ""
            return f"{of}{criterion.condition}"
    return ""
