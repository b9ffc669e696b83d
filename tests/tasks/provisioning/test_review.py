"""Reviews: every planted danger is stopped, no secret gets anywhere, and reports are what their readers take."""

from __future__ import annotations

import json

import pytest
from maker_tasks.provisioning import Provisioning

import maker_engine as maker
from maker_tui.cli.main import main
from tests.tasks.provisioning.planted import WORDS, change, planted_plan

DANGERS = {
    "aws_db_instance.orders", "aws_s3_bucket.invoices", "aws_dynamodb_table.sessions", "aws_efs_file_system.shared",
    "aws_security_group.web", "aws_vpc_security_group_ingress_rule.admin", "aws_iam_policy.deploy",
    "aws_iam_role_policy.worker", "aws_iam_role_policy_attachment.ci", "aws_s3_bucket_policy.media",
    "aws_s3_bucket_public_access_block.media", "aws_rds_cluster_instance.reports",
}  # fmt: skip


def verdicts_of(task, state):
    return {one["address"]: one["verdict"] for one in task.result(state)["resources"]}


@pytest.fixture
def plan_file(tmp_path):
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(planted_plan()))
    return file


def test_the_rules_block_every_planted_danger_and_nothing_else_of_the_sample():
    """Of the bundled plan the twelve dangers are blocked, and the seven harmless changes are approved."""
    task = Provisioning.load({"mode": "review"})
    state = task.start()
    while task.step(state) is not None:
        state = task.apply(state, task.oracle(state))
    verdicts = verdicts_of(task, state)
    assert {address for address, verdict in verdicts.items() if verdict == "block"} == DANGERS
    assert {*verdicts.values()} == {"approve", "block"}


@pytest.mark.parametrize("seed", range(3))
def test_agents_alone_stop_every_planted_danger(seed):
    """By votes of simulated agents that err once in 20, and without the rules in code, no danger is approved."""
    run = maker.solve(Provisioning.load({"mode": "review"}), model="sim:p=0.95", seed=seed)
    addresses = [item.address for item in Provisioning.load({"mode": "review"})._flow.items]
    decided = dict(zip(addresses, run.answers, strict=True))
    assert all(decided[address] in ("ask", "block") for address in DANGERS)


def test_no_planted_secret_is_found_anywhere(plan_file, tmp_path, capsysbinary):
    """Prompts, the session, its exports and all reports hold no secret, and what is harmless is shown."""
    task = Provisioning.load({"mode": "review"}, plan_file.read_text())
    texts = [task.source()]
    state = task.start()
    while (step := task.step(state)) is not None:
        texts.append(step.prompt.system + step.prompt.user)
        state = task.apply(state, task.oracle(state))
    assert any('"plain"' in text for text in texts)
    texts += task.papers(state, {}).values()
    session = tmp_path / "review.maker"
    assert main(["review", str(plan_file), "--model", "sim:p=0.95", "--session", str(session)]) == 1
    for form in ("md", "html", "csv", "jsonl"):
        main(["sessions", "export", str(session), "--as", form])
    for form in ("--json", "--markdown", "--sarif"):
        main(["review", str(plan_file), form])
    printed = capsysbinary.readouterr()
    texts += [printed.out.decode(), printed.err.decode(), session.read_bytes().decode("latin-1")]
    found = {(name, number) for number, text in enumerate(texts) for name in WORDS if name in text}
    assert found == set()


def test_a_secret_that_changes_is_named_as_a_change(plan_file):
    """That a sensitive value becomes another one is shown, and neither of both is."""
    plan = json.loads(plan_file.read_text())
    hidden = {"password": True}
    plan["resource_changes"] = [
        change("aws_x_y.s", {"password": "new-one"}, hidden, {"password": "old-one"}, ("update",))
    ]
    prompt = Provisioning.load({"mode": "review"}, json.dumps(plan)).step("").prompt.user
    assert "password: (sensitive) -> (sensitive)" in prompt
