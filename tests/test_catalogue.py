"""Tasks are found by name, or by the path of a file or folder; whatever is wrong with one is told in a line."""

from __future__ import annotations

from pathlib import Path

import pytest
from maker_tasks.hanoi import Hanoi

from maker_engine import catalogue
from maker_engine.core.errors import InputError

TOY = Path(__file__).with_name("support") / "toy.py"
ONE = """\
from tests.support.toy import Count
from maker_engine.core.decomposition import Option

class {name}(Count):
    title = {title!r}
"""


def test_a_task_is_found_by_its_name():
    """An installed task is found under its name."""
    assert catalogue.find("hanoi") is Hanoi


def test_a_file_is_a_path_with_or_without_a_class(tmp_path):
    """A file with one task needs no class; the class is taken where it is named."""
    file = tmp_path / "mine.py"
    file.write_text(ONE.format(name="Mine", title="mine"))
    assert catalogue.find(str(file)).title == "mine"
    assert catalogue.find(f"{file}:Mine").title == "mine"
    assert catalogue.find(f"{TOY}:Count").name == "count"


def test_a_folder_is_a_package_of_its_own(tmp_path, monkeypatch):
    """A folder's files import each other, whether or not it has an `__init__.py`, and from wherever it is named."""
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "words.py").write_text("TITLE = 'from another file'\n")
    (folder / "task.py").write_text(
        "from .words import TITLE\n" + ONE.format(name="Mine", title="") + "Mine.title = TITLE"
    )
    assert catalogue.find(str(folder)).title == "from another file"
    (folder / "__init__.py").write_text("from .task import Mine\n")
    (folder / "words.py").write_text("TITLE = 'changed since'\n")
    assert catalogue.find(f"{folder}:Mine").title == "changed since"
    monkeypatch.chdir(folder)
    assert catalogue.find(".").title == "changed since"
    monkeypatch.chdir(tmp_path)
    assert catalogue.find("./mine").title == "changed since"
    with pytest.raises(InputError, match=r"for the folder write \./mine"):
        catalogue.find("mine")


def refusal(name):
    """What is said where a task cannot be found."""
    with pytest.raises(InputError) as refused:
        catalogue.find(str(name))
    assert str(refused.value).isprintable()
    return str(refused.value)


def test_what_is_wrong_with_a_path_is_told(tmp_path):
    """Each thing that a path can lack is named, with what to write instead."""
    (tmp_path / "empty").mkdir()
    assert "there is no task file or folder" in refusal(tmp_path / "none.py")
    assert "needs an __init__.py or a task.py" in refusal(tmp_path / "empty")
    assert "one of Count, Interrupted" in refusal(TOY)
    assert "has no class 'Other'" in refusal(f"{TOY}:Other")
    assert "is not a task" in refusal(f"{TOY}:FORMAT")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "holds no task: it takes a subclass"),
        ("1/0", "fails when it is loaded: ZeroDivisionError"),
        ("import nothing_of_this_name", "fails when it is loaded: ModuleNotFoundError"),
        ("raise SystemExit(3)", "fails when it is loaded: SystemExit: 3"),
        ("from maker_engine.core.decomposition import Task\nclass Half(Task): name = 'half'", "holds no task"),
        (ONE.format(name="Mine", title="") + "    options = (Option('seed', 'no', 1),)", "rename the option"),
    ],
)
def test_a_file_that_cannot_be_used_is_told(tmp_path, text, told):
    """A task that cannot be loaded, is not whole, or takes a flag of maker's is refused in one line."""
    (tmp_path / "mine.py").write_text(text)
    assert told in refusal(tmp_path / "mine.py")


def test_a_task_that_is_not_whole_is_told_what_is_missing(tmp_path):
    """A named class that leaves methods out is refused with their names."""
    (tmp_path / "mine.py").write_text("from maker_engine.core.decomposition import Task\nclass Half(Task): pass")
    assert "it has to define apply, start, step" in refusal(f"{tmp_path / 'mine.py'}:Half")
