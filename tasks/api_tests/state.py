"""How far a run of tests is: a trial for each test, what was created and sent; and the answers that are voted on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

WAITING, SENT, JUDGED, PAUSING, PAUSED = "waiting", "sent", "judged", "pausing", "paused"
PASSED, FAILED, SKIPPED, OVER = "passed", "failed", "skipped", "passed over"
SERVER_STOPPED = "stopped"
SETTLED = (PASSED, FAILED, SKIPPED, OVER)

OPEN, GOING, RESTING, DELETED, LEFT, UNKNOWN = "open", "going", "resting", "deleted", "left", "unknown"

AGAIN, PRODUCT, TEST, ENVIRONMENT = "again", "product", "test", "environment"
FAULTS = (PRODUCT, TEST, ENVIRONMENT)
GO_ON, SKIP, STOP = "go on", "skip dependants", "stop"
THEN = (GO_ON, SKIP, STOP)
NOT_UNDERSTOOD, DEPENDANT, STOPPED, ENDED = "not understood", "dependant", "stopped", "ended"


@dataclass(frozen=True, slots=True)
class Fault:
    """The evidence of one failure.

    Attributes:
        kind: What came, as `Reply.kind` has it; "unsent" where a value was missing.
        status: HTTP status, 0 for none.
        retry_after: Seconds that the answer asks to wait, −1 where it does not.
        unmet: What did not hold, or why there was no answer.
        breach: How the request breaks its schema, "" where it does not.
        same: The failure before this one, in the same test, was of the same kind and status.
        left: Tries left.
        twice: The request may be sent twice.
        document: Seconds after which the document itself asks for a retry, −1 where it does not.
        by: Ids of the tests that the document has sent before that retry.
    """

    kind: str
    status: int = 0
    retry_after: int = -1
    unmet: str = ""
    breach: str = ""
    same: bool = False
    left: int = 0
    twice: bool = True
    document: float = -1.0
    by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trial:
    """What is known of one test.

    Attributes:
        status: One of the words above.
        tries: Requests sent.
        code: Status of the last answer, 0 for none.
        ms: Milliseconds that the last one took.
        verdict: Class of a failure, or why it was skipped; "" for neither.
        why: The evidence, in one line.
        pause: Seconds to wait before the next try.
        retries: Retries that the document itself asked for and that were made.
        outputs: (name, JSON).
        fault: The evidence that is voted on.
        free: It was jumped to, so that it waits for nobody.
        behind: Ids of tests that are to end before the next try.
    """

    status: str = WAITING
    tries: int = 0
    code: int = 0
    ms: int = 0
    verdict: str = ""
    why: str = ""
    pause: float = 0.0
    retries: int = 0
    outputs: tuple[tuple[str, str], ...] = ()
    fault: Fault | None = None
    free: bool = False
    behind: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Made:
    """Something a test created.

    Attributes:
        url: Where it is deleted; "" where that is not known.
        by: The test.
        status: "open", "going", "resting", "deleted", "left" or "unknown".
        tries: Times it was tried to delete it.
        why: Why it is left.
    """

    url: str
    by: str
    status: str = OPEN
    tries: int = 0
    why: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One request in the log, secrets masked.

    Attributes:
        tag: As the record calls it.
        method: In capitals.
        url: Whole address.
        headers: (name, value) of the request.
        body: Beginning of the request's body.
        started: Seconds since 1970.
        ms: Milliseconds until the answer.
        kind: As `Reply.kind` has it.
        status: HTTP status, 0 for none.
        reply_headers: (name, value).
        reply_body: Its beginning.
    """

    tag: str
    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    started: float = 0.0
    ms: int = 0
    kind: str = "answered"
    status: int = 0
    reply_headers: tuple[tuple[str, str], ...] = ()
    reply_body: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """How far the run is.

    Attributes:
        trials: One for each test, in the problem's order.
        chosen: The test that goes next, by vote; "" for none.
        flying: Tags of effects in flight.
        paced: Requests that must be followed by a pause for the rate: 0 or 1.
        made: What was created.
        log: What was sent and answered.
        stopped: Why no further test is sent, "" where they are.
        jumps: Jumps back that the document has asked for.
        server: Name of maker's own server that was started for the run; "" for none, "stopped" after it.
    """

    trials: tuple[Trial, ...]
    chosen: str = ""
    flying: tuple[str, ...] = ()
    paced: int = 0
    made: tuple[Made, ...] = ()
    log: tuple[Entry, ...] = ()
    stopped: str = ""
    jumps: int = 0
    server: str = ""


@dataclass(frozen=True, slots=True)
class Choose:
    """The test that goes next."""

    test: str


@dataclass(frozen=True, slots=True)
class Judge:
    """What a failure is taken for.

    Attributes:
        kind: "again", or whose fault it is: "product", "test" or "environment".
        after_s: Seconds to wait before another try.
        then: What follows from a fault: "go on", "skip dependants" or "stop"; "" with "again".
    """

    kind: str
    after_s: int = 0
    then: str = ""


Answer: TypeAlias = Choose | Judge
