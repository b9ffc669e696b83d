"""What agents say: drafts of lines, and picks from a numbered list; read strictly, never repaired."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from maker_engine.core.red_flags import ILLEGAL, INCONSISTENT, MALFORMED
from maker_engine.core.responses import Flag, excerpt

from .document import Kind
from .parts import Part

LONGEST = 200
"""Characters of a proposed line."""
TOLD = 24

_PROPOSALS = re.compile(r"(?:\A|\n)proposals:[ ]*\n((?:-[^\S\n][^\n]+(?:\n|\Z))+)\s*\Z", re.IGNORECASE)
_PICK = re.compile(r"(?:\A|\n)answer[^\S\n]=[^\S\n]([0-9]{1,4})\s*\Z", re.IGNORECASE)
_TAGGED = re.compile(r"([a-z-]{1,12}): *(.*)")


class Draft(NamedTuple):
    """Lines that one agent proposes.

    Attributes:
        lines: (kind, text) of each, in order.
    """

    lines: tuple[tuple[Kind, str], ...]


class Pick(NamedTuple):
    """A vote for one entry of a numbered list.

    Attributes:
        number: Its number, 1-based; 0 for none of them.
        text: What stands there, so that the vote can be read without the list; "" for none.
    """

    number: int
    text: str = ""


def read_draft(text: str, kinds: Sequence[Kind]) -> Draft | Flag:
    """Read proposals; where `kinds` are several, each line has to name its own."""
    found = _PROPOSALS.search(text)
    if found is None:
        return Flag(MALFORMED, "does not end with `proposals:` and lines that begin with `- `", excerpt(text[-80:]))
    lines: list[tuple[Kind, str]] = []
    for each in found[1].splitlines():
        said = each.removeprefix("-").strip()
        kind: Kind | None = kinds[0]
        if len(kinds) > 1:
            tagged = _TAGGED.fullmatch(said)
            kind = next((one for one in kinds if tagged is not None and tagged[1] == one), None)
            said = "" if tagged is None else tagged[2]
        if kind is None or not said:
            return Flag(MALFORMED, f"a line does not begin with one of {', '.join(kinds)}", excerpt(each))
        lines.append((kind, said))
    return Draft(tuple(lines))


def read_pick(text: str, listed: Sequence[str]) -> Pick | Flag:
    """Read a vote for one of `listed`, or for none of them."""
    found = _PICK.search(text)
    if found is None:
        return Flag(MALFORMED, "does not end with a line `answer = N`", excerpt(text[-80:]))
    number = int(found[1])
    return Pick(number, listed[number - 1] if 0 < number <= len(listed) else "")


def draft_objection(draft: Draft, most: int) -> Flag | None:
    """Say what makes well-formed proposals unreliable."""
    said = [text for _, text in draft.lines]
    if len(said) > most:
        return Flag(ILLEGAL, f"{len(said)} lines, at most {most} were asked for", excerpt(said[most]))
    for text in said:
        if len(text) > LONGEST:
            return Flag(ILLEGAL, f"a line of {len(text)} characters, at most {LONGEST}", excerpt(text))
        if not text.isprintable():
            return Flag(ILLEGAL, "a line holds characters that cannot be shown", excerpt(text))
    if len({text.casefold() for text in said}) < len(said):
        return Flag(INCONSISTENT, "says the same line twice", excerpt(said[0]))
    return None


def pick_objection(pick: Pick, listed: Sequence[str], *, none_allowed: bool) -> Flag | None:
    """Say what makes a well-formed vote unreliable."""
    if pick.number > len(listed) or (pick.number == 0 and not none_allowed):
        return Flag(
            ILLEGAL, f"there is no number {pick.number} in the list of {len(listed)}", f"answer = {pick.number}"
        )
    return None


def most_lines(part: Part | None) -> int:
    """Return how many lines a draft may have: of a part, or of everything."""
    return MOST_DRAFTED if part is None else part.most


MOST_DRAFTED = 18
"""Lines of a whole draft."""


def told(answer: Draft | Pick) -> str:
    """Tell an answer in at most 24 characters."""
    if isinstance(answer, Pick):
        words = f"{answer.number} {answer.text}" if answer.number else "0 none of them"
    elif len(answer.lines) == 1:
        words = answer.lines[0][1]
    else:
        words = f"{len(answer.lines)} lines"
    shown = "".join(letter if letter.isprintable() else " " for letter in words).strip() or "-"
    return shown if len(shown) <= TOLD else shown[: TOLD - 1] + "…"
