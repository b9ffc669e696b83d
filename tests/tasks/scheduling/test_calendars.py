"""Calendars: what is busy, what is refused, and that nothing but times leaves them."""

from __future__ import annotations

import json
from datetime import date

import pytest
from maker_tasks.scheduling import Scheduling
from maker_tasks.scheduling.calendars import busy_times
from maker_tasks.scheduling.problem import stamp

from maker_engine.core.errors import ProblemError
from maker_tui.cli.main import main
from tests.tasks.scheduling.rounds import follow

HEAD = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//tests//EN\n"


def event(*lines, kind="VEVENT", uid="1"):
    return "\n".join([f"BEGIN:{kind}", f"UID:{uid}", "DTSTAMP:20260101T000000Z", *lines, f"END:{kind}"])


def calendar(*events):
    return HEAD + "\n".join(events) + "\nEND:VCALENDAR\n"


def busy(*events, zone="Europe/Berlin", first=date(2026, 3, 16), last=date(2026, 4, 10)):
    found = busy_times(calendar(*events), "ada.ics", first, last, zone)
    return [f"{stamp(start)}/{stamp(end)[11:]}" for start, end in found]


WEEKLY = ("DTSTART;TZID=Europe/Berlin:20260316T090000", "DTEND;TZID=Europe/Berlin:20260316T100000", "RRULE:FREQ=WEEKLY")


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        pytest.param(
            [event(*WEEKLY, "EXDATE;TZID=Europe/Berlin:20260323T090000")],
            ["2026-03-16T08:00Z/09:00Z", "2026-03-30T07:00Z/08:00Z", "2026-04-06T07:00Z/08:00Z"],
            id="a rule that never ends, an exception, and the clock change in spring",
        ),
        pytest.param(
            [
                event(*WEEKLY[:2], "RRULE:FREQ=WEEKLY;COUNT=2"),
                event(
                    "RECURRENCE-ID;TZID=Europe/Berlin:20260323T090000",
                    "DTSTART;TZID=Europe/Berlin:20260323T150000",
                    "DTEND;TZID=Europe/Berlin:20260323T160000",
                ),
            ],
            ["2026-03-16T08:00Z/09:00Z", "2026-03-23T14:00Z/15:00Z"],
            id="one of a series was moved",
        ),
        pytest.param(
            [event("DTSTART;VALUE=DATE:20260324", "DTEND;VALUE=DATE:20260325")],
            ["2026-03-23T23:00Z/23:00Z"],
            id="a whole day is a day of the owner's zone",
        ),
        pytest.param(
            [event("DTSTART;TZID=Europe/Berlin:20260329T021500", "DTEND;TZID=Europe/Berlin:20260329T030000")],
            ["2026-03-29T01:15Z/02:00Z"],
            id="in the hour that the clocks leave out",
        ),
        pytest.param([event("DTSTART:20260325T120000", "DURATION:PT30M")], ["2026-03-25T11:00Z/11:30Z"], id="floating"),
        pytest.param(
            [event("DTSTART:20260325T120000Z", "DTEND:20260325T130000Z", "TRANSP:TRANSPARENT")], [], id="transparent"
        ),
        pytest.param(
            [event("DTSTART:20260325T120000Z", "DTEND:20260325T130000Z", "STATUS:CANCELLED")], [], id="cancelled"
        ),
        pytest.param(
            [
                event(
                    "FREEBUSY;FBTYPE=BUSY:20260326T080000Z/PT1H,20260326T100000Z/20260326T110000Z",
                    "FREEBUSY;FBTYPE=FREE:20260326T120000Z/PT1H",
                    kind="VFREEBUSY",
                )
            ],
            ["2026-03-26T08:00Z/09:00Z", "2026-03-26T10:00Z/11:00Z"],
            id="published busy times",
        ),
        pytest.param(
            [
                event("DTSTART:20260325T120000Z", "DTEND:20260325T130000Z"),
                event("DTSTART:20260325T123000Z", "DTEND:20260325T140000Z", uid="2"),
            ],
            ["2026-03-25T12:00Z/14:00Z"],
            id="overlapping ones are one",
        ),
    ],
)
def test_busy_times_are_those_of_the_standard(events, expected):
    """Busy times are what RFC 5545 makes of a calendar, in UTC."""
    assert busy(*events) == expected


def test_the_clock_change_in_autumn_moves_a_weekly_meeting_in_utc():
    """A weekly meeting keeps its wall-clock time when the clocks go back."""
    lines = (
        "DTSTART;TZID=Europe/Berlin:20261023T090000",
        "DTEND;TZID=Europe/Berlin:20261023T100000",
        "RRULE:FREQ=WEEKLY",
    )
    found = busy(event(*lines), first=date(2026, 10, 20), last=date(2026, 10, 31))
    assert found == ["2026-10-23T07:00Z/08:00Z", "2026-10-30T08:00Z/09:00Z"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hello", "not a calendar"),
        ("", "not a calendar"),
        (calendar(event(*WEEKLY))[:-30], "cut off"),
        (calendar(event(*WEEKLY)).replace("Europe/Berlin", "Mars/Base"), "no time zone 'Mars/Base'"),
        (calendar(event(*WEEKLY[:2], "RRULE:FREQ=SECONDLY")), "repeats within the hour"),
        (calendar(event(*WEEKLY[:2], "RRULE:FREQ=DAILY;INTERVAL=0")), "every 0 days"),
        (calendar(event(*WEEKLY[:2], "RRULE:FREQ=DAILY;BYMINUTE=1,2,3")), "within the hour"),
        (calendar(*[event(*WEEKLY[:2], "RRULE:FREQ=HOURLY", uid=str(one)) for one in range(6)]), "more than 5 events"),
        (calendar(event(*WEEKLY)).replace("TZID=Europe/Berlin", 'tzid="(UTC+01:00) Rome"'), "'(UTC+01:00) Rome'"),
        (calendar(event("DTSTART:2026xx25T120000Z", "DTEND:20260325T130000Z")), "cannot be read"),
        (HEAD + "BEGIN:VEVENT\n" * 400 + "END:VCALENDAR\n", "cut off"),
        (calendar(*["BEGIN:VEVENT\nEND:VEVENT"] * 20_001), "more than 20,000 events"),
    ],
    ids=range(12),
)
def test_a_broken_calendar_is_one_line_with_its_name(text, said):
    """Whatever a calendar holds, it is read, or refused in one line that names the file and what is wrong."""
    with pytest.raises(ProblemError, match=r"ada\.ics") as caught:
        busy_times(text, "ada.ics", date(2026, 3, 16), date(2026, 4, 10), "UTC")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


ROUNDS = """
days: [2026-03-25]
people: {ada: {zone: Europe/Berlin}}
interviews: [{id: nora-1, candidate: nora, panel: [ada], minutes: 60}]
"""


def test_nothing_of_a_calendar_but_times_goes_anywhere(tmp_path):
    """Titles, descriptions, places and addresses of events are in no prompt, no record and no written file."""
    planted = (
        "SUMMARY:planted-title",
        "DESCRIPTION:planted-text",
        "LOCATION:planted-place",
        "ATTENDEE;CN=planted-name:mailto:x@y.z",
    )
    (tmp_path / "ada.ics").write_text(calendar(event("DTSTART:20260325T080000Z", "DTEND:20260325T110000Z", *planted)))
    task = Scheduling.load({"calendars": str(tmp_path / "ada.ics")}, ROUNDS)
    answers, state = follow(task)
    assert answers[0].start % (24 * 60) >= 11 * 60
    seen = [
        task.source(),
        str(task.step(task.start())),
        json.dumps(task.encode_state(state)),
        *task.papers(state, {}).values(),
    ]
    assert not any("planted" in text for text in seen)


@pytest.mark.parametrize(
    "line", ["DTSTART:planted", "DURATION:planted", "RRULE:FREQ=planted", "EXDATE:planted", "RDATE:planted"]
)
def test_no_error_quotes_what_a_calendar_says(line):
    """What cannot be read is named by its file and never quoted: it may be a title."""
    with pytest.raises(ProblemError, match=r"ada\.ics") as caught:
        busy(event(*(WEEKLY[:1] if "DTSTART" not in line else ()), line, "SUMMARY:planted"))
    assert "planted" not in str(caught.value)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"zoe.ics": calendar()}, "zoe.ics is nobody's"),
        ({"nora.ics": calendar()}, "ada has no calendar"),
        ({"ada.ics": "hello"}, "ada.ics is not a calendar"),
    ],
)
def test_a_calendar_belongs_to_one_who_is_there(tmp_path, files, said):
    """A calendar of nobody, and a panel member without one, are refused by name."""
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(ProblemError, match=said):
        Scheduling.load({"calendars": "\n".join(str(tmp_path / name) for name in files)}, ROUNDS)


def test_the_command_prints_busy_times(tmp_path, capsys):
    """`maker scheduling busy` prints the busy times of the days asked for as JSON, in UTC."""
    file = tmp_path / "ada.ics"
    file.write_text(calendar(event(*WEEKLY)))
    assert main(["scheduling", "busy", str(file), "--from", "2026-03-20", "--to", "2026-03-31"]) == 0
    assert json.loads(capsys.readouterr().out) == [
        ["2026-03-23T08:00Z", "2026-03-23T09:00Z"], ["2026-03-30T07:00Z", "2026-03-30T08:00Z"],
    ]  # fmt: skip
