"""The independent check of a schedule. It imports nothing of this task, so that no slip is made twice.

It reads the problem's text again and works on plain minutes: no slots, no bits, no search that the rule uses.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from itertools import combinations
from typing import Any
from zoneinfo import ZoneInfo

Placed = tuple[str, int, str]
"""(interview, start in minutes since 1970, room)."""
MOST_TRIES, MOST_COUNTED = 2_000_000, 60_000


class Rounds:
    """The rounds as the check sees them.

    Args:
        source: The problem in JSON, as the session keeps it.
    """

    def __init__(self, source: str) -> None:
        self.whole: dict[str, Any] = json.loads(source)
        self.interviews = {one["id"]: one for one in self.whole["interviews"]}
        self.zone = ZoneInfo(self.whole["zone"])
        self._candidates = {one["candidate"] for one in self.whole["interviews"]}

    def people(self, name: str) -> list[str]:
        """Return who must be at an interview."""
        return [self.interviews[name]["candidate"], *self.interviews[name]["panel"]]

    def alone(self, placed: Placed) -> list[str]:
        """Say what is wrong with one interview where it is, whatever else is placed."""
        name, start, room = placed
        end = start + self.interviews[name]["minutes"]
        begun, ended = self._moment(start, self.zone), self._moment(end, self.zone)
        found = []
        if begun.date().isoformat() not in self.whole["days"] or (ended - timedelta(minutes=1)).date() != begun.date():
            found.append(f"{name} is not within one of the days")
        found += [f"{name}: {who} {why}" for who in self.people(name) if (why := self._absent(who, start, end))]
        rooms = self.whole["rooms"]
        if rooms and room not in rooms:
            found.append(f"{name} has no room")
        elif rooms:
            if rooms[room]["capacity"] < len(self.people(name)):
                found.append(f"{name}: {room} is too small")
            if any(self._overlap(start, end, *busy) for busy in rooms[room]["busy"]):
                found.append(f"{name}: {room} is taken by something else")
        return found

    def together(self, one: Placed, other: Placed) -> list[str]:
        """Say what is wrong with two interviews, each where it is."""
        (first, start, room), (second, later, other_room) = sorted((one, other), key=lambda placed: placed[1])
        end = start + self.interviews[first]["minutes"]
        found = []
        for who in set(self.people(first)) & set(self.people(second)):
            pause = self.whole["candidate_break_minutes" if who in self._candidates else "panel_break_minutes"]
            if later < end + pause:
                found.append(f"{who} is in {first} and {second} with less than {pause} minutes between")
        if room and room == other_room and later < end:
            found.append(f"{room} holds {first} and {second} at once")
        return found

    def _absent(self, who: str, start: int, end: int) -> str:
        person = self.whole["people"][who]
        zone = ZoneInfo(person["zone"])
        begun, ended = self._moment(start, zone), self._moment(end, zone)
        stays = [(begun, ended)]
        if begun.utcoffset() != ended.utcoffset():  # the clocks change meanwhile: every minute by itself
            stays = [(self._moment(one, zone),) * 2 for one in range(start, end)]
        for came, left in stays:
            begin, close = came.hour * 60 + came.minute, left.hour * 60 + left.minute + (came is left)
            if left.date() != came.date():
                close += 24 * 60
            opens, closes = self.clock(person["hours"])
            if begin < opens or close > closes or came.date() != begun.date():
                return f"is asked to come at {begun:%H:%M}, outside {person['hours']} in {person['zone']}"
            for pause in person["pauses"]:
                from_, to = self.clock(pause)
                if begin < to and from_ < close:
                    return f"is asked to come in the pause {pause}"
        if any(self._overlap(start, end, *busy) for busy in person["busy"]):
            return "is busy"
        return ""

    @staticmethod
    def _moment(minute: int, zone: ZoneInfo) -> datetime:
        return datetime.fromtimestamp(minute * 60, zone)

    @staticmethod
    def clock(text: str) -> tuple[int, int]:
        """Return a time of the day such as `09:00-17:00` as minutes after midnight."""
        first, second = (int(part[:2]) * 60 + int(part[3:]) for part in text.split("-"))
        return first, second

    @staticmethod
    def _overlap(start: int, end: int, busy_from: str, busy_to: str) -> bool:
        taken = [int(datetime.fromisoformat(one).timestamp()) // 60 for one in (busy_from, busy_to)]
        return start < taken[1] and taken[0] < end


def findings(source: str, moves: Iterable[Sequence[Any]], clash: Iterable[str] | None = None) -> list[str]:
    """Check a whole run.

    Args:
        source: The problem in JSON.
        moves: What was done, in order: `["place", interview, start, room]`, `["undo", interview]`, `["infeasible"]`.
        clash: Where there is said to be no schedule, interviews that cannot all be placed; None if unknown.

    Returns:
        What is wrong, one line a breach.
    """
    rounds = Rounds(source)
    choices = Choices(rounds)
    placed: list[Placed] = []
    found: list[str] = []
    ended = False
    for kind, *parts in moves:
        if ended:
            found.append("something was done after the end")
        elif kind == "undo":
            placed = [one for one in placed if one[0] != parts[0]]
        elif kind == "infeasible":
            ended = True
        else:
            found += choices.out_of_turn(parts[0], placed)
            placed.append((parts[0], parts[1], parts[2]))
    if ended:
        return [*found, *clash_findings(rounds, choices, clash)]
    return [*found, *schedule_findings(rounds, placed)]


def schedule_findings(rounds: Rounds, placed: Sequence[Placed]) -> list[str]:
    """Check a whole schedule; return what is wrong with it, one line a breach."""
    names = [name for name, _, _ in placed]
    found = [f"{name} is not placed" for name in rounds.interviews if name not in names]
    found += [f"{name} is placed twice" for name in sorted({name for name in names if names.count(name) > 1})]
    for one in placed:
        found += rounds.alone(one)
    for one, other in combinations(placed, 2):
        found += rounds.together(one, other)
    return found


class Choices:
    """Where each interview could be if it were the only one.

    Args:
        rounds: The rounds.
    """

    def __init__(self, rounds: Rounds) -> None:
        self._rounds = rounds
        self._found: dict[str, list[Placed]] = {}

    def of(self, name: str) -> list[Placed]:
        """Return the places of one interview."""
        if name not in self._found:
            self._found[name] = [*dict.fromkeys(self._places(name))]  # times that the clocks leave out come twice
        return self._found[name]

    @cached_property
    def countable(self) -> bool:
        """Whether the places are few enough to be counted at every turn."""
        counted = 0
        for name in self._rounds.interviews:
            counted += len(self.of(name)) * len(self._rounds.interviews)
            if counted > MOST_COUNTED:
                return False
        return True

    def out_of_turn(self, name: str, placed: Sequence[Placed]) -> list[str]:
        """Say whether another interview was due: one with fewer places left, or with as many and a lower id."""
        if not self.countable:  # the order is how a schedule is found, and no part of whether it is one
            return []
        done = {one for one, _, _ in placed}
        left = {
            other: sum(not any(self._rounds.together(place, one) for one in placed) for place in self.of(other))
            for other in self._rounds.interviews
            if other not in done
        }
        due = min(left, key=lambda other: (left[other], other), default=name)
        return [] if due == name else [f"{name} was placed before its turn: {due} had fewer open slots"]

    def _places(self, name: str) -> Iterator[Placed]:
        whole = self._rounds.whole
        slot = whole["slot_minutes"]
        opens = [
            self._rounds.clock(one["hours"])[0] for one in whole["people"].values() if one["zone"] == whole["zone"]
        ]
        for day in whole["days"]:
            for minutes in range(min(opens, default=0) % slot, 24 * 60, slot):
                wall = datetime.fromisoformat(day) + timedelta(minutes=minutes)
                start = int(wall.replace(tzinfo=self._rounds.zone).timestamp()) // 60
                for room in [*whole["rooms"]] or [""]:
                    if not self._rounds.alone((name, start, room)):
                        yield name, start, room


def clash_findings(rounds: Rounds, choices: Choices, clash: Iterable[str] | None) -> list[str]:
    """Check that some interviews cannot all be placed, by trying everything."""
    if clash is None:
        return ["it was not shown which interviews clash"]
    left = sorted((choices.of(name) for name in clash), key=len)
    tries = 0
    chosen: list[Placed] = []

    def placeable(depth: int) -> bool:
        nonlocal tries
        if depth == len(left):
            return True
        for place in left[depth]:
            tries += 1
            if tries > MOST_TRIES:
                return True
            if not any(rounds.together(place, other) for other in chosen):
                chosen.append(place)
                if placeable(depth + 1):
                    return True
                chosen.pop()
        return False

    if not placeable(0):
        return []
    too_many = ["there are too many ways to check the clash"]
    return too_many if tries > MOST_TRIES else ["the interviews said to clash do not"]
