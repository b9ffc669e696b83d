"""What is tested: tests with their requests, criteria and dependencies, as every reader gives them."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field

from maker_engine.core.errors import ProblemError
from maker_engine.printable import one_line

FORMAT = "maker-api-tests-1"
MOST_TESTS = 400
DEMO = "demo"
"""The base address that represents maker's own server."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing that must hold of an answer.

    Attributes:
        kind: "simple", "regex" or "jsonpath".
        condition: The condition, in the words of the document.
        context: The expression that a regex or a path is applied to; "" for a simple one.
    """

    kind: str
    condition: str
    context: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """What a document says to do after a success or a failure.

    Attributes:
        kind: "retry", "goto" or "end".
        criteria: All must hold for the action to be taken.
        after_s: Seconds before a retry.
        limit: Retries at most.
        target: Id of the test that a goto leads to, or that is sent before a retry; "" for none.
        workflow: The workflow that a goto leads to, or that runs before a retry; "" for none.
    """

    kind: str
    criteria: tuple[Criterion, ...] = ()
    after_s: float = 0.0
    limit: int = 1
    target: str = ""
    workflow: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """What an OpenAPI document says of an operation. Schemas are JSON text; "" where there is none.

    Attributes:
        request: Schema of the request's body.
        responses: (status such as "200", "4XX" or "default", schema of its body) pairs.
    """

    request: str = ""
    responses: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Test:
    """One request with what must hold of its answer. Values of parameters, headers and body are JSON with expressions.

    Attributes:
        id: Unique; `workflow.step` where there are several workflows.
        workflow: Its workflow.
        step: What expressions of its workflow call it.
        method: In capitals.
        url: Address, or path below the base address; `{name}` is filled from `path`.
        path: (name, JSON) of what is filled in.
        query: (name, JSON).
        headers: (name, JSON).
        body: JSON with expressions, or a JSON text that is sent as it is; "" for no body.
        content_type: Of the body.
        criteria: All must hold.
        on_success: Actions, in order.
        on_failure: Actions, in order.
        outputs: (name, expression).
        needs: Ids of tests that must have passed before.
        after: Ids of tests that must have ended before, whatever came of them.
        priority: Higher ones first.
        setup: It comes before tests that are not.
        critical: Its failure stops the run.
        cleanup: It comes last, whatever happened.
        safe_again: Sending it twice does no harm.
        probe: What shows after a crash whether it has been done, such as `/items?key=${maker:key}`; "" for nothing.
        undo: What deletes what it made, such as `/items/{$response.body#/id}`; "" where the answer's Location says so.
        operation: What the OpenAPI document says of it, None where that is not known.
        timeout_s: Seconds after which it is given up.
        puzzle: What of it was not understood, so that it is not sent; "" for nothing.
    """

    __test__ = False

    id: str
    workflow: str
    step: str
    method: str
    url: str
    path: tuple[tuple[str, str], ...] = ()
    query: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    content_type: str = "application/json"
    criteria: tuple[Criterion, ...] = ()
    on_success: tuple[Action, ...] = ()
    on_failure: tuple[Action, ...] = ()
    outputs: tuple[tuple[str, str], ...] = ()
    needs: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    priority: int = 0
    setup: bool = False
    critical: bool = False
    cleanup: bool = False
    safe_again: bool = False
    undo: str = ""
    operation: Operation | None = None
    timeout_s: float = 10.0
    puzzle: str = ""
    probe: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """A whole document.

    Attributes:
        title: What it is called.
        base_url: Address that paths are below, or `DEMO`.
        tests: In an order in which each comes after those it needs.
        inputs: (workflow, name, JSON) of what expressions call `$inputs`.
        workflow_outputs: (workflow, name, expression).
        schemas: JSON text of the OpenAPI document's schemas by name; "" for none.
        deletable: Paths, such as `/items/{id}`, that the OpenAPI document has a DELETE for.
        calls: (workflow as it is called, workflow that calls it, step that does) of workflows that are called by steps.
        notes: (place, what) of all that was not understood.
        parallel: Requests in flight at most.
        rate: Requests a second at most; 0 for no limit.
        faults: The script of faults of maker's own server; "" for none.
        index: Places of the tests by their ids.
        dependants: Kept by `turns.dependants`.
    """

    title: str
    base_url: str
    tests: tuple[Test, ...]
    inputs: tuple[tuple[str, str, str], ...] = ()
    workflow_outputs: tuple[tuple[str, str, str], ...] = ()
    schemas: str = ""
    deletable: tuple[str, ...] = ()
    calls: tuple[tuple[str, str, str], ...] = ()
    notes: tuple[tuple[str, str], ...] = ()
    parallel: int = 3
    rate: float = 0.0
    faults: str = ""
    index: dict[str, int] = field(init=False, repr=False, compare=False, hash=False)
    dependants: dict[str, int] = field(init=False, repr=False, compare=False, hash=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "index", {test.id: place for place, test in enumerate(self.tests)})
        object.__setattr__(self, "dependants", {})

    def test(self, name: str) -> Test:
        """Return the test of an id."""
        return self.tests[self.index[name]]


def to_text(problem: Problem) -> str:
    """Return a problem as JSON text."""
    fields = asdict(problem)
    del fields["index"], fields["dependants"]
    return json.dumps({"format": FORMAT, **fields}, ensure_ascii=False)


def check(problem: Problem) -> None:
    """Refuse a problem without tests, with a test that needs one that comes later, or with a name that comes twice.

    Raises:
        ProblemError: It is such a problem.
    """
    if not problem.tests:
        raise ProblemError("the document has no tests: add a workflow with steps")
    if len(problem.tests) > MOST_TESTS:
        raise ProblemError(f"the document has {len(problem.tests):,} tests: at most {MOST_TESTS} are run at once")
    known: set[str] = set()
    for test in problem.tests:
        if test.id in known:
            raise ProblemError(f"two tests are called {one_line(test.id, 60)}: give one of them another name")
        if missing := [need for need in (*test.needs, *test.after) if need not in known]:
            raise ProblemError(
                f"{test.id} needs {missing[0]}, which does not come before it: name a test, without a cycle"
            )
        known.add(test.id)
