"""Markdown as blocks: headings, list items, table rows and paragraphs, each with the line it begins on.

Front matter, fenced code and comments are left out. What is in a block is plain text: emphasis, links and escapes are
taken out of it, code and quotation marks stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

_FENCE = re.compile(r"^\s*(?:>\s*)?(`{3,}|~{3,})")
_HEADING = re.compile(r"^ {0,3}(#{1,6})(?=\s)")
_ITEM = re.compile(r"^(\s*)(?:[-*+•]|\d{1,4}[.)])\s+(?:\[[ xX]\]\s+)?(\S.*)$")
_TABLE_RULE = re.compile(r"^\s*+\|?\s*+:?-{2,}+:?\s*+(?:\|\s*+:?-{2,}+:?\s*+)*+\|?\s*+$")
_CELL_BORDER = re.compile(r"(?<!\\)\|")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*(?:\s+\"[^\"]*\")?\)")
_EMPHASIS = re.compile(r"(?<!\\)(?:\*{1,3}|(?<!\w)_{1,3}(?=\S)|(?<=[^\s_])_{1,3}(?!\w)|~~)")
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,200}>")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")


class Shape(StrEnum):
    """What a block is."""

    HEADING = "heading"
    ITEM = "item"
    ROW = "row"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Block:
    """One block.

    Attributes:
        shape: What it is.
        line: Line it begins on (1-based).
        text: Its plain text, on one line; a row's is "".
        level: A heading's level (1 to 6), an item's indentation in characters, 0 otherwise.
        cells: The plain text of a row's cells.
        head: The plain text of the cells of the row's table head.
    """

    shape: Shape
    line: int
    text: str
    level: int = 0
    cells: tuple[str, ...] = ()
    head: tuple[str, ...] = ()


def blocks(text: str) -> Iterator[Block]:
    """Yield the blocks of a Markdown text in their order."""
    lines = _readable(text)
    at = 0
    while at < len(lines):
        if at + 1 < len(lines) and "|" in lines[at] and _TABLE_RULE.match(lines[at + 1]):
            end = _end_of_table(lines, at + 2)
            yield from _rows(lines, at, end)
            at = end
        elif not lines[at].strip():
            at += 1
        else:
            block, at = _block(lines, at)
            yield replace(block, text=plain(block.text))


def plain(text: str) -> str:
    """Take links, tags, emphasis and escapes out of a text, and put it on one line."""
    for pattern, instead in ((_LINK, r"\1"), (_TAG, " "), (_EMPHASIS, ""), (_ESCAPE, r"\1")):
        text = pattern.sub(instead, text)
    return " ".join(text.split())


def _readable(text: str) -> list[str]:
    """Return the lines, those of front matter, fenced code and comments blank, so that every line keeps its number."""
    text = _COMMENT.sub(lambda match: "\n" * match.group().count("\n"), text)
    lines = text.split("\n")
    if lines[0].rstrip() == "---" and (end := _index(lines, "---", 1)) is not None:
        lines[: end + 1] = [""] * (end + 1)
    fence = ""
    for number, line in enumerate(lines):
        match = _FENCE.match(line)
        if fence:
            lines[number] = ""
            if match is not None and match[1].startswith(fence):
                fence = ""
        elif match is not None:
            fence, lines[number] = match[1], ""
    return [line.rstrip("\r").expandtabs(4) for line in lines]


def _index(lines: Sequence[str], wanted: str, start: int) -> int | None:
    return next((number for number in range(start, len(lines)) if lines[number].rstrip() == wanted), None)


def _end_of_table(lines: Sequence[str], at: int) -> int:
    while at < len(lines) and "|" in lines[at]:
        at += 1
    return at


def _rows(lines: Sequence[str], head: int, end: int) -> Iterator[Block]:
    names = _cells(lines[head])
    for number in range(head + 2, end):
        yield Block(Shape.ROW, number + 1, "", cells=_cells(lines[number]), head=names)


def _cells(line: str) -> tuple[str, ...]:
    return tuple(plain(cell) for cell in _CELL_BORDER.split(line.strip().removeprefix("|").removesuffix("|")))


def _block(lines: Sequence[str], at: int) -> tuple[Block, int]:
    heading = _HEADING.match(lines[at])
    if heading is not None:
        words = lines[at][heading.end() :].strip().rstrip("#").rstrip()
        return Block(Shape.HEADING, at + 1, words, len(heading[1])), at + 1
    item = _ITEM.match(lines[at])
    first = lines[at].lstrip(" >") if item is None else item[2]
    parts, end = [first], at + 1
    while end < len(lines) and _goes_on(lines, end):
        parts.append(lines[end].lstrip(" >"))
        end += 1
    shape = Shape.TEXT if item is None else Shape.ITEM
    return Block(shape, at + 1, " ".join(parts), 0 if item is None else len(item[1])), end


def _goes_on(lines: Sequence[str], at: int) -> bool:
    """Return whether the line belongs to the block before it."""
    line = lines[at]
    table = at + 1 < len(lines) and "|" in line and _TABLE_RULE.match(lines[at + 1]) is not None
    return bool(line.strip()) and not (_HEADING.match(line) or _ITEM.match(line) or table)
