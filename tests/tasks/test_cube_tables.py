"""Rubik's cube: the tables are what a search gives, and come from disk only when they are sound."""

from __future__ import annotations

import os
import subprocess
import sys
import zlib
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest
from maker_tasks.cube import tables
from maker_tasks.cube.coordinates import PHASES, explore
from maker_tasks.cube.phases import MOST_MOVES


@pytest.fixture(scope="module")
def loaded():
    """All four tables, built by the first test of the run that needs them."""
    return [tables.distances(number) for number in range(4)]


def test_the_tables_reach_every_state(loaded):
    """Every state of a phase can be brought to the goal, in 7, 10, 13 and 15 moves at most: together 45."""
    assert [len(table) for table in loaded] == [phase.size for phase in PHASES]
    assert [max(table) for table in loaded] == [phase.farthest for phase in PHASES] == [7, 10, 13, 15]
    assert MOST_MOVES == 45
    assert [table.count(0) for table in loaded] == [1, 1, 1, 1]


@pytest.mark.parametrize("number", range(4))
def test_a_distance_is_one_more_than_the_nearest_neighbours(loaded, number):
    """No move comes more than one nearer, and one does: so the distances are those of the shortest ways."""
    phase, table, dice = PHASES[number], loaded[number], Random(number)
    first, second = explore(phase.first, phase.moves).after, explore(phase.second, phase.moves).after
    for state in dice.sample(range(1, phase.size), 2_000):
        slow, fast = divmod(state, len(second))
        nearest = min(table[a * len(second) + b] for a, b in zip(first[slow], second[fast], strict=True))
        assert table[state] == nearest + 1


def test_the_digest_is_that_of_the_search(loaded):
    """What the search gives has the digest by which a file is known, and the file it left is taken."""
    assert sha256(b"".join(loaded)).hexdigest() == tables.DIGEST
    assert tables._read() == b"".join(loaded)


FOREIGN = {
    "empty": b"",
    "version": zlib.compress(b"another version"),
    "huge": zlib.compress(bytes(10**7)),
    "script": b"#!/bin/sh\n",
}
DAMAGES = {
    "short": lambda packed: packed[:-100],
    "flipped": lambda packed: packed[:5000] + bytes([packed[5000] ^ 1]) + packed[5001:],
    "changed": lambda packed: zlib.compress(zlib.decompress(packed)[:-1] + b"\0"),
}


@pytest.mark.parametrize("name", [*FOREIGN, *DAMAGES])
def test_a_bad_file_is_not_used(loaded, name, cache, tmp_path, monkeypatch):
    """A file that does not hold exactly the tables is as good as none."""
    packed = (cache / tables.FILE).read_bytes()
    monkeypatch.setenv("MAKER_CACHE", str(tmp_path))
    assert tables._read() is None
    (tmp_path / tables.FILE).write_bytes(packed)
    assert tables._read() == b"".join(loaded)
    (tmp_path / tables.FILE).write_bytes(FOREIGN[name] if name in FOREIGN else DAMAGES[name](packed))
    assert tables._read() is None


def test_a_place_that_cannot_be_written_does_no_harm(tmp_path, monkeypatch):
    """Where the cache cannot be, tables are built and used all the same."""
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setattr(tables, "PHASES", PHASES[:1])
    for place in (tmp_path / "file", tmp_path / "file" / "below", "~nobody-has-this-name/cache"):
        monkeypatch.setenv("MAKER_CACHE", str(place))
        assert tables._read() is None
        assert len(tables._built()) == PHASES[0].size
    monkeypatch.setenv("MAKER_CACHE", str(tmp_path / "new" / "cache"))
    whole = tables._built()
    assert [path.name for path in (tmp_path / "new" / "cache").iterdir()] == [tables.FILE]
    assert zlib.decompress((tmp_path / "new" / "cache" / tables.FILE).read_bytes()) == whole


def test_the_cache_is_where_the_user_says(tmp_path, monkeypatch):
    """`MAKER_CACHE` goes before `MAKER_HOME`, and both before the user's cache directory."""
    assert tables.folder() == Path(os.environ["MAKER_CACHE"])
    monkeypatch.delenv("MAKER_CACHE")
    assert tables.folder() == Path(os.environ["MAKER_HOME"]) / "cache"
    monkeypatch.delenv("MAKER_HOME")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert tables.folder().name == "maker"


LOAD_ALL = """
import sys
from importlib.metadata import entry_points
for point in entry_points(group="maker.tasks"):
    problem = point.load().load({})
    print(problem.name, problem.label, hash(problem), file=sys.stderr)
    problem.start(), problem.source()
from maker_tasks.cube import coordinates, tables
print(tables._loaded, coordinates.explore.cache_info().currsize, "platformdirs" in sys.modules)
"""


def test_nothing_is_built_before_a_cube_is_stepped(tmp_path):
    """Finding and loading all tasks, this one too, neither searches nor reads a table."""
    environment = {**os.environ, "MAKER_CACHE": str(tmp_path / "cache")}
    result = subprocess.run(
        [sys.executable, "-c", LOAD_ALL], env=environment, capture_output=True, text=True, check=True
    )
    assert result.stdout == "[] 0 False\n"
    assert not (tmp_path / "cache").exists()
