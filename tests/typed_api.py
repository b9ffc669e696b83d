"""The library as a typed program uses it: no test runs this, mypy checks it with the rest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import assert_type

import maker_engine as maker


@dataclass(frozen=True)
class Countdown(maker.Task[int, int]):
    """Count down."""

    begin: int = 5

    def start(self) -> int:
        """Return where to begin."""
        return self.begin

    def step(self, state: int) -> maker.Vote | None:
        """Ask for one less."""
        return maker.Vote(f"What is {state} - 1?", maker.Integer(0, 9)) if state else None

    def apply(self, state: int, answer: int) -> int:
        """Go on from the answer."""
        return answer if answer < state else 0

    def verify(self, answers: Iterable[int]) -> list[str]:
        """Check the whole."""
        return [] if [*answers][-1:] == [0] else ["it does not end at 0"]


def gateway(prompt: maker.PromptText) -> str:
    """Answer without a provider."""
    return prompt.user[:1] or prompt.system


async def awaited(prompt: str) -> str:
    """Answer later."""
    return prompt


def use() -> None:
    """Use every entry of the library by its types."""
    run = maker.solve(Countdown(), model="openai/gpt-6-luna", k=3, api_base="http://127.0.0.1:1/v1", limit_usd=1.0)
    assert_type(run, maker.Run)
    config = maker.RunConfig.of(model="sim", limit_minutes=2).replace(k=3)
    assert_type(maker.solve(Countdown(), config=config, prices={"openai/gpt-6-luna": (1.25, 10)}), maker.Run)
    assert_type(maker.resume("count.maker", task=Countdown, limit_samples=None), maker.Run)
    assert_type(run.ok, bool)
    assert_type(run.outcome, maker.Outcome)
    assert_type(run.steps, tuple[maker.RunStep, ...])
    assert_type(run.totals, maker.Totals)
    assert_type(maker.vote("Is 91 prime?", maker.Choice("yes", "no"), model=gateway, k=3), maker.Ballot)
    assert_type(maker.vote_many(["a", "b"], maker.Date(), model=awaited, concurrency=2), maker.Ballots)
    assert_type(maker.Integer(0, 9).read("4"), int | maker.Flag)
    assert_type(maker.Several("a", "b").read("a"), tuple[str, ...] | maker.Flag)
    assert_type(maker.plan(steps=1_000_000, p=0.998), maker.Forecast)
    assert_type(maker.plan(steps=None).k, int)


async def use_awaited() -> None:
    """Await what there is to await."""
    assert_type(await maker.asolve(Countdown(3), model="sim", on_ask=lambda ask: ask.options[0]), maker.Run)
    assert_type(await maker.avote("?", maker.Text(), model="sim"), maker.Ballot)
    assert_type(await maker.avote_many(["?"], maker.Span("a b"), model="sim", session="library"), maker.Ballots)
    async for event in maker.stream(Countdown(), model="sim"):
        if isinstance(event, maker.events.StepDecided):
            assert_type(event.step, int)
