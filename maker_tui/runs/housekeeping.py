"""What the home screen does to session files: chores for a thread, and the deletions that can be undone."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from maker_engine.core.errors import MakerError

if TYPE_CHECKING:
    from pathlib import Path

    from maker_engine.sessions.library.library import SessionSummary


class Change(NamedTuple):
    """What a chore changed in the library.

    Attributes:
        said: The message for the user.
        gone: The session that is no longer there.
        come: The session that is there now, under its path of before or a new one.
        undoable: Deletions that can be undone.
    """

    said: str
    gone: Path | None = None
    come: SessionSummary | None = None
    undoable: int = 0


class Housekeeper:
    """Does chores, one at a time, and remembers what it deleted. Each may raise a `MakerError`."""

    def __init__(self) -> None:
        self._trashed: list[tuple[Path, str]] = []

    def delete(self, summary: SessionSummary) -> Change:
        """Move a session into the trash."""
        from maker_engine.sessions.library import upkeep  # noqa: PLC0415 - the first picture does not wait for SQLite

        name = called(summary)
        self._trashed.append((upkeep.delete(summary.path), name))
        return Change(f"deleted {name}", gone=summary.path, undoable=len(self._trashed))

    def undo(self) -> Change:
        """Bring the session back that was deleted last."""
        from maker_engine.sessions.library import upkeep  # noqa: PLC0415 - start-up
        from maker_engine.sessions.library.library import summarise  # noqa: PLC0415 - start-up

        if not self._trashed:
            return Change("nothing was deleted since maker started: maker sessions restore lists the trash")
        trashed, name = self._trashed.pop()
        try:
            back = summarise(upkeep.restore(trashed))
        except MakerError:
            if trashed.exists():
                self._trashed.append((trashed, name))
            raise
        return Change(f"restored {name}", come=back, undoable=len(self._trashed))

    def rename(self, summary: SessionSummary, name: str) -> Change:
        """Give a session a name, or take it away."""
        from maker_engine.sessions.library import upkeep  # noqa: PLC0415 - start-up
        from maker_engine.sessions.library.library import summarise  # noqa: PLC0415 - start-up

        upkeep.rename(summary.path, name)
        now = summarise(summary.path)
        said = f"renamed to {now.name}" if now.name else f"{summary.path.stem} has no name any more"
        return Change(said, come=now)

    def duplicate(self, summary: SessionSummary) -> Change:
        """Copy a session to a place beside it."""
        from maker_engine.sessions.library import upkeep  # noqa: PLC0415 - start-up
        from maker_engine.sessions.library.library import summarise  # noqa: PLC0415 - start-up

        copy = summarise(upkeep.duplicate(summary.path, summary.path.parent))
        return Change(f"duplicated as {called(copy)}", come=copy)


def called(summary: SessionSummary) -> str:
    """Name one session in a sentence: by the user's name, or by its file."""
    return summary.name or summary.path.stem
