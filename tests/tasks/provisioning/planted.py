"""A plan with secrets in every place that one gets into, and the words to search for."""

from __future__ import annotations

import base64
import json

from maker_tasks.provisioning.reading import sample_plan

MARKED, VARIABLE, OUTPUT = "correct-horse-battery", "Zx81-spectrum-variable", "outspoken-output-value"
SECRETS = {
    "marked": MARKED,
    "variable": VARIABLE,
    "by name": "tr0ub4dor&3-by-name",
    "in a list": "list-member-secret-77",
    "in JSON": "json-embedded-secret-5",
    "beside its name": "container-env-secret-9",
    "key": "AKIAIOSFODNN7EXAMPLE",
    "PEM": "MIIEowIBAAKCAQEAplanted",
    "URL": "urlpass-planted-42",
    "in a script": "export-planted-31337",
    "of a type": "vault-string-planted",
    "deep": "deeply-nested-secret-8",
    "number": "48151623",
    "two lines": "second-line-of-secret",
}


def change(address, after, sensitive, before=None, actions=("create",)):
    kind, name = address.split(".", 1)
    return {
        "address": address, "mode": "managed", "type": kind, "name": name,
        "change": {
            "actions": [*actions], "before": before, "after": after, "after_unknown": {"id": True},
            "before_sensitive": False if before is None else sensitive, "after_sensitive": sensitive,
        },
    }  # fmt: skip


def planted_plan():
    """Return the bundled plan with further changes that hold `SECRETS`."""
    plan = json.loads(sample_plan())
    s = SECRETS
    container = [{"image": "web", "environment": [{"name": "DB_PASSWORD", "value": s["beside its name"]}]}]
    lines = f"first-line-of-secret\n{s['two lines']}"
    plan["resource_changes"] += [
        change("aws_db_parameter_group.p", {"a": MARKED, "b": [1, MARKED]}, {"a": True, "b": [False, True]}),
        change("aws_instance.echo", {"tags": {"note": f"uses {MARKED}."}, "user_data": s["in a script"]}, {}),
        change("aws_lambda_function.f", {"environment": [{"variables": {"API_TOKEN": s["by name"]}}]}, {}),
        change("aws_lambda_function.g", {"environment": [{"variables": {"X": VARIABLE, "Y": "plain"}}]}, {}),
        change(
            "aws_mq_configuration.l", {"hosts": ["a", s["in a list"]], "h": s["in a list"]}, {"hosts": [False, True]}
        ),
        change("aws_ecs_task_definition.t", {"container_definitions": json.dumps(container)}, {}),
        change("aws_x_y.j", {"settings": json.dumps({"client_secret": s["in JSON"]})}, {}),
        change("aws_x_y.k", {"note": f"key {s['key']} of ci"}, {}),
        change(
            "aws_x_y.m", {"body": f"-----BEGIN RSA PRIVATE KEY-----\n{s['PEM']}\n-----END RSA PRIVATE KEY-----"}, {}
        ),
        change("aws_x_y.u", {"url": f"postgres://app:{s['URL']}@db/shop"}, {}),
        change("aws_secretsmanager_secret_version.v", {"secret_string": s["of a type"]}, {}),
        change("aws_x_y.d", {"a": {"b": [{"c": {"d": s["deep"]}}]}}, {"a": {"b": [{"c": {"d": True}}]}}),
        change("aws_x_y.n", {"pin": 48151623, "same": "id-48151623"}, {"pin": True}),
        change("aws_x_y.z", {"text": lines, "other": s["two lines"]}, {"text": True}),
        change("aws_x_y.r", {"v": "new"}, {}, {"v": f"password={s['by name']}"}, ("update",)),
        change("aws_x_y.b", {"user_data_base64": base64.b64encode(MARKED.encode()).decode()}, {}),
    ]
    plan["variables"] = {"token": {"value": VARIABLE}}
    plan["configuration"]["root_module"]["variables"] = {"token": {"sensitive": True}}
    plan["output_changes"] = {"o": {"actions": ["create"], "after": OUTPUT, "after_sensitive": True}}
    plan["resource_changes"].append(change("aws_x_y.o", {"from_output": f"<{OUTPUT}>"}, {}))
    return plan


WORDS = (*SECRETS.values(), OUTPUT, base64.b64encode(MARKED.encode()).decode())
