"""The rules that follow ideas: how much of a thing a reader has to hold in mind, and what was cut too small."""

from __future__ import annotations

import ast
import functools
import importlib
import inspect
from collections import defaultdict
from dataclasses import is_dataclass
from pathlib import Path

from tests.house.parsing import ROOT, parsed, statements

MOST_METHODS, MOST_COLLABORATORS, LEAST_LINES = 40, 7, 60
SHIPPED = {"maker_engine": "maker_engine", "maker_tui": "maker_tui", "tasks": "maker_tasks"}
"""Folders, and the names they are imported by."""

LARGE_CLASSES = frozenset({"maker_tasks.scheduling.task.Scheduling"})  # the contract of a task has grown under it
"""Classes that have more methods all the same. The list only shrinks: one that is not needed fails."""
SMALL_MODULES = frozenset({
    # Loaded late, for start-up: the library's calls, a measurement.
    "maker_engine.api.loading", "maker_engine.api.planning",
    "maker_engine.runtime.speed_test",
    # What LiteLLM needs to be kept honest, one idea a file.
    "maker_engine.models.litellm_calls", "maker_engine.models.litellm_gzip", "maker_engine.models.litellm_redirects",
    # Still to be joined to their importer, or to grow.
    "maker_engine.runtime.grouping", "maker_engine.runtime.meter",
    "maker_engine.sessions.store.lineage", "maker_engine.sessions.store.tail",
    # A family of records is a file, whatever its size.
    "maker_engine.core.record.effect_kinds",
    # Ideas of their own in the measuring of models: an interval, a purse.
    "maker_engine.calibration.hard_share", "maker_engine.calibration.purse",
    # Parts of a task: what its `verify` shares with nothing, what is read strictly, a rule, a picture.
    "maker_tasks.arithmetic.recursive.picture", "maker_tasks.cube.rule", "maker_tasks.cube.status",
    "maker_tasks.interview.gates.criterion", "maker_tasks.interview.gates.form", "maker_tasks.interview.gates.single",
    "maker_tasks.api_tests.validation", "maker_tasks.provisioning.review.picture",
    "maker_tasks.provisioning.review.sarif", "maker_tasks.provisioning.review.verifier",
    "maker_tasks.products.verifier", "maker_tasks.scheduling.optimum",
})  # fmt: skip
"""Modules that are small and have one importer all the same. The list only shrinks: one that is not needed fails."""


@functools.cache
def modules() -> dict[str, Path]:
    """The modules of the product by their names; packages themselves and `__main__` left out."""
    found = {}
    for folder, name in SHIPPED.items():
        for path in (ROOT / folder).rglob("*.py"):
            parts = path.relative_to(ROOT / folder).with_suffix("").parts
            if parts[-1] not in ("__init__", "__main__"):
                found[".".join((name, *parts))] = path
    return found


@functools.cache
def classes() -> list[type]:
    """The classes of the product, those in functions and in classes left out."""
    found = []
    for name in modules():
        module = importlib.import_module(name)
        found += [one for one in vars(module).values() if inspect.isclass(one) and one.__module__ == name]
    return found


def own_methods(owner: type) -> set[str]:
    """The names of the methods and properties of a class that are written in this project, inherited ones included."""
    bases = [one for one in owner.__mro__ if one.__module__.partition(".")[0] in SHIPPED.values()]
    kinds = (property, classmethod, staticmethod, functools.cached_property)
    return {
        name
        for base in bases
        for name, value in vars(base).items()
        if (inspect.isfunction(value) or isinstance(value, kinds)) and (name == "__init__" or name[:2] != "__")
    }


@functools.cache
def importers() -> dict[str, set[str]]:
    """Which modules of the product, the packages' own included, import each one, for types too."""
    found = defaultdict(set)
    for folder, package in SHIPPED.items():
        for path in (ROOT / folder).rglob("*.py"):
            parts = (package, *path.relative_to(ROOT / folder).with_suffix("").parts)
            name = ".".join(parts)
            for node in statements(parsed(path)):
                for target in imported(node, parts):
                    found[target].add(name)
    return found


def imported(node: ast.AST, parts: tuple[str, ...]) -> list[str]:
    """The modules that a statement of the module at `parts` imports; names that are none do no harm."""
    if isinstance(node, ast.Import):
        return [one.name for one in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    above = ".".join(parts[: -node.level]) if node.level else ""
    base = ".".join(filter(None, (above, node.module)))
    return [base, *(f"{base}.{one.name}" for one in node.names)]


def test_a_class_can_be_held_in_mind() -> None:
    """No class has more than 40 methods of ours, inherited ones included, but for those that are listed."""
    counts = {f"{one.__module__}.{one.__qualname__}": len(own_methods(one)) for one in classes()}
    assert {name for name, count in counts.items() if count > MOST_METHODS} == LARGE_CLASSES


def test_a_constructor_is_given_few_things() -> None:
    """No constructor but a record's takes more than 7 collaborators."""
    counts = {
        f"{one.__module__}.{one.__qualname__}": len(inspect.signature(one.__init__).parameters) - 1
        for one in classes()
        if inspect.isfunction(vars(one).get("__init__")) and not is_dataclass(one) and not issubclass(one, tuple)
    }
    assert {name: count for name, count in counts.items() if count > MOST_COLLABORATORS} == {}


def test_a_module_is_an_idea_and_not_a_cut() -> None:
    """No module of under 60 lines has a single importer, but for those that are listed."""
    small = {
        name for name, path in modules().items() if len(path.read_text(encoding="utf-8").splitlines()) < LEAST_LINES
    }
    assert {name for name in small if len(importers()[name]) == 1} == SMALL_MODULES


def test_a_late_import_has_its_reason() -> None:
    """An import inside a function of the app or the command line says beside it what it is put off for."""
    late = "PLC" + "0415"
    bare = [
        f"{name}:{number}"
        for name, path in modules().items()
        for number, row in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if name.startswith("maker_tui.") and row.rstrip().endswith(late)
    ]
    assert bare == []
