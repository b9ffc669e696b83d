"""The order that parsed flags make. It loads the engine, which a word that is completed does not need."""

from __future__ import annotations

import argparse
from collections.abc import Mapping

from maker_engine import catalogue
from maker_engine.core.offers import WithDocuments, offers
from maker_engine.options.kinds import Value
from maker_engine.options.table import BY_NAME
from maker_engine.runtime.order_options import order_of
from maker_engine.runtime.run_order import RunOrder
from maker_tui.cli.flags import OPTION
from maker_tui.cli.option_flags import given, refuse_unattended
from maker_tui.runs.break_flags import check_number
from maker_tui.runs.pricing import priced
from maker_tui.runs.problem_files import read_problem
from maker_tui.settings.run_defaults import with_defaults


def order_from(arguments: argparse.Namespace, planned: Mapping[str, Value] | None = None) -> RunOrder:
    """Make the order out of parsed flags. A run in the app keeps the provider's library out of the app's process.

    Args:
        arguments: The flags.
        planned: Options that a plan has for the run; a flag goes before.

    Raises:
        InputError: A flag or the problem file cannot be read, or a headless run is to wait for a person.
    """
    attended = not (arguments.headless or arguments.json)
    options, source = problem_from(arguments)
    options |= _meant_for_task(arguments)
    values = {**(planned or {}), **given(arguments)}
    check_number(values.get("breakpoints", ()))
    if not attended:
        refuse_unattended(values)
    ordered = with_defaults(values, arguments.profile, attended=attended)
    if "out" not in values and not offers(catalogue.find(arguments.task), WithDocuments):
        ordered.pop("out", None)  # the settings speak of all runs, and few tasks write papers
    values = ordered
    return priced(order_of(arguments.task, options, source, values, attended=attended, apart=attended))


def _meant_for_task(arguments: argparse.Namespace) -> dict[str, Value]:
    """Take a flag by which the task's own option went before for that, where its value is none of the run's option."""
    found: dict[str, Value] = {}
    for option in catalogue.find(arguments.task).options:
        value = vars(arguments).get(option.formerly) if option.formerly else None
        own = BY_NAME.get(option.formerly)
        if own is not None and value in (option.choices or ()) and value not in own.kind.choices:
            delattr(arguments, option.formerly)
            found[option.name] = value
    return found


def problem_from(arguments: argparse.Namespace) -> tuple[dict[str, int | str], str | None]:
    """Return the options that were chosen, and the text of the problem file.

    Raises:
        InputError: The file cannot be read.
    """
    flags = vars(arguments)
    options = {name.removeprefix(OPTION): value for name, value in flags.items() if _is_chosen(name, value)}
    if arguments.problem is None:
        return options, None
    return options, read_problem(arguments.problem, folders=getattr(arguments, "problem_folders", False))


def _is_chosen(name: str, value: object) -> bool:
    return name.startswith(OPTION) and value is not None
