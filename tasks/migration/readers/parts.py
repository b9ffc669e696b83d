"""What every reader needs: the files of a folder, a change from its scripts, and notes of what was not read."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from maker_engine.core.errors import ProblemError

from ..problem import Change
from ..sql import conflict, statements


@dataclass
class Folder:
    """A folder as it was read.

    Attributes:
        name: Its name.
        files: Text by relative path.
        dialect: "sqlite" or "postgres".
        notes: (file:line, what was not read); readers add to it.
    """

    name: str
    files: dict[str, str]
    dialect: str
    notes: list[tuple[str, str]] = field(default_factory=list)

    def note(self, file: str, line: int, words: str) -> None:
        """Add a note."""
        self.notes.append((f"{file}:{line}", words))

    def change(  # noqa: PLR0913 - three scripts, where each is, and what their tool notes
        self, name: str, file: str, up: str, down: str = "", verify: str = "", *, at: tuple[int, int] = (1, 1),
        down_file: str = "", verify_file: str = "", needs: tuple[str, ...] = (), version: str = "",
        checksum: int | None = None,
    ) -> Change:  # fmt: skip
        """Make a change of its scripts.

        Args:
            name: What it is called.
            file: Where `up` is.
            up: The script that deploys it.
            down: The one that reverts it.
            verify: The one that checks it.
            at: The first line of `up` and of `down` in their files, from 1.
            down_file: Where `down` is, if elsewhere.
            verify_file: Where `verify` is.
            needs: The changes that it declares to need.
            version: What it is called in its tool's own table.
            checksum: What the tool notes of its script there.

        Raises:
            ProblemError: A script does not parse.
        """
        deploy, revert, checks = [
            statements(self._plain(text, where), self.dialect, where, line)
            for text, where, line in (
                (up, file, at[0]), (down, down_file or file, at[1]), (verify, verify_file, 1)
            )
        ]  # fmt: skip
        if not deploy and up.strip():
            self.note(file, at[0], "has no statement to deploy")
        short = re.sub(r"\s+", "_", name)[:200]
        return Change(short, needs, deploy, revert, checks, file, version=version, checksum=checksum)

    def _plain(self, text: str, file: str) -> str:
        """Leave out what is the client's and no SQL: psql's and sqlite3's own commands."""
        if not re.search(r"^[\\.][A-Za-z]", text, re.MULTILINE):
            return text
        lines = text.split("\n")
        for number, line in enumerate(lines):
            if re.match(r"[\\.][A-Za-z]", line):
                self.note(file, number + 1, f"{line.split()[0][:20]} is a command of the client's and was not read")
                lines[number] = ""
        return "\n".join(lines)


def tied(changes: list[Change]) -> tuple[Change, ...]:
    """Let each change need those before it in the plan that touch what it changes, so that their order is kept."""
    found: list[Change] = []
    for change in changes:
        needs = dict.fromkeys(change.needs)
        for other in found:
            if other.name not in needs and conflict(other.deploy, change.deploy):
                needs[other.name] = None
        found.append(replace(change, needs=tuple(needs)))
    return tuple(found)


def missing(file: str, what: str) -> ProblemError:
    """Return the error of a script that the plan names and the folder does not have."""
    return ProblemError(f"{file[:120]} is missing: {what[:80]}")
