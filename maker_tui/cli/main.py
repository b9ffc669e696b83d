"""The command line: `maker` opens the app, with words behind it one of its commands."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING

from maker_engine.core.errors import InputError, MakerError
from maker_engine.output import complain, complain_at_length

if TYPE_CHECKING:
    from maker_tui.terminal.streams import OutputError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    if find_spec("fcntl") is None:
        complain("this system has no fcntl, so it is neither Linux nor macOS: on Windows, install maker in WSL")
        return 2
    if not _is_somewhere():
        complain("the folder that this was started in is gone: cd to one that is there")
        return 2
    # Deferred: these cannot be imported on Windows.
    from maker_tui.terminal.streams import OutputError, open_standard  # noqa: PLC0415 - start-up

    open_standard()
    try:
        try:
            status = _obey(list(sys.argv[1:] if arguments is None else arguments))
        except SystemExit:  # argparse, which may have printed help
            sys.stdout.flush()
            raise
        sys.stdout.flush()
    except OutputError as error:
        return _output_lost(error)
    return status


def _obey(given: list[str]) -> int:
    from maker_tui.terminal.hangup import INTERRUPTED  # noqa: PLC0415 - start-up, as above
    from maker_tui.terminal.streams import OutputError  # noqa: PLC0415 - start-up, as above

    try:
        if not given:  # the home screen does not wait for what the commands need
            from maker_tui.cli.launch import open_home  # noqa: PLC0415 - start-up

            return open_home()
        from maker_tui.cli.commands import act  # noqa: PLC0415 - start-up

        return act(given)
    except InputError as error:
        return _refuse(error, 2)
    except MakerError as error:
        return _refuse(error, 1)
    except KeyboardInterrupt:
        return INTERRUPTED
    except OutputError:
        raise
    except Exception as error:  # noqa: BLE001 - a bug of ours: no user has to read a traceback
        from maker_tui.terminal.crash import CRASHED, report  # noqa: PLC0415 - hopefully never

        complain_at_length(report(error))
        return CRASHED


def _is_somewhere() -> bool:
    """Return whether the current folder is there; without one no path of a user means anything."""
    try:
        return bool(os.getcwd())  # noqa: PTH109 - start-up, without pathlib
    except FileNotFoundError:
        return False


def _output_lost(error: OutputError) -> int:
    """Say that standard output takes no more, unless its reader has gone on purpose, as `head` does."""
    from maker_tui.terminal.hangup import HUNG_UP, hung_up  # noqa: PLC0415 - it cannot be imported on Windows
    from maker_tui.terminal.streams import OUTPUT_LOST, give_up_output  # noqa: PLC0415 - start-up, likewise

    terminal_gone = error.errno == errno.EIO and hung_up(1)
    give_up_output()
    if terminal_gone:
        return HUNG_UP
    if error.errno != errno.EPIPE or error.result:
        complain(error)
    return OUTPUT_LOST


def _refuse(error: MakerError, status: int) -> int:
    complain(error)
    return status
