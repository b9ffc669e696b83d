"""One table of options: whatever is made from it has every option, with the same default and the same help."""

from __future__ import annotations

import argparse
import re
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from maker_engine import catalogue
from maker_engine.api import options as keywords
from maker_engine.core.errors import InputError
from maker_engine.options.config import KINDS, RunConfig
from maker_engine.options.kinds import plain
from maker_engine.options.option import GROUPS
from maker_engine.options.page import page
from maker_engine.options.table import BY_NAME, OPTIONS, of_group
from maker_engine.runtime.order import prepare
from maker_engine.runtime.order_options import order_of, values_of_order
from maker_engine.runtime.run_order import RunOrder
from maker_tui.cli.config_commands import template
from maker_tui.cli.flag_orders import order_from
from maker_tui.cli.flags import run_parser
from maker_tui.runs.order_form import FIELDS, read_order, values_like
from maker_tui.settings.config import parse
from maker_tui.settings.run_defaults import read_defaults
from tests.support.toy import Count

DOCS = Path(__file__).parents[2] / "docs"
GOLDEN = Path(__file__).parents[1] / "sessions" / "golden"
OTHERS = {"task", "options", "source", "apart", "attended"}
"""Fields of an order that are no options of a run: what is solved, and who is there."""
CHOSEN = {
    "model": "sim:p=0.9", "voters": ["sim temperature=0.5", "sim:p=0.8"], "api_base": "http://127.0.0.1:9/v1",
    "seed": 7,
    "temperature": 0.3, "first_temperature": "none", "reasoning": "low", "max_tokens": 500, "max_reasoning_tokens": 9,
    "preflight": False, "accept_models": ["any", "b"], "k": 4, "target": 0.9, "rule": "first", "law": "A",
    "flags": "paper",
    "constrain": "grammar",
    "max_samples": 50, "undecided": "escalate:sim", "hopeless": "warm",
    "allow": ["http:example.org"], "in_doubt": "again", "dry_run": True, "count": "arrival", "reuse": True, "n": 3,
    "concurrency": 4, "window": 2, "hedge": 1, "draft": "task", "max_waste": 0.25, "timeout": 30.5, "rpm": 60.0,
    "tpm": 1000.0, "limit_samples": 900, "limit_usd": 1.5, "limit_tokens": 10000, "limit_minutes": 2.5,
    "cascade": "sim:p=0.9->sim", "cascade_agreement": 0.75, "from_session": "earlier",
    "name": "a try", "session": "x.maker", "out": "papers", "keep": "dissent", "breakpoints": ["dissent", "votes>=5"],
}  # fmt: skip
"""A value for every option that is not its default; prices aside, which need a model of their own."""


def words(values):
    """Write options as flags."""
    given = []
    for name, value in values.items():
        option = BY_NAME[name]
        if option.is_switch:
            given.append(option.flag if value else option.flag.replace("--", "--no-", 1))
        else:
            many = value if isinstance(value, list) else [value]
            given += [word for one in many for word in (option.flag, str(one))]
    return given


def toml(values):
    """Write options as a settings file does."""
    quoted = {True: "true", False: "false"}
    return "[run]\n" + "".join(
        f"{name} = {quoted[value] if isinstance(value, bool) else repr(value)}\n" for name, value in values.items()
    )


def texts(values):
    """Write options as the fields of the form hold them."""
    return {name: "; ".join(value) if isinstance(value, list) else plain(value) for name, value in values.items()}


def test_every_option_is_in_all_that_is_made_from_the_table():
    """Flags, form, settings, config, order and page have each option, and none beside."""
    names = {option.name for option in OPTIONS}
    assert {action.dest for action in run_parser(None)._actions} >= names
    assert {field.key for field in FIELDS} == names | {"problem"}
    assert {field.name for kind in KINDS.values() for field in fields(kind)} == names
    assert {option.order_field for option in OPTIONS} == {field.name for field in fields(RunOrder)} - OTHERS
    assert all(f"**`{name}`**" in page() for name in names)
    assert CHOSEN.keys() == names - {"prices"}


def test_each_group_of_the_config_has_the_options_of_its_group_in_their_order():
    """Groups are the same in Python as on the screen and in the help."""
    for group in GROUPS:
        assert [field.name for field in fields(KINDS[group.name])] == [option.name for option in of_group(group)]


def test_defaults_are_the_same_everywhere():
    """With nothing given, flags, form, settings and config make the order that `RunOrder` is by itself."""
    usual = RunOrder("hanoi")
    assert order_of("hanoi", {}, None, RunConfig().values()) == usual
    assert RunConfig().values() == {option.name: option.default for option in OPTIONS}
    headless = run_parser("hanoi").parse_args(["hanoi", "--headless"])
    assert order_from(headless) == usual
    there = order_of("hanoi", {}, None, {}, attended=True, apart=True)
    assert order_from(run_parser("hanoi").parse_args(["hanoi"])) == there
    assert read_order("hanoi", Count, {field.key: field.default for field in FIELDS}) == there
    assert parse(template()).runs.run == {}


def test_a_value_of_each_option_comes_to_the_same_order_by_every_way():
    """Flags, form, settings file, flat and grouped config read each value alike."""
    by_config = order_of("hanoi", {}, None, RunConfig.of(**CHOSEN).values(), attended=True, apart=True)
    groups = {
        group.name: {one.name: CHOSEN[one.name] for one in of_group(group) if one.name in CHOSEN} for group in GROUPS
    }
    assert RunConfig(**{name: KINDS[name](**given) for name, given in groups.items()}) == RunConfig.of(**CHOSEN)
    assert order_from(run_parser("hanoi").parse_args(["hanoi", *words(CHOSEN)])) == by_config
    assert read_order("hanoi", Count, texts(CHOSEN)) == by_config
    settings = read_defaults(tomllib.loads(toml(CHOSEN))).run
    assert order_of("hanoi", {}, None, settings, attended=True, apart=True) == by_config


def test_the_help_of_every_flag_and_field_is_the_tables_and_states_the_default():
    """Nobody has to read the source to learn what an option is by default."""
    actions = {action.dest: action for action in run_parser(None)._actions}
    hints = {field.key: field.hint for field in FIELDS}
    for option in OPTIONS:
        assert (actions[option.name].help or "").replace("%%", "%") == option.full_help
        assert hints[option.name].lower().startswith(option.full_help.lower())
        assert f"(default {option.default_text})" in option.full_help


def test_the_page_in_the_docs_is_made_from_the_table():
    """`python -m maker_engine.options.page > docs/options.md` would change nothing."""
    assert (DOCS / "options.md").read_text(encoding="utf-8") == page()


def test_the_examples_of_the_page_work():
    """The settings and the Python of the page are taken as they stand."""
    blocks = dict(re.findall(r"```(toml|python)\n(.*?)```", page(), re.DOTALL))
    assert parse(blocks["toml"]).runs.profiles["cheap"]["concurrency"] == 4
    there: dict[str, Any] = {}
    exec(compile(blocks["python"], "options.md", "exec"), there)  # noqa: S102 - our own page
    assert (there["config"].voting.k, there["config"].voting.rule) == (3, "first")


def test_the_settings_file_lists_every_option_as_it_could_be_set():
    """Each line of `[run]` that `maker config init` writes can be used once its # is taken off."""
    lines = template().partition("[run]\n")[2].partition("# [profile")[0].splitlines()
    settable = [line.removeprefix("# ") for line in lines if " = " in line]
    assert [line.partition(" = ")[0] for line in settable] == [option.name for option in OPTIONS]
    assert set(parse("[run]\n" + "\n".join(settable)).runs.run) == {option.name for option in OPTIONS}


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("k", "x", "k must be a whole number or auto, got 'x'"),
        ("k", "0", "k must be at least 1, got 0"),
        ("k", "1e9", "k must be at most 100,000, got 1,000,000,000"),
        ("limit_usd", "-1", "limit usd must be above 0, got -1"),
        ("max_waste", "110%", "max waste must be a share from 0 to 100 %, got 110%"),
        (
            "rule",
            "luck",
            "rule must be ahead, first, lead-table, a table such as lead-table:2,7,9, or certificate:0.001, got 'luck'",
        ),
        (
            "undecided",
            "escalate:",
            "undecided must be auto, stop, ask, skip, ask-later or escalate:MODEL, got 'escalate:'",
        ),
        ("temperature", "3", "temperature must be auto, none or between 0 and 2, got '3'"),
        ("concurrency", "1,001", "concurrency must be at most 1,000, got 1,001"),
        ("target", "1", "target must be above 0 and below 1, got 1"),
    ],
)
def test_what_is_wrong_is_said_in_the_same_words_everywhere(name, value, said):
    """Flag, form, settings file and Python give one error for one mistake."""
    ways = (
        lambda: order_from(run_parser("hanoi").parse_args(["hanoi", f"{BY_NAME[name].flag}={value}"])),
        lambda: read_order("hanoi", Count, {name: value}),
        lambda: read_defaults({"run": {name: value}}),
        lambda: KINDS[BY_NAME[name].group.name](**{name: value}),
        lambda: keywords.order_of("hanoi", "sim", None, None, {name: value}) if name != "k" else keywords_k(value),
    )
    for way in ways:
        with pytest.raises(InputError) as caught:
            way()
        assert str(caught.value).removeprefix("[run] ") == said


def test_a_kept_order_gives_back_the_options_it_was_made_of():
    """A session's order, as it keeps it, is read as options again, and those make the same order."""
    order = order_of("hanoi", {}, None, RunConfig.of(**CHOSEN).values(), attended=True)
    kept = {field.name: getattr(order, field.name) for field in fields(RunOrder)} | {"k_auto": False}
    values = values_of_order(kept)
    again = order_of("hanoi", {}, None, values, attended=True)
    elsewhere = {"name": "", "session": None, "out": None, "breaks": ()}
    assert {**vars_of(again)} == {**vars_of(order), **elsewhere}
    assert values_of_order({**kept, "k_auto": True}).get("k") is None


def test_an_order_that_a_session_keeps_is_read_or_refused_whatever_it_is():
    """A session may be anybody's: what is of another kind is refused in a line, what is newer passed by."""
    kept = prepare(order_of("hanoi", {}, None, {}, attended=True)).record()
    strange = ["x", "\x1b[31m\n", -1, 1e300, 10**5000, float("nan"), [], [1, None, {}], {"a": "b"}, True]
    for name in [*kept, "newer"]:
        for value in strange:
            said = ""
            try:
                values_of_order({**kept, name: value})
            except InputError as error:
                said = str(error)
            assert said.isprintable()
            assert len(said) < 200


# Those with every kind of entry are of the toy, which the form does not know.
OF_HANOI = [path for path in sorted(GOLDEN.glob("*.maker")) if not path.stem.endswith("-everything")]


@pytest.mark.parametrize("path", OF_HANOI, ids=lambda path: path.stem)
def test_a_session_written_before_is_ordered_again(path, tmp_path):
    """What a file of any format keeps of its order fills the form, whose order has the same problem, model and k."""
    copy = tmp_path / path.name
    copy.write_bytes(path.read_bytes())
    values = values_like(copy)
    order = read_order(values["task-name"], catalogue.find("hanoi"), values)
    assert (order.model, order.k, order.seed) == ("sim:p=0.9,v=0.9", 3, 4)
    assert prepare(order).task.label == "5 disks, peg 0 → 2"


def keywords_k(value):
    """The library's way to give k, which is an argument of its own."""
    keywords.order_of("hanoi", "sim", value, None, {})


def vars_of(order):
    """The fields of an order."""
    return {field.name: getattr(order, field.name) for field in fields(order)}


def test_numbers_may_be_written_as_people_write_them():
    """Separators and powers of ten are read in whole numbers, and nothing that is not whole."""
    read = BY_NAME["limit_samples"].value_of
    assert [read(text) for text in ("1,000", "1_000", "1e3", "1.5e3", "none", " ")] == [
        1000,
        1000,
        1000,
        1500,
        None,
        None,
    ]
    for wrong in ("1.5", "1e400", "1,00", "9" * 50, "0x10", "∞"):
        with pytest.raises(InputError, match="limit samples must be a whole number or none"):
            read(wrong)
    dollars = BY_NAME["limit_usd"].value_of
    assert [dollars(text) for text in ("1,000.5", "0.5", "5e2")] == [1000.5, 0.5, 500]
    with pytest.raises(InputError, match="limit usd must be a number or none, got '0,5'"):
        dollars("0,5")
    with pytest.raises(InputError, match="got 'a number of thousands of digits'"):
        read(10**5000)


def test_a_parser_leaves_out_what_was_not_given():
    """So that settings can stand behind the flags."""
    chosen = run_parser("hanoi").parse_args(["hanoi", "--k", "3"])
    assert isinstance(chosen, argparse.Namespace)
    assert {option.name for option in OPTIONS if option.name in vars(chosen)} == {"k"}
