"""`maker api-demo-server`: the shop of the sample, to test against by hand or from another terminal."""

from __future__ import annotations

import contextlib
from argparse import RawDescriptionHelpFormatter
from collections.abc import Sequence

from maker_engine.arguments import Arguments
from maker_engine.core.errors import InputError
from maker_engine.output import say

from .demo.scripts import SCRIPTS
from .demo.server import ShopServer

EXAMPLES = """\
examples:
  maker api-demo-server
  maker api-demo-server --port 8642 --faults flaky
  maker run api_tests --base-url http://127.0.0.1:8642 --allow write:http:127.0.0.1:8642

It serves on the loopback alone, until it is interrupted; /_log is what it was asked. exit status: 0 ended, 2 bad input
"""


def main(arguments: Sequence[str]) -> int:
    """Serve a small shop on the loopback, with faults by script.

    Returns:
        The exit status: 0 where it was interrupted.

    Raises:
        InputError: A flag cannot be used, or the port is taken.
    """
    parser = Arguments(
        prog="maker api-demo-server",
        description="Serve a small shop on the loopback, with faults by script.",
        epilog=EXAMPLES,
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=int, default=8642, help="0 for any that is free (default 8642)")
    parser.add_argument("--faults", choices=SCRIPTS, default=SCRIPTS[0], help=f"what goes wrong (default {SCRIPTS[0]})")
    chosen = parser.parse_args(arguments)
    if not 0 <= chosen.port < 65_536:
        raise InputError(f"--port must be 0 to 65535, got {chosen.port}")
    try:
        server = ShopServer(chosen.port, chosen.faults)
    except OSError as error:
        raise InputError(
            f"port {chosen.port} cannot be served on: {error.strerror}; give another with --port"
        ) from None
    say(f"serving on {server.url}, faults: {chosen.faults}; Ctrl-C ends it")
    with contextlib.suppress(KeyboardInterrupt):
        server.serve_forever(0.2)
    server.server_close()
    return 0
