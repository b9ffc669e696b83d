"""Nothing that arrives on the terminal's input ends a run, and what is not a key does nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from maker_tui.terminal.driver import InputDecoder
from tests.support.terminal import Terminal
from tests.tui.terminal.test_hangup import SCREEN, ended, running, steps_of

Start = Callable[..., Terminal]

NOISE = {
    "Latin-1": b"\xe9",
    "half a character": b"\xf0\x9f",
    "X10 mouse": b"\x1b[M \xff\xf0",
    "X10 mouse, readable": b"\x1b[M q ",
    "X10 mouse beside keys": b"\x1b[M#\x90\x80\x1b[M \x90\x80",
    "binary": bytes(range(0x80, 0x100)) + b"\x00",
    "no such character": b"\x1b[99999999999;5u\x1b[1114112u",
    "half a surrogate pair": b"\x1b[97;1;55357u",
    "a window without cells": b"\x1b[48;0;0;0;0t\x1b[<35;10;10M",
    "pasted": b"\x1b[200~\xff\xfe\xd8\x00\x1b[201~",
}


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start `maker` in a terminal."""
    started: list[Terminal] = []

    def begin(*arguments: str) -> Terminal:
        started.append(Terminal(list(arguments), tmp_path))
        return started[-1]

    yield begin
    for terminal in started:
        terminal.close()


def test_bytes_that_are_no_keys_do_nothing_to_a_run(start: Start, tmp_path: Path) -> None:
    """A live run decides further steps after every kind of noise, neither paused nor ended, and still hears keys."""
    path = tmp_path / "run.maker"
    terminal = start(*running(path, disks=9))
    terminal.until(lambda: SCREEN in terminal.shown and steps_of(path) > 1)
    for noise in NOISE.values():
        seen = steps_of(path)
        terminal.press(noise)
        terminal.until(lambda seen=seen: steps_of(path) > seen + 1)
        assert terminal.process.poll() is None
    terminal.press(b"\x11")
    assert (terminal.end().status, ended(path)) == (130, ("stopped", "stopped by the user"))
    assert b"Traceback" not in terminal.shown


@given(st.text(st.characters(exclude_categories=["Cs"])), st.data())
def test_text_arrives_as_it_was_typed(text: str, data: st.DataObject) -> None:
    """UTF-8 is decoded as ever, wherever the reads divide it."""
    assert decoded(text.replace("\x1b[M", "").encode(), data) == text.replace("\x1b[M", "")


@given(st.binary(), st.data())
def test_any_bytes_become_text(raw: bytes, data: st.DataObject) -> None:
    """Whatever bytes arrive, the text can be written again, and does not depend on how the reads divide them."""
    text = decoded(raw, data)
    text.encode()
    assert text == InputDecoder().decode(raw)


@given(st.binary(min_size=3, max_size=3), st.data())
def test_a_mouse_report_is_never_typed(report: bytes, data: st.DataObject) -> None:
    """The three bytes of an X10 report come to nothing, and the key behind them is heard."""
    assert decoded(b"a\x1b[M" + report + b"b", data).replace("\x00", "") == "a\x1b[Mb"


def decoded(raw: bytes, data: st.DataObject) -> str:
    """Decode in reads of any size."""
    cuts = sorted(data.draw(st.lists(st.integers(0, len(raw)), max_size=6)))
    decoder = InputDecoder()
    return "".join(decoder.decode(raw[a:b]) for a, b in zip([0, *cuts], [*cuts, len(raw)], strict=True))
