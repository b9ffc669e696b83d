"""The page on the library, run as it stands; its tasks are short, sound, and show themselves."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

import maker_engine as maker
from maker_engine.core.answers.json_values import Json
from maker_tui.cli.main import main

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "library.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
TASKS = {"Triage": 3, "Sum": 4, "Orders": 2, "Name": 2, "Colour": 2}


@pytest.fixture(scope="module")
def page():
    """What the page's programs leave behind, run in their order."""
    module = ModuleType("library_page")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, module.__name__, module)  # dataclasses look their module up
        for number, block in enumerate(BLOCKS):
            exec(compile(block, f"library.md, block {number}", "exec"), vars(module))  # noqa: S102 - our own page
        yield vars(module)


def test_its_programs_run_as_they_stand(page):
    """Every program of the page runs, and its assertions hold."""
    assert page["run"].ok
    assert page["gateway"]("91") == "no"


@pytest.mark.parametrize("name", TASKS)
def test_a_task_takes_ten_lines(page, name):
    """Each of the five tasks is at most ten lines long, and runs to its end with the simulated model."""
    block = next(block for block in BLOCKS if f"class {name}(" in block)
    text = block.partition("\n\n\nrun =")[0].removeprefix("from dataclasses import dataclass\n\n")
    assert len([line for line in text.splitlines() if line]) <= 10
    run = maker.solve(page[name](), model="sim", k=2, on_ask=lambda question: question.options[-1])
    assert (run.ok, run.totals.steps) == (True, TASKS[name]), run.reason
    assert run.verified == (name == "Sum")


@pytest.mark.parametrize("name", TASKS)
def test_a_task_of_the_page_keeps_the_contract(name, tmp_path, capsys):
    """A task of three methods passes check-task from a file, with the parts that it lacks named as not offered."""
    block = next(block for block in BLOCKS if f"class {name}(" in block).partition("\n\n\nrun =")[0]
    path = tmp_path / f"{name.lower()}.py"
    path.write_text(f"import maker_engine as maker\n\n{block}", encoding="utf-8")
    assert main(["check-task", str(path), "--states", "60"]) == 0, capsys.readouterr().out
    out = capsys.readouterr().out
    assert "solution           not offered: it has no oracle" in out
    assert "BROKEN" not in out


def test_every_form_is_in_its_table(page):
    """The table names every answer form there is, and every outcome, and every part that a task may offer."""
    forms = {name for name in maker.__all__ if isinstance(value := getattr(maker, name), type) and _is_form(value)}
    assert {form for form in forms if f"| `{form}(" not in PAGE} == set()
    assert {outcome.value for outcome in maker.Outcome if f"`{outcome.value}`" not in PAGE} == set()
    assert Json(page["Order"]).read('{"item": "lamp", "pieces": 2}').pieces == 2


def _is_form(value):
    return issubclass(value, maker.AnswerForm) and value is not maker.AnswerForm
