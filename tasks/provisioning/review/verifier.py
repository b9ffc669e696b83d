"""The independent check of a review: plain words in the masked values, and nothing of the rules' code."""

from __future__ import annotations

import json
from collections.abc import Sequence
from fnmatch import fnmatchcase

_KNOWN = ("approve", "ask", "block")


def findings(source: str, verdicts: Sequence[str]) -> list[str]:
    """Check a review.

    Args:
        source: The masked plan with its policy.
        verdicts: In the order of the changes.

    Returns:
        What is wrong: changes without a verdict, and approved ones that are outside the scope or open to 0.0.0.0/0 or
        ::/0 for what comes in.
    """
    whole = json.loads(source)
    changes, policy = whole["changes"], whole["policy"]
    if len(verdicts) != len(changes):
        return [f"{len(verdicts)} verdicts for {len(changes)} changes"]
    wrong = []
    for change, verdict in zip(changes, verdicts, strict=True):
        address = change["address"]
        if verdict not in _KNOWN:
            wrong.append(f"{address}: {verdict!r} is not a verdict")
        elif verdict == "approve":
            if policy["scope"] and not any(fnmatchcase(address, one.replace("[", "[[]")) for one in policy["scope"]):
                wrong.append(f"{address} is approved and outside the scope")
            if not any(fnmatchcase(address, one.replace("[", "[[]")) for one in policy["open"]):
                wrong += [f"{address} is approved and {path} is {value}" for path, value in _open(change)]
    return wrong[:20]


def _open(change: dict[str, list[list[str]]]) -> list[tuple[str, str]]:
    directions = [after for path, _, after in change["rows"] if path in ("type", "direction")]
    if "egress" in str(change["type"]) or '"egress"' in directions:
        return []
    return [
        (path, after)
        for path, _, after in change["rows"]
        if "ingress" in path and ('"0.0.0.0/0"' in after or '"::/0"' in after)
    ]
