"""A crash of the app itself ends in two lines and a file; neither holds the value of a variable."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import pytest

from maker_tui.app import MakerApp


class SlipError(RuntimeError):
    """What goes wrong in these tests."""


def slip() -> None:
    secret = f"very{chr(45)}secret"
    raise SlipError(f"[/] \x1b]52;c;x\x07 {len(secret)}")


async def broken_app() -> None:
    """An app with a bug."""
    app = MakerApp(listing=list)
    async with app.run_test(size=(80, 24)) as pilot:
        app.call_later(slip)
        await pilot.pause()


@pytest.fixture
async def printed(capsys, monkeypatch, tmp_path) -> str:
    """What the app leaves on the terminal."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(SlipError):
        await broken_app()
    return capsys.readouterr().err


def test_the_terminal_gets_two_lines(printed):
    """Rule: the error's name and words, made printable, and where the report is; no value, no escape, no markup."""
    assert "stopped by an error of its own: SlipError: [/]" in " ".join(printed.split())
    assert "very-secret" not in printed
    assert "\x1b]52" not in printed
    assert len(printed) < 1_000


def test_the_report_has_the_traceback_and_no_values(printed):
    """Rule: the file tells where it happened, and not with what."""
    name = re.search(r"the traceback is in (\S+?\.txt)", printed.replace("\n", ""))
    text = Path(name[1]).read_text(encoding="utf-8")
    assert "in slip" in text
    assert "very-secret" not in text
    assert "\x1b" not in text
