"""What is left behind when the app itself is at fault: a few lines on the terminal, the traceback in a file."""

from __future__ import annotations

import os
import tempfile
import traceback
from pathlib import Path

from rich.text import Text

from maker_engine.models.litellm_faults import redact
from maker_engine.printable import one_line, printable


def report(error: BaseException | None) -> Text:
    """Write the traceback to a file, without the values of any variable or any key, and return what to print."""
    told = "".join(traceback.format_exception(error)) if error is not None else "no error"
    whole = printable(redact(told), newlines=True)  # a provider's refusal may stand behind it, and repeat the key
    try:
        handle, name = tempfile.mkstemp(prefix="maker-crash-", suffix=".txt")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(whole)
        where = f"the traceback is in {Path(name)}"
    except OSError as problem:
        where = f"the traceback could not be written ({one_line(str(problem))})"
    cause = f"{type(error).__name__}: {one_line(redact(str(error)))}" if error is not None else "an unknown error"
    return Text(f"maker: stopped by an error of its own: {cause}\nmaker: {where}; decided steps are in the session\n")
