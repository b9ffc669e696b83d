"""Folders that are gone, or closed to whoever runs `maker`: one line that names the folder, and nothing lost."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from maker_tui.cli.main import main

RUN = ("run", "hanoi", "--disks", "2", "--headless", "--quiet")


@pytest.fixture
def closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home that may not be read."""
    if os.geteuid() == 0:
        pytest.skip("no folder is closed to root")
    home = tmp_path / "closed"
    (home / "sessions").mkdir(parents=True)
    home.chmod(0)
    monkeypatch.setenv("MAKER_HOME", str(home))
    yield home
    home.chmod(0o700)


@pytest.mark.parametrize(
    "command",
    [
        "sessions", "sessions ls --json", "sessions show @", "sessions restore", "sessions search word",
        "sessions resume hanoi", "config", "config check", "config init", "run hanoi --headless",
        "run hanoi --session {closed}/x.maker --headless", "run records --rows {closed}/rows.csv --headless",
        "run build_order --problem {closed}/x --headless", "sessions show {closed}/x.maker",
        "migration demo {closed}/shop", "migration digest {closed}/shop.db", "lint {closed}/a.md",
    ],
)  # fmt: skip
def test_a_closed_folder_is_named(closed: Path, capsys: pytest.CaptureFixture[str], command: str) -> None:
    """Whatever would read or write there says so in one line, and does not take it for an empty one."""
    assert main(command.format(closed=closed).split()) != 0
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert str(closed) in said.err


def test_a_folder_that_is_gone_is_said_to_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where the current folder was removed no path means anything: every command ends with that line."""
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert main([*RUN]) == 2
    assert capsys.readouterr().err == "maker: the folder that this was started in is gone: cd to one that is there\n"
