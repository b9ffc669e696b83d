"""What the user typed after `--model` and `--api-base`, checked and turned into what LiteLLM is asked for."""

from __future__ import annotations

import importlib
import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, urlsplit

from maker_engine.core.errors import InputError
from maker_engine.models import litellm_prices, litellm_setup
from maker_engine.printable import one_line

_OPENAI_HOST = "openai.com"
_NO_KEY = "none"  # a server that asks for no key still gets a header

# OpenAI's own names keep OpenAI's own rules, such as `max_completion_tokens` for the reasoning models.
_OPENAI_NAMES = re.compile(r"(gpt-|chatgpt-|codex-|computer-|ft:|o\d)")

# Their credentials may lie in files or in the machine's identity: only a call can show whether there are any.
_SIGNED_IN_ELSEWHERE = frozenset({"bedrock", "bedrock_converse", "sagemaker", "sagemaker_chat", "vertex_ai"})

_NEEDS_ADDRESS = frozenset({"hosted_vllm", "lm_studio", "openai_like", "custom_openai", "litellm_proxy"})
_KNOWS_ADDRESS = frozenset({"ollama", "ollama_chat", "xinference"})  # a port of this machine by default

_UNUSUAL = {"lambda_ai": "LAMBDA_API_KEY", "meta_llama": "LLAMA_API_KEY"}  # the rest read PROVIDER_API_KEY

_ALSO = {  # further names LiteLLM reads a key from, which its own list of missing keys leaves out
    "AZURE_API_KEY": ("AZURE_AD_TOKEN", "AZURE_CLIENT_ID", "AZURE_OPENAI_API_KEY"),
    "COHERE_API_KEY": ("CO_API_KEY",),
    "HUGGINGFACE_API_KEY": ("HF_TOKEN",),
    "OPENROUTER_API_KEY": ("OR_API_KEY",),
    "REPLICATE_API_KEY": ("REPLICATE_API_TOKEN",),
}


@dataclass(frozen=True, slots=True)
class Route:
    """Where to send a call.

    Attributes:
        model: The model in LiteLLM's words.
        api_base: Address of the server, None for the provider's own.
        api_key: Key to send, None for the one LiteLLM finds in the environment. Not in the repr, which tracebacks show.
    """

    model: str
    api_base: str | None
    api_key: str | None = field(repr=False)


def find(name: str, api_base: str | None) -> Route:
    """Check a model's name, address and key without a call; imports LiteLLM.

    Raises:
        InputError: One of them cannot be used.
    """
    address = None if api_base is None else _address(api_base)
    if not name.isprintable() or " " in name:
        raise InputError(f"model {name!r} cannot be: a model's name has no spaces; write PROVIDER/MODEL")
    litellm = litellm_setup.load()
    provider, model, found_key = _provider(litellm, name, api_base)
    missing = [] if found_key else _missing_keys(litellm, provider, name, api_base)
    if missing and not (address is not None and _is_near(address)):
        raise InputError(f"model {name} needs {_either(missing)}: {_mend(provider, address)}")
    if api_base is None and provider in _NEEDS_ADDRESS and not os.environ.get(f"{provider.upper()}_API_BASE"):
        raise InputError(
            f"model {name} needs the address of a server: give --api-base, such as http://127.0.0.1:8000/v1"
        )
    route = _route(name, provider, model, address, _NO_KEY if missing else None)
    if litellm_prices.find(name) is None:
        litellm_setup.register_unpriced(model, route.model.partition("/")[0] if "/" in route.model else provider)
    return route


def objection(route: Route, parameters: Mapping[str, Any]) -> str:
    """Return what LiteLLM's tables have against sending `parameters` there; empty for nothing. No call is made."""
    litellm = litellm_setup.load()
    model, provider, _, _ = litellm.get_llm_provider(model=route.model, api_base=route.api_base)
    known = {name: value for name, value in parameters.items() if name != "extra_body"}
    try:
        litellm.utils.get_optional_params(model=model, custom_llm_provider=provider, **known)
    except litellm.UnsupportedParamsError as error:
        return str(error.message).removeprefix("litellm.UnsupportedParamsError: ").partition(" To drop ")[0]
    return ""


def _address(api_base: str) -> SplitResult:
    example = "write it like http://127.0.0.1:8000/v1"
    if "@" in api_base or "?" in api_base or "#" in api_base:
        # Not repeated in the message: what is there is mostly a secret.
        raise InputError(f"--api-base has no place for passwords, keys or fragments: {example}")
    try:
        address = urlsplit(api_base)
        sound = address.scheme in {"http", "https"} and address.hostname and address.port != 0
    except ValueError:
        sound = False
    if not sound or not api_base.isprintable() or " " in api_base:
        raise InputError(f"--api-base {one_line(repr(api_base), 100)} is not an http address: {example}")
    return address


def is_loopback(host: str) -> bool:
    """Return whether a host's name or address is this machine itself: what is sent there goes direct."""
    host = host.strip("[]").rstrip(".").lower()
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
    return address.is_loopback or address.is_unspecified


def _is_near(address: SplitResult) -> bool:
    """Return whether a server is on this machine or this network, where servers often ask for no key."""
    host = address.hostname or ""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return "." not in host or host.endswith((".local", ".localhost", ".internal", ".lan"))


def _provider(litellm: Any, name: str, api_base: str | None) -> tuple[str, str, str | None]:
    """Return who serves the model, its name there, and the key LiteLLM found for it in a special place."""
    prefix = name.partition("/")[0]
    if prefix in litellm.constants.PROVIDERS_THAT_AUTHENTICATE_ON_PROVIDER_INFO:
        raise InputError(f"model {name} signs in through a browser: choose a provider that takes an API key")
    try:
        model, provider, key, _ = litellm.get_llm_provider(model=name, api_base=api_base)
    except litellm.BadRequestError:
        model = provider = ""
    if not model or not provider:
        raise InputError(f"model {name!r}: no such provider; write PROVIDER/MODEL, such as openai/gpt-6-luna")
    return provider, model, key


def _missing_keys(litellm: Any, provider: str, name: str, api_base: str | None) -> list[str]:
    """Name the environment variables that the provider needs and that are not set, or are blank."""
    if provider in _SIGNED_IN_ELSEWHERE | _NEEDS_ADDRESS | _KNOWS_ADDRESS:
        return []
    missing = litellm.validate_environment(model=name, api_base=api_base)["missing_keys"]
    special = importlib.import_module("litellm.llms.openai_like.json_loader").JSONProviderRegistry.get(provider)
    usual = _UNUSUAL.get(provider, f"{provider.upper()}_API_KEY") if special is None else special.api_key_env
    needs_one = special is not None or provider in litellm.openai_compatible_providers
    if usual in os.environ or (not missing and needs_one):
        missing = [*missing, usual]
    names = [key for key in dict.fromkeys(missing) if not any(map(_is_set, (key, *_ALSO.get(key, ()))))]
    return [] if any(map(_is_set, missing)) and _are_alternatives(missing) else names


def _is_set(variable: str) -> bool:
    return bool(os.environ.get(variable, "").strip())


def _are_alternatives(names: list[str]) -> bool:
    """Several keys are several names for the same one; other variables are needed together."""
    return all(name.endswith("_API_KEY") for name in names)


def _either(names: list[str]) -> str:
    return (" or " if _are_alternatives(names) else " and ").join(names)


def _mend(provider: str, address: SplitResult | None) -> str:
    if address is not None and not _is_openai(address):
        return "set it, to any text if that server asks for none"
    return "set it, or give --api-base for a local server" if provider == "openai" else "set it in the environment"


def _is_openai(address: SplitResult) -> bool:
    return f".{address.hostname}".endswith(f".{_OPENAI_HOST}")


def _route(name: str, provider: str, model: str, address: SplitResult | None, key: str | None) -> Route:
    """Send other servers that speak OpenAI's format through LiteLLM's leaner path: same wire, half the CPU time."""
    if address is None:
        return Route(name, None, key)
    if provider != "openai" or _is_openai(address) or _OPENAI_NAMES.match(model):
        return Route(name, address.geturl(), key)
    return Route(f"hosted_vllm/{model}", address.geturl(), key or os.environ["OPENAI_API_KEY"].strip())


def is_near(name: str, api_base: str | None) -> bool:
    """Return whether a model's server is on this machine or this network, as far as its name and address say so."""
    provider = name.partition("/")[0]
    address = api_base or os.environ.get(f"{provider.upper()}_API_BASE")
    if not address:
        return provider in _KNOWS_ADDRESS | {"llamafile"}
    try:
        return _is_near(_address(address))
    except InputError:
        return False
