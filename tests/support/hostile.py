"""Text that would do harm if a terminal took it for orders: as many different pieces of it as a test wants."""

from __future__ import annotations

import random
import re

UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u115f\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff"
    "\ufff0-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)
"""Characters that no terminal may get out of anybody else's text."""

_ORDERS = (
    "\x1b]0;pwned\x07", "\x1b]2;pwned\x1b\\", "\x1b]52;c;cHduZWQ=\x07", "\x9d52;c;cHduZWQ=\x9c",
    "\x1b]8;;http://x\x07", "\x1b]9;pwned\x07", "\x1b]777;notify;pwned;pwned\x07", "\x1bP+q544e\x1b\\",
    "\x1b_pwned\x1b\\", "\x1b[66;6m", "\x9b66;6m", "\x1b[2J", "\x1b[6n", "\x1b[?1049l", "\x1b[21t", "\x1bc", "\x1b#8",
    "\x1b(0", "\x0e", "\x08\x08\x08", "\r\n", "\t", "\x00",
    "[/]", "[bold red]", "[@click=app.quit]pwned[/]", "\\[", "$(pwned)", "{0}", "%s", "<script>", "&#27;", "]]>",
)  # fmt: skip
_CHARACTERS = [chr(code) for span in ((0, 0x20), (0x7F, 0xA0), (0x200B, 0x2010), (0x2028, 0x202F), (0x2060, 0x2070),
                                      (0xFE00, 0xFE10), (0xFFF9, 0xFFFC), (0xE0020, 0xE0030), (0xDC80, 0xDC90),
                                      (0xD800, 0xD804)) for code in range(*span)]  # fmt: skip
_PLAIN = ("a", "disk 3", "⚑", "字", "é", "👩‍👩‍👧", " ", "x" * 7, "e\u0301", "\u0e33")


def hostile(number: int, seed: int = 0) -> list[str]:
    """Make `number` short texts, all different; every order and every character stands in some of them."""
    rng = random.Random(seed)
    pieces = [*_ORDERS, *_CHARACTERS]
    return [
        "".join((rng.choice(_PLAIN), pieces[place % len(pieces)], rng.choice(pieces), rng.choice(_PLAIN), str(place)))
        for place in range(number)
    ]
