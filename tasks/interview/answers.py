"""What agents say: drafts of lines, and picks from a numbered list.

The form is read generously: a code fence around the answer, bold, another bullet, blank lines, `answer=1` for
`answer = 1` change nothing of what is said. The content is read strictly and never repaired: a number that is no
number, two numbers, a line of no kind that was asked for are flagged.
"""

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
DESCRIPTION_LIMIT = 24

_MARKUP = "*_`#>~ \t\xa0"
_HEADING = re.compile(r"(?:[\w' ]{0,40} )?proposals\W{0,6}", re.IGNORECASE)
_FENCE = re.compile(r"(?:`{3,}|~{3,})\w{0,12}")
_BULLET = re.compile(r"(?:[-*+•–—]|\d{1,2}[.)])\s+(?=\S)")
_PICK = re.compile(
    r"(?<![\w-])answer[*_`]{0,3}\s{0,3}(?:=|:|is\b)[*_`\s]{0,4}(?:option |number |no\. ?"
    r"|#)?(?P<number>[0-9]{1,4})(?![\w]|[.,][0-9])",
    re.IGNORECASE,
)
_NAMED = re.compile(r"(?<![\w-])answer[*_`]{0,3}\s{0,3}[=:]", re.IGNORECASE)
_TAGGED = re.compile(
    r"[\[(*_`]{0,4}(?P<kind>[A-Za-z]{1,12}(?:[- ][A-Za-z]{1,8})?)[\])*_`]{0,4}\s?(?::|–|—| - "
    r"|(?<=[\])]))[*_`]{0,3}\s*(?P<text>.*)"
)
_PLURALS = {"stories": "story", "interfaces": "interface", "features": "feature", "constraints": "constraint"}
_NO_SAY = re.compile(r"[\s*_`~.)\]]*")
_SURROGATE = re.compile("[\ud800-\udfff]")


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
        text: What is there, so that the vote can be read without the list; "" for none.
    """

    number: int
    text: str = ""


def read_draft(text: str, kinds: Sequence[Kind]) -> Draft | Flag:
    """Read proposals; where `kinds` are several, each line has to name its own."""
    rows = [row for row in re.split(r"[\r\n]+", text) if row.strip() and not _FENCE.fullmatch(row.strip())]
    headings = (place for place in range(len(rows) - 1, -1, -1) if _HEADING.fullmatch(rows[place].strip(_MARKUP)))
    bullets = rows[next(headings, len(rows)) + 1 :]
    if not bullets or not all(_BULLET.match(row.strip()) for row in bullets):
        return Flag(MALFORMED, "does not end with `proposals:` and lines that begin with `- `", excerpt(text[-80:]))
    lines: list[tuple[Kind, str]] = []
    for row in bullets:
        kind, said = _line(_BULLET.sub("", row.strip(), count=1), kinds)
        if kind is None or not said:
            return Flag(MALFORMED, f"a line does not begin with one of {', '.join(kinds)}", excerpt(row))
        half = _SURROGATE.search(said)
        if half is not None:  # JSON makes one character of two halves: the line would come back as another
            return Flag(MALFORMED, "a line holds half a character", excerpt(said, half.start()))
        lines.append((kind, said))
    return Draft(tuple(lines))


def asking(draft: Draft | Flag) -> Draft | Flag:
    """Flag a draft of questions of which one asks nothing."""
    if isinstance(draft, Draft):
        silent = next((text for _, text in draft.lines if "?" not in text), None)
        if silent is not None:
            return Flag(MALFORMED, "a line asks nothing: QUESTION? [ANSWER | ANSWER]", excerpt(silent))
    return draft


def _line(said: str, kinds: Sequence[Kind]) -> tuple[Kind | None, str]:
    """Read what follows a bullet: the kind it names, None for none of `kinds`, and its text."""
    tagged = _TAGGED.fullmatch(said)
    named = "" if tagged is None else tagged["kind"].lower().replace(" ", "-")
    kind = next((one for one in kinds if named in (one, f"{one}s") or _PLURALS.get(named) == one), None)
    if kind is None and len(kinds) == 1:
        return kinds[0], _unwrapped(said)
    return kind, "" if tagged is None else _unwrapped(tagged["text"])


def _unwrapped(said: str) -> str:
    """Take off the marks around the whole of a line: **bold**, `code`."""
    said = said.strip()
    for mark in ("**", "__", "`", "*", "_"):
        inner = said[len(mark) : -len(mark)]
        if len(said) > 2 * len(mark) and said.startswith(mark) and said.endswith(mark) and mark[0] not in inner:
            return inner.strip()
    return said


def read_pick(text: str, listed: Sequence[str]) -> Pick | Flag:
    """Read a vote for one of `listed`, or for none of them."""
    names = list(_NAMED.finditer(text))
    found = _PICK.search(text, names[-1].start() if names else 0)
    if found is None or not _says_no_more(text[found.end() :], int(found["number"]), listed):
        return Flag(MALFORMED, "does not end with a line `answer = N`", excerpt(text[-80:]))
    number = int(found["number"])
    return Pick(number, listed[number - 1] if 0 < number <= len(listed) else "")


def _says_no_more(rest: str, number: int, listed: Sequence[str]) -> bool:
    """Return whether what follows the number says nothing else: marks, a fence, or the entry's own words."""
    line, _, below = rest.partition("\n")
    line = line.strip(_MARKUP + ".:()[]\"'–—-")
    own = listed[number - 1].strip(".") if 0 < number <= len(listed) else "none of them"
    if line and len(line) < 3:
        return False
    described = own.casefold().startswith(line.rstrip(".…").casefold()) or line.casefold().startswith(own.casefold())
    return described and all(_FENCE.fullmatch(row.strip()) or _NO_SAY.fullmatch(row) for row in below.splitlines())


def draft_objection(draft: Draft, most: int) -> Flag | None:
    """Say what makes well-formed proposals unreliable."""
    said = [text for _, text in draft.lines]
    if len(said) > most:
        return Flag(ILLEGAL, f"{len(said)} lines where at most {most} may be given", excerpt(said[most]))
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


def described(answer: Draft | Pick) -> str:
    """Describe an answer in at most 24 characters."""
    if isinstance(answer, Pick):
        words = f"{answer.number} {answer.text}" if answer.number else "0 none of them"
    elif len(answer.lines) == 1:
        words = answer.lines[0][1]
    else:
        words = f"{len(answer.lines)} lines"
    shown = "".join(letter if letter.isprintable() else " " for letter in words).strip() or "-"
    return shown if len(shown) <= DESCRIPTION_LIMIT else shown[: DESCRIPTION_LIMIT - 1] + "…"
