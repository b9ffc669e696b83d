"""A model file served on this machine: llama.cpp's own server in a process of its own (the extra `local`)."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from maker_engine.core.errors import InputError
from maker_engine.printable import one_line

MAGIC = b"GGUF"
SLOTS = 4
CONTEXT_TOKENS = 2_048
"""Room of one answer with its prompt."""
CLOSE_S = 5.0


@contextmanager
def served(path: Path, slots: int = SLOTS) -> Iterator[str]:
    """Serve a model file on the loopback interface for as long as the context lasts; give its OpenAI endpoint.

    Args:
        path: A file in GGUF.
        slots: Answers at a time.

    Raises:
        InputError: It is no such file, the extra is not installed, or the server does not start.
    """
    _look_at(path)
    if importlib.util.find_spec("xllamacpp") is None:
        raise InputError("serving a model file needs the extra: pip install 'maker-workbench[local]'")
    command = [sys.executable, "-P", "-m", "maker_engine.models.gguf_worker", str(path.resolve()), str(slots)]
    # In a session of its own, so that Ctrl-C is ours to hear; it ends when its input does, however we end.
    with (
        tempfile.TemporaryFile() as log,  # not a pipe, which no one would empty
        subprocess.Popen(  # noqa: S603 - our own module
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, start_new_session=True
        ) as process,
    ):
        try:
            yield _endpoint(process, log, path)
        finally:
            _end(process)


def _look_at(path: Path) -> None:
    try:
        with path.open("rb") as file:
            is_model = path.is_file() and file.read(len(MAGIC)) == MAGIC
    except OSError as error:
        raise InputError(f"model file {path} cannot be read: {error.strerror}") from None
    if not is_model:
        raise InputError(f"{path} is not a model file: give one in GGUF, or the address of a server")


def _endpoint(process: subprocess.Popen[bytes], log: IO[bytes], path: Path) -> str:
    assert process.stdout is not None  # noqa: S101 - it was opened with a pipe
    said = process.stdout.readline().decode().strip()
    if said.startswith("http"):
        return f"{said}/v1"
    process.wait()
    log.seek(0)
    trouble = log.read().decode(errors="replace").strip().rpartition("\n")[2]
    raise InputError(f"the server for {path} does not start: {one_line(trouble or 'it gives no reason', 200)}")


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        process.stdin.close()
    try:
        process.wait(CLOSE_S)
    except subprocess.TimeoutExpired:
        process.kill()


def threads() -> int:
    """Return how many threads the model computes with: more than there are free cores slow each other down."""
    return max(1, len(os.sched_getaffinity(0)) - 1) if hasattr(os, "sched_getaffinity") else 1
