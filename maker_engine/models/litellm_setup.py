"""LiteLLM made quiet and predictable: imported late, limited to translation, closed by the last to leave."""

from __future__ import annotations

import functools
import gc
import importlib
import logging
import os
import threading
import warnings
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_ENVIRONMENT = {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",  # or the import fetches a price list and starts a thread that retries
    "LITELLM_MODE": "PRODUCTION",  # or the import loads a .env file from the folders above
    "LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS": "True",  # or it fetches another list
    "HF_HUB_OFFLINE": "1",  # or a model name with "llama" in it may fetch a tokenizer: 48 s without a network
    "DISABLE_AIOHTTP_TRANSPORT": "False",  # on httpx's own transport calls are slow, and their bytes not counted
    "LITELLM_HTTP2": "False",  # likewise
    "AIOHTTP_TRUST_ENV": "False",  # or aiohttp looks for a proxy of its own, and sends passwords from ~/.netrc
}

_SETTINGS: dict[str, Any] = {
    "suppress_debug_info": True,  # or every error prints "Give Feedback" to stdout, across the screen
    "disable_hf_tokenizer_download": True,
    "disable_streaming_logging": True,
    "turn_off_message_logging": True,
    "redact_messages_in_exceptions": True,
    "disable_aiohttp_transport": False,
    "http2": False,
    "aiohttp_trust_env": False,
    "drop_params": False,  # a temperature dropped in silence would change the statistics of the vote
    "num_retries": None,
    "cache": None,  # a cached answer is no independent vote
}

_CALLBACKS = (
    "callbacks", "input_callback", "success_callback", "failure_callback", "_async_success_callback",
    "_async_failure_callback", "service_callback",
)  # fmt: skip

_LOGGERS = ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy")

_FIRST_CALL = (
    "litellm._service_logger",
    "litellm.litellm_core_utils.default_encoding",
    "litellm.llms.hosted_vllm.chat.transformation",
    "litellm.proxy.openai_files_endpoints.common_utils",
    "openai.resources",
)
"""What LiteLLM imports only during its first call: half a second that would count against that call's deadline."""

_lock = threading.Lock()
_users: weakref.WeakSet[object] = weakref.WeakSet()


def load() -> Any:
    """Import LiteLLM, 3 s of work the first time, and return the module. Any thread may call it."""
    with _lock:
        return _load()


@contextmanager
def _kept_for_good() -> Iterator[None]:
    """Keep the garbage collector away from what is imported meanwhile, now and later.

    Hundreds of thousands of objects, none of them garbage: to look through them takes a third of the import, and again
    as long when the process ends.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if collects:
            gc.enable()


@functools.cache
def _load() -> Any:
    os.environ.update(_ENVIRONMENT)
    # LiteLLM dumps answers with odd fields on its way through them; whether they will do is judged by us.
    warnings.filterwarnings("ignore", message="Pydantic serializer warnings")
    warnings.filterwarnings("ignore", message=r"Item '.*' on TypedDict class")  # of its dependencies' types
    with _kept_for_good():
        litellm: Any = importlib.import_module("litellm")
        for name in _FIRST_CALL:
            importlib.import_module(name)
    for name, value in _SETTINGS.items():
        setattr(litellm, name, value)
    for name in _CALLBACKS:
        setattr(litellm, name, [])
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        # A logger without handlers falls back to stderr; one that does nothing keeps it off the screen.
        logger.handlers[:] = [logging.NullHandler()]
        logger.propagate = False
        logger.setLevel(logging.ERROR)
    importlib.import_module("maker_engine.models.litellm_bytes").limit()
    return litellm


def spare_logging() -> None:
    """Stop LiteLLM from logging the calls of this asyncio task: with no callbacks that is work for nothing, 0.6 ms."""
    importlib.import_module("litellm._internal_context").is_internal_call.set(True)


def register_unpriced(model: str, provider: str) -> None:
    """Give LiteLLM an entry for a model it has no price for, or it searches, and for Ollama connects, on every call.

    Written into the table by hand: `litellm.register_model` would itself connect to an Ollama server.
    """
    entry = {"litellm_provider": provider, "mode": "chat", "input_cost_per_token": 0.0, "output_cost_per_token": 0.0}
    caches = {"cache_creation_input_token_cost": 0.0, "cache_read_input_token_cost": 0.0}
    load().model_cost.setdefault(f"{provider}/{model}", entry | caches)


def enter(user: object) -> None:
    """Note that `user` is about to call LiteLLM."""
    _users.add(user)


async def leave(user: object) -> None:
    """Close LiteLLM's connections once the last of its users has left: they share them."""
    if user not in _users:
        return
    _users.discard(user)
    if _users:
        return
    litellm = load()
    await litellm.close_litellm_async_clients()
    # The closed clients stay cached; the next user in this loop would get one and fail with "Connection error".
    litellm.in_memory_llm_clients_cache.flush_cache()
