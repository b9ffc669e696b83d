"""Which models a server of one's own offers, by its `/v1/models`."""

from __future__ import annotations

import http.client
import json
import time
import urllib.error
import urllib.request
from urllib.parse import urlsplit

from maker_engine.core.errors import InputError
from maker_engine.models.served_name import served_name
from maker_engine.printable import one_line

PATIENCE_S = 10.0
MOST_BYTES = 4 * 1024 * 1024
GGUF = ".gguf"


def endpoint(url: str) -> str:
    """Return the OpenAI endpoint of a server: its address with `/v1`, where it names no path of its own.

    Raises:
        InputError: It is no http address.
    """
    try:
        address = urlsplit(url)
        _ = address.port  # which is read only now
        sound = address.scheme in ("http", "https") and bool(address.hostname) and url.isprintable()
    except ValueError:
        sound = False
    if not sound:
        raise InputError(f"{one_line(url, 100)!r} is not an http address: write it like http://127.0.0.1:8000/v1")
    return url.rstrip("/") if address.path.strip("/") else f"{url.rstrip('/')}/v1"


def served_models(api_base: str, patience_s: float = PATIENCE_S) -> list[str]:
    """Ask a server for its models' names, in its order.

    Args:
        api_base: Its OpenAI endpoint, as `endpoint` returns it.
        patience_s: Seconds to wait for it.

    Raises:
        InputError: It cannot be reached, or its answer is no list of models.
    """
    # A server of one's own is reached directly: what a proxy makes of 127.0.0.1 is another machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{api_base}/models", timeout=patience_s) as reply:
            listed = json.loads(_body(reply, time.monotonic() + patience_s))["data"]
        return [str(entry["id"]) for entry in listed]
    except urllib.error.HTTPError as error:
        raise InputError(f"{api_base}/models answers HTTP {error.code}: is it an OpenAI endpoint?") from None
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)
        raise InputError(f"no server at {api_base} ({one_line(str(reason), 100)}): start it first") from None
    except (ValueError, LookupError, TypeError, RecursionError):
        raise InputError(f"{api_base}/models is not a list of models: is it an OpenAI endpoint?") from None


def _body(reply: http.client.HTTPResponse, until: float) -> bytes:
    """Read an answer piece by piece: a server that sends a byte now and then never times out."""
    pieces, left = [], MOST_BYTES
    while left > 0 and (piece := reply.read1(left)):
        if time.monotonic() > until:
            raise TimeoutError("it does not finish its answer")
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)


def short_name(served: str) -> str:
    """Return what to call a served model: a model file by its name alone, since its path is its owner's affair.

    Any other name is left whole, also where it is a path: its server knows the model by no other.
    """
    return served_name(served).removesuffix(GGUF) if served.endswith(GGUF) else served
