"""`maker plan`: what it prints, for people and for scripts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from maker_tui.cli.main import main


def planned(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, object]:
    assert main(["plan", *words, "--json"]) == 0
    return dict(json.loads(capsys.readouterr().out))


def test_a_task_and_a_simulated_model_are_planned_whole(capsys: pytest.CaptureFixture[str]) -> None:
    """Steps and prompt come from the task; law, v, tokens and prices from the model."""
    plan = planned(capsys, "--task", "hanoi", "--option", "disks=10", "--model", "sim:law=A")
    assert (plan["steps"], plan["v"], plan["assumed"]) == (1023, 0.96, [])
    assert plan["p"] == pytest.approx(0.99601)
    assert isinstance(plan["usd"], float)
    assert plan["cost_usd"] == plan["usd"]
    table = planned(capsys, "--steps", "1023", "--law", "A", "--rule", "lead-table")
    assert str(table["rule"]).startswith("lead-table:")
    assert float(str(table["samples"])) < float(str(plan["samples"]))


def test_a_budget_a_flag_and_curves(capsys: pytest.CaptureFixture[str]) -> None:
    """What a budget needs and what a flag is worth is in the plan; each curve is drawn."""
    run = ("--steps", "1048575", "--p", "0.9978", "--tokens", "500,538", "--price", "0.4,1.6")
    plan = planned(capsys, *run, "--budget", "3500", "--flag", "0.9998,0.97")
    assert 0.99 < float(str(plan["p_for_budget"])) < 0.9978
    flag = plan["flag"]
    assert isinstance(flag, dict)
    assert flag["k"] == 2
    assert main(["plan", *run, "--budget", "3500", "--flag", "0.9998,0.97"]) == 0
    assert "it pays (Eq. 19)" in (said := capsys.readouterr().out)
    assert "$3,500.00    does from p = " in said
    for over, told in (("k", "target 0.95"), ("p", "by p"), ("s", "by steps"), ("m", "by steps a call")):
        assert main(["plan", "--steps", "1e6", "--p", "0.9", "--plot", over]) == 0
        assert told in capsys.readouterr().out


def test_models_of_a_file_as_a_table(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The cheapest that reaches the target is marked and comes first; one that no vote helps says why."""
    file = tmp_path / "models.json"
    figures = {"tokens_in": 500, "tokens_out": 100, "usd_per_million_in": 1, "usd_per_million_out": 4}
    file.write_text(json.dumps({"models": [{"model": "a", "p": 0.9, **figures}, {"model": "b", "p": 0.99, **figures},
                                           {"model": "c", "p": 0.5}]}))  # fmt: skip
    assert main(["plan", "--steps", "1e6", "--models", str(file)]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert [row.split()[1 if row.startswith("▶") else 0] for row in rows[1:4]] == ["b", "a", "c"]
    assert "voting makes the right answer win only" in rows[3]
    models = planned(capsys, "--steps", "1e6", "--models", str(file))["models"]
    assert isinstance(models, list)
    assert [one["model"] for one in models] == ["b", "a", "c"]


@pytest.mark.parametrize(
    ("words", "said"),
    [(("--steps", "10", "--law", "Z"), "neither one of the laws"), (("--p", "0.9"), "--steps 1e6, or --task NAME"),
     (("--steps", "10", "--p", "0.9", "--law", "A"), "leave one of them out"),
     (("--steps", "10", "--p", "0.9", "--budget", "5"), "add --tokens and --price"),
     (("--steps", "10", "--law", "A", "--m", "3"), "one p for all steps"),
     (("--task", "hanoi", "--option", "disks", "--p", "0.9"), "--option is NAME=VALUE"),
     (("--steps", "10", "--p", "0.9", "--v", "0"), "v must lie above 0"),
     (("--steps", "10", "--p", "0.9", "--k", "0"), "k must be at least 1"),
     (("--steps", "1e6", "--p", "0.51", "--rule", "lead-table"), "take --rule ahead"),
     (("--steps", "10", "--p", "0.9", "--target", "1"), "no finite k makes a run certain")],
)  # fmt: skip
def test_what_cannot_be_planned_is_one_line(
    words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Bad input names the thing and the mend, and the status is 2."""
    assert main(["plan", *words]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


def test_of_independent_steps_the_wrong_answers_are_planned(capsys: pytest.CaptureFixture[str]) -> None:
    """Of rows it says how many answers are wrong, and never that all of them are right; of a task it is known."""
    rows = ("--steps", "2000", "--p", "0.85", "--k", "2", "--independent")
    assert planned(capsys, *rows)["wrong"] == pytest.approx(2000 * 0.0225 / 0.745)
    for words in (rows, ("--task", "records", "--p", "0.85", "--k", "2")):
        assert main(["plan", *words]) == 0
        said = capsys.readouterr().out
        assert "right    0.969799    of the answers" in said
        assert "p_solve" not in said
    assert main(["plan", *rows, "--plot", "k"]) == 0
    assert "answers that are right" in (said := capsys.readouterr().out)
    assert "target" not in said
