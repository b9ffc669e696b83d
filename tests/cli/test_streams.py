"""The standard streams as a shell may hand them over: 8-bit, ASCII, closed, full, or read by nobody."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from maker_engine.sessions.store.reader import Reader
from maker_tui.terminal.streams import OUTPUT_LOST, REPLACED

MAKER = f"{sys.executable} -m maker_tui"
RUN = f"{MAKER} run hanoi --disks 2 --headless --session run.maker"
FULL = "/dev/full"

needs_full = pytest.mark.skipif(not Path(FULL).exists(), reason=f"there is no {FULL}")


def shell(command: str, directory: Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """What a shell does with a line."""
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],  # noqa: S607 - any bash
        cwd=directory, env={**os.environ, **environment}, capture_output=True, check=False,
    )  # fmt: skip


def outcome(directory: Path) -> str:
    """What the session says of the run."""
    with Reader(directory / "run.maker") as reader:
        return str(reader.meta()["ended"]["outcome"])


@pytest.mark.parametrize(
    "surroundings",
    [
        {"PYTHONIOENCODING": "ascii:strict"},
        {"PYTHONIOENCODING": "latin-1"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    ],
    ids=lambda surroundings: next(iter(surroundings.values())),
)
def test_solved_stays_solved_whatever_can_be_printed(tmp_path: Path, surroundings: dict[str, str]) -> None:
    """What the encoding does not have is replaced; status, figures and the commands behind are as ever."""
    done = shell(f"{RUN} && {MAKER} sessions ls && {MAKER} sessions show run.maker --step 1", tmp_path, **surroundings)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"outcome  solved" in done.stdout
    assert b"peg 0 > 2" in done.stdout


def test_an_export_is_utf8_whatever_the_terminal_is(tmp_path: Path) -> None:
    """What another program reads is not replaced by anything."""
    done = shell(f"{RUN} --progress none > /dev/null; {MAKER} sessions export run.maker --as html", tmp_path,
                 PYTHONIOENCODING="ascii")  # fmt: skip
    assert "peg 0 → 2" in done.stdout.decode("utf-8")


def test_what_is_replaced_keeps_its_cells() -> None:
    """Letters lose their accents, the app's own signs become like ones, all else as many marks as it has cells."""
    assert "é→漢字·☂ ─\udce9".encode("ascii", REPLACED) == b"e>????.? -?"


@needs_full
@pytest.mark.parametrize(
    ("form", "output", "cause"),
    [
        ("", f"> {FULL}", b"No space left on device"),
        ("", ">&-", b"it is closed"),
        ("", "| true", b"its reader has gone"),
        ("--json", f"> {FULL}", b"No space left on device"),
    ],
)
def test_a_run_whose_summary_is_lost_says_where_it_is(tmp_path: Path, form: str, output: str, cause: bytes) -> None:
    """One line names the output, the outcome and the session; the status is 74; the run is solved all the same."""
    done = shell(f"{RUN} {form} {output}", tmp_path)
    assert done.returncode == OUTPUT_LOST == 74
    told = b"maker: standard output cannot be written: " + cause + b"; the run is solved, its session is run.maker\n"
    assert done.stderr == told
    assert outcome(tmp_path) == "solved"


@needs_full
@pytest.mark.parametrize(
    ("command", "output"),
    [
        ("tasks", f"> {FULL}"),
        ("tasks", ">&-"),
        ("--help", f"> {FULL}"),
        ("run --help", ">&-"),
        ("sessions ls --json", f"> {FULL}"),
        ("config", ">&-"),
    ],
)
def test_no_command_takes_an_output_that_is_lost_for_done(tmp_path: Path, command: str, output: str) -> None:
    """Whatever it prints, it says in one line that it could not, with status 74."""
    done = shell(f"{MAKER} {command} {output}", tmp_path)
    assert done.returncode == OUTPUT_LOST
    assert done.stderr.startswith(b"maker: standard output cannot be written: ")
    assert done.stderr.count(b"\n") == 1


def test_a_reader_that_has_seen_enough_is_no_news(tmp_path: Path) -> None:
    """What `head` does not want is dropped without a word."""
    done = shell(f"{MAKER} --help | head -1 >&2; {MAKER} tasks | true", tmp_path)
    assert done.stderr.count(b"\n") == 1
    assert done.stderr.startswith(b"usage: ")


@needs_full
@pytest.mark.parametrize("error", [f"2> {FULL}", "2>&-"])
def test_an_error_that_cannot_be_printed_keeps_its_status(tmp_path: Path, error: str) -> None:
    """Bad input is status 2, and a solved run status 0, though standard error takes nothing."""
    assert shell(f"{MAKER} run hanoi --disks 0 {error}", tmp_path).returncode == 2
    assert shell(f"{RUN} --progress lines {error}", tmp_path).returncode == 0


def test_no_file_becomes_a_standard_stream(tmp_path: Path) -> None:
    """With all three closed nothing that is printed ends in the session."""
    assert shell(f"{RUN} --progress lines <&- >&- 2>&-", tmp_path).returncode == OUTPUT_LOST
    assert outcome(tmp_path) == "solved"
    assert shell(f"{MAKER} sessions verify run.maker", tmp_path).returncode == 0
