"""Which lines of a Markdown document are requirements, and of what kind.

A line is one when it begins with an id such as FR-001, is in a section of requirements, or has the shape of one:
a duty ("shall", "MUST"), a story ("As a …, I want …"), a test ("Given …, when …, then …"). In a document that is not
called requirements or specification, a section such as "Features" or "Requirements" makes no line a requirement: there
it is prose about the program, or what has to be installed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ..document import Kind
from .blocks import Block, Shape, blocks

_IDS = {
    Kind.FEATURE: "FR|REQ|R|F|UR|SR|SYS|BR|FUNC|SRS|PRD", Kind.CONSTRAINT: "NFR|CO|CON|C|QR|PR|SEC|PERF",
    Kind.STORY: "US|STORY", Kind.ACCEPTANCE: "AC|SC", Kind.NON_GOAL: "NG", Kind.DATA: "DA|DR", Kind.INTERFACE: "IF|IR",
    Kind.QUESTION: "OQ|Q", Kind.PURPOSE: "PU",
}  # fmt: skip
_KIND_OF_ID = {prefix: kind for kind, prefixes in _IDS.items() for prefix in prefixes.split("|")}
_PREFIXES = "|".join(sorted(_KIND_OF_ID, key=lambda prefix: (-len(prefix), prefix)))
_ID = re.compile(rf"^({_PREFIXES})[-_ ]?(\d{{1,5}}+(?:\.\d{{1,3}}+)*+)(?![\w.]*\w)")
# Sections that mean it in every document, then those that do only in a requirements document.
_SECTIONS = (
    (
        Kind.NON_GOAL,
        re.compile(r"\bnon[- ]?goals?\b|\b(?:out of|not in) scope\b|\bwon['’]?t (?:do|have|build)\b", re.IGNORECASE),
    ),
    (Kind.STORY, re.compile(r"\buser stor(?:y|ies)\b", re.IGNORECASE)),
    (Kind.ACCEPTANCE, re.compile(r"\bacceptance\b|\bsuccess criteria\b", re.IGNORECASE)),
    (Kind.CONSTRAINT, re.compile(r"\bnon[- ]?functional\b|\bquality (?:attributes|requirements)\b", re.IGNORECASE)),
    (
        Kind.QUESTION,
        re.compile(
            r"\bopen questions?\b|\bclarifications?\b|^not (?:now|decided)\b|^decisions?\b|^decided\b", re.IGNORECASE
        ),
    ),
    (Kind.FEATURE, re.compile(r"\bfunctional requirements?\b", re.IGNORECASE)),
)
_SECTIONS_OF_REQUIREMENTS = (
    (Kind.CONSTRAINT, re.compile(r"\bconstraints?\b|\bperformance\b|\bquality\b", re.IGNORECASE)),
    (Kind.DATA, re.compile(r"^(?:\W|\d)*(?:key )?(?:data|entities)\b", re.IGNORECASE)),
    (Kind.INTERFACE, re.compile(r"\binterfaces?\b", re.IGNORECASE)),
    (Kind.QUESTION, re.compile(r"\bquestions?\b|\bassumptions?\b|\bspill\b|\bconflicts?\b", re.IGNORECASE)),
    (Kind.FEATURE, re.compile(r"\brequirements?\b|\bfeatures?\b|\bfunctionality\b|\bbehaviou?r\b", re.IGNORECASE)),
)
_TITLE = re.compile(r"\brequirements?\b|\bspec(?:ification)?s?\b|\bprd\b|\bsrs\b", re.IGNORECASE)
_NAME = re.compile(r"(?:^|[\W_])(?:requirements?|specs?|specification|prd|srs)(?:[\W_]|$)", re.IGNORECASE)
_DUTY = re.compile(r"\b[Ss]hall\b|\b(?:MUST|SHALL|SHOULD)\b|^(?:When|While|If|Where)\s(?>.+?,).*?\bmust\b")
_PROSE = re.compile(r"(?:We|I|You)\b")
_STORY = re.compile(r"^As an? [^.]+? I (?:want|need|can|would like|wish)\b", re.IGNORECASE)
_TEST = re.compile(r"^Given\b(?>.+?\bwhen\b).+\bthen\b", re.IGNORECASE)
_GIVEN = re.compile(r"^Given\b", re.IGNORECASE)
_TEST_STEP = re.compile(r"^(?:Given|When|Then|And|But)\b", re.IGNORECASE)
_WAIVER = re.compile(r"^waived(?:\s+([a-z]+(?:/[a-z-]+)?))?:\s*(\w.*)$", re.IGNORECASE)
# What an export notes below a line: where it comes from, and how it was voted on. It quotes lines, and is none.
_PROVENANCE = re.compile(
    r"^(?:said (?:by|with)|proposed by agents|added by agents|votes(?: at step [\d,]+)?:|serves [A-Z]{2}-"
    r"|tested by [A-Z]{2}-"
    r"|fails \w+/|offered and not chosen|nobody's words ask for it|says nearly what)"
)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"“(])")
_TEXT_COLUMN = re.compile(r"requirement|description|statement|text|criteri|story|shall|what", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """A requirement line.

    Attributes:
        line: Line of the file it begins on (1-based).
        id: Its id as written, "" when it has none.
        kind: What it is.
        text: Its words, without id and Markdown.
        waivers: One (gate or gate/rule, reason) for each note below it that waives failures; "" for all of them.
    """

    line: int
    id: str
    kind: Kind
    text: str
    waivers: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        """What to call it."""
        return self.id or f"line {self.line}"


def find(text: str, file_name: str = "") -> list[Found]:
    """Return the requirement lines of a Markdown document, in order.

    Args:
        text: The document.
        file_name: Its name, which may say that it holds requirements.
    """
    read = list(blocks(text))
    titles = [block.text for block in read if block.shape is Shape.HEADING and block.level == 1]
    meant = _NAME.search(file_name) is not None or any(_TITLE.search(title) for title in titles[:1])
    return list(_tests_joined(_found(read, meant=meant)))


def _found(read: Sequence[Block], *, meant: bool) -> list[Found]:
    # Where requirements have ids, a list without them under a heading of its own is about something else.
    numbered = any(_id_and_text(block)[0] for block in read)
    sections: list[tuple[int, Kind | None]] = []
    found: list[Found] = []
    waivers: dict[int, list[tuple[str, str]]] = defaultdict(list)
    above: Block | None = None  # the requirement that a deeper item would belong to, the last of `found` when it was
    owner = 0
    for block in read:
        if block.shape is Shape.HEADING:
            sections = _entered(sections, block, meant=meant, numbered=numbered)
            above = None
            found += [each for each in _judged(block, None) if _DUTY.search(each.text)]
            continue
        nested = block.shape is Shape.ITEM and above is not None and block.level > above.level
        waiver = _WAIVER.match(block.text) if nested else None
        if waiver is not None:
            waivers[owner].append((waiver[1] or "", waiver[2]))
            continue
        if nested and _PROVENANCE.match(block.text):
            continue
        section = sections[-1][1] if sections else None
        own = list(_judged(block, None if nested or block.shape is Shape.TEXT else section))
        found += own
        if not nested:
            above, owner = (block if own and block.shape is Shape.ITEM else None), len(found) - 1
    return [
        replace(each, waivers=tuple(waivers[place])) if place in waivers else each for place, each in enumerate(found)
    ]


def _entered(
    sections: Sequence[tuple[int, Kind | None]], heading: Block, *, meant: bool, numbered: bool
) -> list[tuple[int, Kind | None]]:
    """Return the sections, (level, kind) each, that what follows the heading is in."""
    around = [entry for entry in sections if entry[0] < heading.level]
    inherited = next((kind for _, kind in reversed(around) if kind is not None), None)
    own = _section(heading.text, meant=meant) if heading.level > 1 else None
    return [*around, (heading.level, own or (None if numbered and inherited is Kind.FEATURE else inherited))]


def _section(heading: str, *, meant: bool) -> Kind | None:
    rules = (*_SECTIONS, *_SECTIONS_OF_REQUIREMENTS) if meant else _SECTIONS
    return next((kind for kind, pattern in rules if pattern.search(heading)), None)


def _judged(block: Block, section: Kind | None) -> Iterator[Found]:
    """Yield what is a requirement in a block that is in a section of a kind, None for no section."""
    line_id, text = _id_and_text(block)
    texts = _SENTENCE_END.split(text) if block.shape is Shape.TEXT and not line_id else [text]
    for sentence in texts:
        kind = _kind(line_id, sentence, section)
        if kind is not None and re.search(r"\w", sentence):
            yield Found(block.line, line_id, kind, sentence)


def _id_and_text(block: Block) -> tuple[str, str]:
    if block.shape is not Shape.ROW:
        return _cut_id(block.text)
    ids = [match.group() for cell in block.cells[:2] if (match := _ID.fullmatch(cell) or _ID.match(cell)) is not None]
    rest = [(name, cell) for name, cell in zip((*block.head, *[""] * len(block.cells)), block.cells, strict=False)]
    named = [cell for name, cell in rest if _TEXT_COLUMN.search(name) and cell]
    text = named[0] if named else max(block.cells, key=len, default="")
    return (ids[0] if ids else ""), _cut_id(text)[1]


def _cut_id(text: str) -> tuple[str, str]:
    match = _ID.match(text)
    if match is None:
        return "", text
    rest = text[match.end() :]
    if len(match[1]) == 1 and not rest.startswith((":", ".", ")")):  # "R 3 is a library" has no id
        return "", text
    return match.group(), rest.lstrip(" :.)–—-").strip()


def _kind(line_id: str, text: str, section: Kind | None) -> Kind | None:
    if section is Kind.QUESTION or text.endswith("?"):
        return Kind.QUESTION if section is Kind.QUESTION and line_id else None
    if _STORY.match(text):
        return Kind.STORY
    if _TEST.match(text) or (section is not None and _GIVEN.match(text)):
        return Kind.ACCEPTANCE
    if line_id:
        return _KIND_OF_ID[_ID.sub(r"\1", line_id)]
    duty = _DUTY.search(text) is not None and _PROSE.match(text) is None
    return section or (Kind.FEATURE if duty else None)


def _tests_joined(found: Iterable[Found]) -> Iterator[Found]:
    """Put the steps of one test, an item each, together again: Given, then When, then Then."""
    steps: list[Found] = []
    for line in found:
        if steps and not line.id and re.match(r"(?:When|Then|And|But)\b", line.text, re.IGNORECASE):
            steps.append(line)
            continue
        yield from _test(steps)
        steps = [line] if _TEST_STEP.match(line.text) and not re.search(r"\bthen\b", line.text, re.IGNORECASE) else []
        if not steps:
            yield line
    yield from _test(steps)


def _test(steps: Sequence[Found]) -> Iterator[Found]:
    """Yield the test that these steps are, if there are any."""
    if steps:
        *before, last = (step.text for step in steps)
        yield replace(steps[0], text=", ".join((*(text.rstrip(".,;") for text in before), last)))
