"""`maker config`: where the settings are, a file to begin with, and whether the one there is can be used."""

from __future__ import annotations

import argparse
import json
import os
from dataclasses import fields

from maker_engine.core.errors import InputError
from maker_engine.options.option import RunOption
from maker_engine.options.table import BY_NAME, OPTIONS
from maker_engine.output import say
from maker_engine.printable import one_line
from maker_tui.cli.parsing import Parser
from maker_tui.settings.config import NOTIFY, Config, read
from maker_tui.settings.places import MEMORY, config_file, state_directory

_EXAMPLES = {
    "cascade": '"CHEAP->STRONG"',
    "from_session": '"last"',
    "voters": '["openai/gpt-6-luna temperature=0.5", "sim"]',
    "api_base": '"http://127.0.0.1:8000/v1"',
    "max_reasoning_tokens": '"auto"',
    "accept_models": '["any"]',
    "k": '"auto"',
    "law": '"A"',
    "constrain": '"schema"',
    "max_samples": '"auto"',
    "hopeless": '"auto"',
    "draft": '"task"',
    "rpm": "500",
    "tpm": "200000",
    "limit_samples": "10000",
    "limit_usd": "5.0",
    "limit_tokens": "1000000",
    "limit_minutes": "60",
    "prices": '["0.5,2"]',
    "allow": '["http:example.org"]',
    "in_doubt": '"auto"',
    "name": '"first try"',
    "session": '"/tmp/run.maker"',
    "out": '"/tmp/papers"',
    "breakpoints": '["dissent"]',
}
"""A value for each option that is nothing, or a word for it, by default."""


def add_command(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add `maker config` to the command line."""
    config = commands.add_parser("config", help="show the settings; init writes a file of them, check validates it",
                                description="Show where the settings are and what they say.")  # fmt: skip
    config.set_defaults(act=_show)
    verbs = config.add_subparsers(title="commands", metavar="COMMAND")
    verbs.add_parser("init", help="write a file that lists every setting and every key").set_defaults(act=_init)
    verbs.add_parser("check", help="say whether the file can be used").set_defaults(act=_check)


def _show(_: argparse.Namespace) -> int:
    path = config_file()
    config = read(path)
    where = "" if path.exists() else "   (not there: maker config init writes it)"
    shown = [("file", f"{path}{where}"), ("remembered", str(state_directory() / MEMORY))]
    plain = [field.name for field in fields(Config) if field.name not in ("keys", "prices", "runs")]
    shown += [(name, _shown_value(getattr(config, name))) for name in plain]
    shown += [(f"prices.{one_line(name, 80)}", f"{list(price)}") for name, price in config.prices.items()]
    tables = {
        "run": config.runs.run,
        **{f"profile.{one_line(name, 40)}": one for name, one in config.runs.profiles.items()},
    }
    for place, values in tables.items():
        shown += [(f"{place}.{name}", BY_NAME[name].kind.text_of(value)) for name, value in values.items()]
    shown += [(f"keys.{name}", keys) for name, keys in config.keys.items()]
    say(*(f"{name:<12} {value}" for name, value in shown))
    return 0


def _check(_: argparse.Namespace) -> int:
    path = config_file()
    if not path.exists():
        raise InputError(f"there is no {path}: maker config init writes it")
    read(path)
    say(f"{path} can be used")
    return 0


def _init(_: argparse.Namespace) -> int:
    path = config_file()
    if path.exists():
        raise InputError(f"{path} is there already, and nothing was changed: maker config check looks it over")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}") from None
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(template())
    say(f"{path} written")
    return 0


def template() -> str:
    """Return a file of settings that sets nothing: every line that would is a comment, with the usual value."""
    from maker_tui.settings.actions import all_actions  # noqa: PLC0415 - it loads every screen
    from maker_tui.settings.themes import names  # noqa: PLC0415 - start-up

    lines = [
        "# Settings of maker. Take the # off a line to change what it says; maker config check looks the file over.",
        "",
        f'# theme = ""           # to start with; "" is the one chosen last: {", ".join(names()[:5])}, …',
        "# mouse = true         # false leaves the mouse to the terminal, to select text with",
        "# title = true         # progress in the title of the terminal",
        "# bell = false         # ring when a run ends, holds or needs a person",
        f'# notify = "none"      # ask the terminal for a desktop notification then: {", ".join(NOTIFY)}',
        "",
        *run_lines(),
        "[prices]",
        "# What a model costs, in dollars per million tokens: prompt, output, and where they differ from the prompt's,",
        "# reading and writing a cache. It takes precedence over the list price.",
        '# "openai/my-model" = [0.5, 2.0, 0.05, 0.6]',
        "",
        "[keys]",
        "# Where and what, and the keys that do it, with commas between them. What works together cannot share a key.",
    ]
    actions = all_actions()
    entries = {name: f'# {name} = "{action.keys}"' for name, action in actions.items()}
    width = max(map(len, entries.values()))
    lines += [f"{entries[name]:<{width}}  # {action.help_text}" for name, action in actions.items()]
    return "\n".join(lines) + "\n"


def run_lines() -> list[str]:
    """Return the lines of a settings file that list every option of a run, each a comment with its default."""
    lines = [
        "[run]",
        "# Options of every run; a flag, and [profile.NAME] where it is named, go before. An option that is none by",
        "# default is shown with a value that it could have.",
    ]
    lines += [f"# {option.name} = {_toml(option)}" for option in OPTIONS]
    return [*lines, "", "# [profile.cheap]   # the same options, for: maker run … --profile cheap", ""]


def _toml(option: RunOption) -> str:
    """Write an option's default as TOML has it, or what it could be where that is nothing."""
    value = option.default
    if value is None or value == ():
        return _EXAMPLES[option.name]
    return json.dumps(value)


def _shown_value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) or "the one chosen last"
