"""A small document that uses everything a document can hold."""

from __future__ import annotations

from typing import Any

from maker_tasks.interview.document import Conflict, Document, GateResult, Kind, Source, Spill, Status, Tally

IDEA = "A small web service where our team books the meeting rooms. No payments."
ANN = Source(2, "Ann", "")
AGENTS = Source(3, "", "books the meeting rooms")
KEPT = Tally(4, (("keep", 5), ("drop", 2)), (("Ann", "keep"),), 3)


FEATURE = "When a team member books a free room, the system shall reserve it for the chosen hour."
SLOW = GateResult("testable", "quality-word", "quickly", "Is a wish nobody can test: give the measure.")
LINES: tuple[tuple[Kind, str, Source, dict[str, Any]], ...] = (
    (Kind.PURPOSE, "Let the team book a meeting room in under a minute.", AGENTS, {}),
    (Kind.NON_GOAL, "Payments.", Source(None, "Ann", "No payments."), {}),
    (Kind.STORY, "As a team member I want to book a free room so that my meeting has a place.", AGENTS, {}),
    (
        Kind.FEATURE,
        FEATURE,
        AGENTS,
        {"traces": ("US-001",), "tallies": (KEPT,), "gates": (GateResult("clear"), GateResult("testable"))},
    ),
    (
        Kind.FEATURE,
        "The system shall show the rooms quickly.",
        ANN,
        {"status": Status.WAIVED, "reason": "A first measurement decides the number.", "gates": (SLOW,)},
    ),
    (
        Kind.FEATURE,
        "The system shall send newsletters.",
        Source(3),
        {"status": Status.REJECTED, "reason": "Nobody asked for it."},
    ),
    (Kind.CONSTRAINT, "The system shall run on Python 3.11.", ANN, {}),
    (Kind.DATA, "A booking has a room, a day, an hour and a team member.", AGENTS, {}),
    (Kind.INTERFACE, "POST /bookings reserves a room.", AGENTS, {}),
    (
        Kind.ACCEPTANCE,
        "Given a free room, when Ann books it for 10:00, then it is listed as hers at 10:00.",
        AGENTS,
        {"traces": ("FR-001",)},
    ),
    (Kind.QUESTION, "May a booking last longer than a day?", Source(3), {"status": Status.ASKED}),
)


def booking() -> Document:
    """Meeting rooms to book."""
    document = Document(
        "Room booking",
        IDEA,
        ("Ann", "Ben"),
        (),
        (Conflict("How long are bookings kept?", (("30 days", ("Ann",)), ("for ever", ("Ben",)))),),
        (Spill("Newsletters", 4, kept=False, line="FR-003", step=5), Spill("Reminders by mail", 2)),
        6,
    )
    for kind, text, source, fields in LINES:
        document = document.added(kind, text, source, **{"status": Status.ACCEPTED, **fields})
    return document
