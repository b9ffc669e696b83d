"""The same documents by an independent runner of Arazzo, where it is installed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess

import pytest
from maker_tasks.api_tests.demo.server import ShopServer
from maker_tasks.api_tests.files import sample

from tests.tasks.api_tests.documents import DOCUMENTS
from tests.tasks.api_tests.driven import driven, loaded

RESPECT = os.environ.get("MAKER_REDOCLY") or shutil.which("redocly")


def shop_at(url):
    """Return the shop's OpenAPI document with the address of a server."""
    return sample("shop.openapi.yaml").replace("http://127.0.0.1:8642", url)


def executed(workflows):
    """Yield the steps that were executed, those after a jump included."""
    for one in workflows:
        if "stepId" in one:
            yield one
        yield from executed(one.get("executedSteps", ()))


@pytest.fixture
def shop(request, tmp_path):
    """A server of the shop under the document's script, and its OpenAPI document in a file."""
    server = ShopServer(0, DOCUMENTS[request.param][0])
    server.start()
    (tmp_path / "shop.openapi.yaml").write_text(shop_at(server.url), "utf-8")
    yield request.param, server, tmp_path
    server.stop()


@pytest.mark.parametrize("shop", DOCUMENTS, indirect=True)
def test_a_document_ends_as_arazzo_has_it(shop):
    """Retries, jumps, ends, criteria and dependencies lead to the verdicts that the specification asks for."""
    name, server, folder = shop
    task = loaded(DOCUMENTS[name][1], openapi=str(folder / "shop.openapi.yaml"), base_url=server.url)
    state, answers = driven(task)
    tests = task.result(state)["tests"]
    assert {key: one["verdict"] for key, one in tests.items()} == DOCUMENTS[name][2]
    assert task.verify(answers) == []
    assert server.shop.things == {}


@pytest.mark.skipif(
    RESPECT is None, reason="redocly is not installed: npm install @redocly/cli, or name it in MAKER_REDOCLY"
)
@pytest.mark.parametrize("shop", DOCUMENTS, indirect=True)
def test_an_independent_runner_gives_the_same_verdicts(shop):
    """`redocly respect` comes to the verdicts that are expected here, step by step."""
    name, _, folder = shop
    _, document, verdicts = DOCUMENTS[name]
    due = {key: one for key, one in verdicts.items() if key.count(".") < 2}  # it gives called steps their own names
    (folder / "tests.arazzo.yaml").write_text(json.dumps(document), "utf-8")
    subprocess.run(
        [RESPECT, "respect", "tests.arazzo.yaml", "--json-output=out.json"],
        cwd=folder, check=False, capture_output=True, env={**os.environ, "REDOCLY_TELEMETRY": "off"}, timeout=100,
    )  # fmt: skip
    whole = json.loads((folder / "out.json").read_text("utf-8"))["files"]["tests.arazzo.yaml"]
    found = dict.fromkeys(due, "skipped")
    for one in executed(whole["executedWorkflows"]):
        key = f"{one['workflowId']}.{one['stepId']}" if len(document["workflows"]) > 1 else one["stepId"]
        if key in found:
            found[key] = "passed" if all(check["passed"] for check in one.get("checks", ())) else "failed"
    assert found == due
