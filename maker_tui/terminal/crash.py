"""What is left behind when the program itself is at fault: a few lines on the terminal, the traceback in a file."""

from __future__ import annotations

import os
import shlex
import tempfile
import traceback
from pathlib import Path

from maker_engine.models.litellm_faults import redact
from maker_engine.printable import one_line, printable

CRASHED = 70
"""Exit status of an error of our own; EX_SOFTWARE of sysexits.h."""


def report(error: BaseException) -> str:
    """Write the traceback to a file, without the values of any variable or any key, and return the lines to print."""
    trace = "".join(traceback.format_exception(error))
    whole = printable(redact(trace), newlines=True)  # a provider's refusal may be behind it, and repeat the key
    try:
        handle, name = tempfile.mkstemp(prefix="maker-crash-", suffix=".txt")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(whole)
        where = f"the traceback is in {Path(name)}"
    except OSError as problem:
        where = f"the traceback could not be written ({one_line(str(problem))})"
    cause = f"{type(error).__name__}: {one_line(redact(str(error)))}"
    return f"maker: stopped by an error of its own: {cause}\nmaker: {where}\n"


def resume_line(session: Path) -> str:
    """Return the line that says how to continue a run that was saved."""
    return f"maker: the run is saved; resume with: maker sessions resume {one_line(shlex.quote(str(session)), 4_000)}\n"
