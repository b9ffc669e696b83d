"""A document as files, each a pure function of it.

REQUIREMENTS.md            for people: every line with source and votes, open questions, conflicts, spill
AGENTS.md  CLAUDE.md       for a coding agent: what to build, and what not
specs/001-name/spec.md     for GitHub's spec-kit
requirements.json          for programs: all there is; reads back to an equal document
"""

from ..document import Document
from ..document_json import to_json
from .agents import agents_block, claude, placed
from .requirements import requirements
from .spec_kit import spec, spec_path

__all__ = ["agents_block", "export", "placed", "requirements", "spec", "spec_path"]


def export(document: Document, number: int = 1) -> dict[str, str]:
    """Return all files, by their path relative to the project; `number` is that of the specification, from 1."""
    return {
        "REQUIREMENTS.md": requirements(document),
        "AGENTS.md": agents_block(document),
        "CLAUDE.md": claude(document),
        spec_path(document, number): spec(document, number),
        "requirements.json": to_json(document),
    }
