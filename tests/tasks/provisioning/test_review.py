"""Reviews: every planted danger is stopped, no secret gets anywhere, and reports are what their readers take."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing, suppress

import jsonschema
import pytest
import zstandard
from maker_tasks.provisioning import Provisioning

import maker_engine as maker
from maker_tui.cli.main import main
from tests.tasks.provisioning import sarif_schema
from tests.tasks.provisioning.planted import WORDS, change, planted_plan

DANGERS = {
    "aws_db_instance.orders", "aws_s3_bucket.invoices", "aws_dynamodb_table.sessions", "aws_efs_file_system.shared",
    "aws_security_group.web", "aws_vpc_security_group_ingress_rule.admin", "aws_iam_policy.deploy",
    "aws_iam_role_policy.worker", "aws_iam_role_policy_attachment.ci", "aws_s3_bucket_policy.media",
    "aws_s3_bucket_public_access_block.media", "aws_rds_cluster_instance.reports",
}  # fmt: skip


def kept_in(session):
    """Yield every value of a session's tables as text, unpacked where it is packed."""
    with closing(sqlite3.connect(session)) as file:
        for (table,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for row in file.execute(f'SELECT * FROM "{table}"'):  # noqa: S608 - the file's own names
                for value in row:
                    if isinstance(value, bytes):
                        yield value.decode("latin-1")
                        with suppress(zstandard.ZstdError):
                            yield zstandard.decompress(value, max_output_size=10_000_000).decode("latin-1")
                    else:
                        yield str(value)


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
    kept = [*kept_in(session)]
    assert any("tags.note" in text for text in kept)
    texts += kept
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


def test_reports_are_what_their_readers_take(plan_file, capsys):
    """SARIF 2.1.0 has a result for each change that is not approved, and Markdown cannot be broken out of by a name."""
    plan = json.loads(plan_file.read_text())
    plan["resource_changes"].append(change('aws_s3_bucket.x["|</details>`"]', None, False, {"a": 1}, ("delete",)))
    hostile = plan_file.with_name("a plan.json")
    hostile.write_text(json.dumps(plan))
    assert main(["review", str(hostile), "--sarif"]) == 1
    sarif = json.loads(capsys.readouterr().out)
    jsonschema.validate(sarif, sarif_schema.LOG)
    assert len(sarif["runs"]) == 1
    rules = [rule["id"] for rule in sarif["runs"][0]["tool"]["driver"]["rules"]]
    results = sarif["runs"][0]["results"]
    assert {one["level"] for one in results} <= {"error", "warning"}
    assert all(rules[one["ruleIndex"]] == one["ruleId"] and one["message"]["text"] for one in results)
    named = {one["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] for one in results}
    assert named >= DANGERS
    places = {one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in results}
    assert places == {"a%20plan.json"}
    main(["review", str(hostile), "--markdown"])
    markdown = capsys.readouterr().out
    assert markdown.count("</details>") == 1
    assert all(line.replace("\\|", "").count("|") == 5 for line in markdown.splitlines() if line.startswith("| ✖"))


def test_the_policy_names_scope_and_questions(tmp_path, plan_file, capsys):
    """What is outside the scope or asked about is a question, what may be open is approved, words reach agents."""
    policy = tmp_path / "policy.yaml"
    policy.write_text(
        "scope: ['aws_*']\nopen: [aws_security_group.web]\nstateful: [aws_instance]\nnot_stateful: [aws_s3_bucket]\n"
        "ask: {types: ['aws_lb_*'], values: [threshold]}\nwords: Never on a Friday.\n"
    )
    assert main(["review", str(plan_file), "--policy", str(policy), "--json"]) == 1
    found = {one["address"]: one for one in json.loads(capsys.readouterr().out)["resources"]}
    verdicts = {name: (one["verdict"], one["rule"]) for name, one in found.items()}
    assert verdicts["module.mail.aws_sns_topic.bounces"] == ("ask", "outside-scope")
    assert verdicts["aws_lb_target_group.app"] == ("ask", "policy-asks")
    assert verdicts["aws_cloudwatch_metric_alarm.cpu"] == ("ask", "policy-asks")
    assert verdicts["aws_security_group.web"] == ("approve", "approved")
    assert verdicts["aws_s3_bucket.invoices"] == ("approve", "approved")
    task = Provisioning.load({"mode": "review", "policy": str(policy)}, plan_file.read_text())
    assert "Never on a Friday." in task.step("").prompt.user
    policy.write_text("Nothing may change on a Friday.\nAsk Ada about databases.\n")
    task = Provisioning.load({"mode": "review", "policy": str(policy)}, plan_file.read_text())
    assert "Friday. Ask Ada about databases." in task.step("").prompt.user
    policy.write_text("scopes: [a]\n")
    assert main(["review", str(plan_file), "--policy", str(policy)]) == 2
    assert f"the policy {policy}: unknown key 'scopes'" in capsys.readouterr().err


def test_what_agents_did_not_decide_is_asked_about(plan_file, capsys):
    """A run that ends early leaves questions where nothing was decided, and blocks where the rules do."""
    words = ["review", str(plan_file), "--model", "sim", "--limit-usd", "0.0001", "--json"]
    assert main(words) == 1
    printed = capsys.readouterr()
    assert "not every change was decided" in printed.err
    found = {one["address"]: one for one in json.loads(printed.out)["resources"]}
    assert (found["aws_lb_target_group.app"]["verdict"], found["aws_lb_target_group.app"]["reason"]) == (
        "ask", "agents did not decide",
    )  # fmt: skip
    assert all(found[address]["verdict"] == "block" for address in DANGERS)


def test_dissent_is_asked_about_and_the_stricter_counts():
    """Where agents disagree an approval becomes a question, and neither they nor the rules soften the other."""
    task = Provisioning.load({"mode": "review"})
    first, second = (item.address for item in task._flow.items[:2])
    state = task.apply(task.apply("", "approve"), "approve")
    report = task._flow.report(state, {0: (("approve", 4), ("block", 1))})
    found = {one.item.address: (one.verdict, one.kind) for one in report.changes}
    assert found[first] == ("ask", "dissent")
    assert found[second] == ("block", "stateful-loss")
    assert task._flow.report("b", {}).changes[0].kind == "vote"


DANGEROUS = [
    ("aws_security_group.a", {"ingress": [{"ipv6_cidr_blocks": ["::/0"]}]}, "block"),
    ("aws_security_group.a", {"egress": [{"cidr_blocks": ["0.0.0.0/0"]}]}, "approve"),
    ("aws_security_group_rule.a", {"type": "ingress", "cidr_blocks": ["0.0.0.0/0"]}, "block"),
    ("aws_security_group_rule.a", {"type": "egress", "cidr_blocks": ["0.0.0.0/0"]}, "approve"),
    ("aws_security_group_rule.a", {"type": "ingress", "cidr_blocks": ["10.0.0.0/8"]}, "approve"),
    ("aws_route.a", {"destination_cidr_block": "0.0.0.0/0"}, "approve"),
    ("aws_s3_bucket_acl.a", {"acl": "public-read"}, "block"),
    ("aws_s3_bucket_acl.a", {"acl": "private"}, "approve"),
    ("aws_lambda_function_url.a", {"authorization_type": "NONE"}, "block"),
    ("google_compute_firewall.a", {"source_ranges": ["0.0.0.0/0"]}, "block"),
    ("google_project_iam_member.a", {"member": "allUsers", "role": "roles/viewer"}, "block"),
    ("google_project_iam_member.a", {"member": "user:a@b.c", "role": "roles/owner"}, "block"),
    ("azurerm_network_security_rule.a", {"source_address_prefix": "*"}, "block"),
    ("azurerm_storage_account.a", {"allow_nested_items_to_be_public": True}, "block"),
    ("azurerm_role_assignment.a", {"role_definition_name": "Owner"}, "block"),
    ("kubernetes_cluster_role.a", {"rule": [{"verbs": ["*"], "resources": ["pods"]}]}, "block"),
    ("kubernetes_cluster_role_binding.a", {"role_ref": [{"name": "cluster-admin"}]}, "block"),
]


@pytest.mark.parametrize(("address", "after", "verdict"), DANGEROUS)
def test_what_opens_is_known_by_its_name(address, after, verdict):
    """Whatever a provider calls it, what opens to the world or gives every right is blocked, and its twin is not."""
    plan = {"format_version": "1.2", "resource_changes": [change(address, after, {})]}
    assert Provisioning.load({"mode": "review"}, json.dumps(plan)).oracle("") == verdict


@pytest.mark.parametrize(
    ("statement", "verdict"),
    [
        ({"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::a"}, "block"),
        ({"Effect": "Allow", "Action": ["ec2:*"], "Resource": "arn:aws:s3:::a"}, "block"),
        ({"Effect": "Allow", "Action": ["s3:Get*"], "Resource": "*"}, "block"),
        ({"Effect": "Allow", "Action": ["s3:Get*"], "Resource": "arn:aws:s3:::a/*"}, "approve"),
        ({"Effect": "Deny", "Action": "*", "Resource": "*"}, "approve"),
    ],
)
def test_wildcards_count_where_something_is_allowed(statement, verdict):
    """In a policy's JSON a lone star or a whole service blocks, in what is allowed and not in what is denied."""
    after = {"policy": json.dumps({"Version": "2012-10-17", "Statement": [statement]})}
    plan = {"format_version": "1.2", "resource_changes": [change("aws_iam_policy.a", after, {})]}
    assert Provisioning.load({"mode": "review"}, json.dumps(plan)).oracle("") == verdict


def test_what_cannot_be_seen_is_asked_about():
    """A policy that is sensitive, or known only after apply, is a question."""
    hidden = change("aws_iam_policy.a", {"policy": "x"}, {"policy": True})
    late = change("aws_iam_policy.b", {}, {})
    late["change"]["after_unknown"] = {"policy": True, "id": True}
    for one in (hidden, late):
        plan = {"format_version": "1.2", "resource_changes": [one]}
        assert Provisioning.load({"mode": "review"}, json.dumps(plan)).oracle("") == "ask"


def test_what_a_provider_fills_in_is_no_question_and_names_stay():
    """Rules that nobody wrote are no question, and a short sensitive value leaves the addresses that hold it alone."""
    group = change("aws_security_group.postgres", {"name": "a", "user": "postgres"}, {"user": True})
    group["change"]["after_unknown"] = {"id": True, "ingress": True, "egress": True}
    plan = {"format_version": "1.2", "resource_changes": [group]}
    task = Provisioning.load({"mode": "review"}, json.dumps(plan))
    assert task.oracle("") == "approve"
    assert "aws_security_group.postgres" in task.step("").prompt.user


@pytest.mark.parametrize(
    ("address", "before", "after", "verdict"),
    [
        ("aws_iam_policy.a", {"Effect": "Deny", "Action": "*"}, {"Effect": "Allow", "Action": "*"}, "block"),
        ("aws_iam_policy.a", {"Effect": "Deny", "Action": "a:B"}, {"Effect": "Deny", "Action": "*"}, "approve"),
        (
            "aws_vpc_security_group_ingress_rule.a",
            {"cidr_ipv4": "::/0", "to_port": 443},
            {"cidr_ipv4": "::/0", "to_port": 9},
            "block",
        ),
        (
            "aws_security_group.a",
            {"name": "a", "ingress": [{"cidr_blocks": ["::/0"]}]},
            {"name": "b", "ingress": [{"cidr_blocks": ["::/0"]}]},
            "approve",
        ),
    ],
)
def test_what_is_beside_a_change_counts_with_it(address, before, after, verdict):
    """The whole of a statement or a rule is judged where a part of it changes, and nothing that does not change."""
    policy = "iam" in address
    old, new = ({"policy": json.dumps({"Statement": [one]})} if policy else one for one in (before, after))
    plan = {"format_version": "1.2", "resource_changes": [change(address, new, {}, old, ("update",))]}
    assert Provisioning.load({"mode": "review"}, json.dumps(plan)).oracle("") == verdict
