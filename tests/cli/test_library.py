"""`maker sessions`: the library from the command line, as a person types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from maker_tui.cli.main import main
from tests.support.shelves import solved


@pytest.fixture
def library(home: Path) -> Path:
    """Three sessions: two solved, of 2 and 3 disks, and one that ran out of samples."""
    sessions = home / "sessions"
    solved(sessions / "hanoi-a.maker", disks=2)
    solved(sessions / "hanoi-b.maker", disks=3)
    solved(sessions / "tower.maker", disks=5, limit_samples=20)
    return sessions


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What `maker sessions` prints when all goes well."""
    assert main(["sessions", *arguments]) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    return printed.out


def listed(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    """File names that `maker sessions ls` prints, in order."""
    told = json.loads(said(capsys, "ls", "--json", *arguments))
    plain = said(capsys, "ls", *arguments).splitlines()
    assert [row.split("  ")[0] for row in plain] == [one["session"] for one in told]
    return [Path(one["session"]).stem for one in told]


@pytest.mark.parametrize(
    ("flags", "names"),
    [
        (["--sort", "steps"], ["tower", "hanoi-b", "hanoi-a"]),
        (["--search", "HANOI-b 3"], ["hanoi-b"]),
        (["--search", "budget"], ["tower"]),
        (["--outcome", "solved", "--sort", "samples"], ["hanoi-b", "hanoi-a"]),
        (["--outcome", "out_of_budget"], ["tower"]),
        (["--outcome", "failed"], []),
        (["--task", "hanoi", "--model", "sim", "--search", "hanoi-a"], ["hanoi-a"]),
        (["--model", "openai/x"], []),
    ],
)
def test_ls_searches_filters_and_sorts(
    library: Path, capsys: pytest.CaptureFixture[str], flags: list[str], names: list[str]
) -> None:
    """The flags of ls do what the keys of the app do, in words and in JSON."""
    assert listed(capsys, *flags) == names
    assert library.is_dir()


def test_a_session_is_renamed_and_found_by_its_name(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The name stands in the list, is searched, and says nothing to a terminal that it could obey."""
    assert said(capsys, "rename", "tower", "the \x1b[31mlong one") == ""
    assert listed(capsys, "--search", "long") == ["tower"]
    assert "out of budget, the ␛[31mlong one, " in said(capsys, "ls", "--search", "long")
    assert json.loads(said(capsys, "ls", "--json", "--search", "long"))[0]["name"] == "the \x1b[31mlong one"
    said(capsys, "rename", str(library / "tower.maker"), "")
    assert listed(capsys, "--search", "long") == []


def test_what_rm_took_restore_brings_back(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Removing says how to undo it, the trash is listed, and what comes back is as it was."""
    before = sorted(path.name for path in library.glob("*.maker")), listed(capsys)
    told = said(capsys, "rm", "tower", "hanoi-a.maker", "tower.maker").splitlines()
    assert told[0] == "deleted tower: maker sessions restore tower brings it back"
    assert len(told) == 2
    assert listed(capsys) == ["hanoi-b"]
    trash = said(capsys, "restore").splitlines()
    assert [row.split("  ")[0] for row in trash] == ["hanoi-a", "tower"]
    assert said(capsys, "restore", "tow") == f"{library / 'tower.maker'}\n"
    said(capsys, "restore", trash[0].split("  ")[-1])
    assert (sorted(path.name for path in library.glob("*.maker")), listed(capsys)) == before
    assert said(capsys, "restore") == ""


def test_a_session_elsewhere_is_restored_by_its_path(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What was not in the library is not in its trash; the command that rm prints brings it back all the same."""
    path = solved(tmp_path / "mine.maker")
    command = said(capsys, "rm", str(path)).split("maker sessions ")[1].removesuffix(" brings it back\n")
    assert not path.exists()
    assert said(capsys, "restore") == ""
    assert said(capsys, *command.split()) == f"{path}\n"


def test_a_duplicate_is_a_session_of_its_own(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The copy goes into the library, and path tells where a session is."""
    copy = said(capsys, "duplicate", "tower")
    assert copy == f"{library / 'tower-copy.maker'}\n" == said(capsys, "path", "tower-c")
    assert said(capsys, "path") == f"{library}\n"
    assert listed(capsys, "--search", "copy") == ["tower-copy"]


def test_resume_takes_a_name_too(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A session is gone on from by the start of its file name."""
    assert main(["sessions", "resume", "tow", "--limit-samples", "1000", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["session"] == str(library / "tower.maker")


BAD = [
    (["rm", "hanoi"], "'hanoi' could be 2 sessions: hanoi-a, hanoi-b", 2),
    (["resume", "hanoi"], "'hanoi' could be 2 sessions: hanoi-a, hanoi-b", 2),
    (["rm", "tower", "nothing"], "there is no session 'nothing': maker sessions lists them", 2),
    (["path", "nothing"], "there is no session 'nothing'", 2),
    (["restore", "tower"], "there is no deleted session 'tower'", 2),
    (["rm"], "NAME|FILE", 2),
    (["rename", "tower"], "NEW", 2),
    (["ls", "--sort", "luck"], "'luck'", 2),
    (["ls", "--outcome", "luck"], "there is no outcome 'luck': name one of solved, ", 2),
    (["rename", "broken", "x"], "what cannot be read cannot be renamed", 1),
    (["duplicate", "broken"], "what cannot be read cannot be duplicated", 1),
    (["rm", __file__], "is not a session of maker", 2),
]


@pytest.mark.parametrize(("arguments", "blamed", "status"), BAD, ids=[" ".join(case[0][:2]) for case in BAD])
def test_what_cannot_be_done_is_one_line(
    library: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], blamed: str, status: int
) -> None:
    """The error names what it is about and the mend, and no session has gone."""
    library.joinpath("broken.maker").write_text("no database")
    try:
        left = main(["sessions", *arguments])
    except SystemExit as leaving:
        left = int(leaving.code or 0)
    printed = capsys.readouterr()
    assert (left, printed.out) == (status, "")
    assert blamed in printed.err
    assert printed.err.count("\n") == 1
    assert len(list(library.glob("*.maker"))) == 4


def test_a_damaged_session_is_removed_like_any_other(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is listed with its reason, found by being damaged, and can go."""
    library.joinpath("broken.maker").write_text("no database")
    assert listed(capsys, "--outcome", "damaged") == ["broken"]
    said(capsys, "rm", "broken")
    assert listed(capsys, "--outcome", "damaged") == []
