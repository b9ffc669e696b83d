"""The words of the house: names and first docstring lines are the field's standard words, in plain English."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.house.parsing import ROOT, parsed, statements

PACKAGES = ("maker_engine", "maker_tui", "tasks")

BANNED = ("told", "wish", "wishes", "stands", "comes to", "somebody", "looked")
"""Words of a dialect: for each the field or plain English has another."""

EXCEPTIONS = frozenset({"tasks/scheduling/problem.py: wishes"})
"""Public names that keep a banned word, as "path: name"; the list only shrinks.

`wishes` is a field of scheduling's problem files, which are a format.
"""

BANNED_SHOWN = re.compile(r"\b(?:go|goes|going|gone) on\b")
"""What no text that users see says: a run continues, and a stopped one is resumed."""

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
    for node in statements(tree):
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
    for node in statements(tree):
        for statement in getattr(node, "body", ()):
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                text = statement.value.value
                if isinstance(text, str):
                    yield statement.lineno, text.strip().partition("\n")[0]


def found_in(tree: ast.Module, path: str) -> tuple[list[str], list[str]]:
    """Return the banned public names and the banned first docstring lines of a module, each with its place."""
    names = {f"{path}: {name}" for name in public_names(tree) if _public(name) and banned_in(words_of(name))}
    if banned_in(words_of(Path(path).stem)):
        names.add(f"{path}: {Path(path).stem}")
    lines = [f"{path}:{number}: {text}" for number, text in first_lines(tree) if banned_in(text)]
    return sorted(names), lines


def shown_in(tree: ast.Module, path: str) -> Iterator[str]:
    """Yield the texts of a module, docstrings left out, that say a word which users are not to see."""
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) and id(node) not in docstrings else None
        if isinstance(text, str) and BANNED_SHOWN.search(text):
            yield f"{path}:{node.lineno}: {text}"


class Found(NamedTuple):
    """What is wrong in all packages, each with its place: names, first lines, what no code defines, texts for users."""

    names: list[str]
    lines: list[str]
    undefined: list[str]
    shown: list[str]


@pytest.fixture(scope="module")
def found() -> Found:
    """Search every module of the packages; each is parsed once for all tests."""
    whole = Found([], [], [], [])
    for path in sorted(path.relative_to(ROOT) for package in PACKAGES for path in (ROOT / package).rglob("*.py")):
        tree, place = parsed(path), path.as_posix()
        names, lines = found_in(tree, place)
        whole.names.extend(names)
        whole.lines.extend(lines)
        whole.undefined.extend(undefined_in(tree, place))
        if path.parts[0] != "tasks" and BANNED_SHOWN.search((ROOT / path).read_text(encoding="utf-8")):
            whole.shown.extend(shown_in(tree, place))
    return whole


def test_no_public_name_has_a_banned_word(found: Found) -> None:
    """Public names are the field's standard words, but for a list of exceptions that only shrinks."""
    names = set(found.names)
    assert not names - EXCEPTIONS, "\n".join(sorted(names - EXCEPTIONS))
    assert not EXCEPTIONS - names, "no longer needed: take it off the list"


def test_no_first_docstring_line_has_a_banned_word(found: Found) -> None:
    """The first line of every docstring says in plain English what a thing is or does."""
    assert not found.lines, "\n".join(found.lines)


def test_no_text_for_users_has_a_banned_word(found: Found) -> None:
    """No key, message or help of the engine and the app says "go on": a run continues, and a stopped one is resumed."""
    assert not found.shown, "\n".join(found.shown)
    source = 'def leave():\n    """It goes on."""\n    return f"{key} goes on"  # go on\n'
    assert list(shown_in(ast.parse(source), "a.py")) == ["a.py:3:  goes on"]


def test_the_search_finds_banned_words_wherever_they_can_be() -> None:
    """Modules, classes, functions, arguments, attributes and the docstrings of each are searched."""
    source = (
        'class Told:\n    """A plain line.\n\n    wish\n    """\n    wish_list: int\n    """Somebody."""\n'
        '    def __init__(self, looked_up):\n        """It comes to three."""\n        self.stands = looked_up\n'
        "def whatItComesTo(_told): wish = 1\ndef _told(wish): pass\nstandstill = 1\n"
    )
    names, lines = found_in(ast.parse(source), "maker_tui/told_so.py")
    assert [name.partition(": ")[2] for name in names] == [
        "Told",
        "looked_up",
        "stands",
        "told_so",
        "whatItComesTo",
        "wish_list",
    ]
    assert [line.rpartition(": ")[2] for line in lines] == ["Somebody.", "It comes to three."]


def undefined_in(tree: ast.Module, path: str) -> Iterator[str]:
    """Yield what the Args and Attributes of a module's docstrings describe and the code does not define."""
    for node in statements(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            described = list(_described(ast.get_docstring(node) or ""))
            defined = _defined(node) if described else ()
            yield from (f"{path}:{node.lineno}: {node.name}: {name}" for name in described if name not in defined)


def _described(docstring: str) -> Iterator[str]:
    """Yield the names under "Args:" and "Attributes:"."""
    inside = False
    for line in docstring.splitlines():
        if line and not line.startswith(" "):
            inside = line in {"Args:", "Attributes:"}
        elif inside and (found := re.match(r" {4}\*{0,2}(\w+): ", line)):
            yield found[1]


def _defined(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """Return the arguments of a function; of a class those of its methods, its attributes and its methods."""
    names = {
        one.arg for one in ast.walk(node if isinstance(node, ast.ClassDef) else node.args) if isinstance(one, ast.arg)
    }
    if isinstance(node, ast.ClassDef):
        names |= {name for one in ast.walk(node) for name in _targets(one)}
        names |= {one.name for one in ast.walk(node) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)}
    return names


def test_what_docstrings_describe_is_there(found: Found) -> None:
    """Every argument and attribute that a docstring describes is one that the code defines."""
    assert not found.undefined, "\n".join(found.undefined)
    source = 'class A:\n    """A.\n\n    Attributes:\n        x: Here.\n        told: Gone.\n    """\n    x: int\n'
    assert list(undefined_in(ast.parse(source), "a.py")) == ["a.py:1: A: told"]
