"""LiteLLM in a helper process: the same answers as in ours, and nothing left behind.

Starting a helper takes seconds, so each of these tests has one, and tests several rules on it.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from maker_engine.core.errors import Fault, InputError, ProviderError
from maker_engine.core.responses import Prompt, SampleRequest
from maker_engine.models.in_subprocess import SubprocessModel
from maker_engine.models.via_litellm import LiteLLMModel
from tests.support.openai_server import OpenAIServer, Reply
from tests.support.orphans import has_ended

NAME = "openai/gpt-4.1-mini"
REQUEST = SampleRequest(4, 2, Prompt("Löse einen Zug.\n", "disk 1? \x1b[0m"), 0.1, 77, ballot=9, voter=1)
PATIENCE_S = 60.0

REPLIES = {
    "fine": Reply("move 1 — \x1b[2J\u202e\x00 𝔸", usage=(120, 9, 20)),
    "cut off": Reply(None, finish_reason="length", usage=None),
    "slow down": Reply.error(429, "slow down", headers={"retry-after": "7"}),
    "rubbish": Reply(raw=b"<html>"),
    "lost": Reply(raw=b"{}" * 50, close="mid body"),
    "long": Reply("x" * 300_000),
    "hang": Reply(delay_s=60),
}


@pytest.fixture(autouse=True)
def a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """The helper has the environment of its parent, and with it the key."""
    monkeypatch.setenv("OPENAI_API_KEY", "canary-0123456789")


def asking(what: str) -> SampleRequest:
    """A request that the server answers with one of `REPLIES`."""
    return replace(REQUEST, prompt=Prompt(REQUEST.prompt.system, what))


def served() -> OpenAIServer:
    """A server that gives the reply which the prompt names."""
    return OpenAIServer(lambda messages, _body, _number: REPLIES.get(messages[-1]["content"], Reply("ok")))


def gone(pid: int) -> bool:
    """Whether a process is no more, not even as a zombie."""
    return not Path(f"/proc/{pid}").exists()


async def outcome(model: SubprocessModel | LiteLLMModel, what: str) -> object:
    """What came of a sample, latency and the server's number for it aside."""
    try:
        return replace(await model.sample(asking(what)), latency_s=0.0, id="")
    except ProviderError as error:
        return (error.kind, str(error), error.retry_after_s)


async def test_a_helper_answers_as_the_adapter_itself_does_and_leaves_nothing_behind() -> None:
    """Responses and faults are those of the same model in this process, one by one and many at a time.

    A cancelled sample closes its connection, the others go on, and closing ends the process.
    """
    with served() as server:
        apart, here = (kind(NAME, server.base_url, 15.0) for kind in (SubprocessModel, LiteLLMModel))
        await apart.check()
        assert (apart.name, apart.simulated, apart.figures) == (here.name, False, here.figures)
        whats = [what for what in REPLIES if what != "hang"]
        assert [await outcome(apart, what) for what in whats] == [await outcome(here, what) for what in whats]
        both = [request.body for request in server.requests]
        assert both[: len(whats)] == both[len(whats) :]
        together = await asyncio.gather(*(outcome(apart, what) for what in whats * 20))
        assert together == [await outcome(here, what) for what in whats] * 20
        hanging = [asyncio.ensure_future(apart.sample(asking("hang"))) for _ in range(3)]
        seen = len(server.requests)
        await asyncio.to_thread(server.wait_until, lambda server: len(server.requests) >= seen + 3)
        hanging[0].cancel()
        await asyncio.to_thread(server.wait_until, lambda server: server.hung_up == 1)
        assert [one.done() for one in hanging] == [True, False, False]
        assert (await apart.sample(asking("any"))).text == "ok"
        await _closed(apart, hanging[1:])
        await asyncio.to_thread(server.wait_until, lambda server: server.hung_up == 3)
        await here.aclose()


async def _closed(apart: SubprocessModel, calls: list[asyncio.Future[object]]) -> None:
    """Close a model with calls in flight: they end, and so does the process."""
    assert apart._process is not None
    pid = apart._process.pid
    async with asyncio.timeout(PATIENCE_S):
        await apart.aclose()
        ended = await asyncio.gather(*calls, return_exceptions=True)
    assert [str(one) for one in ended] == [f"the helper process for {NAME} has ended"] * len(calls)
    assert gone(pid)
    await apart.aclose()


async def test_a_refused_key_is_the_users_error_and_leaves_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the adapter refuses before the first call is refused in the same words from the helper."""
    monkeypatch.delenv("OPENAI_API_KEY")
    before = children()
    apart, here = SubprocessModel(NAME), LiteLLMModel(NAME)
    lines = []
    for model in (apart, here):
        with pytest.raises(InputError, match="needs OPENAI_API_KEY") as caught:
            await model.check()
        lines.append(str(caught.value))
    assert lines[0] == lines[1]
    assert apart._process is None
    assert children() == before


async def test_a_killed_helper_is_told_in_one_clear_line() -> None:
    """The calls in flight and all later ones say that the helper has ended; nobody waits for ever."""
    with served() as server:
        apart = SubprocessModel(NAME, server.base_url)
        await apart.check()
        hanging = asyncio.ensure_future(apart.sample(asking("hang")))
        await asyncio.to_thread(server.wait_until, lambda server: server.requests)
        assert apart._process is not None
        pid = apart._process.pid
        assert os.getsid(pid) == pid, "a hang-up of the terminal would reach the helper before the run is saved"
        os.kill(pid, signal.SIGKILL)
        async with asyncio.timeout(PATIENCE_S):
            for call in (hanging, apart.sample(asking("any"))):
                with pytest.raises(Exception, match=f"the helper process for {NAME} (has ended|is not running)"):
                    await call
            await asyncio.to_thread(server.wait_until, lambda server: server.hung_up == 1)
            await apart.aclose()
        assert gone(pid)


PARENT = """
import asyncio, sys
from maker_engine.core.responses import Prompt, SampleRequest
from maker_engine.models.in_subprocess import SubprocessModel

async def main(base, moment):
    model = SubprocessModel("openai/gpt-4.1-mini", base)
    checking = asyncio.ensure_future(model.check())
    while model._process is None:
        await asyncio.sleep(0)
    print(model._process.pid, flush=True)
    if moment == "at its first breath":
        await asyncio.Event().wait()
    await checking
    await model.sample(SampleRequest(0, 0, Prompt("", "hang"), 0.1, 77))

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.parametrize("moment", ["at its first breath", "in a call"])
def test_a_helper_whose_parent_is_killed_ends_at_once(moment: str) -> None:
    """Whatever it is busy with, importing or waiting for a server, nothing of it is left."""
    with served() as server:
        command = [sys.executable, "-c", PARENT, server.base_url, moment]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
            assert parent.stdout is not None
            helper = os.pidfd_open(int(parent.stdout.readline()))
            try:
                if moment == "in a call":
                    server.wait_until(lambda server: server.requests)
                assert not has_ended(helper, 0)
                parent.kill()
                assert has_ended(helper, PATIENCE_S)
            finally:
                os.close(helper)


def children() -> set[int]:
    """Processes of ours that are still there."""
    found = Path(f"/proc/self/task/{os.getpid()}/children")
    return {int(pid) for pid in found.read_text().split()}


def test_faults_have_one_word_each() -> None:
    """What crosses the pipe as a word comes back as the same fault."""
    assert [Fault(kind.value) for kind in Fault] == list(Fault)
