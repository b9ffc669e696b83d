"""The fields of the new-run form, made from the table of options, and the order that they make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from maker_engine.core.decomposition import AnyTask, Option
from maker_engine.core.errors import InputError
from maker_engine.input_files import path_of
from maker_engine.options.kinds import Value, whole_number
from maker_engine.options.option import GROUPS, Group, RunOption
from maker_engine.options.table import BY_NAME, OPTIONS, of_group
from maker_engine.runtime.order_options import order_of, values_of_order
from maker_engine.runtime.run_order import RunOrder
from maker_tui.runs.break_flags import check_number
from maker_tui.runs.pricing import priced
from maker_tui.runs.problem_files import order_in, read_problem

OPTION = "option-"
"""Prefix of the fields that a task brings with it."""
TASK, OWN = "task-name", "task-path"
"""The field that chooses an installed task, and the one for the path of another."""
PINNED = ("model", "k")
"""Options that are in view without a group being opened."""
SEVERAL = " Several have a ; between them."
APART = "; "
"""Separates the values of a field that takes several."""


@dataclass(frozen=True, slots=True)
class Field:
    """One row of the form.

    Attributes:
        key: Its id.
        label: Its name on the screen.
        hint: One sentence, shown while it has the focus.
        default: What it holds at first.
        choices: (what is shown, value) pairs; empty for a field to type in.
        empty: Shown in an empty field: what leaving it empty means.
    """

    key: str
    label: str
    hint: str
    default: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    empty: str = ""


def field_of(option: RunOption) -> Field:
    """Make the field of an option."""
    several = SEVERAL if option.kind.several else ""
    return Field(
        option.name,
        option.label,
        f"{option.full_help[0].upper()}{option.full_help[1:]}.{several}",
        text_of(option, option.default),
        tuple((choice, choice) for choice in option.kind.choices),
        option.default_text,
    )


def text_of(option: RunOption, value: Value) -> str:
    """Write a value of an option as its field holds it: an empty field is the default where that is nothing."""
    if option.kind.several:
        return APART.join(value)
    return "" if value is None and not option.kind.choices else option.kind.text_of(value)


PROBLEM = (
    Field(
        "problem", "problem file",
        "A file with the problem, or a session to take it from; it replaces the options above. Tab completes.",
        empty="none",
    ),
)  # fmt: skip
FIRST_FIELDS = tuple(field_of(BY_NAME[name]) for name in PINNED)
GROUP_FIELDS: tuple[tuple[Group, tuple[Field, ...]], ...] = tuple(
    (group, tuple(field_of(option) for option in of_group(group) if option.name not in PINNED)) for group in GROUPS
)
"""What every task is asked besides its problem, in the order of the form."""
FIELDS: tuple[Field, ...] = (*PROBLEM, *FIRST_FIELDS, *(field for _, fields in GROUP_FIELDS for field in fields))
"""All of them."""


def option_fields(family: type[AnyTask]) -> list[Field]:
    """Make fields of a task's own options."""
    return [
        Field(
            OPTION + option.name,
            option.name.replace("_", " "),
            f"{option.help}{SEVERAL if option.several else ''}",
            str(option.default),
            tuple((choice, choice) for choice in option.choices or ()),
        )
        for option in family.options
    ]


def read_order(name: str, family: type[AnyTask], values: Mapping[str, str]) -> RunOrder:
    """Make an order out of what the form holds.

    Args:
        name: The task's name in the catalogue, or its path.
        family: The task.
        values: What each field holds, by its key; one that is left out holds its default.

    Raises:
        InputError: A field holds something else than its kind; the text names it.
    """
    problem = values.get("problem", "").strip()
    source = read_problem(path_of(problem), folders=family.takes_folder) if problem else None
    options = {
        option.name: _task_value(option, values[OPTION + option.name])
        for option in family.options
        if OPTION + option.name in values
    }
    if source is not None:  # an option that no one changed leaves the say to the file
        usual = {option.name: option.default for option in family.options}
        options = {name: value for name, value in options.items() if value != usual[name]}
    given = [option for option in OPTIONS if option.name in values]
    chosen = {option.name: option.value_of(_given(option, values[option.name])) for option in given}
    check_number(chosen.get("breakpoints", ()))
    return priced(order_of(name, options, source, chosen, attended=True, apart=True))


def _given(option: RunOption, text: str) -> object:
    if option.kind.several:
        return _parts(text)
    return text if text.strip() or option.kind.empty else option.default


def _parts(text: str) -> list[str]:
    return [one for part in text.split(APART.strip()) if (one := part.strip())]


def _task_value(option: Option, text: str) -> int | str:
    if option.several:
        return "\n".join(_parts(text))
    if not isinstance(option.default, int):
        return text.strip()
    try:
        return whole_number(text)
    except InputError as error:
        raise InputError(f"{option.name.replace('_', ' ')} {error}") from None


def texts_of(values: Mapping[str, Value]) -> dict[str, str]:
    """Write options as the form's fields hold them."""
    return {name: text_of(BY_NAME[name], value) for name, value in values.items()}


def values_like(session: Path) -> dict[str, str]:
    """Return what a form holds that orders the same run as a session's once more.

    Raises:
        InputError: The session cannot be read, or keeps an option that no run can have.
    """
    order = order_in(session)
    return {TASK: str(order.get("task", "")), "problem": str(session), **texts_of(values_of_order(order))}


def summary_of(fields: Sequence[Field], values: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Say what a group of fields holds: what differs from the defaults, and the rest."""
    changed, usual = [], []
    for field in fields:
        held = values.get(field.key, field.default).strip()
        if held in (field.default, "") or held == field.empty:
            usual.append(f"{field.label} {field.default or field.empty}")
        else:
            changed.append(f"{field.label} {held}")
    return changed, sorted(usual, key=lambda said: said.endswith(" none"))  # what there is says more


def hints(fields: Sequence[Field]) -> dict[str, str]:
    """Return what to say of each field while it has the focus, by its key."""
    return {field.key: field.hint for field in fields}
