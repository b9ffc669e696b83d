"""Options of a run from the settings file and the environment."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from maker_engine.core.errors import InputError
from maker_engine.sessions.store.reader import Reader
from maker_tui.cli.main import main
from maker_tui.settings.run_defaults import with_defaults

SETTINGS = """\
[run]
model = "sim:p=0.91"
k = 2
limit-samples = 5_000
api_base = "http://127.0.0.1:9/v1"

[profile.cheap]
model = "hosted_vllm/small"
api_base = "http://127.0.0.1:8/v1"
undecided = "ask"
breakpoints = ["dissent"]

[profile."two voters"]
voters = ["sim:p=0.9", "sim:p=0.8"]
"""


@pytest.fixture(autouse=True)
def settings(home: Path) -> Path:
    """A settings file with options of runs."""
    home.mkdir()
    path = home / "config.toml"
    path.write_text(SETTINGS)
    return path


def test_a_flag_goes_before_the_profile_before_the_environment_before_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """For every option alone, the nearest place has the say."""

    def model(given: dict[str, object], profile: str | None = None) -> object:
        return with_defaults(given, profile, attended=True).get("model")

    assert model({}) == "sim:p=0.91"
    monkeypatch.setenv("MAKER_MODEL", "sim:p=0.8")
    assert model({}) == "sim:p=0.8"
    monkeypatch.setenv("MAKER_PROFILE", "cheap")
    assert model({}) == "hosted_vllm/small"
    assert model({}, "two voters") == "sim:p=0.8"
    assert model({"model": "sim"}) == "sim"
    assert with_defaults({"model": "sim"}, attended=True)["k"] == 2


def test_a_model_does_not_go_to_the_server_of_another() -> None:
    """Whoever names another model leaves the address and the pool of the places behind out."""
    assert with_defaults({}, attended=True)["api_base"] == "http://127.0.0.1:9/v1"
    assert "api_base" not in with_defaults({"model": "openai/any"}, attended=True)
    assert "voters" not in with_defaults({"model": "sim"}, "two voters", attended=True)
    assert with_defaults({"model": "hosted_vllm/small"}, "cheap", attended=True)["api_base"] == "http://127.0.0.1:8/v1"


def test_a_setting_that_needs_a_person_is_left_out_where_there_is_none() -> None:
    """A flag that needs one is refused, a setting is for the runs that have one."""
    assert {"undecided", "breakpoints"} <= with_defaults({}, "cheap", attended=True).keys()
    assert not {"undecided", "breakpoints"} & with_defaults({}, "cheap", attended=False).keys()


def test_a_run_takes_its_options_from_the_settings(capsys: pytest.CaptureFixture[str], settings: Path) -> None:
    """`[run]` is in force without a word, a profile where it is named."""
    settings.write_text('[run]\nmodel = "sim:p=0.91"\nk = 2\n[profile.careful]\nk = "6"\n')
    assert main(["run", "hanoi", "--disks", "3", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["model"], found["k"]) == ("sim:p=0.91", 2)
    assert main(["run", "hanoi", "--disks", "3", "--json", "--profile", "careful"]) == 0
    assert json.loads(capsys.readouterr().out)["k"] == 6
    assert main(["run", "hanoi", "--disks", "3", "--json", "--profile", "carefull"]) == 2
    assert capsys.readouterr().err == "maker: there is no profile 'carefull': did you mean careful?\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[run]\nk = "x"', "[run] k must be a whole number or auto, got 'x'"),
        ("[run]\nk = true", "[run] k must be a whole number or auto, got 'True'"),
        ("[run]\nreuse = 1", "[run] reuse must be true or false, got '1'"),
        ("[run]\nmodl = 1", "[run] modl is not an option of a run: did you mean model?"),
        ('[profile.a]\nvoters = ["sim heat=1"]', "[profile.a] voter 'sim': 'heat=1' is none of temperature=T"),
        (f"[run]\nseed = {'9' * 5000}", "not TOML: Exceeds the limit"),
        (f"[run]\nseed = 0x{'f' * 5000}", "[run] seed must be a whole number, got 'a number of thousands of digits'"),
        ('[run]\nsession = "~nobody-here/x"', "[run] path '~nobody-here/x' begins with the home of a user who is not"),
        ('[run]\nsession = "a\\u0000"', "[run] path 'a␀' has a null character"),
        ("run = 1", "run must be a table: write [run] on a line of its own"),
        ("[profile]\nk = 2", "profile.k must be a table: write [profile.k] on a line of its own"),
    ],
)
def test_a_setting_that_cannot_be_used_stops_a_run_and_the_check(
    capsys: pytest.CaptureFixture[str], settings: Path, text: str, said: str
) -> None:
    """One line with the file, the place and the mend, whoever comes across it."""
    settings.write_text(text)
    for command in (["config", "check"], ["run", "hanoi", "--disks", "3", "--json"]):
        assert main(command) == 2
        told = capsys.readouterr().err
        assert told.startswith(f"maker: {settings}: {said}")
        assert told.count("\n") == 1
    with pytest.raises(InputError):
        with_defaults({}, attended=True)


def test_the_settings_are_shown_with_the_options_of_runs(capsys: pytest.CaptureFixture[str]) -> None:
    """`maker config` lists them by their place."""
    assert main(["config"]) == 0
    told = capsys.readouterr().out
    assert "run.limit_samples 5000\n" in told
    assert "profile.two voters.voters sim:p=0.9, sim:p=0.8\n" in told


def test_the_voting_rule_and_the_name_are_ordered_by_flags(capsys: pytest.CaptureFixture[str]) -> None:
    """`--rule first` votes first-to-k, `--name` names the session, and a task's flag of an earlier name still works."""
    assert (
        main(["run", "hanoi", "--disks", "3", "--model", "sim", "--rule", "first", "--name", "a  try", "--json"]) == 0
    )
    with Reader(Path(json.loads(capsys.readouterr().out)["session"])) as reader:
        assert (reader.meta()["order"]["rule"], json.loads(reader.record(0)["name"])) == ("first", "a try")
    assert main(["run", "hanoi", "--disks", "3", "--model", "sim", "--rule", "state", "--json"]) == 0
    assert "rule state" in json.loads(capsys.readouterr().out)["problem"]
