"""A small document that uses everything a document can hold."""

from __future__ import annotations

from maker_tasks.interview.document import Conflict, Document, GateResult, Kind, Source, Spill, Status, Tally

IDEA = "A small web service where our team books the meeting rooms. No payments."
ANN = Source(2, "Ann", "")
AGENTS = Source(3, "", "books the meeting rooms")
KEPT = Tally(4, (("keep", 5), ("drop", 2)), (("Ann", "keep"),), 3)


def booking() -> Document:
    """Meeting rooms to book."""
    empty = Document("Room booking", IDEA, ("Ann", "Ben"), drafts=6)
    document = (
        empty.added(Kind.PURPOSE, "Let the team book a meeting room in under a minute.", AGENTS, status=Status.ACCEPTED)
        .added(Kind.NON_GOAL, "Payments.", Source(None, "Ann", "No payments."), status=Status.ACCEPTED)
        .added(
            Kind.STORY,
            "As a team member I want to book a free room so that my meeting has a place.",
            AGENTS,
            status=Status.ACCEPTED,
        )
        .added(
            Kind.FEATURE,
            "When a team member books a free room, the system shall reserve it for the chosen hour.",
            AGENTS,
            status=Status.ACCEPTED,
            traces=("US-001",),
            tallies=(KEPT,),
            gates=(GateResult("clear"), GateResult("testable")),
        )
        .added(
            Kind.FEATURE,
            "The system shall show the rooms quickly.",
            ANN,
            status=Status.WAIVED,
            reason="A first measurement decides the number.",
            gates=(GateResult("clear", "quality-word", "quickly", "Says no number: name a limit and its unit."),),
        )
        .added(Kind.FEATURE, "The system shall send newsletters.", Source(3), status=Status.REJECTED, reason="Spill.")
        .added(Kind.CONSTRAINT, "The system shall run on Python 3.11.", ANN, status=Status.ACCEPTED)
        .added(Kind.DATA, "A booking has a room, a day, an hour and a team member.", AGENTS, status=Status.ACCEPTED)
        .added(Kind.INTERFACE, "POST /bookings reserves a room.", AGENTS, status=Status.ACCEPTED)
        .added(
            Kind.ACCEPTANCE,
            "Given a free room, when Ann books it for 10:00, then it is listed as hers at 10:00.",
            AGENTS,
            status=Status.ACCEPTED,
            traces=("FR-001",),
        )
        .added(Kind.QUESTION, "May a booking last longer than a day?", Source(3))
    )
    return Document(
        document.title,
        document.idea,
        document.persons,
        document.lines,
        (Conflict("How long are bookings kept?", (("30 days", ("Ann",)), ("for ever", ("Ben",)))),),
        (Spill("Newsletters", 4, kept=False, line="FR-003", step=5), Spill("Reminders by mail", 2)),
        6,
    )
