from __future__ import annotations

from pathlib import Path

import pytest

from maker_tui.cli.main import main

GOOD = '''
def act(arguments):
    """Repeats 100% of what it is given.

    Not told.
    """
    print(*arguments)
    return 7

def vague(arguments):
    return True

thing = 3
'''
NAMES = """\
[maker.commands]
repeat = stranger_commands:act
vague = stranger_commands:vague
thing = stranger_commands:thing
broken = stranger_broken:act
absent = stranger_commands:nothing
tasks = stranger_commands:act
"""


@pytest.fixture(autouse=True)
def stranger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installed package that adds commands, most of them bad."""
    (tmp_path / "stranger_commands.py").write_text(GOOD)
    (tmp_path / "stranger_broken.py").write_text("raise RuntimeError('no such luck')")
    about = tmp_path / "stranger-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: stranger\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(NAMES)
    monkeypatch.syspath_prepend(tmp_path)


def test_an_added_command_gets_its_arguments_and_gives_the_exit_status(capsys: pytest.CaptureFixture[str]) -> None:
    """Flags too are the command's own."""
    assert main(["repeat", "--loud", "x"]) == 7
    assert capsys.readouterr().out == "--loud x\n"


def test_help_lists_added_commands_and_says_which_are_broken(capsys: pytest.CaptureFixture[str]) -> None:
    """A broken one costs the others nothing."""
    with pytest.raises(SystemExit):
        main(["--help"])
    told = " ".join(capsys.readouterr().out.split())
    assert "repeat repeats 100% of what it is given" in told
    assert "command 'broken' cannot be loaded from stranger_broken:act" in told
    assert "lint check the requirement lines" in told


@pytest.mark.parametrize(
    ("name", "status", "told"),
    [
        ("broken", 2, "RuntimeError: no such luck"),
        ("absent", 2, "cannot be loaded from stranger_commands:nothing"),
        ("thing", 2, "nothing that can be called"),
        ("vague", 1, "returned True for an exit status"),
    ],
)
def test_a_bad_command_is_named_in_one_line(
    name: str, status: int, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing of a stranger's traceback reaches the user."""
    assert main([name]) == status
    printed = capsys.readouterr().err
    assert told in printed
    assert printed.count("\n") == 1


def test_no_added_command_takes_the_place_of_one_of_ours(capsys: pytest.CaptureFixture[str]) -> None:
    """`maker tasks` is ours, whoever else calls a command so."""
    assert main(["tasks"]) == 0
    assert "hanoi" in capsys.readouterr().out
    assert main(["lint", "/nowhere.md"]) == 2
    assert "/nowhere.md cannot be read" in capsys.readouterr().err
