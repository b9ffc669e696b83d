"""docs/json.md and what the commands print agree, name for name and in the same order."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from maker_tasks.provisioning.reading import sample_plan

from maker_engine.output import JSON_VERSION
from maker_tui.cli import calibrate_command, check_model_command as check_model, task_commands
from maker_tui.cli.commands import _parser
from maker_tui.cli.flags import run_parser
from maker_tui.cli.main import main
from tests.cli.test_cli import parsers
from tests.cli.test_preflight import honest
from tests.support.openai_server import OpenAIServer
from tests.support.recorded import record
from tests.support.running import TOY
from tests.support.shelves import solved
from tests.task_contract.faults import TwoRight

PAGE = (Path(__file__).parents[2] / "docs" / "json.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## `maker (.*?)`\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE))
FAULTS = f"{TwoRight.__module__.replace('.', '/')}.py"


def documented(section: str) -> list[str]:
    """The names in a section's table."""
    return list(re.findall(r"^\| `(.*?)` \|", SECTIONS[section], re.MULTILINE))


def printed(value: dict[str, Any], nested: set[str]) -> list[str]:
    """The names of an object; of a list that is `nested` those of its first object."""
    names: list[str] = []
    for name, inner in value.items():
        if name in nested:
            names += [f"{name}[].{one}" for one in inner[0]]
        else:
            names.append(name)
    return names


COMMANDS: dict[str, list[str]] = {
    "run": ["run", "hanoi", "--disks", "2", "--json", "--progress", "none"],
    "sessions show": ["sessions", "show", "hanoi-a", "--json"],
    "sessions show --step": ["sessions", "show", "hanoi-a", "--step", "2", "--json"],
    "sessions show --schedule": ["sessions", "show", "timed", "--schedule", "--json"],
    "sessions ls": ["sessions", "ls", "--json"],
    "sessions search": ["sessions", "search", "disk", "--json"],
    "sessions compare": ["sessions", "compare", "@", "@", "--json"],
    "sessions revote": ["sessions", "revote", "count", "--task", TOY, "--k", "1", "--json"],
    "plan": ["plan", "--steps", "1e6", "--p", "0.99", "--json"],
    "calibrate": ["calibrate", "hanoi", "--disks", "2", "--model", "sim", "--steps", "3", "--calls", "2", "--json"],
    "tasks": ["tasks", "--json"],
    "models": ["models", "gpt-6-luna", "--json"],
    "check-task": ["check-task", "hanoi", "--only", "source", "--json"],
    "check-model": ["check-model", "openai/any", "--api-base", "{server}", "--json"],
    "lint": ["lint", "{requirements}", "--json"],
    "review": ["review", "{plan}", "--json"],
    "records report": ["records", "report", "tickets", "--json"],
    "records status": ["records", "status", "{parts}", "--json"],
    "records audit": ["records", "audit", "tickets", "--json"],
}


def test_every_command_that_prints_json_is_documented() -> None:
    """Whatever command has the flag is named on the page, and each section of it is held to what is printed."""
    assert set(SECTIONS) == set(COMMANDS)
    tops = [_parser(listing=False)[0], run_parser(None), task_commands.check_parser(None), check_model._parser()]
    tops.append(calibrate_command.calibrate_parser(None))
    with_json = {parser.prog for top in tops for parser in parsers(top) if "--json" in parser._option_string_actions}
    assert len(with_json) > 8
    assert {name for name in with_json if f"`{name}`" not in PAGE} == set()


@pytest.fixture
def said(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    """Types a documented command and gives what it prints."""
    monkeypatch.setenv("OPENAI_API_KEY", "canary-0123456789")
    solved(home / "sessions" / "hanoi-a.maker")
    requirements = tmp_path / "REQUIREMENTS.md"
    requirements.write_text("- FR-001: When the user asks, the program shall be fast.\n")
    plan = tmp_path / "plan.json"
    plan.write_text(sample_plan())

    def typed(section: str) -> list[dict[str, Any]]:
        if section == "sessions revote":
            record(home / "sessions" / "count.maker", 60, seed=2)
        if section == "records status":
            (tmp_path / "rows.csv").write_text("text\na\nb\n")
            (tmp_path / "cb.yaml").write_text("fields: {kind: {labels: [a, b]}}\n")
            named = ["2", str(tmp_path / "rows.csv"), "--problem", str(tmp_path / "cb.yaml")]
            main(["records", "split", *named, "--to", str(tmp_path / "parts")])
            capsys.readouterr()
        elif section.startswith("records"):
            main(["run", "records", "--session", str(home / "sessions" / "tickets.maker"), "--k", "2", "--headless"])
            capsys.readouterr()
        if section == "sessions show --schedule":  # a model that answers at once leaves no times
            session = str(home / "sessions" / "timed.maker")
            main(["run", "hanoi", "--disks", "1", "--model", "sim:latency=0.001", "--session", session, "--headless"])
            capsys.readouterr()
        with OpenAIServer(honest) as server:
            places = {
                "server": server.base_url,
                "requirements": requirements,
                "plan": plan,
                "parts": tmp_path / "parts",
            }
            main([word.format_map(places) for word in COMMANDS[section]])
        out = capsys.readouterr().out
        assert out.isascii()
        if out.startswith("["):
            return list(json.loads(out))
        return [json.loads(out)] if section == "lint" else [json.loads(line) for line in out.splitlines()]

    return typed


@pytest.mark.parametrize("section", COMMANDS)
def test_what_is_printed_is_what_is_documented(section: str, said: Any) -> None:
    """Every name is in the table and every name of the table is there; the version comes first."""
    expected = documented(section)
    if section == "sessions show":
        expected = documented("run") + expected
    for value in said(section):
        assert value["version"] == JSON_VERSION == 1
        names = printed(value, {name.partition("[]")[0] for name in expected if "[]" in name})
        assert names == expected
