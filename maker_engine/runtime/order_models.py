"""The models that an order names: which are real, whether their prices are known, and all of them opened as one."""

from __future__ import annotations

from maker_engine.core.decomposition import AnyTask
from maker_engine.core.errors import InputError
from maker_engine.models import litellm_prices
from maker_engine.models.names import read_cascade
from maker_engine.models.opening import Access, open_pool
from maker_engine.models.pool import VoterSpec, parse_voter
from maker_engine.models.port import Model
from maker_engine.models.prices import check_price, no_price
from maker_engine.models.profile import PREFIX
from maker_engine.models.sampling import Sampling, resolve
from maker_engine.runtime.initial_check import check_simulation
from maker_engine.runtime.run_order import TASK, RunOrder
from maker_engine.runtime.timeouts import TOTAL


def voters_of(order: RunOrder) -> list[VoterSpec]:
    """Return the voters of an order, the single model where it names none.

    Raises:
        InputError: One is not written as a voter.
    """
    return [parse_voter(text) for text in order.voters] or [VoterSpec(order.model)]


def others_of(order: RunOrder) -> list[str]:
    """Return the names of the models that an order names beside its voters: the stronger one and the draft."""
    return [name for name in (stronger_of(order), order.draft) if name not in ("", TASK)]


def stronger_of(order: RunOrder) -> str:
    """Return the model that gets what the voters do not decide, empty for none."""
    return read_cascade(order.cascade)[1] if order.cascade else order.undecided.partition(":")[2]


def check_cascade(order: RunOrder) -> None:
    """See to it that a cascade is the only one that names models.

    Raises:
        InputError: It is not.
    """
    if not order.cascade:
        return
    if order.voters or ":" in order.undecided:
        raise InputError("--cascade names both models: leave --voter and --undecided escalate:MODEL out")
    first, _ = read_cascade(order.cascade)
    if order.model != first:
        raise InputError(f"--cascade begins with {first}, and the model is {order.model}: name {first} by --model too")


def real_models(order: RunOrder) -> list[str]:
    """Return the name of every real model that a run asks, each once: voters, stronger model and draft.

    Raises:
        InputError: A voter is not written as one.
    """
    names = dict.fromkeys([*(spec.model for spec in voters_of(order)), *others_of(order)])
    return [name for name in names if name.partition(":")[0] != PREFIX]


def _check_prices(order: RunOrder) -> None:
    """See to it that a limit in dollars can be held.

    Raises:
        InputError: A price is none, or there is none for a model that the run asks.
    """
    for figures in order.prices.values():
        check_price(figures)
    if order.limit_usd is not None:
        models = real_models(order)
        missing = [name for name in models if name not in order.prices and litellm_prices.find(name) is None]
        if missing:
            raise no_price(missing, models)


def open_models(order: RunOrder, task: AnyTask, stronger: str) -> tuple[Model, int]:
    """Open everybody who answers; return them as one model, and the number of voters."""
    _check_prices(order)
    if not order.timeout_s > 0:
        raise InputError(f"the timeout of a call must be above 0 seconds, got {order.timeout_s:g}")
    voters = voters_of(order)
    check_simulation(task, [*(voter.model for voter in voters), *others_of(order)])
    sampling = Sampling(order.reasoning, resolve(order.first_temperature, order.temperature)[2], order.n)
    model = open_pool(
        voters,
        task,
        # The runner cuts calls by a deadline that moves; the model's own is beyond any of it.
        Access(order.api_base, (TOTAL + 1) * order.timeout_s, sampling, order.apart, order.prices),
        draft="" if order.draft == TASK else order.draft,
        stronger=stronger,
        seed=order.seed,
    )
    return model, len(voters)


def is_near(order: RunOrder, model: Model) -> bool:
    """Return whether every voter is a real model on this machine or its network."""
    if model.simulated:
        return False
    from maker_engine.models.litellm_route import is_near as is_near_name  # noqa: PLC0415 - only a real model pays for it

    return all(is_near_name(voter.model, order.api_base) for voter in voters_of(order))
