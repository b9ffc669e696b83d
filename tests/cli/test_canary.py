"""A canary in place of the key: wherever a run could write it down, it is not."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from maker_engine.sessions.queries.saved import task_of
from maker_engine.sessions.store.reader import Reader
from maker_tui.terminal.crash import report
from tests.cli.test_over_http import reader
from tests.crash.damages import content_of
from tests.support.openai_server import OpenAIServer, Reply

CANARY = "canary-3f9c1e7a5b2d8064"
ECHO = {"x-api-key": CANARY, "set-cookie": f"key={CANARY}"}
HONEST = 40
"""Requests that are answered before anything goes wrong."""


def written(directory: Path) -> Iterator[tuple[str, bytes]]:
    """Everything in every file below a directory; of a session, its rows unpacked as well."""
    for path in directory.rglob("*"):
        if path.is_file():
            yield path.name, path.read_bytes()
        if path.suffix == ".maker":
            yield f"{path.name}, unpacked", repr(content_of(path)).encode()


def command(directory: Path, address: str) -> tuple[list[str], dict[str, str]]:
    """A run that writes only below `directory`, with the canary for a key."""
    for name in ("home", "tmp", "sessions"):
        (directory / name).mkdir()
    environment = {
        **os.environ,
        "OPENAI_API_KEY": CANARY,
        "HOME": str(directory / "home"),
        "TMPDIR": str(directory / "tmp"),
        "MAKER_HOME": str(directory / "sessions"),
    }
    flags = ["--disks", "5", "--k", "2", "--model", "openai/any", "--api-base", address, "--json", "--no-preflight"]
    return [sys.executable, "-m", "maker_tui", "run", "hanoi", *flags], environment


def answers(last: Callable[[], Reply]) -> Callable[[list[dict[str, Any]], dict[str, Any], int], str | Reply]:
    """Honest answers with the key in a header, a hiccup that repeats the key, and then always the last reply."""
    honest = reader()

    def answer(messages: list[dict[str, Any]], body: dict[str, Any], number: int) -> str | Reply:
        if number >= HONEST:
            return last()
        if number == 7:
            return Reply.error(503, f"overloaded, {CANARY}", headers={"retry-after": "0", **ECHO})
        text = honest(messages, body, number)
        return Reply(text=str(text), headers=ECHO)

    return answer


def test_a_refused_key_is_written_nowhere(tmp_path: Path) -> None:
    """From the environment, echoed in headers, in a 503 and in the 401 that ends the run: no file or stream has it.

    In the middle of a run a 401 is asked about again; gone on with, the run fails by it at once.
    """
    refusal = Reply.error(401, f"Incorrect API key provided: {CANARY}", code=CANARY, headers=ECHO)
    with OpenAIServer(answers(lambda: refusal)) as server:
        arguments, environment = command(tmp_path, server.base_url)
        with subprocess.Popen(
            arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, cwd=tmp_path
        ) as process:
            server.wait_until(lambda one: len(one.requests) > HONEST + 3)
            process.send_signal(signal.SIGINT)
            said = process.communicate()
        (session,) = (tmp_path / "sessions").rglob("*.maker")
        resume = [*arguments[:3], "sessions", "resume", str(session), "--headless", "--json"]
        again = subprocess.run(resume, check=False, capture_output=True, env=environment, cwd=tmp_path)
        sent = [request.headers["authorization"] for request in server.requests]
    assert b'"stopped"' in said[0]
    assert (again.returncode, b'"failed"' in again.stdout) == (1, True)
    assert sent.count(f"Bearer {CANARY}") == len(sent) > HONEST
    files = dict(written(tmp_path))
    assert sum(name.endswith("unpacked") for name in files) == 1
    assert [name for name, content in files.items() if b"canary" in content] == []
    assert b"canary" not in b"".join(said) + again.stdout + again.stderr


def test_a_killed_run_has_not_written_the_key_either(tmp_path: Path) -> None:
    """Killed in the middle, with its log beside it, neither the session nor the log nor anything else has it."""
    slow = Reply(text="too late", delay_s=30.0, headers=ECHO)
    with OpenAIServer(answers(lambda: slow)) as server:
        arguments, environment = command(tmp_path, server.base_url)
        with subprocess.Popen(
            arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, cwd=tmp_path
        ) as process:
            server.wait_until(lambda one: len(one.requests) > HONEST)
            process.send_signal(signal.SIGKILL)
            printed = b"".join(process.communicate())
    files = {path.name: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert [name for name in files if name.endswith("-wal")] != []
    session = next(tmp_path.rglob("*.maker"))
    with Reader(session) as stored:
        assert stored.steps_done() > 5
        unpacked = [repr(step) for step in stored.steps(task_of(stored.meta()))]
    assert "canary" not in "".join(unpacked)
    assert [name for name, content in files.items() if b"canary" in content] == []
    assert b"canary" not in printed


def test_a_key_in_the_address_is_refused_and_not_repeated(tmp_path: Path) -> None:
    """An address with a query is bad input: the message does not show it, and nothing is written."""
    arguments, environment = command(tmp_path, f"http://127.0.0.1:9/v1?api_key={CANARY}")
    done = subprocess.run(arguments, check=False, capture_output=True, env=environment, cwd=tmp_path)
    assert done.returncode == 2
    assert b"no place for passwords, keys" in done.stderr
    assert b"canary" not in done.stdout + done.stderr
    assert list(tmp_path.rglob("*.maker")) == []
    assert [name for name, content in written(tmp_path) if b"canary" in content] == []


def test_a_crash_report_blots_the_key_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a provider's words with the key in them are behind a bug of ours, terminal and report do not show it."""
    monkeypatch.setenv("OPENAI_API_KEY", CANARY)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    shown = report(failed())
    found = re.search(r"the traceback is in (\S+\.txt)", shown)
    assert found is not None
    whole = Path(found[1]).read_text(encoding="utf-8")
    assert "LookupError" in whole
    assert "Incorrect API key" in whole
    assert "canary" not in shown + whole


def failed() -> Exception:
    """A bug on the way of handling a provider's refusal."""
    bug = LookupError(f"no case for {CANARY}")
    bug.__cause__ = PermissionError(f"Incorrect API key provided: {CANARY}")
    return bug
