"""The glossary and the rooms as documented are those there are."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAMED = re.compile(r"`((?:maker_engine|maker_tui|tasks|tests|docs)/[\w./]+)`")


def test_every_file_that_the_documents_name_exists():
    """What glossary, architecture and CONTRIBUTING name by its path is there."""
    named = {
        name
        for page in ("README.md", "docs/glossary.md", "docs/architecture.md", "CONTRIBUTING.md")
        for name in NAMED.findall((ROOT / page).read_text())
    }
    assert len(named) > 60
    assert sorted(name for name in named if not (ROOT / name).exists()) == []


def test_each_term_is_explained_once():
    """The glossary has a row for each of the field's terms, with what it means and the module that is about it."""
    rows = [line.split("|")[1:-1] for line in (ROOT / "docs/glossary.md").read_text().splitlines() if "| `" in line]
    terms = [term.strip() for row in rows for term in row[0].split(",")]
    assert len(terms) > 60
    assert sorted({term for term in terms if terms.count(term) > 1}) == []
    assert all(len(row) == 3 and row[1].strip() for row in rows)


def test_every_room_says_what_it_is():
    """Each package of engine and app has a sentence in its `__init__`, and no code but the library's own."""
    rooms = [*ROOT.glob("maker_engine/**/__init__.py"), *ROOT.glob("maker_tui/**/__init__.py")]
    assert len(rooms) > 15
    assert [str(room) for room in rooms if not room.read_text().startswith('"""')] == []
