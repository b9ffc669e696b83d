"""Opens models by the names a user gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from maker_engine.core.decomposition import AnyTask
from maker_engine.core.errors import InputError
from maker_engine.core.responses import DRAFT, ESCALATED
from maker_engine.models.pool import Pool, VoterSpec
from maker_engine.models.port import Model
from maker_engine.models.prices import given
from maker_engine.models.profile import PREFIX, parse_profile
from maker_engine.models.sampling import Sampling
from maker_engine.models.simulated import SimulatedModel

CALLABLE = "python:"
"""How the names of models begin that are functions of the program that runs them."""
CALL_S = 120.0
"""Seconds a call may take from asking to the last byte."""


@dataclass(frozen=True, slots=True)
class Access:
    """How real models are reached.

    Attributes:
        api_base: Endpoint of a local or private server, None for the provider's own.
        timeout_s: Total deadline of a call.
        sampling: How they are to sample, where a voter says nothing else.
        apart: Run the provider's library in a process of its own, so that it never stalls a screen.
        prices: What the user says a model costs, by its name: dollars per million tokens, as `prices.PRICE_FORM`.
    """

    api_base: str | None = None
    timeout_s: float = CALL_S
    sampling: Sampling = field(default_factory=Sampling)
    apart: bool = False
    prices: Mapping[str, Sequence[float]] = field(default_factory=dict)


def open_model(name: str, task: AnyTask, access: Access | None = None, seed: int = 0) -> Model:
    """Open `sim…` or any LiteLLM provider string such as `openai/gpt-6-luna`.

    Args:
        name: What the user wrote.
        task: Writes the simulated model's responses.
        access: How a real model is reached.
        seed: Of the simulated model.

    Raises:
        InputError: The name is empty, or names a simulated model that there is not.
    """
    access = access or Access()
    if not name.strip():
        raise InputError("no model is named; write sim, or a provider string such as openai/gpt-6-luna")
    if name.startswith(CALLABLE):
        raise InputError(f"model {name} is a function of a program: only that program can call it; name another model")
    if name.partition(":")[0] == PREFIX:
        if access.api_base is not None:
            raise InputError("the simulated model has no endpoint: leave --api-base out, or name another --model")
        return SimulatedModel(name, parse_profile(name), task, seed)
    if not access.timeout_s > 0:
        raise InputError(f"the timeout of a call must be above 0 seconds, got {access.timeout_s:g}")
    # Deferred: only a real model pays for its adapter.
    if access.api_base is None and "/" not in name:
        from maker_engine.models.price_list import refuse_unknown  # noqa: PLC0415 - start-up

        refuse_unknown(name)
    if access.apart:
        from maker_engine.models.in_subprocess import SubprocessModel  # noqa: PLC0415 - start-up

        return SubprocessModel(name, access.api_base, access.timeout_s, access.sampling, given(access.prices, name))
    from maker_engine.models.via_litellm import LiteLLMModel  # noqa: PLC0415 - start-up

    return LiteLLMModel(name, access.api_base, access.timeout_s, access.sampling, given(access.prices, name))


def open_pool(
    voters: Sequence[VoterSpec],
    task: AnyTask,
    access: Access | None = None,
    *,
    draft: str = "",
    stronger: str = "",
    seed: int = 0,
) -> Model:
    """Open all the models of a run; one plain voter alone is opened as itself.

    Args:
        voters: The voters, in turn.
        task: As for `open_model`.
        access: As for `open_model`.
        draft: Model that predicts steps, empty for none.
        stronger: Model that gets undecided steps, empty for none.
        seed: Of the simulated models; each voter gets one of its own, so that their errors are independent.

    Raises:
        InputError: A model cannot be opened.
    """
    access = access or Access()
    shared = access.sampling

    def opened(name: str, number: int, sampling: Sampling) -> Model:
        simulated = name.partition(":")[0] == PREFIX
        alone = len(voters) == 1 and not draft and not stronger
        base = None if simulated and not alone else access.api_base
        return open_model(name, task, replace(access, api_base=base, sampling=sampling), seed + number)

    pool = [(spec, opened(spec.model, number, spec.sampling(shared))) for number, spec in enumerate(voters)]
    roles = ((DRAFT, draft), (ESCALATED, stronger))
    others = {role: opened(name, role + 10**6, shared) for role, name in roles if name}
    if len(pool) == 1 and not others and pool[0][0] == VoterSpec(pool[0][0].model):
        return pool[0][1]
    return Pool(pool, others, shared.reasoning)
