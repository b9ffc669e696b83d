"""Where a table's bytes are: in a file that is opened again for each look, or in memory."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from maker_engine.input_files import open_named

WHAT = "table"
"""What a table is called in errors."""


@dataclass(frozen=True)
class Content:
    """The bytes of a table.

    Attributes:
        name: What the table is called in errors.
        path: Its file, None where `data` holds it.
        data: Its bytes where there is no file.
    """

    name: str
    path: Path | None = None
    data: bytes = b""

    def open(self) -> BinaryIO:
        """Open the table from its beginning; whoever opens it closes it.

        Raises:
            InputError: The file cannot be read.
        """
        return io.BytesIO(self.data) if self.path is None else open_named(self.path, WHAT)
