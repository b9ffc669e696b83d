"""Tests in maker's own form, as a session keeps them, back from their text: nothing in it is trusted."""

from __future__ import annotations

import json
from typing import Any

from maker_engine.core.decomposition import Json
from maker_engine.core.errors import ProblemError
from maker_engine.printable import one_line

from .criteria import CriterionError, check_criterion
from .problem import Action, Criterion, Operation, Problem, Test, check


def _tuples(value: Any) -> Any:
    return tuple(_tuples(one) for one in value) if isinstance(value, list) else value


def _criteria(values: Any) -> tuple[Criterion, ...]:
    return tuple(Criterion(**one) for one in values)


def _actions(values: Any) -> tuple[Action, ...]:
    return tuple(Action(**{**one, "criteria": _criteria(one["criteria"])}) for one in values)


def _test(fields: dict[str, Any]) -> Test:
    plain = {key: _tuples(value) for key, value in fields.items()}
    operation = fields.get("operation")
    plain["criteria"] = _criteria(fields.get("criteria", ()))
    for key in ("on_success", "on_failure"):
        plain[key] = _actions(fields.get(key, ()))
    plain["operation"] = None if operation is None else Operation(operation["request"], _tuples(operation["responses"]))
    return Test(**plain)


def from_json(whole: dict[str, Json]) -> Problem:
    """Turn what `to_text` gave back into an equal problem.

    Raises:
        ProblemError: It is none.
    """
    from .form import misfit  # noqa: PLC0415 - its library costs a start 30 ms

    if wrong := misfit(whole):
        raise ProblemError(f"these tests in maker's own form are damaged: {one_line(wrong, 160)}")
    fields: dict[str, Any] = {key: _tuples(value) for key, value in whole.items() if key != "format"}
    tests: Any = whole.get("tests")
    fields["tests"] = tuple(_test(one) for one in tests)
    problem = Problem(**fields)
    check_texts(problem)
    check(problem)
    return problem


def check_texts(problem: Problem) -> None:
    """Refuse a problem whose JSON texts are none, or whose criteria cannot be evaluated.

    Raises:
        ProblemError: It is such a problem.
    """
    texts = [problem.schemas or "{}", *(text for _, _, text in problem.inputs)]
    for test in problem.tests:
        texts += [text for pairs in (test.path, test.query, test.headers) for _, text in pairs]
        texts += [test.body or "null"]
        criteria = (
            *test.criteria,
            *(one for action in (*test.on_success, *test.on_failure) for one in action.criteria),
        )
        for criterion in criteria:
            try:
                check_criterion(criterion)
            except CriterionError as error:
                raise ProblemError(f"{test.id}: {error}") from None
    for text in texts:
        try:
            json.loads(text)
        except (ValueError, RecursionError):
            raise ProblemError(
                f"these tests in maker's own form are damaged: {one_line(text, 60)} is not JSON"
            ) from None
