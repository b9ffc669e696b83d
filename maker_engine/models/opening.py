"""Opens models by the names a user gives."""

from __future__ import annotations

from collections.abc import Sequence

from maker_engine.core.decomposition import AnyTask
from maker_engine.core.errors import InputError
from maker_engine.core.responses import DRAFT, ESCALATED
from maker_engine.models.pool import Pool, VoterSpec
from maker_engine.models.port import Model
from maker_engine.models.profile import PREFIX, parse_profile
from maker_engine.models.simulated import SimulatedModel

CALL_S = 120.0
"""Seconds a call may take from asking to the last byte."""


def open_model(
    name: str,
    task: AnyTask,
    *,
    seed: int = 0,
    api_base: str | None = None,
    timeout_s: float = CALL_S,
    apart: bool = False,
) -> Model:
    """Open `sim…` or any LiteLLM provider string such as `openai/gpt-4.1-mini`.

    Args:
        name: What the user wrote.
        task: Writes the simulated model's responses.
        seed: Of the simulated model.
        api_base: Endpoint of a local or private server.
        timeout_s: Total deadline of a call.
        apart: Run the provider's library in a process of its own, so that it never stalls a screen.

    Raises:
        InputError: The name is empty, or names a simulated model that there is not.
    """
    if not name.strip():
        raise InputError("no model is named; write sim, or a provider string such as openai/gpt-4.1-mini")
    if name.partition(":")[0] == PREFIX:
        if api_base is not None:
            raise InputError("the simulated model has no endpoint: leave --api-base out, or name another --model")
        return SimulatedModel(name, parse_profile(name), task, seed)
    if not timeout_s > 0:
        raise InputError(f"the timeout of a call must be above 0 seconds, got {timeout_s:g}")
    # Deferred: only a real model pays for its adapter.
    if apart:
        from maker_engine.models.apart import ApartModel  # noqa: PLC0415

        return ApartModel(name, api_base, timeout_s)
    from maker_engine.models.via_litellm import LiteLLMModel  # noqa: PLC0415

    return LiteLLMModel(name, api_base, timeout_s)


def open_pool(
    voters: Sequence[VoterSpec],
    task: AnyTask,
    *,
    draft: str = "",
    stronger: str = "",
    seed: int = 0,
    api_base: str | None = None,
    timeout_s: float = CALL_S,
    apart: bool = False,
) -> Model:
    """Open all the models of a run; one plain voter alone is opened as itself.

    Args:
        voters: The voters, in turn.
        task: As for `open_model`.
        draft: Model that predicts steps, empty for none.
        stronger: Model that gets undecided steps, empty for none.
        seed: Of the simulated models; each voter gets one of its own, so that their errors are independent.
        api_base: As for `open_model`; simulated models have none.
        timeout_s: As for `open_model`.
        apart: As for `open_model`.

    Raises:
        InputError: A model cannot be opened.
    """

    def opened(name: str, number: int) -> Model:
        simulated = name.partition(":")[0] == PREFIX
        alone = len(voters) == 1 and not draft and not stronger
        base = None if simulated and not alone else api_base
        return open_model(name, task, seed=seed + number, api_base=base, timeout_s=timeout_s, apart=apart)

    pool = [(spec, opened(spec.model, number)) for number, spec in enumerate(voters)]
    others = {role: opened(name, role + 10**6) for role, name in ((DRAFT, draft), (ESCALATED, stronger)) if name}
    if len(pool) == 1 and not others and pool[0][0] == VoterSpec(pool[0][0].model):
        return pool[0][1]
    return Pool(pool, others)
