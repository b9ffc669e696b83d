"""The new-run form: an order, its forecast, and what is wrong with it."""

from __future__ import annotations

import json

import pytest
from textual.events import Paste
from textual.widgets import Input, Select

from maker_engine import catalogue
from maker_engine.core.errors import InputError
from maker_engine.options.table import BY_NAME, OPTIONS
from maker_engine.runtime.order import RunOrder, drive, prepare
from maker_engine.runtime.speed_test import samples_per_second
from maker_engine.runtime.step_control import Inbox
from maker_engine.task_contract.scaffold import write_task
from maker_tui.app import MakerApp
from maker_tui.runs.form_values import OWN_TASK
from maker_tui.runs.order_form import FIELDS, read_order
from tests.support.openai_server import OpenAIServer, Reply
from tests.tui.looking import gone, shown, until

SIZE = (80, 24)
DEFAULTS = {field.key: field.default for field in FIELDS} | {"option-disks": "5", "option-strategy": "auto"}


def form_app(listing=list):
    """An app that takes this machine's speed for known: to measure it takes a run at every change."""
    return MakerApp(listing=listing, speed=lambda _prepared: 690.0)


async def form(pilot):
    """Open the form and wait for its first forecast."""
    await shown(pilot, "n new run")
    await pilot.press("n")
    return await shown(pilot, "problem file", "P(solve)")


async def fill(pilot, key: str, value: str) -> None:
    """Paste into a field; the group it lies in is opened first."""
    if not pilot.app.screen.query(f"#{key}"):
        pilot.app.screen.query_one(f"#group-{BY_NAME[key].group.name}").focus()
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.screen.query(f"#{key}"))
    entry = pilot.app.screen.query_one(f"#{key}", Input)
    entry.focus()
    entry.value = ""
    await pilot.pause()
    entry.post_message(Paste(value))
    await until(pilot, lambda: entry.value == value)


async def test_the_form_has_the_task_s_own_options_and_a_forecast():
    """Rule: the form asks for what the task offers, and says beforehand what to expect."""
    async with MakerApp(listing=list).run_test(size=SIZE, notifications=True) as pilot:
        text = await form(pilot)
        for label in (
            "disks",
            "strategy",
            "model",
            "k",
            "▸ who answers",
            "▸ voting",
            "▸ speed",
            "▸ limits",
            "▸ record",
        ):
            assert label in text
        for figure in ("steps     31", "votes", "samples", "cost", "time"):
            assert figure in text


async def test_the_forecast_follows_what_is_typed():
    """Rule: every change is looked over at once, without a key."""
    async with form_app().run_test(size=SIZE, notifications=True) as pilot:
        await form(pilot)
        pilot.app.screen.query_one("#option-disks", Input).focus()
        await pilot.press("end", "backspace", "1", "0")
        await shown(pilot, "steps     1,023")
        await fill(pilot, "k", "7")
        await shown(pilot, "k         7")


async def test_assumed_figures_are_called_so():
    """Rule: a model nobody knows yet gets a forecast whose assumptions are listed."""
    async with form_app().run_test(size=(160, 45), notifications=True) as pilot:
        await form(pilot)
        await fill(pilot, "model", "openai/some-new-model")
        await shown(pilot, "assumed, not known", "p = 0.99 is assumed", "unknown")


COMPLAINTS = [
    ("option-disks", "65", "disks must be 1 to 64, got 65"),
    ("option-disks", "many", "disks must be a whole number, got 'many'"),
    ("k", "0", "k must be at least 1, got 0"),
    ("k", "some", "k must be a whole number or auto, got 'some'"),
    ("temperature", "hot", "temperature must be auto, none or between 0 and 2, got 'hot'"),
    ("n", "0", "n must be auto or a whole number from 1 to 100, got '0'"),
    ("model", "sim:p=2", "sim: p lies between 0 and 1, got 2"),
    ("problem", "/nowhere", "problem file /nowhere cannot be read: No such file or directory"),
]


@pytest.mark.parametrize(("key", "value", "complaint"), COMPLAINTS)
def test_an_order_that_cannot_be_used_says_why(key, value, complaint):
    """Rule: in one line, which names the field or what stands in it."""
    family = catalogue.find("hanoi")
    with pytest.raises(InputError) as found:
        prepare(read_order("hanoi", family, DEFAULTS | {key: value}), family)
    assert str(found.value) == complaint


async def test_what_is_wrong_stands_under_the_form():
    """Rule: what its reading and its preparing say is there when typed and when started; nothing starts."""
    async with form_app().run_test(size=(100, 30), notifications=True) as pilot:
        await form(pilot)
        for key, value, complaint in (COMPLAINTS[1], COMPLAINTS[0]):
            await fill(pilot, key, value)
            await shown(pilot, f"✖ {complaint}")
            await pilot.press("enter")
            await shown(pilot, f"✖ {complaint}", "no forecast for this form", "esc back")


async def test_enter_starts_the_run_and_q_comes_home():
    """Rule: enter in any field starts the run in the workbench; leaving it shows it in the list."""
    async with form_app(None).run_test(size=SIZE, notifications=True) as pilot:
        await form(pilot)
        await fill(pilot, "option-disks", "4")
        await fill(pilot, "seed", "7")
        await pilot.press("enter")
        await shown(pilot, "Towers of Hanoi", "4 disks", "SIMULATED", "✔ solved and verified")
        await pilot.press("q")
        await shown(pilot, "sessions · 1", "4 disks", "✔ solved", "15/15")


async def test_enter_twice_starts_one_run():
    """Rule: a key pressed twice in a hurry orders one run."""
    async with form_app(None).run_test(size=SIZE, notifications=True) as pilot:
        await form(pilot)
        await pilot.press("down", "enter", "enter")
        await shown(pilot, "✔ solved and verified")
        await pilot.press("q")
        await shown(pilot, "sessions · 1")


async def test_the_button_starts_the_run_too():
    """Rule: the start button can be clicked."""
    async with form_app().run_test(size=SIZE, notifications=True) as pilot:
        await form(pilot)
        await pilot.click("#start")
        await shown(pilot, "Towers of Hanoi", "✔ solved")


async def test_escape_goes_back_without_a_run():
    """Rule: escape leaves the form, and nothing was written."""
    async with form_app(None).run_test(size=SIZE, notifications=True) as pilot:
        await form(pilot)
        await pilot.press("escape")
        await gone(pilot, "problem file")
        await shown(pilot, "No saved runs yet.")


async def test_help_works_where_letters_are_typed():
    """Rule: in a field the question mark is text; F1 is help."""
    async with form_app().run_test(size=SIZE, notifications=True) as pilot:
        await form(pilot)
        await fill(pilot, "model", "sim")
        await pilot.press("ctrl+u", "question_mark")
        assert pilot.app.screen.query_one("#model", Input).value == "?"
        await pilot.press("f1")
        await shown(pilot, "help · new run")


async def test_a_choice_is_made_from_a_list():
    """Rule: options with choices open a list of exactly those."""
    async with form_app().run_test(size=SIZE, notifications=True) as pilot:
        await form(pilot)
        choice = pilot.app.screen.query_one("#option-strategy", Select)
        choice.focus()
        await pilot.press("space", "down", "down", "enter")
        await until(pilot, lambda: choice.value == "state")


async def test_arrows_go_from_field_to_field_and_enter_starts_from_any():
    """Rule: a field with a list is passed like any other; enter starts from there too."""
    app = form_app()
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await form(pilot)
        for field in ("option-disks", "option-strategy", "problem", "model"):
            await pilot.press("down")
            await until(pilot, lambda field=field: app.focused.id == field)
        await pilot.press("up", "up")
        await until(pilot, lambda: app.focused.id == "option-strategy")
        await pilot.press("enter")
        await shown(pilot, "Towers of Hanoi", "✔ solved and verified")


def test_the_form_makes_the_order_the_flags_would_make(tmp_path):
    """Rule: what stands in the fields is what the order says; an empty field means its default."""
    problem = tmp_path / "towers.json"
    problem.write_text(json.dumps({"pegs": [[2, 1], [], []], "goal": 1}))
    given = {"problem": str(problem), "k": "4", "flags": "paper", "limit_usd": "1.5", "limit_samples": "1,000"}
    order = read_order("hanoi", catalogue.find("hanoi"), DEFAULTS | given)
    assert (order.task, order.k, order.paper_flags, order.limit_usd, order.limit_samples) == (
        "hanoi",
        4,
        True,
        1.5,
        1000,
    )
    assert order.source == problem.read_text()
    assert order.options == {}, "what nobody changed leaves the say to the file"
    assert (order.api_base, order.max_samples) == (None, None)


def test_an_automatic_k_is_no_number():
    """Rule: auto, in any case, and an empty field both leave k to the target."""
    for text in ("auto", "AUTO", " "):
        assert read_order("hanoi", catalogue.find("hanoi"), DEFAULTS | {"k": text}).k is None


def test_a_wrong_number_names_its_field():
    """Rule: the complaint names the option as every other place does."""
    with pytest.raises(InputError, match="concurrency must be a whole number, got 'x'"):
        read_order("hanoi", catalogue.find("hanoi"), DEFAULTS | {"concurrency": "x"})


def test_the_form_takes_a_price():
    """Rule: as the flag takes it, for the one model; with a limit in dollars one that is missing is named."""
    given = DEFAULTS | {"model": "openai/foo", "limit_usd": "1", "prices": "0.5,2"}
    order = read_order("hanoi", catalogue.find("hanoi"), given)
    assert (order.limit_usd, order.prices) == (1.0, {"openai/foo": (0.5, 2.0)})
    with pytest.raises(InputError, match="no price for openai/foo"):
        prepare(read_order("hanoi", catalogue.find("hanoi"), given | {"prices": ""}))


async def test_every_option_is_reached_by_keys_alone_in_a_small_window():
    """Rule: at 60×16 each group opens with enter, closes with enter, and says in its line what was changed in it."""
    async with form_app().run_test(size=(60, 16), notifications=True) as pilot:
        await form(pilot)
        for option in OPTIONS:
            if not pilot.app.screen.query(f"#{option.name}"):
                pilot.app.screen.query_one(f"#group-{option.group.name}").focus()
                await pilot.press("enter")
                await until(pilot, lambda option=option: pilot.app.screen.query(f"#{option.name}"))
        await fill(pilot, "concurrency", "3")
        line = pilot.app.screen.query_one("#group-speed")
        line.focus()
        await pilot.press("enter")
        await shown(pilot, "▸ speed  concurrency 3")
        assert pilot.app.screen.values["concurrency"] == "3"


async def test_a_run_is_ordered_again_as_a_session_was():
    """Rule: N on a session opens the form filled from its order, problem included, and enter runs it."""
    order = RunOrder("hanoi", {"disks": 3, "strategy": "state"}, model="sim:p=0.9", k=5, limit_seconds=90, rule="first")
    await drive(prepare(order), Inbox(), lambda _view: None)
    async with form_app(None).run_test(size=(160, 45), notifications=True) as pilot:
        await shown(pilot, "sessions · 1")
        await pilot.press("N")
        await shown(pilot, "P(solve)", "as given", "limit minutes 1.5", "rule first", "sim:p=0.9")
        await pilot.press("enter")
        await shown(pilot, "3 disks, peg 0 → 2, rule state", "sim:p=0.9", "✔ solved")


async def test_a_task_of_ones_own_is_named_by_a_path_that_tab_completes(tmp_path, monkeypatch):
    """Rule: the last choice among the tasks asks for a file or folder, and tab completes its path."""
    write_task("stones", tmp_path)
    monkeypatch.chdir(tmp_path)
    async with form_app().run_test(size=SIZE, notifications=True) as pilot:
        await form(pilot)
        pilot.app.screen.query_one("#task-name", Select).value = OWN_TASK
        await shown(pilot, "task path", "name a Python file, or a folder")
        await fill(pilot, "task-path", "./sto")
        entry = pilot.app.screen.query_one("#task-path", Input)
        await until(pilot, lambda: entry._suggestion == "./stones/")
        await pilot.press("tab")
        assert entry.value == "./stones/"
        await shown(pilot, "P(solve)")
        await pilot.press("tab")
        await until(pilot, lambda: pilot.app.focused is not entry)


async def test_tab_completes_the_name_of_a_model():
    """Rule: from the price table, with price and key in the hint; a server's own models where its address is given."""
    with OpenAIServer(lambda *_: Reply(raw=b'{"data": [{"id": "qwen-tiny"}]}')) as server:
        async with form_app().run_test(size=SIZE, notifications=True) as pilot:
            await form(pilot)
            entry = pilot.app.screen.query_one("#model", Input)
            await fill(pilot, "model", "openai/gpt-6-l")
            await until(pilot, lambda: entry._suggestion == "openai/gpt-6-luna")
            await pilot.press("tab")
            await shown(pilot, "openai/gpt-6-luna: $", "OPENAI_API_KEY is not set")
            await fill(pilot, "api_base", server.base_url)
            await fill(pilot, "model", "hosted_vllm/q")
            await until(pilot, lambda: entry._suggestion == "hosted_vllm/qwen-tiny")


async def test_the_form_begins_as_the_settings_say_and_a_profile_fills_it(home):
    """Rule: what `[run]` says stands in the fields; choosing a profile puts its options there."""
    home.mkdir()
    (home / "config.toml").write_text('[run]\nk = 6\n[profile.quick]\nmodel = "sim:p=0.99"\nk = 2\nwindow = 4\n')
    async with form_app().run_test(size=(100, 30), notifications=True) as pilot:
        await form(pilot)
        await shown(pilot, "k         6")
        pilot.app.screen.query_one("#profile", Select).value = "quick"
        await shown(pilot, "k         2", "sim:p=0.99", "window 4")


async def test_settings_that_cannot_be_used_are_said_in_the_form(home):
    """Rule: the form opens all the same, with the defaults."""
    home.mkdir()
    (home / "config.toml").write_text('[run]\nk = "x"\n')
    async with form_app().run_test(size=(100, 30), notifications=True) as pilot:
        await shown(pilot, "n new run")
        await pilot.press("n")
        text = await shown(pilot, "✖", "got 'x'", "P(solve)")
    assert "[run] k must be a whole number or auto, got 'x'" in " ".join(text.split())  # behind a path of any length


async def test_an_error_of_a_start_stays_until_something_is_changed():
    """Rule: a form that is filled again with what was ordered says why it did not start, and takes the order again."""
    async with form_app().run_test(size=SIZE, notifications=True) as pilot:
        await shown(pilot, "n new run")
        pilot.app.navigation.show_form({"task-name": "hanoi", "option-disks": "4", "k": "3"}, "no route to the model")
        await shown(pilot, "✖ no route to the model", "steps     15")
        await fill(pilot, "k", "4")
        await gone(pilot, "no route to the model")
        await pilot.press("enter")
        await shown(pilot, "4 disks", "✔ solved")


async def test_the_time_of_a_simulated_run_is_measured_or_the_models_latency():
    """Rule: without latency this machine decides, and says how fast it is; with latency that does; nothing is paid."""
    app = form_app()
    async with app.run_test(size=(160, 45), notifications=True) as pilot:
        await form(pilot)
        await fill(pilot, "option-disks", "20")
        await shown(pilot, "as fast as this machine: ", "steps/s measured", "$0 ", "a real model at these prices: $")
        await fill(pilot, "model", "sim:latency=0.5")
        await shown(pilot, "by the model's latency")


def test_this_machine_is_measured_by_a_run_of_the_engine(home):
    """Rule: the speed comes of a short run that leaves nothing behind; of a model with latency none is measured."""
    fast = prepare(RunOrder("hanoi", {"disks": 7}, model="sim"))
    assert (samples_per_second(fast) or 0) > 0
    assert samples_per_second(prepare(RunOrder("hanoi", {"disks": 7}, model="sim:latency=0.1"))) is None
    assert not (home / "sessions").exists()


async def test_a_start_that_fails_comes_back_to_the_form_as_it_was():
    """Rule: the key that is missing is named while the model is typed; a failed start keeps the form, and says why."""
    async with form_app(None).run_test(size=SIZE, notifications=True) as pilot:
        await form(pilot)
        await fill(pilot, "option-disks", "4")
        await fill(pilot, "model", "openai/gpt-4.1-mini")
        await shown(pilot, "⚠ OPENAI_API_KEY is not set")
        await pilot.press("enter")
        await shown(pilot, "✖ OPENAI_API_KEY is not set: set it in the environment")
        await fill(pilot, "model", "perplexity/sonar")  # of its key only LiteLLM knows
        await pilot.press("enter")
        await shown(pilot, "loading LiteLLM")
        text = await shown(pilot, "✖ model perplexity/sonar needs PERPLEXITYAI_API_KEY", "problem file")
        assert "set it in the environment" in " ".join(text.split())
        await fill(pilot, "model", "sim:p=1,v=1")
        await pilot.press("enter")
        await shown(pilot, "4 disks", "✔ solved and verified")
        await pilot.press("q")
        await shown(pilot, "sessions · 1")
