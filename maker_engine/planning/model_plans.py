"""What each model of a file of calibrations would cost for the same run: the choice of a model as one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from maker_engine.core.errors import InputError
from maker_engine.core.forecasting.laws import Law, single
from maker_engine.law_files import law_of_json, read_json
from maker_engine.models import litellm_prices
from maker_engine.planning.plan import Planned, Purchase, plan
from maker_engine.printable import one_line

MOST_MODELS = 1_000


@dataclass(frozen=True, slots=True)
class Offer:
    """One model's plan; `planned` is None with the reason where there is none."""

    model: str
    law: Law | None
    v: float
    planned: Planned | None
    reason: str = ""

    @property
    def reaches(self) -> bool:
        """Whether it reaches the target by a k that there is."""
        return self.planned is not None and (self.planned.k_min is not None or bool(self.planned.leads))


def offers(path: str, want: Purchase) -> list[Offer]:
    """Plan a run with each model of a file, those that reach the target first, the cheapest of them first.

    Args:
        path: A JSON file: what `maker calibrate --json` prints, or a list of objects with "model", "p" or "law", and
            "v", "tokens_in", "tokens_out", "usd_per_million_in", "usd_per_million_out", "latency_s" where they are
            known; one with a "weakest_law" is planned by that. Prices that it does not have are those of LiteLLM's
            table.
        want: The run; its law, v, tokens, price and latency hold where the file has none.

    Raises:
        InputError: The file cannot be read, or holds no calibrations.
    """
    value = read_json(path, "a file of calibrations")
    models = value.get("models") if isinstance(value, dict) else value
    if not isinstance(models, list) or not 0 < len(models) <= MOST_MODELS or not all(map(_is_named, models)):
        raise InputError(f'{one_line(path, 80)} holds no calibrations: a list of objects with "model" and "p" or "law"')
    found = [_offer(model, want) for model in models]
    return sorted(found, key=_order)


def _is_named(model: object) -> bool:
    return isinstance(model, dict) and isinstance(model.get("model"), str) and ("p" in model or "law" in model)


def _order(offer: Offer) -> tuple[bool, bool, float]:
    planned = offer.planned
    if planned is None:
        return True, True, 0.0
    return not offer.reaches, planned.usd is None, planned.samples if planned.usd is None else planned.usd


def _offer(model: Mapping[str, Any], want: Purchase) -> Offer:
    name = one_line(model["model"], 60)
    try:
        points = model.get("weakest_law") or model.get("law")
        law = law_of_json({"law": points}, name) if points else single(_figure(model, "p", 0.0))
        v = _figure(model, "v", want.v)
        there = replace(
            want, law=law, v=v, latency_s=_figure(model, "latency_s", want.latency_s),
            tokens=_two(model, ("tokens_in", "tokens_out"), want.tokens),
            price=_two(model, ("usd_per_million_in", "usd_per_million_out"), listed(model["model"]) or want.price),
        )  # fmt: skip
        return Offer(name, law, v, plan(there))
    except InputError as error:
        return Offer(name, None, 0.0, None, str(error))


def listed(name: str) -> tuple[float, float] | None:
    """Return the list price of a model in dollars per million tokens, None where there is none."""
    found = litellm_prices.find(name)
    return None if found is None else (1e6 * found.prompt, 1e6 * found.output)


def _figure(model: Mapping[str, Any], name: str, otherwise: float) -> float:
    value = model.get(name)
    if value is None:
        return otherwise
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(f"{name} is not a number")
    return float(value)


def _two(
    model: Mapping[str, Any], names: Sequence[str], otherwise: tuple[float, float] | None
) -> tuple[float, float] | None:
    if any(model.get(name) is None for name in names):
        return otherwise
    first, second = (_figure(model, name, 0.0) for name in names)
    return first, second
