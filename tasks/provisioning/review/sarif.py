"""The review as SARIF 2.1.0, as code scanning reads it: a result for each change that is not approved."""

from __future__ import annotations

from hashlib import sha256
from urllib.parse import quote

from maker_engine.printable import one_line

from .report import DISSENT, VOTE, Report
from .rules import APPROVE, BLOCK, LOSS, OPEN, POLICY, SCOPE, UNSEEN, WILDCARD

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_RULES = {
    LOSS: ("Something that keeps data is deleted or replaced.", "error"),
    OPEN: ("Something opens to the whole world.", "error"),
    WILDCARD: ("Permissions have a wildcard, or are an administrator's.", "error"),
    SCOPE: ("A change is outside the scope of the policy.", "warning"),
    POLICY: ("The policy asks about a change.", "warning"),
    UNSEEN: ("A value that decides about access cannot be seen.", "warning"),
    DISSENT: ("Agents disagreed about a change.", "warning"),
    VOTE: ("Agents object to a change.", "warning"),
}


def as_sarif(report: Report, file: str) -> dict[str, object]:
    """Return the review as one SARIF run.

    Args:
        report: The review.
        file: The plan's path, as results name it: with slashes, relative to where the scan was made.
    """
    names = [*_RULES]
    results = [
        {
            "ruleId": one.kind,
            "ruleIndex": names.index(one.kind),
            "level": "error" if one.verdict == BLOCK else "warning",
            "message": {"text": f"{one.verdict}: {one_line(one.item.address, 300)}: {one_line(one.reason, 300)}"},
            "locations": [
                {
                    "physicalLocation": {"artifactLocation": {"uri": quote(file)}, "region": {"startLine": 1}},
                    "logicalLocations": [{"fullyQualifiedName": one.item.address, "kind": "resource"}],
                }
            ],
            "partialFingerprints": {"change/v1": sha256(f"{one.kind} {one.item.address}".encode()).hexdigest()[:32]},
        }
        for one in report.changes
        if one.verdict != APPROVE
    ]
    rules = [
        {"id": name, "shortDescription": {"text": text}, "defaultConfiguration": {"level": level}}
        for name, (text, level) in _RULES.items()
    ]
    driver = {"name": "maker review", "rules": rules}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}
