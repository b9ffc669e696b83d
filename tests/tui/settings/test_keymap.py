"""Keys of the user's own: what the configuration says is what the keys do and the screens show."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, strategies as st
from textual.actions import parse as parse_action
from textual.binding import Binding

from maker_engine.core.errors import InputError
from maker_engine.core.record.commands import DrawSample, Pause
from maker_engine.options.table import BY_NAME
from maker_tui.app import MakerApp
from maker_tui.cli.commands import act
from maker_tui.cli.config_commands import template
from maker_tui.parts.maker_screen import MakerScreen
from maker_tui.screens.workbench import Workbench
from maker_tui.settings.actions import _chains, _owners, all_actions
from maker_tui.settings.config import Config, load, parse
from maker_tui.settings.keymap import active_bindings, bindings_of
from maker_tui.widgets.key_bar import MENU, Key, fitting
from maker_tui.widgets.line_pane import LinePane
from tests.tui.looking import screen_text, shown, until
from tests.tui.sources import Scripted, contested, hanoi, run_events


@pytest.fixture
def source() -> Scripted:
    task = hanoi()
    return Scripted(task, run_events(task)).play_until(contested)


@pytest.fixture
def configure(home):
    """Write the configuration of the user of a test."""

    def write(text: str) -> None:
        home.mkdir(exist_ok=True)
        (home / "config.toml").write_text(text, encoding="utf-8")

    return write


async def test_a_changed_key_does_and_shows_what_it_was_given(configure, source):
    """Rule: pressed, in the footer, in help and in the palette a key is the user's; the usual one does nothing."""
    configure('[keys]\nworkbench.pause = "r"\n"workbench.sample" = ["A", "ctrl+y"]\n')
    async with MakerApp(source).run_test(size=(100, 30)) as pilot:
        await shown(pilot, "r pause", "A sample", "n step")
        await pilot.press("space", "s", "r", "ctrl+y", "A")
        await until(pilot, lambda: source.sent == [Pause(), DrawSample(), DrawSample()])
        await pilot.press("question_mark")
        await shown(pilot, "  r               pause the run", "  A ^y            draw one sample")
        await pilot.press("escape", "colon")
        await shown(pilot, "draw one sample, then pause", "(A)")


async def test_two_keys_can_change_places(configure, source):
    """Rule: keys that are given round do each other's work and clash with nothing."""
    configure('[keys]\nworkbench.pause = "s"\nworkbench.sample = "space"\n')
    async with MakerApp(source).run_test(size=(80, 24)) as pilot:
        await shown(pilot, "s pause", "space sample")
        await pilot.press("s", "space")
        await until(pilot, lambda: source.sent == [Pause(), DrawSample()])


async def test_home_takes_changed_keys_too(configure):
    """Rule: the home screen, which takes its keys itself, takes the user's."""
    configure('[keys]\nhome.new-run = "A"\npane.down = "down"\n')
    async with MakerApp(listing=list).run_test(size=(80, 24)) as pilot:
        await shown(pilot, "A new run")
        await pilot.press("n", "A")
        await shown(pilot, "Start the run")


async def test_a_bad_file_is_one_line_and_the_app_starts_all_the_same(configure, source):
    """Rule: what cannot be used is named with its file, nothing of the file is used, and the app runs."""
    configure('mouse = false\n[keys]\nworkbench.paws = "p"\n')
    app = MakerApp(source)
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        await shown(pilot, "space pause", "workbench.paws", "workbench.pause?")
        assert app.config == Config()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("keys = 3", "keys must be a table"),
        ("mouse = 1", "mouse must be true or false, got 1"),
        ('bell = "yes"', "bell must be true or false"),
        ("theme = true", "theme must be text in quotes"),
        ('theme = "\x1b"', "not TOML"),
        ('theme = "maker-drak"', "theme must be one of maker-dark, "),
        ('notify = "growl"', "notify must be one of none, osc9, osc777, got 'growl'"),
        ('mous = "no"', "mous is not a setting: did you mean mouse?"),
        ("[colours]", "colours is not a setting: there are theme, "),
        ('[keys]\nworkbench.pause = "hyperspace"', "workbench.pause: 'hyperspace' is not a key"),
        ('[keys]\nworkbench.pause = "crtl+p"', "'crtl+p' is not a key"),
        ("[keys]\nworkbench.pause = []", "workbench.pause is given no key"),
        ("[keys]\nworkbench.pause = 7", 'the keys of workbench.pause must be text such as "space"'),
        ('[keys]\nworkbench.pause = "n"', "workbench.pause and workbench.step both have the key n"),
        ('[keys]\nworkbench.pause = "j"', "both have the key j: give one of them another"),
        ('[keys]\napp.save-view = "f"', "both have the key f"),
        ('[keys]\nhome.pause = "p"', "no action is called home.pause"),
        ("[keys", "not TOML"),
        ("x = " + "[" * 5000, "not TOML"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_mend(text, told):
    """Rule: one line says which setting it is and what would do."""
    with pytest.raises(InputError) as refused:
        parse(text)
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)


@given(st.one_of(st.text(), st.from_regex(r'\[keys\]\n[a-z.-]{1,20} = "[^"\n]{0,9}"\n', fullmatch=True)))
def test_no_text_is_anything_but_used_or_refused(text):
    """Rule: whatever stands in the file, it is settings or an input error."""
    with suppress(InputError):
        assert isinstance(parse(text), Config)


def uncommented() -> str:
    """The file that `maker config init` writes, the comment marks of all its settings taken off."""
    return "\n".join(line.removeprefix("# ") if " = " in line else line for line in template().splitlines())


def keys_of_chain(chain, app) -> dict[str, str]:
    """What each key does among bindings that are in force together, nearest first."""
    found: dict[str, str] = {}
    for binding in active_bindings(chain, app):
        for key in binding.key.split(","):
            found.setdefault(key, binding.action)
    return found


def test_the_file_to_begin_with_changes_no_key(configure, capsys):
    """Rule: with all its comment marks off `config check` passes, and every key of every screen does what it did."""
    usual, configured = MakerApp(), MakerApp()
    configure(uncommented())
    assert act(["config", "check"]) == 0
    assert "can be used" in capsys.readouterr().out
    configured.set_keymap(dict(load()[0].keys))
    for chain in _chains():
        assert keys_of_chain(chain, configured) == keys_of_chain(chain, usual)


def test_every_line_of_the_file_to_begin_with_can_be_used():
    """Rule: with all its comment marks off it sets what is usual, every key of every screen among it."""
    config = parse(uncommented())
    prices = {"openai/my-model": (0.5, 2.0, 0.05, 0.6)}
    keys = {name: action.keys for name, action in all_actions().items()}
    assert config == Config(keys=keys, prices=prices, runs=config.runs)
    assert config.runs.run.keys() == BY_NAME.keys()
    assert parse(template()) == Config()


def test_no_file_that_cannot_be_read_keeps_the_app_from_starting(home):
    """Rule: a directory, bytes that are no text, and no file at all leave the usual settings."""
    assert load() == (Config(), "")
    home.mkdir()
    (home / "config.toml").write_bytes(b"\xff\xfe")
    assert load()[0] == Config()
    assert "is not UTF-8 text" in load()[1]
    (home / "config.toml").unlink()
    (home / "config.toml").mkdir()
    assert "cannot be read: Is a directory" in load()[1]


async def test_every_key_of_a_screen_has_somebody_who_does_it(source):
    """Rule: each action that a binding names is done by its screen or one of its parts, by its pane, or by the app."""
    async with MakerApp(source).run_test(size=(100, 30)) as pilot:
        app = pilot.app
        await shown(pilot, "▶ running")
        app.screen.travel.action_look("steps")
        await until(pilot, lambda: len(app.screen_stack) == 3)
        screens = list(app.screen_stack)
        assert [type(one).__name__ for one in screens] == ["Home", "Workbench", "Looking"]
        for owner in (*screens, *(pane for one in screens for pane in one.query(LinePane))):
            for binding in bindings_of(type(owner)):
                destination, name, _ = parse_action(binding.action)
                doer = {"": owner, "app": app, "screen": app.screen}[destination]
                assert callable(getattr(doer, f"action_{name}", None)), (type(owner).__name__, binding.action)


def test_every_binding_has_a_name_and_every_name_says_one_thing():
    """Rule: on one screen no two bindings that do different things have one name, so that each can be changed alone."""
    assert {one.id.split(".")[0] for one in bindings_of(Workbench)} >= {"workbench", "panes", "screen"}
    for screen in (owner for owner in _owners() if issubclass(owner, MakerScreen)):
        actions = {}
        for one in bindings_of(screen):
            assert actions.setdefault(one.id, one.action) == one.action
    assert len(all_actions()) > 50


KEYS = [Key(letter, "x" * size, letter) for letter, size in zip("abcdefgh", (4, 9, 2, 7, 5, 3, 8, 6), strict=True)]


@given(st.integers(0, 120), st.integers(0, 7))
def test_the_footer_keeps_the_menu(width, place):
    """Rule: what fits stays in order, and the menu, which leads to all the rest, is the last to go."""
    keys = [*KEYS[:place], Key(":", "menu", MENU), *KEYS[place:]]
    shown = fitting(keys, width)
    assert sum(key.cells for key in shown) <= width
    assert [key for key in keys if key in shown] == sorted(shown, key=keys.index)
    assert (width < 8) or any(key.action == MENU for key in shown)


async def test_the_palette_has_every_key(source):
    """Rule: what has a key on the screen, on the pane in focus or everywhere has a command."""
    app = MakerApp(source)
    async with app.run_test(size=(80, 24)):
        offered = {command.title.lower() for command in app.get_system_commands(app.screen)}
        everything = [*bindings_of(type(app.screen)), *bindings_of(type(app.focused)), *bindings_of(MakerApp)]
        assert {one.description for one in everything if isinstance(one, Binding)} - offered == {"menu"}
        assert "decide the open step" not in screen_text(app)
