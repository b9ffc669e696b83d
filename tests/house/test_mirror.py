"""The tests are found where the code is: a test named after a module is in the folder that mirrors the module's."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
CODE = {"cli": "maker_tui/cli", "tui": "maker_tui"}
"""What a folder of tests mirrors where that is not the package of its name in `maker_engine`."""

ELSEWHERE = frozenset(
    {
        "tests/core/test_frontier.py",
        "tests/tasks/migration/test_postgres.py",
    }
)
"""Tests that are not where their module is; the list only shrinks."""


def code_of(folder: str) -> Path:
    """The package that a folder of tests mirrors."""
    return ROOT / (folder if folder.startswith("tasks") else CODE.get(folder, f"maker_engine/{folder}"))


def misplaced() -> dict[str, str]:
    """Each test named after one module of its package, and of another folder than that one's, with its right place."""
    found = {}
    for test in sorted((ROOT / "tests").glob("*/**/test_*.py")):
        folder = test.relative_to(ROOT / "tests").parent
        top = Path(*folder.parts[: 2 if folder.parts[0] == "tasks" else 1])
        code = code_of(top.as_posix())
        modules = [path for path in code.rglob("*.py") if path.stem == test.stem.removeprefix("test_")]
        if len(modules) == 1 and (drawer := modules[0].parent.relative_to(code)) != folder.relative_to(top):
            found[test.relative_to(ROOT).as_posix()] = ("tests" / top / drawer / test.name).as_posix()
    return found


def test_a_test_is_where_its_module_is() -> None:
    """What tests one module is in the folder of tests that mirrors the module's, but for a list that only shrinks."""
    found = misplaced()
    assert {test: place for test, place in found.items() if test not in ELSEWHERE} == {}
    assert ELSEWHERE - found.keys() == set(), "no longer needed: take it off the list"


def test_the_folders_of_the_core_are_mirrored() -> None:
    """No drawer of the core is without a folder of tests."""
    drawers = {path.name for path in (ROOT / "maker_engine/core").iterdir() if (path / "__init__.py").exists()}
    assert {name for name in drawers if not (ROOT / "tests/core" / name).is_dir()} == set()
