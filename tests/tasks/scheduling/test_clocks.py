"""Times of the day where the clocks change, and elsewhere: the slots are exactly what the independent check allows."""

from __future__ import annotations

import json
from random import Random

import pytest
from maker_tasks.scheduling.state import State
from maker_tasks.scheduling.verifier import Choices, Rounds

from tests.tasks.scheduling.rounds import load

ZONES = (
    "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia", "UTC",
)  # fmt: skip
CHANGES = (["2026-03-28", "2026-03-29"], ["2026-10-25", "2026-10-26"], ["2026-03-08", "2026-11-01"], ["2026-04-05"])
PAUSES = ("01:30-02:30", "02:00-03:00", "12:00-13:00")


def clock(minutes):
    return f"{minutes // 60:02}:{minutes % 60:02}"


def nightly(seed):
    """Rounds of people in any zones, by day and by night, over a change of the clocks."""
    dice = Random(seed)

    def person():
        opens = dice.randrange(0, 92) * 15
        closes = dice.choice([24 * 60, dice.randrange(opens + 60, 24 * 60 + 1, 15)])
        pauses = [dice.choice(PAUSES)] if dice.random() < 0.5 else []
        return {"zone": dice.choice(ZONES), "hours": f"{clock(opens)}-{clock(closes)}", "pauses": pauses}

    return {
        "zone": dice.choice(ZONES), "days": dice.choice(CHANGES), "slot_minutes": dice.choice([15, 30, 45, 60]),
        "people": {name: person() for name in ("ada", "nora")},
        "interviews": [{"id": "i", "candidate": "nora", "panel": ["ada"], "minutes": dice.choice([30, 60, 180])}],
    }  # fmt: skip


def test_slots_are_what_the_independent_check_allows():
    """Hours to 24:00, hours that are left out or come twice, and days that differ elsewhere give the same slots."""
    some = 0
    for seed in range(120):
        task = load(nightly(seed))
        slots = [slot.start for slot in task._ruling(State()).board.slots[0]]
        assert sorted(slots) == sorted(start for _, start, _ in Choices(Rounds(task.source())).of("i")), seed
        some += bool(slots)
    assert some > 30


def test_no_interview_goes_on_after_the_last_minute_of_its_day():
    """Hours to midnight end there, and `why` says so of a later time."""
    from maker_tasks.scheduling.why import reasons

    whole = {
        "days": ["2026-12-01", "2026-12-02"], "hours": "22:00-24:00",
        "interviews": [{"id": "i", "candidate": "nora", "panel": ["ada"], "minutes": 60}],
    }  # fmt: skip
    whole["people"] = {name: {"zone": "America/New_York", "hours": "00:00-24:00"} for name in ("ada", "nora")}
    task = load(whole)
    last = max(slot.start for slot in task._ruling(State()).board.slots[0])
    assert last % (24 * 60) == 23 * 60
    assert "i would end on the next day" in reasons(task.problem, {}, "i", last + 30)


@pytest.mark.parametrize("seed", range(4))
def test_a_schedule_over_a_change_of_the_clocks_is_verified(seed):
    """What is followed to the end keeps every rule that the independent check knows."""
    from tests.tasks.scheduling.rounds import follow

    whole = nightly(seed + 300)
    whole["interviews"] = [{**whole["interviews"][0], "id": f"i{number}", "minutes": 30} for number in range(3)]
    task = load(json.loads(json.dumps(whole)))
    answers, _ = follow(task)
    assert task.verify(answers) == []
