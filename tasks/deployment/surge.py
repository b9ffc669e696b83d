"""How many instances a rollout may have more, and may lack: the arithmetic of Kubernetes' Deployments.

Source: `maxSurge` is rounded up and `maxUnavailable` down; where both come out as 0 by rounding, 1 may be lacking
(`ResolveFenceposts` in kubernetes/pkg/controller/deployment/util).
"""

from __future__ import annotations

import re

from maker_engine.core.errors import ProblemError
from maker_engine.printable import one_line

DEFAULT = "25%"
MOST_REPLICAS = 1_000
_PERCENT = re.compile(r"(0|[1-9][0-9]{0,3})%", re.ASCII)
_WHOLE = re.compile(r"0|[1-9][0-9]{0,5}", re.ASCII)


def scaled(value: object, replicas: int, *, up: bool, what: str) -> int:
    """Return a whole number, or a percentage of `replicas` (≥ 0) rounded up or down.

    Raises:
        ProblemError: It is neither; the text names `what`.
    """
    text = str(value) if type(value) in (int, str) else ""
    if _WHOLE.fullmatch(text):
        return int(text)
    percent = _PERCENT.fullmatch(text)
    if percent is None:
        raise ProblemError(
            f"{what} must be a whole number or a percentage such as 25%, got {one_line(str(value), 40)!r}"
        )
    return -(-int(percent[1]) * replicas // 100) if up else int(percent[1]) * replicas // 100


def bounds(surge: object, unavailable: object, replicas: int, what: str) -> tuple[int, int]:
    """Return how many instances there may be more than `replicas`, and how many fewer may serve.

    Raises:
        ProblemError: One of them is no number, or both are 0 as written, so that nothing can ever be replaced.
    """
    more = scaled(surge, replicas, up=True, what=f"max_surge of {what}")
    fewer = scaled(unavailable, replicas, up=False, what=f"max_unavailable of {what}")
    if str(surge) in ("0", "0%") and str(unavailable) in ("0", "0%"):
        raise ProblemError(
            f"max_surge and max_unavailable of {what} are both 0: nothing could be replaced; allow 1 of one"
        )
    if not more and not fewer:
        fewer = 1
    return more, min(fewer, replicas)
