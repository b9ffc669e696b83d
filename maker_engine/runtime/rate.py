"""A provider's limits on requests and tokens per minute, kept by spacing calls evenly instead of running into them."""

from __future__ import annotations

import asyncio

from maker_engine.core.errors import InputError
from maker_engine.core.responses import Response, SampleRequest
from maker_engine.runtime.clock import Clock

CHARACTERS_PER_TOKEN = 4
BURST_S = 1.0
"""Calls of so many seconds may go out at once."""


class Bucket:
    """A leaky bucket: what is taken becomes available again at an even rate."""

    def __init__(self, per_minute: float, clock: Clock) -> None:
        self._seconds_each = 60 / per_minute
        self._clock = clock
        self._free_at = clock.now() - BURST_S

    def take(self, amount: float) -> float:
        """Take `amount`; return the seconds to wait before using it."""
        now = self._clock.now()
        begin = max(self._free_at, now - BURST_S)
        self._free_at = begin + amount * self._seconds_each
        return max(0.0, begin - now)

    def give_back(self, amount: float) -> None:
        """Return what was taken and not used; negative when more was used."""
        self._free_at -= amount * self._seconds_each


class RateLimit:
    """Spaces the calls of a run.

    Args:
        requests_per_minute: None for no limit.
        tokens_per_minute: Prompt and output tokens together, None for no limit.
        clock: Gives the time and waits.
    """

    def __init__(self, requests_per_minute: float | None, tokens_per_minute: float | None, clock: Clock) -> None:
        for name, limit in (("requests", requests_per_minute), ("tokens", tokens_per_minute)):
            if limit is not None and not limit > 0:
                raise InputError(f"the limit on {name} per minute must be above 0, got {limit:g}")
        self._clock = clock
        self._requests = None if requests_per_minute is None else Bucket(requests_per_minute, clock)
        self._tokens = None if tokens_per_minute is None else Bucket(tokens_per_minute, clock)

    async def admit(self, request: SampleRequest, answers: int = 1) -> None:
        """Wait for the turn of a call that is to bring so many answers."""
        wait = self._requests.take(1) if self._requests is not None else 0.0
        if self._tokens is not None:
            wait = max(wait, self._tokens.take(most_tokens(request, answers)))
        if wait > 0:
            try:
                await self._clock.sleep(wait)
            except asyncio.CancelledError:
                self._return(request, answers)
                raise

    def _return(self, request: SampleRequest, answers: int) -> None:
        """Give the turn of a call back that was cut short before it went out."""
        if self._requests is not None:
            self._requests.give_back(1)
        if self._tokens is not None:
            self._tokens.give_back(most_tokens(request, answers))

    def used(self, request: SampleRequest, *responses: Response, answers: int = 1) -> None:
        """Give the tokens back that the call was counted with and its responses did not use."""
        if self._tokens is None:
            return
        counts = [count for one in responses for count in (one.tokens_in, one.tokens_out)]
        used = [count for count in counts if count is not None]
        if len(used) == len(counts):
            self._tokens.give_back(most_tokens(request, answers) - sum(used))


def most_tokens(request: SampleRequest, answers: int = 1) -> float:
    """Tokens a call may cost: providers count the prompt and the whole output limit when it goes out."""
    prompt = len(request.prompt.system) + len(request.prompt.user)
    return prompt / CHARACTERS_PER_TOKEN + answers * request.max_output
