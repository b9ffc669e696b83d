"""The effect "api_demo": requests to maker's own server, which the effect itself starts. It reaches nothing else."""

from __future__ import annotations

import getpass
import os
import re
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from maker_engine.core.decomposition import Json
from maker_engine.effects.consent import Scope
from maker_engine.effects.http import Http
from maker_engine.effects.port import Call, EffectError, take

from .server import ShopServer

URL = "http://api-demo"
"""What represents the server's address in a request."""
_KNOWN: dict[str, type | tuple[type, ...]] = {
    "start": str, "stop": str, "server": str, "method": str, "url": str, "headers": dict, "body": str,
}  # fmt: skip
_NAME = re.compile(r"[a-z\-]{1,20}\.[0-9a-f]{16}")
_RUNNING: dict[str, ShopServer] = {}


class DemoApi:
    """Starts the server, sends to it, and stops it.

    Arguments: {"start": name of a script of faults} gives {"server": its name}; {"server", "method", "url", "headers",
    "body"} as the effect "http", with `http://api-demo` for the server's address; {"stop": name of the server}.
    The server ends with the process, and after a crash continues from what it was asked before.
    """

    def __init__(self) -> None:
        self._http = Http()

    def scope(self, arguments: Mapping[str, Any], *, writes: bool) -> Scope | None:  # noqa: ARG002 - it touches nothing else
        """Return None: nothing but maker's own server is reached."""
        take(arguments, _KNOWN)
        name = arguments.get("server", arguments.get("stop", ""))
        if "start" not in arguments and not _NAME.fullmatch(name):
            raise EffectError("arguments", "there is no demo server of that name", refused=True)
        if "server" in arguments and not str(arguments.get("url", "")).startswith(URL + "/"):
            raise EffectError("arguments", f"the address must begin with {URL}/", refused=True)
        return None

    def describe(self, arguments: Mapping[str, Any]) -> str:
        """Describe the request, or that the server is started or stopped."""
        if "server" in arguments:
            return f"{arguments.get('method', 'GET')} {arguments.get('url', '')}"
        return f"{'start' if 'start' in arguments else 'stop'} the demo server"

    async def carry_out(self, call: Call) -> dict[str, Json]:
        """Do it; a request that finds no server running starts it from what it was asked before."""
        given = call.arguments
        if "start" in given:
            name = f"{given['start'] or 'none'}.{secrets.token_hex(8)}"
            if not _NAME.fullmatch(name):
                raise EffectError("arguments", "there is no script of faults of that name", refused=True)
            _server(name)
            return {"server": name}
        if "stop" in given:
            server = _RUNNING.pop(given["stop"], None)
            if server is not None:
                server.stop()
            _kept(given["stop"]).unlink(missing_ok=True)
            return {}
        url = str(given["url"]).replace(URL, _server(given["server"]).url, 1)
        arguments = {key: value for key, value in given.items() if key != "server"} | {"url": url}
        answer = await self._http.carry_out(replace(call, arguments=arguments))
        return {**answer, "url": given["url"]}


def _server(name: str) -> ShopServer:
    """Return the server of a name, started where it does not run."""
    if name not in _RUNNING:
        try:
            server = ShopServer(0, name.partition(".")[0], _kept(name))
        except OSError as error:
            raise EffectError("connection", f"the demo server cannot be started: {error}") from None
        server.start()
        _RUNNING[name] = server
    return _RUNNING[name]


def _kept(name: str) -> Path:
    """Return the file of what a server was asked, in a folder of this user's own."""
    folder = Path(tempfile.gettempdir()) / f"maker-api-demo-{getpass.getuser()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.getuid():
        raise EffectError("connection", f"{folder} is not this user's own: remove it")
    return folder / f"{name}.jsonl"
