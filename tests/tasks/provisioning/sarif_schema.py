"""What the published schema of SARIF 2.1.0 (OASIS, errata 01) says of the objects that a review uses.

Every object is closed there; of the names that are allowed, those are here that a review has or could sensibly have.
"""

from __future__ import annotations

from typing import Any


def _closed(required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [*required],
        "properties": {**properties, "properties": {"type": "object"}},
    }


def _list(item: Any, *, unique: bool = False) -> dict[str, Any]:
    return {"type": "array", "items": item, "uniqueItems": unique}


TEXT = {"type": "string"}
INDEX = {"type": "integer", "minimum": -1}
LEVEL = {"enum": ["none", "note", "warning", "error"]}
URI_REFERENCE = {"type": "string", "pattern": r"^(?:[A-Za-z0-9._~!$&'()*+,;=:@/?#-]|%[0-9A-Fa-f]{2})+$"}
MESSAGE = _closed(text=TEXT, markdown=TEXT, id=TEXT, arguments=_list(TEXT)) | {
    "anyOf": [{"required": ["text"]}, {"required": ["id"]}]
}
STRING = _closed(("text",), text=TEXT, markdown=TEXT)
RULE = _closed(
    ("id",),
    id=TEXT, name=TEXT, shortDescription=STRING, fullDescription=STRING, help=STRING, helpUri=TEXT,
    defaultConfiguration=_closed(enabled={"type": "boolean"}, level=LEVEL, rank={"type": "number"}),
)  # fmt: skip
DRIVER = _closed(
    ("name",),
    name=TEXT, fullName=TEXT, version=TEXT, semanticVersion=TEXT, informationUri=TEXT, rules=_list(RULE, unique=True),
)  # fmt: skip
PLACE = _closed(
    artifactLocation=_closed(uri=URI_REFERENCE, uriBaseId=TEXT, index=INDEX),
    region=_closed(startLine={"type": "integer", "minimum": 1}, startColumn={"type": "integer", "minimum": 1}),
) | {"anyOf": [{"required": ["address"]}, {"required": ["artifactLocation"]}]}
LOGICAL = _closed(name=TEXT, index=INDEX, fullyQualifiedName=TEXT, decoratedName=TEXT, parentIndex=INDEX, kind=TEXT)
RESULT = _closed(
    ("message",),
    ruleId=TEXT, ruleIndex=INDEX, level=LEVEL, message=MESSAGE,
    locations=_list(
        _closed(id=INDEX, physicalLocation=PLACE, logicalLocations=_list(LOGICAL, unique=True), message=MESSAGE)
    ),
    partialFingerprints={"type": "object", "additionalProperties": TEXT},
)  # fmt: skip
RUN = _closed(("tool",), tool=_closed(("driver",), driver=DRIVER), results=_list(RESULT))
LOG = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    **_closed(("version", "runs"), version={"enum": ["2.1.0"]}, runs=_list(RUN)),
}
LOG["properties"]["$schema"] = TEXT
