"""Faults by script: what goes wrong at which call of which route, counted from 1, the same each time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Answer:
    """What the server answers.

    Attributes:
        status: HTTP status.
        body: JSON value, None for no body.
        headers: Beside the content's type and length.
        delay_s: Seconds before it is sent.
        closes: The connection is closed in the middle of the body.
    """

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    delay_s: float = 0.0
    closes: bool = False


Script = Callable[[str, int], Answer | None]
"""Gives the fault at a route's call of a number, None where it goes well."""
SLOW_S = 0.6
"""More than the sample gives its reports."""


def _error(status: int, text: str, **headers: str) -> Answer:
    return Answer(status, {"error": text}, {name.replace("_", "-"): value for name, value in headers.items()})


def _none(_: str, __: int) -> None:
    return None


def _unavailable(route: str, call: int) -> Answer | None:
    busy = route in ("POST /orders", "GET /products/{id}") and call == 1
    return _error(503, "the service is starting") if busy else None


def _slow(route: str, call: int) -> Answer | None:
    return Answer(200, {"orders": 0}, delay_s=SLOW_S) if (route, call) == ("GET /reports/sales", 1) else None


def _throttled(route: str, call: int) -> Answer | None:
    return _error(429, "too many requests", retry_after="1") if (route, call) == ("POST /carts", 1) else None


def _third_call(route: str, call: int) -> Answer | None:
    return _error(500, "the third call fails") if (route, call) == ("GET /products/{id}", 3) else None


def _flaky(route: str, call: int) -> Answer | None:
    return _error(502, "bad gateway") if route == "GET /products/{id}/stock" and call % 3 else None


def _broken(route: str, _: int) -> Answer | None:
    return _error(500, "null pointer in pricing") if route == "POST /orders" else None


def _lost(route: str, _: int) -> Answer | None:
    return _error(404, "no such order") if route == "GET /orders/{id}" else None


def _down(route: str, _: int) -> Answer | None:
    return _error(503, "payments are down") if route == "POST /orders/{id}/payment" else None


def _closing(route: str, call: int) -> Answer | None:
    return (
        Answer(200, {"orders": 0, "pad": "x" * 500}, closes=True)
        if (route, call) == ("GET /reports/sales", 1)
        else None
    )


def _sticky(route: str, call: int) -> Answer | None:
    return _error(500, "it cannot be deleted yet") if route == "DELETE /users/{id}" and call < 3 else None


_BY_NAME: dict[str, Script] = {
    "none": _none, "unavailable": _unavailable, "slow": _slow, "throttled": _throttled, "third-call": _third_call,
    "flaky": _flaky, "broken": _broken, "lost": _lost, "down": _down, "closing": _closing, "sticky": _sticky,
}  # fmt: skip
SCRIPTS = tuple(_BY_NAME)
"""Their names, the one without faults first."""


def script(name: str) -> Script:
    """Return the script of a name; one that is not known has no faults."""
    return _BY_NAME.get(name, _none)
