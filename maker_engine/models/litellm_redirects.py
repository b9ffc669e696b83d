"""Which redirects are followed: those that stay at the server that was named, since the key goes along.

httpx takes the `Authorization` header off a request to another host, but some providers take their key in a header of
its own, and that one it would hand over.
"""

from __future__ import annotations

from urllib.parse import SplitResult, urljoin, urlsplit

from maker_engine.models.litellm_faults import ElsewhereError

_PORTS = {"http": 80, "https": 443}


def note(asked: str, location: str) -> str:
    """Return a sentence for the record on a redirect that is followed.

    Args:
        asked: Address of the request.
        location: Where the server sends it, relative or absolute.

    Raises:
        ElsewhereError: It leads to another server, or nowhere.
    """
    try:
        here, there = urlsplit(asked), urlsplit(urljoin(asked, location))
        stays = _is_same(here, there)
    except ValueError:
        raise ElsewhereError("the server redirects to an address that cannot be read") from None
    if not stays:
        raise ElsewhereError(
            f"the server redirects to {_shown(there)}, which is not followed: if it is right, give it as --api-base"
        )
    return f"the server redirects {here.path} to {_shown(there)}: followed, at two requests a call"


def _is_same(here: SplitResult, there: SplitResult) -> bool:
    """Return whether it is the same server, or the same one behind TLS."""
    if here.hostname != there.hostname or there.scheme not in _PORTS:
        return False
    if here.scheme == there.scheme:
        return _port(here) == _port(there)
    return there.scheme == "https" and _port(here) == 80 and _port(there) == 443


def _port(address: SplitResult) -> int:
    return address.port or _PORTS[address.scheme]


def _shown(address: SplitResult) -> str:
    """Return the address without what may be secret in it: user, password, query."""
    port = f":{address.port}" if address.port else ""
    return f"{address.scheme}://{address.hostname}{port}{address.path}"
