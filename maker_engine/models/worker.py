"""The helper process: LiteLLM with an event loop of its own, fed one JSON object a line.

In: `{"open": {name, api_base, timeout_s, sampling, price}}` first, then `{"id", "requests": [{…}, …]}`, which one call
is to answer, and `{"id", "cancel": true}`.
Out: `{"ready": true, …}` or `{"refused": text}`, then `{"id", "responses": [{…}, …], …}` or
`{"id", "fault": {kind, message, retry_after_s, maybe_billed, paid}, …}`, each with what is known of the model by then,
`"adjustments": […]` and `"sharing": {…}`; and `{"bug": text}` when something broke that should not. It ends when its
input ends.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import traceback
from dataclasses import asdict
from typing import Any

from maker_engine.core.answers.form import Constraint
from maker_engine.core.errors import InputError, ProviderError
from maker_engine.core.responses import Prompt, Question, SampleRequest, UnusableError
from maker_engine.models.parent_watch import end_with_input
from maker_engine.models.prices import Price
from maker_engine.models.sampling import Sampling
from maker_engine.models.via_litellm import LiteLLMModel

LINE_BYTES = 64 * 1024 * 1024


class Worker:
    """Answers the parent's requests until its input ends."""

    def __init__(self) -> None:
        self._calls: dict[int, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Serve."""
        lines = asyncio.StreamReader(limit=LINE_BYTES)
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
        opened = json.loads(await lines.readline())["open"]
        price = None if opened["price"] is None else Price(*opened["price"])
        sampling = _sampling(opened["sampling"])
        model = LiteLLMModel(opened["name"], opened["api_base"], opened["timeout_s"], sampling, price)
        try:
            await model.check()
        except InputError as error:
            _say({"refused": str(error)})
            return
        _say({"ready": True, **_known(model)})
        while line := await lines.readline():
            self._take(model, json.loads(line))
        for call in self._calls.values():
            call.cancel()
        await asyncio.gather(*self._calls.values(), return_exceptions=True)
        await model.aclose()

    def _take(self, model: LiteLLMModel, message: dict[str, Any]) -> None:
        number = message["id"]
        if "cancel" in message:
            if number in self._calls:
                self._calls[number].cancel()
            return
        requests = [*map(_request, message["requests"])]
        self._calls[number] = asyncio.create_task(self._draw(model, number, requests))

    async def _draw(self, model: LiteLLMModel, number: int, requests: list[SampleRequest]) -> None:
        try:
            responses = await model.sample_many(requests)
        except ProviderError as error:
            fault = {"kind": error.kind.value, "message": str(error), "retry_after_s": error.retry_after_s}
            paid = asdict(error.response) if isinstance(error, UnusableError) else None
            _say({"id": number, "fault": {**fault, "maybe_billed": error.maybe_billed, "paid": paid}, **_known(model)})
        except Exception:  # noqa: BLE001 - sent to the parent, which raises it
            _say({"bug": traceback.format_exc()})
        else:
            _say({"id": number, "responses": [asdict(response) for response in responses], **_known(model)})
        finally:
            del self._calls[number]


def _request(fields: dict[str, Any]) -> SampleRequest:
    constraint = fields["question"]
    question = None if constraint is None else Question(None, None, Constraint(*constraint))
    return SampleRequest(**{**fields, "prompt": Prompt(**fields["prompt"]), "question": question})


def _sampling(opened: dict[str, Any]) -> Sampling:
    return Sampling(**{**opened, "fixed": tuple(opened["fixed"])})


def _known(model: LiteLLMModel) -> dict[str, Any]:
    return {"adjustments": model.adjustments, "sharing": asdict(model.sharing)}


def _say(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Run the helper process."""
    end_with_input()
    asyncio.run(Worker().run())
    # Nothing is left to do; taking LiteLLM's modules down takes most of a second, and the parent waits to exit.
    os._exit(0)


if __name__ == "__main__":
    main()
