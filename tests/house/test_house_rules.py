"""The house rules, each as a test."""

from __future__ import annotations

import ast
import functools
import importlib
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from tests.house.parsing import ROOT, parsed, statements

TREES = ("maker_engine", "maker_tui", "tasks", "tests")
FILES = sorted(path.relative_to(ROOT) for tree in TREES for path in (ROOT / tree).rglob("*.py"))

MOST_FILE_LINES, MOST_FUNCTION_LINES = 400, 40

REGISTRIES = [".".join(parts) for parts in (("pypi", "org"), ("files", "pythonhosted"), ("registry", "npmjs"))]
LOCK_FILES = {"uv.lock", "poetry.lock", "pdm.lock", "pylock.toml", "Pipfile.lock", "package-lock.json", "yarn.lock"}


def called(*command):
    """Run a program of this environment at the root of the project; return what it did."""
    program = Path(sys.executable).with_name(command[0])
    return subprocess.run([program, *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False)


def passes(*command):
    """Whether a checker finds nothing; what it finds is printed."""
    result = called(*command)
    print(result.stdout, result.stderr)  # noqa: T201 - shown where the test fails
    return result.returncode == 0


def project_files():
    """Every file of the project that is, or would be, in the repository."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607 - git, wherever it is
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [path for name in listing.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def body_lines(function):
    """Lines of a function from `def` to its end, the docstring left out."""
    lines = function.end_lineno - function.lineno + 1
    first = function.body[0]
    return lines - (first.end_lineno - first.lineno + 1 if ast.get_docstring(function, clean=False) is not None else 0)


@functools.cache
def functions(path):
    """Place, name, lines and docstring of every function of a file, methods and inner ones included."""
    found = [node for node in statements(parsed(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return [
        (f"{path}:{node.lineno} {node.name}", node.name, body_lines(node), ast.get_docstring(node)) for node in found
    ]


def test_a_file_can_be_read_in_one_sitting():
    """No file is longer than 400 lines."""
    lengths = {str(path): len((ROOT / path).read_text(encoding="utf-8").splitlines()) for path in FILES}
    assert {path: lines for path, lines in lengths.items() if lines > MOST_FILE_LINES} == {}


def test_a_function_fits_on_the_screen():
    """No function is longer than 40 lines, its docstring left out."""
    lengths = {place: lines for path in FILES for place, _, lines, _ in functions(path)}
    assert {place: lines for place, lines in lengths.items() if lines > MOST_FUNCTION_LINES} == {}


def test_a_test_states_its_rule():
    """Every test states its rule in the first line of its docstring, as a sentence."""
    found = [one for path in FILES for one in functions(path)]
    rules = {place: docstring or "" for place, name, _, docstring in found if name.startswith("test_")}
    assert rules
    assert [place for place, rule in rules.items() if not rule.partition("\n")[0].endswith(".")] == []


def test_the_import_contracts_hold():
    """Imports go only the ways that the contracts in pyproject.toml allow."""
    assert passes("lint-imports", "--no-cache")


def test_the_linter_is_content():
    """Ruff finds nothing to say, exceptions with their reasons aside."""
    assert passes("ruff", "check", ".")


def test_the_format_is_ruffs():
    """Every file is formatted as ruff formats it."""
    assert passes("ruff", "format", "--check", ".")


def test_the_types_hold():
    """Mypy, strict, finds no fault."""
    assert passes("mypy")


def test_every_package_is_shipped():
    """The packages listed in pyproject.toml are the folders with Python files in them, `tasks` as `maker_tasks`."""
    setuptools = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    folders = {path.parent for path in FILES if path.parts[0] != "tests"}
    names = {".".join(folder.parts) for folder in folders}
    shipped = {name.replace("tasks", "maker_tasks", 1) if name.split(".")[0] == "tasks" else name for name in names}
    assert sorted(setuptools["packages"]) == sorted(shipped)


def test_every_task_offered_can_be_loaded():
    """Each task named as an entry point in pyproject.toml is a class under that name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for name, target in project["entry-points"]["maker.tasks"].items():
        module, _, attribute = target.partition(":")
        assert getattr(importlib.import_module(module), attribute).name == name


def test_every_extra_that_is_named_exists():
    """What a page or an error says to install is this distribution, with an extra that it has."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    known = {f"{project['name']}[{extra}]" for extra in project["optional-dependencies"]}
    pages = [path for path in project_files() if path.suffix in {".md", ".py"}]
    named = {one for path in pages for one in re.findall(r"pip install '([\w-]+\[\w+\])'", path.read_text("utf-8"))}
    assert named <= known


def test_every_command_offered_can_be_loaded():
    """Each command named as an entry point in pyproject.toml can be called, and says in a line what it does."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for target in project["entry-points"]["maker.commands"].values():
        module, _, attribute = target.partition(":")
        command = getattr(importlib.import_module(module), attribute)
        assert callable(command)
        assert command.__doc__.partition("\n")[0].endswith(".")


def test_no_file_names_a_registry():
    """Where packages come from is the user's affair: no file of the project holds a registry's address."""
    texts = {path: path.read_bytes().decode("utf-8", "replace") for path in project_files()}
    assert [path for path, text in texts.items() if any(registry in text for registry in REGISTRIES)] == []


def test_no_lock_file_is_kept():
    """The project is a package: it states ranges, and locks nothing for its users."""
    assert [path for path in project_files() if path.name in LOCK_FILES] == []


IMPORT_ALL = """
import importlib, pkgutil, sys, maker_engine
for module in pkgutil.walk_packages(maker_engine.__path__, "maker_engine."):
    importlib.import_module(module.name)
print([name for name in ("litellm", "textual") if name in sys.modules])
"""


def test_the_engine_starts_light():
    """Importing all of the engine loads neither LiteLLM, which takes seconds, nor Textual, which is the screen's."""
    result = called(Path(sys.executable).name, "-W", "error", "-c", IMPORT_ALL)
    assert (result.stdout.strip(), result.stderr) == ("[]", "")
