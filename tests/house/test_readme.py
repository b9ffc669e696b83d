from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.support.openai_server import OpenAIServer

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", README, re.DOTALL)


def test_the_readme_opens_with_one_sentence_one_picture_and_the_command() -> None:
    """All three stand within the first 45 lines."""
    opening = "\n".join(README.splitlines()[:45])
    assert "![" in opening
    assert "maker demo" in opening
    picture = re.search(r"!\[.*?\]\((.*?)\)", opening)
    assert picture is not None
    assert (ROOT / picture[1]).is_file()


def test_ci_runs_the_readmes_test_command() -> None:
    """The last command of .ci/run is the README's, so that both are true together."""
    test_command = BLOCKS[1][1].strip()
    assert test_command.endswith("pytest -q -n 3")
    assert (ROOT / ".ci" / "run").read_text().rstrip().endswith(test_command)


def test_every_link_of_the_readme_leads_somewhere() -> None:
    """No link into the repository is broken."""
    links = [link for link in re.findall(r"\]\(([^)]+)\)", README) if not link.startswith("http")]
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_every_command_of_the_readme_has_flags_that_exist() -> None:
    """What the README shows can be typed."""
    from maker_tui.cli.commands import _WITH_A_TASKS_FLAGS, _completed, _parser
    from maker_tui.cli.flags import run_parser

    parser, own = _parser(listing=False)
    lines = [shlex.split(line.partition("#")[0]) for line in BLOCKS[2][1].splitlines()]
    assert [name for name, *_ in lines] == ["maker"] * len(lines)
    parsed = []
    for _, command, *words in lines:
        if command == "run":
            parsed.append(run_parser(words[0]).parse_args(words))
        elif command in own and command not in _WITH_A_TASKS_FLAGS:
            parsed.append(parser.parse_args(_completed([command, *words])))
    assert len(parsed) > len(lines) / 2


def test_the_readme_says_how_maker_comes_onto_the_path() -> None:
    """Its first command does without, and its others begin with `maker`: what makes that true stands before them."""
    before = README.partition("## On the command line")[0]
    assert "`pipx install .`" in before
    assert "activate" in before


def test_the_library_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    """The README's program does what it says."""
    program = next(text for kind, text in BLOCKS if kind == "python")
    exec(compile(program, "README.md", "exec"), {})  # noqa: S102 - our own README
    assert capsys.readouterr().out.startswith("finished (4, 3, 2, 1, 0)\n")


def test_the_library_example_runs_with_a_real_model(capsys: pytest.CaptureFixture[str]) -> None:
    """The README's program does the same over HTTP, with a model's name and its server put in."""
    program = next(text for kind, text in BLOCKS if kind == "python")
    with OpenAIServer(lambda messages, *_: _said(messages[-1]["content"])) as server:
        there = f'model="openai/gpt-6-luna", api_base="{server.base_url}"'
        exec(compile(program.replace('model="sim"', there), "README.md", "exec"), {})  # noqa: S102 - likewise
    out = capsys.readouterr().out
    assert out.startswith("finished (4, 3, 2, 1, 0)\n")
    assert "<Ballot answer 'no', votes {'no': 3}, 0 flagged, margin 3>" in out
    assert out.endswith("3\n")


def _said(prompt: str) -> str:
    found = re.search(r"What is (\d) - 1", prompt)
    return "no" if found is None else str(int(found[1]) - 1)
