"""The rule on failures: a table, of which the first row that fits says what to do. The prompt has it in words."""

from __future__ import annotations

from .state import AGAIN, ENVIRONMENT, GO_ON, PRODUCT, SKIP, STOP, TEST, Fault, Judge

MOST_TRIES = 3
"""Times a request is sent unless the document says otherwise."""
LONGEST_WAIT_S = 120
PUSHED_BACK = (502, 503, 504)
NO_ANSWER = ("timed out", "closed", "failed")
ALLOWED: dict[int, tuple[str, ...]] = {
    1: (AGAIN,), 2: (ENVIRONMENT,), 3: (TEST,), 4: (AGAIN,), 5: (AGAIN,), 6: (AGAIN,), 7: (ENVIRONMENT,),
    8: (AGAIN,), 9: (TEST,), 10: (PRODUCT,),
}  # fmt: skip
"""What each row may end in, so that an answer can be held against the row it names."""


def row_of(fault: Fault) -> int:
    """Return the first row that fits, 1 to 10."""
    waits = fault.retry_after <= LONGEST_WAIT_S
    left = fault.left > 0
    pushed = fault.kind == "unreachable" or fault.status in PUSHED_BACK
    rows = (
        fault.document >= 0,
        fault.kind in ("tls", "refused"),
        fault.kind == "unsent",
        fault.status == 429 and left and waits,
        pushed and left and waits,
        fault.kind in NO_ANSWER and left and fault.twice and not fault.same,
        fault.kind in NO_ANSWER or fault.status == 429 or pushed,
        fault.status >= 500 and left and fault.twice and not fault.same,
        bool(fault.breach) and fault.status < 500,
    )
    return next((number for number, fits in enumerate(rows, 1) if fits), 10)


def ruled(fault: Fault, dependants: int, *, critical: bool) -> Judge:
    """Return what the table makes of a failure.

    Args:
        fault: The evidence.
        dependants: Tests that need the one that failed.
        critical: Its failure stops the run.
    """
    row = row_of(fault)
    kind = ALLOWED[row][0]
    if kind == AGAIN:
        return Judge(AGAIN, _wait(fault, row))
    return Judge(kind, 0, STOP if critical else SKIP if dependants else GO_ON)


def _wait(fault: Fault, row: int) -> int:
    """Return how many whole seconds to wait before another try."""
    if row == 1:
        return -int(-fault.document // 1)
    if fault.retry_after >= 0:
        return fault.retry_after if row in (4, 5) else 0
    return 1 if row == 4 else 0


def may_go_again(fault: Fault) -> bool:
    """Return whether another try does no harm, whatever the vote says."""
    if fault.document >= 0:
        return True
    return fault.kind not in ("unsent", "tls", "refused") and (
        fault.left > 0 and (fault.twice or fault.kind == "unreachable" or fault.status in (429, *PUSHED_BACK))
    )
