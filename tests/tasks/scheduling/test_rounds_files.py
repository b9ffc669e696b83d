"""Rounds as people write them: what is read, what is refused, and words that are read by vote."""

from __future__ import annotations

import json

import pytest
from maker_tasks.scheduling import Scheduling
from maker_tasks.scheduling.plain_words import read_plainly

from maker_engine.core.decomposition import Ask, Said
from maker_engine.core.errors import ProblemError
from maker_engine.core.responses import Flag
from maker_tui.cli.main import main
from tests.tasks.scheduling.rounds import follow, rounds

LEAST = "days: [2026-12-01]\ninterviews: [{id: a, candidate: nora, panel: [ada], minutes: 60}]\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the problem must be a mapping"),
        ("[1, 2]", "the problem must be a mapping"),
        ("days: [2026-12-01", "not YAML"),
        ("days: [2026-12-01]", "has no interviews"),
        (LEAST + "colour: red", "unknown key 'colour'"),
        (LEAST.replace("60", "0"), r"interviews\[1\].minutes must be a whole number, 5 to 480, got 0"),
        (LEAST.replace("60", "soon"), r"minutes must be a whole number"),
        (LEAST.replace("[ada]", "[nora]"), "without the candidate"),
        (LEAST.replace("[ada]", "[]"), "one or more different people"),
        (LEAST.replace("2026-12-01", "soon"), "must be a day such as"),
        (LEAST + "zone: Mars/Base", "no time zone 'Mars/Base'"),
        (LEAST + "hours: '17:00-09:00'", "ends after its start"),
        (LEAST + "people: {ada: {busy: [[2026-12-01T10:00, 2026-12-01T09:00]]}}", "a start and a later end"),
        (LEAST + "rooms: {R1: {busy: []}}", "rooms.R1 has no capacity"),
        (LEAST + "preferences: [{for: zoe, prefer: morning}]", "zoe is not a person"),
        (LEAST + "preferences: [{for: ada, prefer: lunchtime}]", "must be morning, afternoon"),
        (LEAST + "preferences: [{for: ada, prefer: room R9}]", "must be morning, afternoon"),
        (
            "days: [2026-12-01]\ninterviews: [&a {id: a, candidate: c, panel: [p], minutes: 30}, *a]",
            "two of the interview 'a'",
        ),
        (json.dumps(rounds(1, count=121)), "1 to 120 interviews"),
        (json.dumps({**rounds(1), "people": {f"p{n}": None for n in range(201)}}), "at most 200"),
        ("id,candidate,panel\na,nora,ada", "no column minutes"),
        ("id,candidate,panel,minutes\na,nora,ada,60", "has no days"),
        (LEAST + "days: [2026-12-02]", "comes twice"),
        (LEAST + "people: {true: {}}", "unknown key True in people: write it in quotes"),
        (LEAST + "people: {ada: {}, ' ada': {}}", "two called 'ada'"),
        (LEAST + 'people: {"e\u0301": {}, "\u00e9": {}}', "two called 'é'"),
        (LEAST + "rooms: {ada: 4}", "both a person and a room"),
        (LEAST.replace("60", "1:00"), "minutes must be a whole number, 5 to 480, got '1:00'"),
        (LEAST.replace("ada", '"a\\x1b[31m"'), "must be a name"),
        ("&a [*a]", "must be a mapping"),
        ("x: " + "[" * 5_000, "cannot be read|no YAML"),
    ],
)
def test_bad_rounds_are_refused_in_one_line(text, said):
    """What cannot be scheduled is refused in one line that names the place and the mend."""
    with pytest.raises(ProblemError, match=said) as caught:
        Scheduling.load({}, text)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


def test_a_table_and_options_make_the_same_rounds_as_a_file():
    """Rounds in CSV, with days, hours and rooms as options, are the rounds that YAML writes out."""
    table = "id,candidate,panel,minutes\na,nora,ada;ben,60\n"
    options = {"days": "2026-12-01..2026-12-02", "hours": "10:00-12:00", "rooms": "R1:4", "zone": "Europe/Berlin"}
    whole = {
        "days": ["2026-12-01", "2026-12-02"], "hours": "10:00-12:00", "rooms": {"R1": 4}, "zone": "Europe/Berlin",
        "interviews": [{"id": "a", "candidate": "nora", "panel": ["ada", "ben"], "minutes": 60}],
    }  # fmt: skip
    assert Scheduling.load(options, table) == Scheduling.load({}, json.dumps(whole))


@pytest.mark.parametrize(
    ("words", "rules"),
    [
        ("mornings, please, not on Wednesday", [(False, "wednesday"), (True, "morning")]),
        ("after 14:00 is best", [(True, "after 14:00")]),
        (
            "I would prefer Tuesday or Thursday, never before 10",
            [(False, "before 10:00"), (True, "thursday"), (True, "tuesday")],
        ),
        ("no Mondays and no Fridays", [(False, "friday"), (False, "monday")]),
        ("by 3 pm", [(True, "before 15:00")]),
        ("any time", []),
        ("once the baby sleeps", None),
        ("mornings but not mornings", None),
    ],
)
def test_plain_words_are_read_and_others_left_alone(words, rules):
    """The oracle reads plain words about times, and says nothing of words that are not plain."""
    read = read_plainly(words)
    assert (None if read is None else [*read.rules]) == rules


@pytest.mark.parametrize("said", ["yes", "leave out"])
def test_words_count_only_when_the_person_confirms_them(said):
    """What agents read in somebody's words is asked of a person, and is a preference only after a yes."""
    task = Scheduling.load({"sample": "words"})
    state = task.apply(task.start(), task.oracle(task.start()))
    assert isinstance(task.step(state), Ask)
    state = task.apply(state, Said(said, "lead"))
    assert bool(state.rules) is (said == "yes")
    assert task.step(state).prompt.user.startswith("Read these words of ben")


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (lambda text: text, None),
        (lambda text: f"I compare.\n```\n{text}\n```", None),
        (lambda text: text.replace("slot", "**slot**").replace(" = ", ": "), None),
        (lambda text: text.upper(), None),
        (lambda text: text.replace("time = ", "time = Tuesday "), None),
        (lambda text: text.replace("reach = ", "reach = 1"), "inconsistent"),
        (lambda text: text.replace("2026-12-01", "2026-12-02"), "inconsistent"),
        (lambda text: text.replace("slot = ", "slot = 9"), "malformed"),
        (lambda text: text + "\nI hope this helps.", "malformed"),
        (lambda text: text.partition("\n")[0], "malformed"),
    ],
)
def test_answers_are_read_generously_in_form_and_strictly_in_content(change, rule):
    """Fences, bold and case are free; a line that contradicts the chosen row is a red flag."""
    task = Scheduling.load({})
    state = task.start()
    _, text = task.imitate(task.step(state).prompt, None, 0)
    read = task.parse(state, change(text))
    assert (read.rule if isinstance(read, Flag) else None) == rule
    assert rule or read == task.oracle(state)


def test_why_not_is_answered_by_what_stands_in_the_way(tmp_path, capsys):
    """`maker scheduling why` names the busy times, pauses and placed interviews that a time clashes with."""
    problem = Scheduling.load({})
    file, schedule = tmp_path / "rounds.json", tmp_path / "schedule.json"
    file.write_text(problem.source())
    schedule.write_text(problem.papers(follow(problem)[1], {})["schedule.json"])

    def why(when):
        words = ["scheduling", "why", "nora-1", when, "--problem", str(file), "--schedule", str(schedule)]
        assert main(words) == 0
        return capsys.readouterr().out

    assert "ada is busy Tue 09:00-10:30" in why("2026-12-01T10:00")
    assert "ada has a pause 12:00-13:00" in why("2026-12-01T12:00")
    assert "2026-12-05 is none of the days" in why("2026-12-05T10:00")
    placed = json.loads(schedule.read_text())["interviews"]["nora-3"]["start"]
    assert "nora is in nora-3" in why(placed)


SAFE = {*"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"}


def test_words_and_times_are_names_as_they_are_written():
    """`no`, `on` and `12:30` are names as they stand, and each has a file of its own, whatever the file system."""
    names = ["no", "on", "12:30", "../x", "a/b", "con", "Ada", "ada", "ada-cancelled", "\u00fc"]
    panels = ", ".join(
        f"{{id: i{number}, candidate: c, panel: [{name}], minutes: 5}}" for number, name in enumerate(names)
    )
    task = Scheduling.load({}, f"days: [2026-12-01]\nslot_minutes: 5\ninterviews: [{panels}]\n")
    assert {person.id for person in task.problem.people} == {*names, "c"}
    _, state = follow(task)
    files = [name for name in task.papers(state, {}) if name.startswith("people/")]
    assert len({name.casefold() for name in files}) == len(names) + 1
    assert all(set(name.removeprefix("people/")) <= SAFE for name in files)
    assert not {"people/con.ics", "people/ada-cancelled.ics"} & {*files}


def test_a_repair_cancels_what_is_gone_for_all_who_had_it(tmp_path):
    """What is gone is cancelled for its people and its room; a changed panel raises the sequence."""
    rows = [
        "{id: a, candidate: nora, panel: [ada], minutes: 60}",
        "{id: b, candidate: omar, panel: [ben], minutes: 60}",
    ]
    head = "days: [2026-12-01]\nrooms: {R1: 3}\npeople: {ada: {}, ben: {}, cleo: {}}\ninterviews: "
    task = Scheduling.load({}, f"{head}[{', '.join(rows)}]")
    papers = task.papers(follow(task)[1], {})
    file = tmp_path / "schedule.json"
    file.write_text(papers["schedule.json"])
    changed = Scheduling.load({"repair": str(file)}, f"{head}[{rows[0].replace('ada', 'cleo')}]")
    after = changed.papers(follow(changed)[1], {})
    cancelled = {name for name in after if name.endswith("-cancelled.ics")}
    assert cancelled == {"rooms/R1-cancelled.ics", *(f"people/{who}-cancelled.ics" for who in ("ada", "ben", "omar"))}
    uid = next(line for line in papers["people/omar.ics"].splitlines() if line.startswith("UID:"))
    assert all(part in after["people/omar-cancelled.ics"] for part in (uid, "METHOD:CANCEL", "SEQUENCE:1"))
    assert json.loads(after["schedule.json"])["interviews"]["a"]["sequence"] == 1
    assert "people/ada.ics" not in after
