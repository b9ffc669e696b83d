"""Schedules: right by calendars that are read again, good by proof, impossible by proof, repaired by exhaustion."""

from __future__ import annotations

import json
from importlib.util import find_spec
from itertools import combinations

import pytest
from maker_tasks.scheduling import Scheduling
from maker_tasks.scheduling.problem import stamp
from maker_tasks.scheduling.state import Infeasible, Place, State, Undo
from maker_tasks.scheduling.verifier import Choices, Rounds

from tests.tasks.scheduling.rounds import breaches, follow, load, rounds

SEEDS = range(40)


@pytest.fixture(scope="module")
def ended():
    """Each instance with its rounds, its task, and the state that the rule comes to."""
    found = []
    for seed in SEEDS:
        whole = rounds(seed, count=6)
        task = load(whole)
        found.append((whole, task, *follow(task)))
    return found


def test_written_calendars_hold_no_breach(ended):
    """Read again, the calendars of people and rooms keep hours, pauses, busy times, breaks, rooms and panels."""
    solved = [(whole, task, state) for whole, task, _, state in ended if not state.ended]
    assert len(solved) > 30
    for whole, task, state in solved:
        assert breaches(whole, task.papers(state, {})) == []


@pytest.mark.skipif(find_spec("ortools") is None, reason="the extra `optimum` is not installed")
def test_the_rule_comes_near_the_proven_optimum(ended):
    """The scores are at least 98 % of the proven optimum in the mean, never above it, and never above the bound."""
    shares = []
    for _, task, _, state in ended:
        if not state.ended:
            result = task.result(state)
            assert result["score"] <= result["best"] <= result["bound"]
            shares.append(result["score"] / result["best"] if result["best"] else 1.0)
    assert sum(shares) / len(shares) >= 0.98


def test_the_verifier_takes_what_the_rule_makes_and_nothing_moved(ended):
    """A whole schedule is verified; with one interview moved to where it cannot be, or left out, it is not."""
    for _, task, answers, state in ended[:12]:
        assert task.verify(answers) == []
        if not state.ended:
            first = answers[0]
            moved = [Place(first.interview, first.start + 24 * 60 * 7, first.room), *answers[1:]]
            assert task.verify(moved)
            assert task.verify(answers[:-1])


def test_an_impossible_problem_is_proven_by_a_smallest_clash():
    """Too much for one person ends as infeasible, with a clash that is none without any one of its interviews."""
    whole = rounds(3, count=6, people=2)
    for name in ("p0", "p1"):
        whole["people"][name]["busy"] = [["2026-12-01T10:30", "2026-12-02T17:00"]]
    task = load(whole)
    answers, state = follow(task)
    assert answers == [Infeasible()]
    assert task.verify(answers) == []
    clash = task.result(state)["clash"]
    assert len(clash) >= 2
    for left in combinations(whole["interviews"], len(whole["interviews"]) - 1):
        if not set(clash) <= {one["id"] for one in left}:
            fewer = load({**whole, "interviews": [one for one in left if one["id"] in clash]})
            assert not follow(fewer)[1].ended
    assert task.verify([Undo("i00")])


def test_a_dead_end_is_undone_step_by_step():
    """After a wrong slot that leaves no schedule, the rule undoes the last one that shares a person, and gets there."""
    whole = {
        "days": ["2026-12-01"], "hours": "09:00-11:00",
        "people": {"ada": {}, "ben": {"hours": "09:00-10:00"}},
        "interviews": [
            {"id": "a", "candidate": "nora", "panel": ["ada", "ben"], "minutes": 60},
            {"id": "b", "candidate": "omar", "panel": ["ada"], "minutes": 60},
        ],
    }  # fmt: skip
    task = load(whole)
    state = State(placed=(Place("b", task.oracle(State()).start, ""),))
    assert task.oracle(state) == Undo("b")
    state = task.apply(state, Undo("b"))
    assert not follow(task)[1].ended
    while task.step(state) is not None:
        state = task.apply(state, task.oracle(state))
    assert {place.interview for place in state.placed} == {"a", "b"}


@pytest.mark.parametrize("seed", range(20))
def test_a_repair_moves_as_few_as_possible(seed, tmp_path):
    """When somebody is busy after all, the repaired schedule moves the smallest number that trying everything finds."""
    whole = rounds(seed, count=6, people=4, fill=0.15)
    task = load(whole)
    answers, state = follow(task)
    assert not state.ended
    file = tmp_path / "schedule.json"
    file.write_text(task.papers(state, {})["schedule.json"])
    first = answers[0]
    hour = task.result(state)["interviews"][first.interview]
    who = hour["people"][-1]
    changed = json.loads(json.dumps(whole))
    changed["people"][who]["busy"].append([hour["start"], hour["end"]])
    repaired = load(changed, repair=str(file))
    _, end = follow(repaired)
    if end.ended:
        pytest.skip("nothing is possible any more")
    result = repaired.result(end)
    old = json.loads(file.read_text())["interviews"]
    moved = [
        name
        for name, one in result["interviews"].items()
        if (one["start"], one["room"]) != (old[name]["start"], old[name]["room"])
    ]
    assert len(moved) == result["moved"] == fewest_moves_of(changed, old)
    papers = repaired.papers(end, {})
    assert breaches(changed, papers) == []
    written = json.loads(papers["schedule.json"])["interviews"]
    assert {name for name, one in written.items() if one["sequence"] == 1} == set(moved)


def fewest_moves_of(whole, earlier):
    """Find by trying everything, on plain minutes, how few interviews must leave their places."""
    rounds_ = Rounds(load(whole).source())
    every = Choices(rounds_)
    choices = {name: every.of(name) for name in rounds_.interviews}
    homes = {}
    for name, one in earlier.items():
        homes[name] = next((p for p in choices[name] if (stamp(p[1]), p[2]) == (one["start"], one["room"] or "")), None)
    names = list(choices)

    def placeable(left, chosen):
        if not left:
            return True
        return any(
            placeable(left[1:], [*chosen, place])
            for place in choices[left[0]]
            if not any(rounds_.together(place, other) for other in chosen)
        )

    for count in range(len(names) + 1):
        for moved in combinations(names, count):
            kept = [homes[name] for name in names if name not in moved]
            if None in kept or any(rounds_.together(one, other) for one, other in combinations(kept, 2)):
                continue
            if placeable(list(moved), kept):
                return count
    raise AssertionError("there is no schedule")


def test_the_clocks_may_change_between_two_days():
    """Between the clock changes New York is five hours behind Berlin, not six, and each is there in their own hours."""
    task = Scheduling.load({"sample": "clocks"})
    answers, _ = follow(task)
    assert task.verify(answers) == []
    starts = {place.start: place for place in task._ruling(State()).open_slots(State(), "nora-2")}
    hours = sorted({(start // (24 * 60), start // 60 % 24) for start in starts})
    by_day = {}
    for day, hour in hours:
        by_day.setdefault(day, []).append(hour)
    assert [min(found) for found in by_day.values()] == [14, 13, 13]
