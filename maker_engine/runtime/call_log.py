"""A log of calls as they end: one JSON object a line, for another program to read beside the session.

It holds no key, no prompt and no response: a session has the texts. docs/environment.md describes the lines.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from maker_engine.core.errors import InputError
from maker_engine.core.responses import Response, SampleRequest
from maker_engine.printable import one_line

CANCELLED = "cancelled"
"""The kind of a call that was cut because its answer could not count any more."""
LONGEST_ERROR = 400


class CallLog:
    """Writes a line for each sample that a call brought, or was to bring.

    A file that cannot be written any more is given up: no run ends by its log.

    Args:
        file: Where it is written.
    """

    def __init__(self, file: TextIO) -> None:
        self._file: TextIO | None = file
        self._calls = 0

    def answered(self, requests: Sequence[SampleRequest], responses: Sequence[Response], now: float) -> None:
        """Note a call that was answered; `now` is in seconds since 1970."""
        self._calls += 1
        for request, response in zip(requests, responses, strict=False):
            self._write(
                request, now, response.latency_s,
                model=response.model, tokens_in=response.tokens_in, tokens_out=response.tokens_out,
                tokens_reasoning=response.tokens_reasoning, cost_usd=response.cost_usd, finish=response.finish_reason,
            )  # fmt: skip

    def failed(
        self, requests: Sequence[SampleRequest], kind: str, message: str, model: str, now: float, seconds: float
    ) -> None:
        """Note a call that brought nothing; `kind` is a `Fault`'s word, or `CANCELLED`."""
        self._calls += 1
        for request in requests:
            self._write(request, now, seconds, model=model, error=kind, message=one_line(message, LONGEST_ERROR))

    def _write(self, request: SampleRequest, now: float, seconds: float, **fields: object) -> None:
        if self._file is None:
            return
        line = {
            "at": datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds"),
            "call": self._calls,
            "step": request.step + 1,
            "sample": request.sample + 1,
            "voter": request.voter,
            "latency_s": round(seconds, 3),
            **{name: fields.get(name) for name in _FIELDS},
        }
        try:
            self._file.write(json.dumps(line) + "\n")
            self._file.flush()
        except OSError:
            self._file = None


_SESSION = ".maker"
_FIELDS = ("model", "tokens_in", "tokens_out", "tokens_reasoning", "cost_usd", "finish", "error", "message")


@contextmanager
def call_log(path: Path | None) -> Iterator[CallLog | None]:
    """Open a log to add to, for as long as the context lasts; None where there is to be none.

    Raises:
        InputError: It cannot be written there.
    """
    if path is None:
        yield None
        return
    if path.suffix == _SESSION:
        raise InputError(f"the log of calls {path} would be written into a session: name another file")
    try:
        # Without the flag, opening a pipe that no one reads never ends, and cannot be interrupted.
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK, 0o600)
        os.set_blocking(handle, True)
        file = os.fdopen(handle, "a", encoding="utf-8")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        if getattr(error, "errno", None) == errno.ENXIO:
            reason = "no program reads that pipe"
        raise InputError(f"the log of calls {path} cannot be written ({reason}): name another file") from None
    try:
        yield CallLog(file)
    finally:
        with suppress(OSError):
            file.close()
