"""What a terminal sends, as text: bytes that are no UTF-8, and reports of an old kind, come to no harm."""

from __future__ import annotations

import re
from codecs import getincrementaldecoder

_MOUSE_REPORT = re.compile(rb"\x1b\[M.{0,3}", re.DOTALL)
"""X10's way to report the mouse: button, column and row as one byte each, of any value. A terminal that forgets its
modes, as behind a connection that was taken up again, falls back to it."""
_REPORT_BYTES = 6


class InputDecoder:
    """Decodes input as it arrives, in pieces of any size.

    Bytes that are not UTF-8 become U+FFFD. The three bytes of an X10 mouse report become NUL, which Textual's parser
    skips in a report and which is no key otherwise: as they came they would be typed.
    """

    def __init__(self) -> None:
        self._decode = getincrementaldecoder("utf-8")("replace").decode
        self._before = b""

    def decode(self, data: bytes) -> str:
        """Return the text of the next bytes; an unfinished character waits for its rest."""
        known = len(self._before)
        plain = _MOUSE_REPORT.sub(_blank, self._before + data)
        self._before = plain[1 - _REPORT_BYTES :]
        return self._decode(plain[known:])


def _blank(report: re.Match[bytes]) -> bytes:
    return b"\x1b[M" + b"\x00" * (len(report[0]) - 3)
