"""Rubik's cube: the tables are what a search gives, and come from the file only when it is sound."""

from __future__ import annotations

import subprocess
import sys
import zlib
from array import array
from hashlib import sha256
from random import Random

import pytest
from maker_tasks.cube import tables
from maker_tasks.cube.coordinates import PHASES
from maker_tasks.cube.packing import whole
from maker_tasks.cube.phases import MOST_MOVES


@pytest.fixture(scope="module")
def built():
    """All four tables as the search gives them."""
    return [tables.build(phase) for phase in PHASES]


def test_the_tables_reach_every_state(built):
    """Every state of a phase can be brought to the goal, in 7, 10, 13 and 15 moves at most: together 45."""
    assert [len(one.distances) for one in built] == [phase.size for phase in PHASES]
    assert [max(one.distances) for one in built] == [phase.farthest for phase in PHASES] == [7, 10, 13, 15]
    assert MOST_MOVES == 45
    assert [one.distances.count(0) for one in built] == [1, 1, 1, 1]


@pytest.mark.parametrize("number", range(4))
def test_a_distance_is_one_more_than_the_nearest_neighbours(built, number):
    """No move comes more than one nearer, and one does: so the distances are those of the shortest ways."""
    phase, dice = PHASES[number], Random(number)
    distances, first, second = built[number]
    for state in dice.sample(range(1, phase.size), 2_000):
        slow, fast = divmod(state, len(second.after))
        places = zip(first.after[slow], second.after[fast], strict=True)
        assert distances[state] == 1 + min(distances[a * len(second.after) + b] for a, b in places)


def test_the_file_of_the_task_holds_what_the_search_gives(built):
    """The tables come with the task: whoever steps a cube waits for no search, and gets what it would have given."""
    assert sha256(whole(built)).hexdigest() == tables.DIGEST
    assert tables.read(tables.FILE) == built


def test_numbers_are_read_alike_on_any_machine():
    """What stands in the file does not depend on the machine: the low byte of a number is first."""
    row = array("H", [1, 258])
    assert tables.little(row) == b"\x01\x00\x02\x01"


FOREIGN = {
    "empty": b"",
    "version": zlib.compress(b"another version"),
    "huge": zlib.compress(bytes(10**7)),
    "script": b"#!/bin/sh\n",
}
DAMAGES = {
    "short": lambda packed: packed[:-100],
    "flipped": lambda packed: packed[:5000] + bytes([packed[5000] ^ 1]) + packed[5001:],
    "changed": lambda packed: zlib.compress(zlib.decompress(packed)[:-1] + b"\1"),
}


@pytest.mark.parametrize("name", [*FOREIGN, *DAMAGES])
def test_a_bad_file_is_not_used(name, tmp_path):
    """A file that does not hold exactly the tables is as good as none."""
    packed, path = tables.FILE.read_bytes(), tmp_path / "tables.z"
    assert tables.read(path) is None
    path.write_bytes(FOREIGN[name] if name in FOREIGN else DAMAGES[name](packed))
    assert tables.read(path) is None


LOAD_ALL = """
import sys
from importlib.metadata import entry_points
for point in entry_points(group="maker.tasks"):
    problem = point.load().load({})
    print(problem.name, problem.label, hash(problem), file=sys.stderr)
    problem.start(), problem.source()
from maker_tasks.cube import coordinates, tables
print(tables._loaded, coordinates.explore.cache_info().currsize)
"""


def test_nothing_is_read_before_a_cube_is_stepped():
    """Finding and loading all tasks, this one too, neither searches nor reads a table."""
    result = subprocess.run([sys.executable, "-c", LOAD_ALL], capture_output=True, text=True, check=True)
    assert result.stdout == "[] 0\n"
