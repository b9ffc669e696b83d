"""What names a session, wherever one is named."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from maker_engine.core.errors import InputError
from maker_engine.sessions.library import upkeep
from maker_engine.sessions.library.library import Library
from maker_engine.sessions.library.naming import find, session_names
from tests.support.shelves import solved
from tests.support.spoiled import rewrite


@pytest.fixture
def sessions(home: Path) -> Path:
    """Three sessions, begun a second apart; the last was begun first, and two have names."""
    folder = home / "sessions"
    for age, (stem, name) in enumerate([("tower", "My run"), ("hanoi-2", ""), ("hanoi-1", "old one")]):
        solved(folder / f"{stem}.maker", disks=1)
        rewrite(folder / f"{stem}.maker", "created", json.dumps(1_700_000_000.5 - age))
        upkeep.rename(folder / f"{stem}.maker", name)
    return folder


@pytest.mark.parametrize(
    ("text", "stem"),
    [
        ("last", "tower"), ("@", "tower"), ("@1", "tower"), ("@2", "hanoi-2"), ("@3", "hanoi-1"),
        ("My run", "tower"), ("my RUN", "tower"), ("my", "tower"), ("old", "hanoi-1"),
        ("hanoi-1.maker", "hanoi-1"), ("hanoi-2", "hanoi-2"), ("tow", "tower"),
    ],
)  # fmt: skip
def test_a_session_goes_by_its_place_its_file_and_its_name(sessions: Path, text: str, stem: str) -> None:
    """A session is named by how new it is, by its file, by the name it was given, and by the start of one of these."""
    assert find(text) == sessions / f"{stem}.maker"


def test_the_order_of_the_list_is_that_of_the_ranks(sessions: Path) -> None:
    """What `@2` means is the second session of the list, and a new name changes no place."""
    listed = [one.path for one in Library().list()]
    assert listed == [find(f"@{rank}") for rank in (1, 2, 3)] == [sessions / f"{stem}.maker" for stem in (
        "tower", "hanoi-2", "hanoi-1")]  # fmt: skip
    upkeep.rename(find("@3"), "renamed just now")
    assert listed == [one.path for one in Library().list()]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("@4", "there is no session @4: there are 3"),
        ("@0", "there is no session '@0': maker sessions lists them"),
        ("hanoi", "'hanoi' could be 2 sessions: hanoi-1 .old one., hanoi-2: give more of one, or @ for the newest"),
        ("twin", "'twin' is the name of 2 sessions: hanoi-1, hanoi-2: give the file name of one"),
    ],
)
def test_what_names_no_single_session_is_one_line(sessions: Path, text: str, error: str) -> None:
    """A name that means no session or several is refused with what there is and how to be precise."""
    if text == "twin":
        for stem in ("hanoi-1", "hanoi-2"):
            upkeep.rename(sessions / f"{stem}.maker", "Twin")
    with pytest.raises(InputError, match=f"^{error}$"):
        find(text)


@pytest.mark.parametrize("name", ["last", "@", "@12", "hanoi-1", "hanoi-1.maker"])
def test_no_session_takes_a_name_that_means_another(sessions: Path, name: str) -> None:
    """A name that counts from the newest, or is another's file name, is refused."""
    with pytest.raises(InputError, match="choose another name"):
        upkeep.rename(sessions / "tower.maker", name)


def test_names_for_completion_are_light_and_mean_one_session_each(sessions: Path) -> None:
    """Names and files are listed newest first without what screens need; a name that two share is left out."""
    assert session_names() == ["My run", "tower", "hanoi-2", "old one", "hanoi-1"]
    upkeep.rename(sessions / "hanoi-2.maker", "old one")
    sessions.joinpath("broken.maker").write_text("no database")
    assert session_names() == ["broken", "My run", "tower", "hanoi-2", "hanoi-1"]
    program = (
        "import sys; from maker_engine.sessions.library.naming import session_names; print(len(session_names()));"
        "assert not {'textual', 'litellm', 'msgpack'} & {name.partition('.')[0] for name in sys.modules}"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "5\n"
