"""The files that teams have: told apart by what is in them, read need by need, refused in one line."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest
from maker_tasks.build_order import BuildOrder
from maker_tasks.build_order.formats.sniffing import READERS, format_of
from maker_tasks.build_order.problem import MOST_MODULES

from maker_engine.core.errors import ProblemError
from tests.tasks.build_order.files import APT, CARGO, GO, MAKE, METADATA, NPM, POETRY, READ, UV, YAML, follow, needs_of


@pytest.mark.parametrize("name", READERS)
def test_a_format_is_known_by_its_content_and_read_need_by_need(name):
    """Every format is told from all others, and its needs are just those that a person reads in the file."""
    text, needs = READ[name]
    assert format_of(text) == name
    task = BuildOrder.load({}, text)
    assert needs_of(task.problem) == {one.strip() for one in needs.split(",")}
    answers, state = follow(task)
    assert task.verify(answers) == []
    assert sorted(task.result(state)["order"]) == task.problem.names


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the problem file is empty"),
        ("  \n", "the problem file is empty"),
        ("[1, 2]", "must be a mapping of modules"),
        ("{}", "has no modules"),
        ("a: [b]", "'a' needs 'b', which is not a module of the file: add it"),
        ("a: []\na: []", "two of the module 'a'"),
        ('{"a": [], "a": []}', "two of the module 'a'"),
        (json.dumps({f"m{n}": [] for n in range(2_000)})[:-1] + ', "m7": []}', "two of the module 'm7'"),
        ("digraph { a -> ", "the DOT graph ends in the middle"),
        ("é: []\n\u0065\u0301: []", "two of the module 'é': keep one (é written as one character and as two"),
        ('"a\\x1b[31m": []', "not printable"),
        ("x" * 201 + ": []", "longer than 200 characters"),
        ("a: b", "needs of 'a' must be a list of names"),
        ("a: {colour: red}", "unknown key 'colour' in 'a'"),
        ("a: {seconds: soon}", "seconds of 'a' must be a number"),
        ("a: [", "not YAML"),
        ("a: &b [*b]", "not YAML"),
        (UV.replace("version = 1\n", "version = 2\n"), "the uv.lock has version 2, known are 1"),
        (UV.replace('name = "old", version = "1.0"', 'name = "old", version = "9"'), "in a version that is not"),
        (POETRY.replace('"2.1"', '"3.0"'), "the poetry.lock has version '3.0', known are 1.1, 2.0, 2.1"),
        (POETRY.replace('store = ">=1"', 'nothing = ">=1"'), "'api' needs 'nothing'"),
        (CARGO.replace("version = 4", "version = 5"), "the Cargo.lock has version 5, known are 1, 2, 3, 4"),
        (CARGO.replace('"rand 0.8.5"', '"rand"'), "'app' needs 'rand', which may be one of several"),
        (CARGO.replace('"0.9.0"\nsource', '"0.8.5"\nsource'), "two of the module 'rand'"),
        (NPM.replace('"lockfileVersion": 3', '"lockfileVersion": 1'), "has version 1, known are 2, 3: run npm install"),
        (NPM.replace('"^1"},\n', '"^1", "nope": "1"},\n', 1), "'the root' needs 'nope'"),
        (METADATA.replace('"resolve"', '"other"'), "print it without --no-deps"),
        ("digraph { a -> b", "ends before its last }"),
        ("digraph { a -- b }", "an edge without a direction"),
        ("graph { a -- b }", "must begin with digraph"),
        ("digraph { a -> {b c} }", "'{' where a name should be"),
        (MAKE.partition("# files hash")[0], "the make database is cut short"),
        (GO + "a b c\n", "line 4 of the go module graph has 3 columns"),
        (APT + "what is this\n   Provides: x\n", "line 14 is none that apt-cache depends prints"),
    ],
)  # fmt: skip
def test_bad_files_are_refused_in_one_line(text, said):
    """What cannot be ordered is refused in one line that names the thing and the mend."""
    with pytest.raises(ProblemError) as caught:
        BuildOrder.load({}, text)
    assert said in str(caught.value)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 300


def test_a_chosen_format_is_not_guessed():
    """With --format the file is read as that, and a format that there is not is named."""
    assert BuildOrder.load({"format": "json"}, '{"lockfileVersion": []}').problem.names == ["lockfileVersion"]
    with pytest.raises(ProblemError, match="format must be auto or one of uv, poetry"):
        BuildOrder.load({"format": "ivy"}, YAML)


def test_too_many_modules_are_refused_by_number():
    """A file of more modules than are taken is refused in one line that says how many are."""
    text = json.dumps({key: [] for key in map(str, range(MOST_MODULES + 1))})
    with pytest.raises(ProblemError, match="more than 100,000 modules"):
        BuildOrder.load({}, text)


@pytest.mark.skipif(shutil.which("make") is None, reason="there is no make here")
def test_make_itself_agrees(tmp_path):
    """Of a Makefile's own database, the order is one in which make says it would build; so it does from our rules."""
    rules = "all: b c\nb: a x.c\nc: b | d\na d x.c:\n"
    (tmp_path / "Makefile").write_text(
        "".join(f"{line}\n\t@echo {line.split(':')[0]}\n" for line in rules.splitlines())
    )

    def make(*words):
        command = [shutil.which("make"), *words]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False).stdout

    task = BuildOrder.load({}, make("-npqrR", "all"))
    assert task.problem.format == "make"
    assert needs_of(task.problem) == {"all>b required", "all>c required", "b>a required", "b>x.c required",
                                      "c>b required", "c>d peer"}  # fmt: skip
    _, state = follow(task)
    (tmp_path / "build.mk").write_text(task.papers(state, {})["build.mk"])
    printed = [line.split("'")[1] for line in make("-n", "-f", "build.mk").splitlines()]
    place = {name: at for at, name in enumerate(printed)}
    names = task.problem.names
    assert sorted(printed) == names
    assert all(place[names[other]] < place[names[one]] for one, other, _ in task.problem.edges)
