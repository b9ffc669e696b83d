"""`maker demo --real`: what a vote is worth, shown with a server of one's own."""

from __future__ import annotations

import json
import re
from random import Random
from typing import Any

import pytest

from maker_tui.cli.main import main
from tests.support.openai_server import OpenAIServer, Reply

LISTED = json.dumps({"data": [{"id": "/home/me/small.gguf"}]}).encode()


def multiplier(error_rate: float, listed: bytes = LISTED) -> OpenAIServer:
    """A server that lists its models and multiplies, wrongly at this rate."""
    dice = Random(7)

    def answer(messages: list[dict[str, Any]], _body: dict[str, Any], _number: int) -> str | Reply:
        if not messages:
            return Reply(raw=listed)
        a, b = map(int, re.findall(r"\d", messages[-1]["content"])[:2])
        return str(a * b - (dice.randrange(1, 4) if dice.random() < error_rate else 0))

    return OpenAIServer(answer)


def test_a_vote_takes_errors_away(capsys):
    """The table is decided without a vote and with one, under both lines stands what the vote was worth, and where."""
    with multiplier(0.2) as server:
        status = main(["demo", "--real", server.base_url.removesuffix("/v1")])
        models = {request.body["model"] for request in server.requests if request.body}
    out = capsys.readouterr().out
    single, voted = (int(re.search(rf"k = {k} +(\d+) of 40 wrong", out)[1]) for k in (1, 3))
    assert single >= 3 > voted
    assert f"The vote took {single - voted} of {single} errors away" in out
    assert status == (0 if voted == 0 else 1)
    assert models == {"small"}  # nobody's folders are sent around
    assert len(re.findall(r"products-\S+\.maker", out)) == 2


def test_a_model_without_an_error_is_said_to_be_so(capsys):
    """Where nothing goes wrong, the vote is not praised."""
    with multiplier(0.0) as server:
        assert main(["demo", "--real", server.base_url, "--model", "mine"]) == 0
    assert "This model makes no error here" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("listed", "line"),
    [
        ({"data": []}, "serves no model: load one, or name it with --model"),
        ({"data": [{"id": "a"}, {"id": "b\x1b[2J"}]}, "serves 2 models: choose one with --model: a, b"),
    ],
)
def test_without_exactly_one_model_a_name_is_needed(listed, line, capsys):
    """A server with none or several is one line with the mend, printable, and no run."""
    with multiplier(0.0, json.dumps(listed).encode()) as server:
        assert main(["demo", "--real", server.base_url]) == 2
        assert len(server.requests) == 1
    said = capsys.readouterr().err
    assert line in said
    assert "\x1b" not in said


def test_a_model_s_name_alone_is_refused(capsys):
    """`--model` without `--real` names nothing here."""
    assert main(["demo", "--model", "x"]) == 2
    assert "give --real URL with it" in capsys.readouterr().err


def test_a_server_that_fails_ends_the_demonstration(capsys):
    """A run that does not come to its end is said to be so, with its reason."""
    with OpenAIServer(lambda *_: Reply.error(401, "no entry")) as server:
        assert main(["demo", "--real", server.base_url, "--model", "x"]) == 1
    assert "no entry" in capsys.readouterr().out
