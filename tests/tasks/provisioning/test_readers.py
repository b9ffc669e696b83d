"""Change sets, previews and files of one's own are read, and what is no plan is refused in a line."""

from __future__ import annotations

import json
import random

import pytest
from maker_tasks.provisioning import Provisioning
from maker_tasks.provisioning.reading import sample_plan, sample_project

from maker_engine.core.errors import ProblemError
from maker_tui.cli.main import main

TEMPLATE = """\
Parameters: {Password: {Type: String, NoEcho: true, Default: parameter-secret}}
Resources:
  Net: {Type: "AWS::EC2::VPC", Properties: {CidrBlock: 10.0.0.0/16}}
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      VpcId: !Ref Net
      SecurityGroupIngress: [{CidrIp: 0.0.0.0/0, FromPort: 22}]
      SecurityGroupEgress: [{CidrIp: 0.0.0.0/0}]
  Db:
    Type: AWS::RDS::DBInstance
    DependsOn: Net
    Properties: {MasterUserPassword: !Ref Password, Note: parameter-secret, Groups: [!GetAtt Group.GroupId]}
  App:
    Type: AWS::ECS::Service
    Properties: {Where: !Sub "db at ${Db.Endpoint.Address}"}
"""


def resource(name, kind, action, **more):
    return {
        "Type": "Resource",
        "ResourceChange": {"LogicalResourceId": name, "ResourceType": kind, "Action": action, **more},
    }


CHANGE_SET = {
    "Status": "CREATE_COMPLETE",
    "Changes": [
        resource("Group", "AWS::EC2::SecurityGroup", "Add"),
        resource("Db", "AWS::RDS::DBInstance", "Modify", Replacement="Conditional"),
        resource("App", "AWS::ECS::Service", "Modify", Replacement="False"),
        resource("Old", "AWS::SNS::Topic", "Remove"),
        resource("Kept", "AWS::S3::Bucket", "Remove", PolicyAction="Retain"),
    ],
}
URN = "urn:pulumi:dev::shop::{}::{}"
BUCKET, TOPIC, DATABASE = (
    URN.format("aws:s3/bucket:Bucket", "logs"),
    URN.format("aws:sns/topic:Topic", "news"),
    URN.format("aws:rds/instance:Instance", "db"),
)


def step(op, urn, inputs, needs=(), old=None):
    state = {"urn": urn, "inputs": inputs, "dependencies": [*needs]}
    return {"op": op, "urn": urn, **({"oldState": {**state, "inputs": old}} if old else {}), "newState": state}


SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "plaintext": "pulumi-secret"}
PREVIEW = {
    "config": {},
    "steps": [
        step("create", URN.format("pulumi:pulumi:Stack", "shop-dev"), {}),
        step("create", BUCKET, {"acl": "public-read"}),
        step("create", TOPIC, {"name": "news", "auth": SECRET, "again": "<pulumi-secret>"}, [BUCKET]),
        *[
            step(op, DATABASE, {"v": 2}, [TOPIC], {"v": 1})
            for op in ("create-replacement", "replace", "delete-replaced")
        ],
    ],
    "changeSummary": {"create": 3, "replace": 1},
}


def reviewed(text, **options):
    task = Provisioning.load({"mode": "review", **options}, text)
    state = task.start()
    while task.step(state) is not None:
        state = task.apply(state, task.oracle(state))
    return task, {one["address"]: (one["verdict"], one["reason"]) for one in task.result(state)["resources"]}


def test_a_change_set_is_read_with_its_template(tmp_path):
    """References of a template in YAML are the order, a conditional replace of data is blocked, NoEcho is masked."""
    template = tmp_path / "stack.yaml"
    template.write_text(TEMPLATE)
    task, verdicts = reviewed(json.dumps(CHANGE_SET), template=str(template))
    assert {name: verdict for name, (verdict, _) in verdicts.items()} == {
        "Group": "block", "Db": "block", "App": "approve", "Old": "approve",
    }  # fmt: skip
    assert "SecurityGroupIngress" in verdicts["Group"][1]
    assert "parameter-secret" not in task.source()
    order = Provisioning.load({"template": str(template)}, json.dumps(CHANGE_SET))
    assert order._flow.problem.dependencies["App"] == ["Db", "Group"]


def test_a_preview_is_read():
    """A replace in three steps is one change, secrets are masked wherever they occur, and bookkeeping is left out."""
    task, verdicts = reviewed(json.dumps(PREVIEW))
    assert {name: verdict for name, (verdict, _) in verdicts.items()} == {
        BUCKET: "block", TOPIC: "approve", DATABASE: "block",
    }  # fmt: skip
    assert "pulumi-secret" not in task.source()
    jobs = Provisioning.load({}, json.dumps(PREVIEW))._flow.problem
    assert jobs.dependencies[DATABASE] == [BUCKET, TOPIC]
    assert f"{DATABASE} (destroy)" in jobs.by_id


def changed(**fields):
    return json.dumps({**json.loads(sample_plan()), **fields})


def own(*resources, **fields):
    return json.dumps({"resources": [*resources], **fields})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (changed(format_version="2.0"), "plan format 2.0 is not known"),
        (changed(errored=True), "has errored"),
        (changed(complete=False), "is partial"),
        (changed(resource_changes=[7]), "resource_changes[1] must be"),
        (json.dumps({"version": 4, "terraform_version": "1.11.4", "resources": []}), "a state file, not a plan"),
        (json.dumps({"format_version": "1.0", "values": {}}), "a state, not a plan"),
        (json.dumps({"version": 3, "deployment": {}}), "a stack's state"),
        (json.dumps({"Changes": [], "NextToken": "x"}), "is partial"),
        (own({"name": "a", "needs": ["b"]}, {"name": "b", "needs": ["a"]}), "in a circle: a → b → a"),
        (own({"name": "a", "needs": ["z"]}), "needs z, which is not in the file"),
        (own({"name": "a"}, {"name": "a"}), "comes twice"),
        (own({"name": "a", "seconds": -1}), "resources[1].seconds must be a number"),
        (own({"name": "a"}, slots=0), "slots must be a whole number, 1 to 100"),
        (own({"name": "a"}, slts=1), "unknown key 'slts'"),
        (own(*[{"name": str(n)} for n in range(1001)]), "more than 1,000"),
        ('{"resources": [{"name": "a", "seconds": NaN}]}', "NaN is not a number"),
        ("resources:\n  - &a {name: a}\n  - *a\n", "an alias"),
        ("[" * 5000, "it is nested too deeply"),
        ("", "must be a mapping, got nothing: the file is empty"),
    ],
)
def test_bad_input_is_refused_in_one_line(text, words):
    """What cannot be ordered is refused by name, in one line."""
    with pytest.raises(ProblemError) as error:
        Provisioning.load({}, text)
    assert words in str(error.value)
    assert "\n" not in str(error.value)


JUNK = (None, True, -1, 1e308, "", "a.b", [], {}, [[None]], [{"address": 1}], {"references": 5}, {"a": {"b": 1}})


def places(value, path=()):
    """Yield the paths to everything in a value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield (*path, key)
        yield from places(one, (*path, key))


@pytest.mark.parametrize("seed", range(4))
def test_a_damaged_file_is_read_or_refused(seed):
    """Whatever stands in a place, a file is refused, or read into a task that can be carried through."""
    dice = random.Random(seed)
    base = json.dumps((CHANGE_SET, PREVIEW, json.loads(sample_plan()), json.loads(sample_project()))[seed])
    for _ in range(30):
        whole = json.loads(base)
        *parents, last = dice.choice([*places(whole)])
        spot = whole
        for key in parents:
            spot = spot[key]
        spot[last] = dice.choice(JUNK)
        for mode in ("order", "review"):
            try:
                task = Provisioning.load({"mode": mode}, json.dumps(whole))
            except ProblemError:
                continue
            state = task.start()
            while (answer := task.oracle(state)) is not None:
                state = task.apply(state, answer)
            assert Provisioning.load({}, task.source()) == task


def test_a_circle_through_references_is_named():
    """Resources that refer to each other are named as a circle, without what is only in a configuration."""
    names = ("x", "y")
    needs = {"x": "y", "y": "x"}
    whole = {
        "format_version": "1.2",
        "resource_changes": [
            {"address": f"a_b.{name}", "type": "a_b", "change": {"actions": ["create"]}} for name in names
        ],
        "configuration": {
            "root_module": {
                "resources": [
                    {"type": "a_b", "name": name, "expressions": {"v": {"references": [f"a_b.{needs[name]}"]}}}
                    for name in names
                ]
            }
        },
    }
    with pytest.raises(ProblemError, match=r"circle: .*a_b\.x → .*a_b\.y"):
        Provisioning.load({}, json.dumps(whole))


def test_a_large_plan_is_reviewed(tmp_path, capsys):
    """A plan of twelve hundred resources is reviewed on the command line, in one table."""
    one = json.loads(sample_plan())["resource_changes"][12]
    many = [{**one, "address": f"aws_instance.x[{number}]"} for number in range(1_200)]
    file = tmp_path / "plan.json"
    file.write_text(changed(resource_changes=many))
    assert main(["review", str(file)]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "1,200 changes: 1200 approved, 0 to ask about, 0 blocked"
