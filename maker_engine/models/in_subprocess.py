"""A LiteLLM model in a process of its own: importing it (3 s) and calling it never stall the loop of a screen."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from maker_engine.core.errors import Fault, InputError, MakerError, ProviderError
from maker_engine.core.responses import Response, SampleRequest, UnusableError
from maker_engine.models.port import Figures, Together
from maker_engine.models.prices import Price, Quote
from maker_engine.models.sampling import Sampling
from maker_engine.models.several import Sharing
from maker_engine.models.via_litellm import LiteLLMModel
from maker_engine.models.worker import LINE_BYTES

CLOSE_S = 5.0


class SubprocessModel:
    """The same port as `LiteLLMModel`, across a pipe.

    Args:
        name: A LiteLLM provider string.
        api_base: Endpoint of a local or private server.
        timeout_s: Total deadline of a call.
        sampling: How it is to sample.
        price: What it costs, None for its list price.

    Attributes:
        adjustments: What is sent otherwise than ordered, and why; one line each.
    """

    simulated = False

    def __init__(
        self,
        name: str,
        api_base: str | None = None,
        timeout_s: float = 120.0,
        sampling: Sampling | None = None,
        price: Price | None = None,
    ) -> None:
        self.name = name
        self.adjustments: tuple[str, ...] = ()
        asked = asdict(sampling or Sampling())
        self._opening = {
            "name": name, "api_base": api_base, "timeout_s": timeout_s, "sampling": asked, "price": price,
        }  # fmt: skip
        self._here = LiteLLMModel(name, api_base, timeout_s, price=price)
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._sharing = Sharing()
        self._waiting: dict[int, asyncio.Future[list[Response]]] = {}
        self._number = 0

    @property
    def figures(self) -> Figures:
        """The price, where one is known."""
        return self._here.figures

    def quote(self, request: SampleRequest) -> Quote:
        """Return the most that a call may use."""
        return self._here.quote(request)

    async def check(self) -> None:
        """Start the process, which looks at name, key and endpoint.

        Raises:
            InputError: One of them cannot be used.
        """
        # In a session of its own: Ctrl-C and a hang-up of the terminal are the parent's to hear; it ends the helper.
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-W", "ignore", "-m", "maker_engine.models.worker",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
            limit=LINE_BYTES, start_new_session=True,
        )  # fmt: skip
        self._process = process
        self._send({"open": self._opening})
        first = await _stdout(process).readline()
        answer = json.loads(first) if first else {"refused": f"the helper process for {self.name} does not start"}
        if "refused" in answer:
            await self.aclose()
            raise InputError(answer["refused"])
        self._learn(answer)
        self._reading = asyncio.create_task(self._read(process))

    async def sample(self, request: SampleRequest) -> Response:
        """Draw one sample; a cancelled call is cut short in the other process too.

        Raises:
            ProviderError: No usable response came back.
        """
        (response,) = await self.sample_many((request,))
        return response

    def together(self, request: SampleRequest) -> Together:
        """Return what decides which samples may share a call with this one, as far as is known here by now."""
        return self._sharing.of(request)

    async def sample_many(self, requests: Sequence[SampleRequest]) -> list[Response]:
        """Draw samples that are alike by one call, as `SeveralModel.sample_many`; cancelled likewise.

        Raises:
            ProviderError: No usable response came back.
        """
        self._number += 1
        number = self._number
        waiting = self._waiting[number] = asyncio.get_running_loop().create_future()
        if self._reading is None or self._reading.done():
            raise MakerError(f"the helper process for {self.name} is not running")
        self._send({"id": number, "requests": [*map(_plain, requests)]})
        try:
            responses: list[Response] = await waiting
        except asyncio.CancelledError:
            self._send({"id": number, "cancel": True})
            raise
        finally:
            del self._waiting[number]
        return responses

    async def aclose(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            async with asyncio.timeout(CLOSE_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
        if self._reading is not None:
            await self._reading

    def _send(self, message: dict[str, Any]) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.write(json.dumps(message).encode() + b"\n")

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        trouble = f"the helper process for {self.name} has ended"
        while line := await _stdout(process).readline():
            message = json.loads(line)
            if "bug" in message:
                trouble = f"the helper process for {self.name} is broken:\n{message['bug']}"
                break
            self._answer(message)
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(MakerError(trouble))

    def _learn(self, message: dict[str, Any]) -> None:
        if "adjustments" in message:
            self.adjustments = tuple(message["adjustments"])
            sharing = message["sharing"]
            self._sharing = Sharing(**{**sharing, "fixed": tuple(sharing["fixed"])})

    def _answer(self, message: dict[str, Any]) -> None:
        self._learn(message)
        waiting = self._waiting.get(message["id"])
        if waiting is None or waiting.done():
            return
        if "responses" in message:
            waiting.set_result([Response(**response) for response in message["responses"]])
        else:
            waiting.set_exception(_fault(**message["fault"]))


def _fault(
    kind: str, message: str, retry_after_s: float | None, *, maybe_billed: bool, paid: dict[str, Any] | None
) -> ProviderError:
    if paid is not None:
        return UnusableError(Fault(kind), message, Response(**paid), retry_after_s)
    return ProviderError(Fault(kind), message, retry_after_s, maybe_billed=maybe_billed)


def _stdout(process: asyncio.subprocess.Process) -> asyncio.StreamReader:
    assert process.stdout is not None  # noqa: S101 - it was opened with a pipe
    return process.stdout


def _plain(request: SampleRequest) -> dict[str, Any]:
    """Return a request as JSON holds it; of its question the constraint alone is sent."""
    question = request.question
    constraint = None if question is None or question.constraint is None else [*question.constraint]
    return {**asdict(replace(request, question=None)), "question": constraint}
