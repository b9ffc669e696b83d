"""Secrets: named `${env:NAME}` in arguments, filled in at the last moment, masked in all that is kept or shown."""

from __future__ import annotations

import base64
import json
import os
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, quote_plus

from maker_engine.core.errors import InputError

PLACE = re.compile(r"\$\{env:([A-Za-z_][A-Za-z0-9_]*)\}")
KEY = "${maker:key}"
"""Represents the effect's idempotency key, in any text of its arguments."""
SHORTEST = 6
"""Characters: what is shorter would be masked in half of all texts, and is refused."""
_SECRET_NAME = re.compile(r"(TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|API_?KEY|_KEY|CREDENTIALS?)$", re.IGNORECASE)
_IN_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://[^/\s:@\"']*:([^/\s@\"'$]{3,})@", re.IGNORECASE)


class MissingSecretError(Exception):
    """A secret that is named is not set, or cannot be masked; its text is one line and holds no secret."""


class Secrets:
    """The secrets that were filled in so far.

    Args:
        environment: Where they come from, None for the process's own environment.
    """

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self._environment = os.environ if environment is None else environment
        self._names: dict[str, str] = {}  # what must not be seen, and what is written in its place
        self._pattern: re.Pattern[str] | None = None

    def fill(self, value: Any, key: str = "") -> Any:
        """Return arguments with every secret, and the idempotency key, in its place.

        Raises:
            MissingSecretError: One is not set, or is too short to be masked.
        """
        if isinstance(value, str):
            return PLACE.sub(lambda found: self._secret(found[1]), value).replace(KEY, key)
        if isinstance(value, Mapping):
            return {name: self.fill(one, key) for name, one in value.items()}
        if isinstance(value, list):
            return [self.fill(one, key) for one in value]
        return value

    def _secret(self, name: str) -> str:
        value = self._environment.get(name, "")
        if not value:
            raise MissingSecretError(f"${{env:{name}}} is not set: export {name} before the run")
        if len(value) < SHORTEST:
            raise MissingSecretError(f"{name} has fewer than {SHORTEST} characters: so short a secret cannot be masked")
        self.hide(value, name)
        return value

    def hide(self, value: str, name: str) -> None:
        """Mask `value` from now on, and what it is written as in addresses, JSON and base64."""
        if value in self._names or len(value) < SHORTEST:
            return
        mark = f"${{env:{name}}}"
        encoded = base64.b64encode(value.encode("utf-8", "surrogateescape")).decode()
        for form in (value, quote(value, safe=""), quote(value), quote_plus(value), json.dumps(value)[1:-1], encoded):
            self._names.setdefault(form, mark)
        self._names.setdefault(json.dumps(value, ensure_ascii=False)[1:-1], mark)
        longest_first = sorted(self._names, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first)))

    def mask(self, value: Any) -> Any:
        """Return text, or JSON, with its secrets masked by their names."""
        if self._pattern is None:
            return value
        if isinstance(value, str):
            return self._pattern.sub(lambda found: self._names[found[0]], value)
        if isinstance(value, Mapping):
            return {self.mask(name): self.mask(one) for name, one in value.items()}
        if isinstance(value, list | tuple):
            return [self.mask(one) for one in value]
        return value

    def mask_bytes(self, data: bytes, *, cut: bool = False) -> bytes:
        """Return bytes with their secrets masked; where they were cut, without an end that may begin a secret."""
        forms = {form.encode("utf-8", "surrogateescape"): mark.encode() for form, mark in self._names.items()}
        for form in sorted(forms, key=len, reverse=True):
            data = data.replace(form, forms[form])
        if cut:
            ends = (n for form in forms for n in range(len(form) - 1, 0, -1) if data.endswith(form[:n]))
            data = data[: len(data) - max(ends, default=0)]
        return data


def check_source(source: str, environment: Mapping[str, str] | None = None) -> None:
    """See to it that a task's source names its secrets and does not hold them: it is kept in every session.

    Raises:
        InputError: It holds one; the text says which, and not what it is.
    """
    known = os.environ if environment is None else environment
    named = set(PLACE.findall(source))
    for name, value in known.items():
        if (name in named or _SECRET_NAME.search(name)) and len(value) >= SHORTEST and value in source:
            raise InputError(
                f"the problem holds the value of {name}, which would be kept: write ${{env:{name}}} instead"
            )
    if _IN_ADDRESS.search(source):
        raise InputError("the problem holds a password in an address, which would be kept: write ${env:NAME} instead")
