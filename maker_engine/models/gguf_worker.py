"""The server process for a model file: prints its address once the model is loaded, and ends when its input ends.

Called as `python -m maker_engine.models.gguf_worker FILE SLOTS`.
"""

from __future__ import annotations

import os
import sys

from maker_engine.models.gguf_server import CONTEXT_TOKENS, threads
from maker_engine.models.parent_watch import end_with_input
from maker_engine.models.served import short_name


def main() -> None:
    """Serve until the parent goes, which it may do while the model is read."""
    end_with_input()
    # Deferred with the package itself: an extra.
    import xllamacpp  # noqa: PLC0415 - start-up

    path, slots = sys.argv[1], int(sys.argv[2])
    address = os.dup(1)
    os.dup2(2, 1)  # whatever the library prints is no address
    chosen = xllamacpp.CommonParams()
    chosen.model.path, chosen.model_alias = path, {short_name(os.path.basename(path))}  # noqa: PTH119 - text to text
    chosen.hostnames, chosen.port = ["127.0.0.1"], 0
    chosen.n_parallel, chosen.n_ctx = slots, CONTEXT_TOKENS * slots
    chosen.cpuparams.n_threads = chosen.cpuparams_batch.n_threads = threads()
    server = xllamacpp.Server(chosen)
    os.write(address, f"{server.listening_address}\n".encode())
    os.close(address)
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    main()
