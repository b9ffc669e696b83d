"""The words of the house: names and first docstring lines are the field's standard words, in plain English."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("maker_engine", "maker_tui", "tasks")

BANNED = ("told", "wish", "wishes", "stands", "comes to", "somebody", "looked")
"""Words of a dialect: for each the field or plain English has another."""

EXCEPTIONS = frozenset({"tasks/scheduling/problem.py: wishes"})
"""Public names that keep a banned word, as "path: name"; the list only shrinks.

`wishes` is a field of scheduling's problem files, which are a format.
"""

_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_BANNED_TEXT = re.compile(rf"\b(?:{'|'.join(BANNED)})\b", re.IGNORECASE)


def banned_in(text: str) -> str | None:
    """Return the first banned word of a text, None where it has none."""
    found = _BANNED_TEXT.search(text)
    return found[0].lower() if found else None


def words_of(name: str) -> str:
    """Return the words of a snake or camel name, parted by blanks."""
    return " ".join(part.lower() for part in _PART.findall(name))


def _public(name: str) -> bool:
    return not name.startswith("_")


def _arguments(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    given = node.args
    for argument in (*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg):
        if argument is not None:
            yield argument.arg


def _targets(node: ast.AST) -> Iterator[str]:
    """Yield the names that an assignment gives to a module, a class or `self`."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    for target in targets:
        if isinstance(target, ast.Attribute):
            yield target.attr
        elif isinstance(target, ast.Name):
            yield target.id


def public_names(tree: ast.Module) -> Iterator[str]:
    """Yield the public names that a module defines: classes, functions, methods, attributes, arguments."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name
            if _public(node.name) or node.name == "__init__":
                yield from _arguments(node)
        if isinstance(node, ast.Module | ast.ClassDef):
            for statement in node.body:
                yield from _targets(statement)
        elif isinstance(node, ast.Assign | ast.AnnAssign):  # of a function only what it gives to an object
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (target.attr for target in targets if isinstance(target, ast.Attribute))


def first_lines(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield (line number from 1, text) of the first line of each docstring, those of attributes included."""
    for node in ast.walk(tree):
        for statement in getattr(node, "body", ()) if not isinstance(node, ast.Lambda | ast.IfExp) else ():
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                text = statement.value.value
                if isinstance(text, str):
                    yield statement.lineno, text.strip().partition("\n")[0]


def found_in(source: str, path: str) -> tuple[list[str], list[str]]:
    """Return the banned public names and the banned first docstring lines of a module, each with its place."""
    tree = ast.parse(source)
    names = {f"{path}: {name}" for name in public_names(tree) if _public(name) and banned_in(words_of(name))}
    if banned_in(words_of(Path(path).stem)):
        names.add(f"{path}: {Path(path).stem}")
    lines = [f"{path}:{number}: {text}" for number, text in first_lines(tree) if banned_in(text)]
    return sorted(names), lines


def modules() -> Iterator[Path]:
    """Yield every module of the packages."""
    for package in PACKAGES:
        yield from sorted((ROOT / package).rglob("*.py"))


@pytest.fixture(scope="module")
def found() -> tuple[list[str], list[str]]:
    """Banned names and lines of all packages; every module is parsed once."""
    names: list[str] = []
    lines: list[str] = []
    for path in modules():
        more_names, more_lines = found_in(path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix())
        names += more_names
        lines += more_lines
    return names, lines


def test_no_public_name_has_a_banned_word(found: tuple[list[str], list[str]]) -> None:
    """Public names are the field's standard words, but for a list of exceptions that only shrinks."""
    names = set(found[0])
    assert not names - EXCEPTIONS, "\n".join(sorted(names - EXCEPTIONS))
    assert not EXCEPTIONS - names, "no longer needed: take it off the list"


def test_no_first_docstring_line_has_a_banned_word(found: tuple[list[str], list[str]]) -> None:
    """The first line of every docstring says in plain English what a thing is or does."""
    assert not found[1], "\n".join(found[1])


def test_the_search_finds_banned_words_wherever_they_can_be() -> None:
    """Modules, classes, functions, arguments, attributes and the docstrings of each are searched."""
    source = (
        'class Told:\n    """A plain line.\n\n    wish\n    """\n    wish_list: int\n    """Somebody."""\n'
        '    def __init__(self, looked_up):\n        """It comes to three."""\n        self.stands = looked_up\n'
        "def whatItComesTo(_told): wish = 1\ndef _told(wish): pass\nstandstill = 1\n"
    )
    names, lines = found_in(source, "maker_tui/told_so.py")
    assert [name.partition(": ")[2] for name in names] == [
        "Told",
        "looked_up",
        "stands",
        "told_so",
        "whatItComesTo",
        "wish_list",
    ]
    assert [line.rpartition(": ")[2] for line in lines] == ["Somebody.", "It comes to three."]
