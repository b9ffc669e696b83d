"""`maker demo --real`: a small table of products, decided by a real model, once without a vote and once with one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from maker_engine.core.errors import InputError
from maker_engine.core.record.events import Outcome
from maker_engine.input_files import path_of
from maker_engine.models import gguf_server
from maker_engine.models.served import endpoint, served_models, short_name
from maker_engine.output import say
from maker_engine.printable import one_line
from maker_engine.runtime.order import RunOrder, prepare
from maker_engine.runtime.view import RunView
from maker_tui.cli.headless import drive_here
from maker_tui.terminal.hangup import INTERRUPTED
from maker_tui.text.statuses import NOT_SOLVED, SOLVED

PRODUCTS = 40
MARGINS = (1, 3)
TEMPERATURE = 1.0
"""Samples must differ for a vote to be worth anything; at 0.1 a small model's answers are copies of each other."""
MOST_TOKENS = 60


@dataclass(frozen=True, slots=True)
class Place:
    """Where the model is.

    Attributes:
        model: Its name, for LiteLLM.
        api_base: Its endpoint.
    """

    model: str
    api_base: str


def run(target: str, model: str | None, *, products: int = PRODUCTS) -> int:
    """Decide the table twice and say what the vote was worth; return the exit status of the voted run.

    Args:
        target: Address of an OpenAI-compatible server, or a model file in GGUF.
        model: The model's name there, None for the only one it serves.
        products: How many, 1 to 64.

    Raises:
        InputError: There is no such server, file or model.
    """
    with _reach(target, model) as place:
        say(f"{products} products of two digits by {one_line(place.model, 60)} at {place.api_base}", "")
        views = []
        for k in MARGINS:
            views.append(view := _decide(place, k, products))
            say(f"  k = {k}   {_line(view)}")
            if view.snapshot.outcome not in (Outcome.SOLVED, Outcome.UNSOLVED):
                return INTERRUPTED if view.snapshot.outcome is Outcome.STOPPED else NOT_SOLVED
    say("", _moral(views[0], views[-1]), *(f"  {view.session}" for view in views))
    return SOLVED if views[-1].snapshot.outcome is Outcome.SOLVED else NOT_SOLVED


@contextmanager
def _reach(target: str, model: str | None) -> Iterator[Place]:
    if "://" in target:
        api_base = endpoint(target)
        yield Place(f"openai/{model or _only(api_base)}", api_base)
        return
    path = path_of(target)
    say(f"loading {one_line(path.name, 60)} …")
    with gguf_server.served(path) as api_base:
        yield Place(f"openai/{model or short_name(path.name)}", api_base)


def _only(api_base: str) -> str:
    names = served_models(api_base)
    if len(names) == 1:
        return short_name(names[0])
    if not names:
        raise InputError(f"{api_base} serves no model: load one, or name it with --model")
    listed = ", ".join(one_line(name, 60) for name in names[:10])
    raise InputError(f"{api_base} serves {len(names)} models: choose one with --model: {listed}")


def _decide(place: Place, k: int, products: int) -> RunView:
    order = RunOrder(
        "products",
        {"products": products},
        model=place.model,
        api_base=place.api_base,
        k=k,
        temperature=TEMPERATURE,
        first_temperature=TEMPERATURE,
        max_tokens=MOST_TOKENS,
        concurrency=gguf_server.SLOTS,
    )
    return drive_here(prepare(order))


def _line(view: RunView) -> str:
    totals = view.snapshot.totals
    if view.snapshot.outcome in (Outcome.SOLVED, Outcome.UNSOLVED):
        said = f"{totals.wrong} of {totals.steps} wrong"
    else:
        said = one_line(view.snapshot.reason, 200)
    return f"{said:<16} {totals.samples:>4} samples, {totals.flagged} flagged, {view.elapsed_s:.0f} s"


def _moral(single: RunView, voted: RunView) -> str:
    before, after = single.snapshot.totals.wrong, voted.snapshot.totals.wrong
    if after < before:
        return f"The vote took {before - after} of {before} errors away. Look into both with maker sessions show:"
    if before == after == 0:
        return "This model makes no error here, with a vote or without: give it a harder task. Both runs:"
    return "The vote took no error away: this model errs in the same way each time. Look into both:"
