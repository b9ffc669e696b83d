"""Reads answers: generously in form, strictly in content. What contradicts its own row is a red flag."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from unicodedata import normalize

from maker_engine.core.red_flags import INCONSISTENT, MALFORMED
from maker_engine.core.responses import Flag, excerpt

from .knots import Circle
from .problem import Problem
from .ruling import SHOWN, Menu
from .state import Build, Drop, Unite
from .wording import OTHER, by_name

_TAIL, _LONGEST_LINE = 2_000, 300
_DRESS = str.maketrans("", "", "*`\"'$")
_BULLET = re.compile(r"^(?:[-•>]|\d{1,4}[.)])\s+")
_PART = re.compile(r"(module|name|waiting|chain|drop|needs)\s*[=:]\s*(.+)", re.IGNORECASE)
_BOLD = re.compile(r"^[*`]+|[*`]+(?=\s*[=:])")
_UNIT = re.compile(r"(?:as )?one unit", re.IGNORECASE)
_MOST_LINES = 4


def _lines(text: str) -> list[str]:
    """Return the last lines of a response, fences and empty ones left out."""
    found = [" ".join(line.split()) for line in text[-_TAIL:].splitlines()]
    return [line for line in found if line and not line.startswith("```") and len(line) <= _LONGEST_LINE][-_MOST_LINES:]


def _parts(text: str) -> dict[str, str]:
    """Return the values that the last lines give, by name."""
    parts: dict[str, str] = {}
    for line in reversed(_lines(text)):
        found = _PART.fullmatch(_BULLET.sub("", _BOLD.sub("", line), count=1))
        if found is None or found[1].lower() in parts:
            break
        parts[found[1].lower()] = found[2].strip()
    return parts


def bare(name: str) -> str:
    """Return a name without what models dress it in, for comparison."""
    return " ".join(normalize("NFC", name).translate(_DRESS).split()).rstrip(".")


def _number(text: str, most: int) -> int | None:
    plain = bare(text)
    number = int(plain) if re.fullmatch(r"[0-9]{1,6}", plain) else -1
    return number if 0 <= number <= most else None


def _missing(parts: Mapping[str, str], needed: Sequence[str], text: str) -> Flag | None:
    for name in needed:
        if name not in parts:
            return Flag(MALFORMED, f"the last lines have no `{name} =`", excerpt(text[-120:]))
    return None


def read_build(text: str, menu: Menu) -> Build | Flag:
    """Read a chosen module: its number, and what its row says, which must agree."""
    parts = _parts(text)
    if bare(parts.get("module", "")).casefold() == OTHER and not menu.left:
        return _other(parts, menu, text)
    if missing := _missing(parts, ("module", "name", "waiting", "chain"), text):
        return missing
    rows = menu.left or menu.units
    place = _number(parts["module"], len(rows))
    if not place:
        return Flag(MALFORMED, f"the module is not a number from 1 to {len(rows)}", excerpt(parts["module"]))
    unit = rows[place - 1]
    name = menu.plan.names[unit]
    if bare(parts["name"]) != bare(name):
        return Flag(INCONSISTENT, f"row {place} is another module", excerpt(parts["name"]))
    return _contradiction(parts, menu, unit, text) or Build(name)


def _contradiction(parts: Mapping[str, str], menu: Menu, unit: int, text: str) -> Flag | None:
    """Flag numbers that cannot be, or are not those of the row."""
    waiting, chain = (_number(parts[one], 999_999) for one in ("waiting", "chain"))
    if waiting is None or chain is None:
        return Flag(MALFORMED, "waiting and chain are not whole numbers", excerpt(text[-60:]))
    if chain > waiting or (chain == 0) != (waiting == 0):
        return Flag(INCONSISTENT, f"a chain of {chain} cannot be where {waiting} wait", excerpt(text[-60:]))
    if not menu.left and (waiting, chain) != (menu.plan.waiting[unit], menu.plan.chain[unit]):
        return Flag(INCONSISTENT, "the row has other numbers", excerpt(text[-60:]))
    return None


def _other(parts: Mapping[str, str], menu: Menu, text: str) -> Build | Flag:
    if missing := _missing(parts, ("name",), text):
        return missing
    wanted = normalize("NFC", parts["name"].strip())
    if wanted in menu.plan.names:
        return Build(wanted)
    return Flag(MALFORMED, "there is no module of that name", excerpt(wanted))


def read_circle(text: str, circle: Circle, problem: Problem) -> Drop | Unite | Flag:
    """Read what becomes of a cycle."""
    lines = _lines(text)
    if lines and _UNIT.fullmatch(bare(lines[-1])):
        return Unite()
    parts = _parts(text)
    if missing := _missing(parts, ("drop", "module", "needs"), text):
        return missing
    rows = by_name(circle.weakest[:SHOWN])
    place = _number(parts["drop"], len(rows))
    if not place:
        return Flag(MALFORMED, f"the drop is not a number from 1 to {len(rows)}", excerpt(parts["drop"]))
    one, other, _ = rows[place - 1]
    drop = Drop(problem.modules[one].name, problem.modules[other].name)
    if (bare(parts["module"]), bare(parts["needs"])) != (bare(drop.module), bare(drop.needed)):
        return Flag(INCONSISTENT, f"row {place} is another need", excerpt(text[-120:]))
    return drop
