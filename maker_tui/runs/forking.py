"""Makes a fork that the app was asked for, ready to run in the app."""

from __future__ import annotations

import getpass

from maker_engine.runtime.continuing import fork, prepare_resume
from maker_engine.runtime.order import PreparedRun
from maker_tui.runs.fork_wish import ForkWish
from maker_tui.runs.pricing import with_prices


def forked(wish: ForkWish) -> PreparedRun:
    """Add the fork to its session, whose run must be closed, and make it ready.

    Raises:
        InputError: A change cannot be used, or there is no such step.
        UntrustedError: The session came from elsewhere, and names what the user has not agreed to.
        SessionError: The session cannot be written.
    """
    changes = with_prices(wish.path, wish.branch, wish.changes)
    number = fork(
        wish.path, wish.step, changes, branch=wish.branch, voter=getpass.getuser(), note=wish.note,
        prompt=wish.prompt, family=wish.family, trusted=wish.trusted,
    )  # fmt: skip
    here = {"apart": True, "attended": True, "breaks": wish.breaks}
    return prepare_resume(wish.path, here, wish.family, number, trusted=wish.trusted)
