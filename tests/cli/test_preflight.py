"""The check of a model over real HTTP: what each server's habit is called, what it costs, and what it stops."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from maker_engine import catalogue
from maker_engine.core.responses import Prompt
from maker_tui.cli.main import main
from tests.cli.test_over_http import Answering
from tests.models.test_sampling import CURRENT, strict
from tests.support.openai_server import OpenAIServer, Reply

Messages = list[dict[str, Any]]
STARVED = "both answers are cut off while reasoning, before any text (750 tokens)"
LESS_REASONING = "raise --max-reasoning-tokens or lower --reasoning"


NUMBERS = itertools.count()


def thinking(text: str, reasoning: int = 5, *, finish_reason: str = "stop", output: int = 8) -> Reply:
    """An answer of a model that reasons, with its reasoning counted."""
    body = {
        "id": f"chatcmpl-t{next(NUMBERS)}",
        "object": "chat.completion",
        "created": 0,
        "model": "any",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish_reason}],
        "usage": {
            "prompt_tokens": 11,
            "completion_tokens": output,
            "total_tokens": 11 + output,
            "completion_tokens_details": {"reasoning_tokens": reasoning},
        },
    }
    return Reply(raw=json.dumps(body).encode())


TASK = catalogue.find("hanoi").load({})
DICE = Random(4)


def honest(messages: Messages, _body: dict[str, Any], _number: int) -> str:
    """Answer rightly, by reading the prompt; some models get what the system says as a user's message."""
    prompt = Prompt(messages[0]["content"], messages[-1]["content"])
    return "\n".join(TASK.imitate(prompt, None, DICE.randrange(100)))


def always(reply: Callable[[str, int], str | Reply]) -> Answering:
    """A server that makes something of an honest answer."""
    return lambda messages, body, number: reply(honest(messages, body, number), number)


def by_the_rules(messages: Messages, body: dict[str, Any], number: int) -> str | Reply:
    """Answer as a current model does: by its rules for parameters, and honestly."""
    refused = strict(messages, body, number)
    return refused if isinstance(refused, Reply) else honest(messages, body, number)


def run(answering: Answering, capsys: pytest.CaptureFixture[str], *flags: str, model: str = "openai/any"):
    """Run three disks; return status, the JSON object, what standard error says, and how many calls came."""
    with OpenAIServer(answering) as server:
        status = main(["run", "hanoi", "--disks", "3", "--model", model, "--api-base", server.base_url, "--json",
                       "--k", "2", *flags])  # fmt: skip
    printed = capsys.readouterr()
    return status, json.loads(printed.out), printed.err, len(server.requests)


def check(answering: Answering, capsys: pytest.CaptureFixture[str], *flags: str, model: str = "openai/any"):
    """Check a model; return status, its findings by name, what standard error says, and how many calls came."""
    with OpenAIServer(answering) as server:
        status = main(["check-model", model, "--api-base", server.base_url, "--json", *flags])
    printed = capsys.readouterr()
    found = {one["name"]: one for one in json.loads(printed.out)["findings"]}
    return status, found, printed.err, len(server.requests)


@pytest.mark.parametrize("name", CURRENT)
def test_a_run_by_a_current_model_starts_and_solves(name, capsys):
    """Under its rules for parameters, each of five models of the day is checked, told of, and solves."""
    status, result, said, calls = run(by_the_rules, capsys, model=f"openai/{name}")
    assert (status, result["outcome"], result["wrong_decisions"]) == (0, "solved", 0), result["reason"]
    checked = result["model_check"]
    assert (checked["calls"], checked["verdict"], result["samples"]) == (3, "note", 14)
    assert calls >= 3 + 14
    assert [line.partition(":")[0] for line in result["adjustments"]][:1] == ["no temperature is sent"]
    assert said.startswith("maker: note: parameters: no temperature is sent: ")


@pytest.mark.parametrize("name", CURRENT)
def test_a_named_temperature_is_refused_in_one_line_before_anything_is_spent(name, capsys):
    """What to change stands in one line; at most one call was made, and it brought nothing to pay for."""
    with OpenAIServer(by_the_rules) as server:
        arguments = ["run", "hanoi", "--disks", "3", "--model", f"openai/{name}", "--api-base", server.base_url]
        assert main([*arguments, "--headless", "--temperature", "0.7"]) == 2
        assert len(server.requests) <= 2
    printed = capsys.readouterr()
    assert printed.out == ""
    (line,) = printed.err.splitlines()
    assert f"model openai/{name} does not take --temperature 0.7: give --temperature auto or none" in line.replace(
        f"model openai/{name}: does", f"model openai/{name} does"
    )


STOPS: dict[str, tuple[Answering, int, str]] = {
    "starved": (
        lambda *_: thinking("", 750, finish_reason="length", output=750), 2, f"{STARVED}: {LESS_REASONING}",
    ),
    "cut off": (
        lambda *_: thinking("move = [1,", 0, finish_reason="length", output=750), 2,
        "both answers are cut off at the limit (750 tokens): raise --max-tokens",
    ),
    "too long": (
        always(lambda text, _: Reply(text, usage=(11, 900, 0))), 2,
        "both answers are flagged for their length (900 tokens): raise --max-tokens",
    ),
    "empty": (lambda *_: "  ", 2, "look into the server: the text of its answers is empty"),
    "thoughts and no words": (
        lambda *_: thinking(" ", 7), 2, "set the server's reasoning parser right (vLLM: --reasoning-parser), or give",
    ),
    "an odd end": (
        always(lambda text, _: Reply(text, finish_reason="content_filter")), 2,
        "both answers are flagged, finish: finish reason 'content_filter', only 'stop' may vote",
    ),
    "a wrong key": (
        lambda *_: Reply.error(401, "Incorrect API key provided"), 1,
        "the call failed (auth): HTTP 401: Incorrect API key provided: check the key in the environment",
    ),
    "no such model": (
        lambda *_: Reply.error(404, "The model `any` does not exist"), 1,
        "the call failed (not found): HTTP 404: The model `any` does not exist: check the model's name and --api-base",
    ),
    "no money": (
        lambda *_: Reply.error(402, "Insufficient credits"), 1,
        "the call failed (quota): HTTP 402: Insufficient credits: top the account up, or use another key",
    ),
    "a refused request": (
        lambda *_: Reply.error(400, "prompt must be a list"), 1, "the call failed (bad request): HTTP 400: prompt must",
    ),
    "the answer in its reasoning": (
        lambda *_: in_reasoning(), 2,
        "its reasoning parser is wrong: set the server's reasoning parser right (vLLM: --reasoning-parser), or give",
    ),
}  # fmt: skip


def in_reasoning() -> Reply:
    """An answer that a wrong reasoning parser took for thoughts."""
    message = {"role": "assistant", "content": None, "reasoning_content": "move = [1, 0, 2]"}
    head = {"id": f"r{next(NUMBERS)}", "object": "chat.completion", "created": 0, "model": "any"}
    usage = {"prompt_tokens": 11, "completion_tokens": 9, "total_tokens": 20}
    choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
    return Reply(raw=json.dumps({**head, "choices": choices, "usage": usage}).encode())


@pytest.mark.parametrize("habit", STOPS)
def test_what_makes_a_run_pointless_stops_it_with_the_mend(habit, capsys):
    """Exit status 2, one line with cause and mend, as many calls as it takes to know, and all of it on record."""
    answering, expected, sentence = STOPS[habit]
    status, result, said, calls = run(answering, capsys)
    (line,) = said.splitlines()
    assert (status, calls) == (2, expected)
    assert line.startswith("maker: model openai/any: ")
    assert sentence in line
    assert (result["outcome"], result["samples"], result["model_check"]["verdict"]) == ("failed", 0, "stop")
    assert line == f"maker: {result['reason']}"
    assert main(["sessions", "show", result["session"]]) == 0
    assert "✖ stop" in capsys.readouterr().out
    assert check(answering, capsys)[0::3] == (2, expected)


WARNINGS: dict[str, tuple[Answering, str, str, str]] = {
    "another model": (
        always(lambda text, _: Reply(text, model="gemini-3.5-flash-lite")), "model",
        "answered by gemini-3.5-flash-lite, not by openai/any: its errors and its price are others",
        "name the model that answers, or fix what the server calls its model",
    ),
    "no usage": (
        always(lambda text, _: Reply(text, usage=None)), "usage",
        "all 3 answers are without token counts: neither tokens nor cost of such a run are known",
        "let the server report usage; until it does, --limit-samples and --limit-minutes hold",
    ),
    "copies": (
        lambda *_: "move = [1, 0, 2]\nnext_state = [[3, 2], [], [1]]", "texts",
        "2 of 2 texts are the same to the byte at temperature 0.1: if all are, these are copies, and k does nothing",
        "switch caching and fixed seeds off in the server, raise --temperature, or let several models vote",
    ),
    "a close fit": (
        always(lambda text, _: Reply(text, usage=(11, 700, 0))), "limit",
        "at most 700 of 750 tokens used by an answer: some will be longer, and flagged", "raise --max-tokens",
    ),
    "some cut off": (
        always(lambda text, number: thinking("", 750, finish_reason="length", output=750) if number == 1 else text),
        "limit", "1 of 3 answers is cut off while reasoning, before any text (750 tokens)", LESS_REASONING,
    ),
    "another form": (
        always(lambda _, number: f"I like {number} turtles \x1b[2J very much."), "form",
        "all 3 answers are flagged, malformed: no `move = [disk, from, to]` (“I like 0 turtles ␛[2J very much.”)",
        "if many are, take a larger model or another wording",
    ),
}  # fmt: skip


@pytest.mark.parametrize("habit", WARNINGS)
def test_a_warning_is_a_line_ahead_of_the_run_and_stops_nothing(habit, capsys):
    """Three calls, one line on standard error with cause and mend; standard output stays one JSON object."""
    answering, name, sentence, mend = WARNINGS[habit]
    status, found, _, calls = check(answering, capsys)
    assert (status, calls) == (0, 3)
    assert {key: found[name][key] for key in ("found", "verdict", "mend")} == {
        "found": sentence, "verdict": "warning", "mend": mend,
    }  # fmt: skip
    _, result, said, _ = run(answering, capsys, "--max-samples", "4")
    assert f"maker: warning: {name}: {sentence}; {mend}\n" in said
    assert result["outcome"] != "failed"
    assert "\x1b" not in said


def test_the_check_is_paid_for_and_never_votes(capsys):
    """Its tokens and dollars are in the totals, its calls count against a limit on samples, and none is a sample."""
    status, result, _, calls = run(honest, capsys, model="openai/gpt-4.1-mini")
    assert (status, result["samples"], result["votes"], calls) == (0, 14, 14, 17)
    assert (result["tokens_in"], result["tokens_out"]) == (17 * 11, 17 * 3)
    each = 11 * 0.4e-6 + 3 * 1.6e-6
    assert result["cost_usd"] == pytest.approx(17 * each, abs=1e-6)
    assert result["model_check"]["cost_usd"] == pytest.approx(3 * each)
    status, result, _, calls = run(honest, capsys, "--limit-samples", "10")
    assert (status, result["outcome"], result["samples"], calls) == (1, "out_of_budget", 7, 10)
    assert result["reason"] == "drew 10 of 10 samples"


def test_a_starved_run_goes_on_with_the_mend_that_it_names(capsys, tmp_path):
    """Stopped by its check, and resumed with more room, it is checked anew with that and solved."""

    def thinker(messages: Messages, body: dict[str, Any], number: int) -> str | Reply:
        enough = body["max_tokens"] > 4_000
        return honest(messages, body, number) if enough else thinking("", 750, finish_reason="length", output=750)

    path = str(tmp_path / "run.maker")
    with OpenAIServer(thinker) as server:
        ordered = ["run", "hanoi", "--disks", "3", "--model", "openai/any", "--api-base", server.base_url, "--k", "2"]
        assert main([*ordered, "--headless", "--session", path]) == 2
        assert main(["sessions", "resume", path, "--json", "--max-reasoning-tokens", "4000"]) == 0
        assert len(server.requests) == 2 + 3 + 14
    result = json.loads(capsys.readouterr().out)
    assert (result["outcome"], result["flagged"], result["model_check"]["verdict"]) == ("solved", 0, "note")
    assert result["tokens_out"] == 2 * 750 + 17 * 3


def test_a_limit_ends_the_check_too(capsys):
    """No call goes out that a limit does not allow; the run ends as out of budget with what was found."""
    status, result, _, calls = run(honest, capsys, "--limit-samples", "2")
    assert (status, result["outcome"], calls) == (1, "out_of_budget", 2)
    assert (result["model_check"]["calls"], result["model_check"]["complete"]) == (2, False)
    status, result, _, calls = run(honest, capsys, "--limit-tokens", "20")
    assert (status, result["outcome"], calls, result["model_check"]) == (1, "out_of_budget", 0, None)


def test_it_can_be_left_out(capsys):
    """Without it, every call is a sample, and nothing is said of the model."""
    status, result, said, calls = run(honest, capsys, "--no-preflight")
    assert (status, calls, result["samples"], result["model_check"], said) == (0, 14, 14, None, "")


def test_a_simulated_model_is_not_checked(capsys):
    """A run of the built-in model draws its samples and nothing else."""
    assert main(["run", "hanoi", "--disks", "3", "--model", "sim", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["model_check"] is None


def test_one_temperature_takes_two_calls(capsys):
    """Where all samples are drawn alike, two answers tell whether they differ."""
    assert check(honest, capsys, "--temperature", "0.5", "--first-temperature", "0.5")[3] == 2
    assert check(honest, capsys, "--temperature", "none")[3] == 2


def test_a_pool_s_voters_are_each_asked_twice(capsys):
    """Each distinct voter by two calls, the stronger model by one; findings bear the voter's name."""
    status, result, _, calls = run(
        honest, capsys, "--voter", "openai/any", "--voter", "openai/any variant=careful", "--voter",
        "openai/any temperature=0.7", "--undecided", "escalate:openai/big",
    )  # fmt: skip
    checked = result["model_check"]
    assert (status, checked["calls"]) == (0, 2 * 2 + 1)
    assert calls == 5 + result["samples"] + result["wasted"]
    assert list(dict.fromkeys(one["who"] for one in checked["findings"])) == [
        "openai/any", "openai/any temperature=0.7", "openai/big (the stronger model)",
    ]  # fmt: skip


def test_only_who_is_real_is_asked(capsys):
    """In a pool of the simulated model, the real one that undecided steps go to is asked once, and nobody else."""
    pool = ["--voter", "sim", "--voter", "sim variant=careful", "--undecided", "escalate:openai/big"]
    status, result, _, calls = run(honest, capsys, *pool)
    assert (status, calls, result["model_check"]["calls"]) == (0, 1, 1)
    assert {one["who"] for one in result["model_check"]["findings"]} == {"openai/big (the stronger model)"}


def test_the_table_says_what_was_found_and_what_to_change(capsys):
    """In the terminal: who was asked, what it cost, and a row a finding with its verdict in words, in 80 cells."""
    with OpenAIServer(lambda *_: Reply("no idea", model="other")) as server:
        assert main(["check-model", "openai/any", "--api-base", server.base_url, "--task", "sudoku"]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert rows[0] == "openai/any"
    assert rows[1].startswith("3 calls, none of them a vote: 33 tokens in, 9 out, cost unknown, ")
    assert "! warning  model       answered by other, not by openai/any: its errors and its" in rows
    assert "                       → name the model that answers, or fix what the server" in rows
    assert max(map(len, rows)) <= 80


PERSON_FIRST = """
from tests.support.agreeing import Agree, Talk

class PersonFirst(Agree):
    name = "person_first"

    def start(self):
        return Talk((1,), 1)
"""


def test_a_task_that_asks_no_agent_first_is_checked_by_a_plain_question(capsys, tmp_path):
    """Where the first step is a person's, the model gets a question of our own, and its form is judged."""
    (tmp_path / "first.py").write_text(PERSON_FIRST)

    def pens(_messages: Messages, _body: dict[str, Any], number: int) -> str:
        return f"3 × 4 + 2 (attempt {number})\nanswer = 14"

    status, found, _, calls = check(pens, capsys, "--task", f"{tmp_path}/first.py:PersonFirst")
    assert (status, calls, found["form"]["verdict"]) == (0, 3, "ok")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ([], "the following arguments are required: MODEL"),
        (["openai/any", "--task", "nothing"], "there is no task 'nothing'"),
        (["openai/gpt-5-mini"], "OPENAI_API_KEY"),
        (["nobody/any"], "no such provider"),
        (
            ["openai/any", "--reasoning", "much"],
            "reasoning must be default, none, minimal, low, medium or high, got 'much'",
        ),
    ],
)
def test_a_bad_order_of_a_check_is_one_line(arguments, line, capsys):
    """Exit status 2, and what is wrong in one line, before anybody is called."""
    try:
        status = main(["check-model", *arguments])
    except SystemExit as left:
        status = left.code
    printed = capsys.readouterr()
    assert (status, printed.out, len(printed.err.splitlines())) == (2, "", 1)
    assert line in printed.err
