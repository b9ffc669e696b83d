"""The skill for coding agents, used: its commands typed where it lies, its example checked, its links followed."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

from maker_engine.task_contract.suite import CHECKS
from maker_tui.cli.main import main

ROOT = Path(__file__).parents[2]
SKILL = ROOT / ".claude" / "skills" / "maker-methodology"
TEXT = (SKILL / "SKILL.md").read_text(encoding="utf-8")
COMMANDS = [line for block in re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL) for line in block.splitlines()]


def test_its_head_says_when_to_use_it():
    """The front matter has the folder's name, and a description that an agent can choose by."""
    found = re.match(r"---\nname: (\S+)\ndescription: (.+)\n---\n", TEXT)
    assert found is not None
    assert found[1] == SKILL.name
    assert "Use when" in found[2]
    assert len(found[2]) <= 1024


def test_its_commands_do_what_they_say(tmp_path, monkeypatch, capsys):
    """Every command of the skill, typed in its order, ends with status 0."""
    shutil.copytree(SKILL, tmp_path / SKILL.relative_to(ROOT))
    monkeypatch.chdir(tmp_path)
    assert len(COMMANDS) == 7
    for line in COMMANDS:
        assert main(shlex.split(line)[1:]) == 0, f"{line}\n{capsys.readouterr().out}"
    assert f"build_order.py: {len(CHECKS)} kept" in capsys.readouterr().out


@pytest.mark.parametrize("page", sorted(SKILL.rglob("*.md")), ids=lambda page: page.name)
def test_its_links_lead_somewhere(page):
    """No link of the skill into the repository is broken."""
    links = re.findall(r"\]\(([^)]+)\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_filled_sheet_has_the_lines_of_the_template():
    """The example answers every line of the template."""

    def asked(name):
        return re.findall(r"^\*\*(.+?)\*\*", (SKILL / name).read_text(encoding="utf-8"), re.MULTILINE)

    sheet = " ".join((SKILL / "examples" / "nqueens.md").read_text(encoding="utf-8").split())
    assert [line for line in asked("template.md") if f"**{line}**" not in sheet] == []
