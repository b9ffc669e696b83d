"""Readers of the folders that teams have, recognised by what is in them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from maker_engine.core.errors import ProblemError

from ..problem import Change
from . import alembic, pairs, sqitch, yoyo
from .parts import Folder, tied

TOOLS = ("sqitch", "alembic", "yoyo", "dbmate", "goose", "golang-migrate", "flyway", "plain")


def tool_of(folder: Folder) -> str:
    """Return whose folder it is, one of `TOOLS`; "" where no tool is recognised."""
    tests: dict[str, Callable[[], bool]] = {
        "sqitch": lambda: bool(sqitch.plan_of(folder)),
        "alembic": lambda: alembic.is_offline(folder),
        "yoyo": lambda: yoyo.is_yoyo(folder),
        "dbmate": lambda: pairs.has_marks(folder, "-- migrate:up"),
        "goose": lambda: pairs.has_marks(folder, "-- +goose Up"),
    }
    named: dict[str, Callable[[], bool]] = {name: partial(pairs.has_names, folder, name) for name in TOOLS[5:]}
    return next((name for name, test in {**tests, **named}.items() if test()), "")


def read_folder(folder: Folder, tool: str = "") -> tuple[str, str, tuple[Change, ...]]:
    """Read a folder; return the project's name, whose tool's it is, and its changes.

    Args:
        folder: The folder; what is not read is noted there.
        tool: Whose it is, one of `TOOLS`; "" to find out.

    Raises:
        ProblemError: It is not a known tool's, or something in it cannot be read.
    """
    tool = tool or tool_of(folder)
    if not tool:
        alembic.refuse_python(folder)
        raise ProblemError(f"{folder.name} is not a folder of migrations that is known: {', '.join(TOOLS)}")
    name = folder.name
    if tool == "sqitch":
        if not sqitch.plan_of(folder):
            raise ProblemError(f"{folder.name} has no sqitch.plan")
        name, changes = sqitch.read(folder)
    else:
        readers = {
            "alembic": alembic.read,
            "yoyo": yoyo.read,
            "dbmate": lambda one: pairs.marked(one, "-- migrate:up", "-- migrate:down"),
            "goose": lambda one: pairs.marked(one, "-- +goose Up", "-- +goose Down"),
            "golang-migrate": pairs.golang_migrate,
            "flyway": pairs.flyway,
            "plain": pairs.plain,
        }
        changes = readers[tool](folder)
    return name, tool, tied(changes)
