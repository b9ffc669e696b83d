"""In a real terminal: what the app sends is its own escape sequences and text; and how it leaves the terminal."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.hostile import UNSAFE
from tests.support.terminal import Terminal

ROOT = Path(__file__).parents[2]
OWN = re.compile(
    r"\x1b(\[[?>]?[\d;]*[mHhlABCDJKut]|\[\?\d+\$p|\]2;[^\x00-\x1f\x7f-\x9f]*\x07|\]22;default\x07|\[<u|\[\?u)|[\r\n]"
)
"""What Textual and the app send: CSI of a few kinds, two queries, the title, the shape of the mouse's pointer."""
COLOUR = re.compile(r"\x1b\[(?:\d+;)*(?:3[0-8]|4[0-8]|9\d|10\d)(?:;\d+)*m")
Start = Callable[..., Terminal]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a program in a terminal."""
    started: list[Terminal] = []

    def begin(*arguments: str, program: Path | None = None, **environment: str | None) -> Terminal:
        changes = {"TMUX": None, "NO_COLOR": None, "PYTHONPATH": str(ROOT), **environment}
        started.append(Terminal(list(arguments), tmp_path, environment=changes, program=program))
        return started[-1]

    yield begin
    for terminal in started:
        terminal.close()


def text_of(shown: bytes) -> str:
    return shown.decode("utf-8", "surrogateescape")


def run(terminal: Terminal, first: bytes, *keys: bytes, last: bytes = b"") -> str:
    """Press keys, each once the screen has answered to the one before, until `last` comes; return all that came."""
    terminal.until(lambda: first in terminal.shown)
    for key in keys:
        before = len(terminal.shown)
        terminal.press(key)
        terminal.until(lambda before=before: len(terminal.shown) > before)
    terminal.until(lambda: last in terminal.shown)
    terminal.press(b"\x11")
    terminal.end()
    return text_of(terminal.shown)


@pytest.mark.parametrize(
    ("screen", "first", "keys"),
    [
        ("workbench", b"SIMULATED", [b"\t", *[b"\x15"] * 30, b"\t", b"z", b"z", b"?", b"\x1b", b"v", b"\x1b"]),
        ("home", b"sessions", [*[b"\x04"] * 7, b"f", b"\x1b", b"r", b"\x1b", b"/", b"\x1b"]),
    ],
)
def test_no_order_of_a_text_reaches_the_terminal(start: Start, screen: str, first: bytes, keys: list[bytes]) -> None:
    """Every byte is the app's own or printable text, though hundreds of texts try to be orders, page after page."""
    terminal = start("-m", "tests.support.hostile_app", screen, program=Path(sys.executable))
    sent = run(terminal, first, *keys)
    assert len(sent) > 10_000
    rest = OWN.sub("", sent)
    assert not UNSAFE.search(rest), rest[max(0, UNSAFE.search(rest).start() - 40) :][:80]
    assert "66;6m" not in "".join(match[0] for match in OWN.finditer(sent))


def demo(*flags: str, latency: float = 0.01) -> list[str]:
    return ["run", "hanoi", "--disks", "5", "--model", f"sim:p=1,v=1,latency={latency}", *flags]


def test_a_run_tells_of_itself_and_gives_the_terminal_back(start: Start, tmp_path: Path) -> None:
    """Title and notification tell of the end, a copy is sent as one OSC 52, and the title that was there comes back."""
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "config.toml").write_text('notify = "osc777"\n')
    sent = run(start(*demo(latency=0.08)), b"777;notify", b"y", last=b"\x1b]52;")
    assert sent.index("\x1b[22;2t") < sent.index("\x1b]2;") < sent.rindex("\x1b[23;2t")
    assert re.search(r"\x1b\]2;✔ solved · Towers of Hanoi 5 disks[^\x07]*\x07", sent)
    assert sent.count("\x1b]777;notify;maker;maker: solved and verified") == 1
    assert len(re.findall(r"\x1b\]52;c;[A-Za-z0-9+/=]+\x07", sent)) == 1
    assert "\x1b[?1000h" in sent


def test_colours_and_mouse_can_be_left_alone(start: Start) -> None:
    """With NO_COLOR no sequence sets a colour, --no-mouse asks for no mouse, and the app works as ever."""
    sent = run(start(*demo("--no-mouse"), NO_COLOR="1", COLORTERM="truecolor"), b"solved", b"?", b"\x1b", b":")
    assert COLOUR.search(sent) is None, COLOUR.search(sent)
    assert "\x1b[?1000h" not in sent
    assert "\x1b[?1003h" not in sent


@pytest.mark.parametrize(("theme", "kind"), [("maker-ansi", "3[0-7]|9[0-7]"), ("maker-dark", "38;2")])
def test_the_ansi_theme_uses_the_terminal_s_own_colours(start: Start, tmp_path: Path, theme: str, kind: str) -> None:
    """In it every colour is one of the sixteen or the default, on a terminal that has millions as well."""
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "config.toml").write_text(f'theme = "{theme}"\n')
    sent = run(start(*demo(), COLORTERM="truecolor"), b"solved", b"?", b"\x1b")
    assert (re.search(r"[34]8;[25];", sent) is None) is (theme == "maker-ansi")
    assert re.search(rf"\x1b\[(?:\d+;)*(?:{kind})", sent)


def test_the_screen_finds_the_terminal_though_errors_go_to_a_file(tmp_path: Path) -> None:
    """With standard error redirected the app is drawn on the terminal all the same, and the file stays empty."""
    error = tmp_path / "stderr"
    terminal = Terminal(demo(), tmp_path, error=error)
    try:
        assert "solved" in run(terminal, b"solved", b"?", b"\x1b")
    finally:
        terminal.close()
    assert error.read_text() == ""


@pytest.mark.parametrize("app", ["broken", "broken-run"])
def test_an_app_that_fails_never_ends_with_status_0(start: Start, app: str) -> None:
    """Neither on its home screen nor on a run that has come to be solved; where the report is, is said."""
    terminal = start("-m", "tests.support.hostile_app", app, program=Path(sys.executable))
    assert terminal.end().status == 70
    said = text_of(terminal.shown)
    assert "stopped by an error of its own: " in said
    assert "ZeroDivisionError" in said


@pytest.mark.parametrize("term", ["xterm", "linux"])
def test_a_terminal_of_few_colours_gets_its_own_ones(start: Start, term: str) -> None:
    """Below 256 colours, and without a choice of the user's, hues are the terminal's own on its own ground."""
    held = demo("--break", "step:1")  # before any disk is moved, since the one that is has another colour
    sent = run(start(*held, TERM=term, COLORTERM=None), b"held", b"?")
    colours = {code for found in COLOUR.finditer(sent) for code in re.findall(r"\d+", found[0])}
    assert {"31", "91", "33", "32", "34"} <= colours, colours  # the hues of five disks
    assert not colours & {"38", *(str(code) for code in (*range(40, 49), *range(100, 108)))}


def test_a_theme_that_was_chosen_is_kept_to_in_any_terminal(start: Start, tmp_path: Path) -> None:
    """What the settings name goes before what fits the terminal."""
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "config.toml").write_text('theme = "maker-dark"\n')
    sent = run(start(*demo(), TERM="xterm", COLORTERM=None), b"solved")
    assert any(";40" in found[0] for found in COLOUR.finditer(sent)), "no ground of the theme's"
