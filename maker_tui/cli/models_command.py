"""`maker models [WORD]`: what models there are, what they cost, and for which of them there is a key."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from maker_engine.core.errors import InputError
from maker_engine.output import say, say_json, versioned
from maker_engine.printable import one_line
from maker_tui.cli.parsing import Parser

if TYPE_CHECKING:
    from maker_engine.models.price_list import ListedModel

SERVED = "hosted_vllm/"
EXAMPLES = """\
examples:
  maker models luna
  maker models anthropic/ --json
  maker models --api-base http://127.0.0.1:8000/v1      what a server of your own offers
"""
UNKNOWN = "–"


def add_command(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add `maker models` to the command line."""
    models = commands.add_parser(
        "models",
        help="list models, their prices, and whether there is a key for them",
        description="List the models of LiteLLM's price table whose name has WORD in it; of a server, what it offers.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    models.add_argument("word", nargs="?", default="", metavar="WORD", help="part of the name (default all)")
    models.add_argument("--api-base", metavar="URL", help="ask this server for its models (default none)")
    models.add_argument("--json", action="store_true", help="print one JSON object")
    models.set_defaults(act=_models)


def _models(chosen: argparse.Namespace) -> int:
    if chosen.api_base is not None:
        return _served(chosen)
    from maker_engine.models.price_list import listed  # noqa: PLC0415 - reads 3 MB

    found = listed(chosen.word)
    if chosen.json:
        say_json(versioned({"models": [asdict(one) for one in found]}))
    elif found:
        say(*_lines(found))
    if not found:
        raise InputError(f"no model has {one_line(chosen.word, 40)!r} in its name: maker models lists all")
    return 0


def _served(chosen: argparse.Namespace) -> int:
    from maker_engine.models.served import endpoint, served_models  # noqa: PLC0415 - start-up

    base = endpoint(chosen.api_base)
    names = [f"{SERVED}{name}" for name in served_models(base) if chosen.word.lower() in name.lower()]
    if chosen.json:
        say_json(versioned({"api_base": base, "models": [{"name": name} for name in names]}))
        return 0
    if not names:
        raise InputError(f"{base} offers no such model: load one, or leave the word out")
    say(*(f"{one_line(name, 200)}" for name in names), "", f"use one with --model NAME --api-base {base}")
    return 0


def _lines(models: Sequence[ListedModel]) -> list[str]:
    width = min(60, max(len(one.name) for one in models))
    heading = f"{'model':<{width}} {'$/M in':>9} {'$/M out':>9} {'context':>10}  key"
    return [heading, *(_line(one, width) for one in models)]


def _line(model: ListedModel, width: int) -> str:
    context = UNKNOWN if model.context is None else f"{model.context:,}"
    prices = f"{_price(model.usd_in):>9} {_price(model.usd_out):>9}"
    return f"{one_line(model.name, 200):<{width}} {prices} {context:>10}  {key_words(model)}"


def _price(usd: float | None) -> str:
    return UNKNOWN if usd is None else f"{usd:,.4g}"


def key_words(model: ListedModel) -> str:
    """Say in a word or two whether there is a key for a model."""
    if model.has_key is None:
        return "  signs in elsewhere, or needs no key"
    return f"✔ {model.key_variables[0]}" if model.has_key else f"  {model.key_variables[0]} is not set"
