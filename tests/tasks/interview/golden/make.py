"""Write the golden files anew: python -m tests.tasks.interview.golden.make, then read the difference."""

from __future__ import annotations

from pathlib import Path

from maker_tasks.interview.exports import export
from maker_tasks.interview.gates import check_document

from tests.tasks.interview.documents import booking

FOLDER = Path(__file__).parent / "booking"


def files() -> dict[str, str]:
    """What the exports of the document for tests are, by path."""
    return export(check_document(booking()))


if __name__ == "__main__":
    for name, text in files().items():
        path = FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
