"""The command line: `maker` opens the app, with words behind it one of its commands."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec

from maker_engine.core.errors import InputError, MakerError
from maker_engine.output import complain


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    if find_spec("fcntl") is None:
        complain("this system has no fcntl, so it is neither Linux nor macOS: on Windows, install maker in WSL")
        return 2
    return _main(list(sys.argv[1:] if arguments is None else arguments))


def _main(given: list[str]) -> int:
    from maker_tui.hangup import HUNG_UP, hung_up  # noqa: PLC0415 - it cannot be imported on Windows

    try:
        if not given:  # the home screen does not wait for what the commands need
            from maker_tui.launch import open_home  # noqa: PLC0415

            return open_home()
        from maker_tui.commands import act  # noqa: PLC0415

        return act(given)
    except InputError as error:
        return _refuse(error, 2)
    except MakerError as error:
        return _refuse(error, 1)
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        terminal_gone = error.errno == errno.EIO and hung_up(sys.stdout.fileno())
        if not terminal_gone and not isinstance(error, BrokenPipeError):
            raise
        # Whoever read our output has gone; a second error while Python flushes at exit would only add noise.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return HUNG_UP if terminal_gone else 1


def _refuse(error: MakerError, status: int) -> int:
    complain(error)
    return status
