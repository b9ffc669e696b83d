"""A saved session opened to be examined: with its task, or without it where the task's code may not be run.

What an installed task needs is there. A task that was run from a path is code of a file: it is run only if the user
has agreed to that file as it is now, which is asked once and remembered by the contents.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from maker_engine import catalogue
from maker_engine.core.errors import InputError, MakerError
from maker_engine.printable import one_line
from maker_engine.sessions.library.task_code import TaskCode, code_at, task_named_by
from maker_engine.sessions.queries.recorded_task import RecordedTask
from maker_engine.sessions.queries.saved import open_saved, task_of
from maker_engine.sessions.store.lock import writer_of
from maker_engine.sessions.store.upgrade import bring_up
from maker_engine.sessions.store.user_data import library
from maker_tui.runs.bridge import SavedSource
from maker_tui.runs.following import FollowedRun

if TYPE_CHECKING:
    from maker_engine.core.decomposition import AnyTask
    from maker_engine.sessions.store.reader import Reader
    from maker_tui.settings.memory import Memory

REMEMBERED = "task-code"
MOST_REMEMBERED = 200


class Opening(NamedTuple):
    """How a session is to be opened.

    Attributes:
        path: The session.
        branch: Which of its runs, None for the newest.
        family: The task's class, None for the installed one that the session names.
        without: Why it is opened without its task; empty to open it with it.
        ask: Code that the user has to agree to first; None for none.
    """

    path: Path
    branch: int | None = None
    family: type[AnyTask] | None = None
    without: str = ""
    ask: TaskCode | None = None


def consider(path: Path, branch: int | None, memory: Memory, task: str | None = None) -> Opening:
    """Find out how a session is to be opened. No code is run but what the user has agreed to.

    Args:
        path: The session; one outside of the library is not changed.
        branch: Which of its runs, None for the newest.
        memory: Remembers which code was agreed to.
        task: Where the user says that its task is, None to go by the session.

    Raises:
        InputError: `task` names none.
        SessionError: The session cannot be read.
    """
    if path.resolve().parent == library().resolve():
        bring_up(path)
    named = task_named_by(path, branch)
    if task is not None:
        family = catalogue.find(task)
        if (code := code_at(task) if catalogue.is_path(task) else None) is not None:
            remember(memory, code, agreed=True)
        return Opening(path, branch, family)
    if not named.from_path:
        return Opening(path, branch)
    shown = one_line(named.name, 120)
    if not named.own:
        return Opening(
            path,
            branch,
            without=f"it comes from elsewhere, and names {shown}: maker open --task PATH runs code of yours",
        )
    code = code_at(named.name)
    if code is None:
        return Opening(path, branch, without=f"{shown} is gone: maker open --task PATH says where its code is")
    agreed = _answer(memory, code)
    if agreed is None:
        return Opening(path, branch, ask=code)
    return answered(Opening(path, branch, ask=code), agreed=agreed)


def answered(opening: Opening, *, agreed: bool) -> Opening:
    """Return how a session is to be opened once the user has said whether its task's code may be run."""
    code = opening.ask
    if code is None:
        return opening
    shown = one_line(str(code.path), 120)
    if not agreed:
        return Opening(
            opening.path, opening.branch, without=f"you chose not to run {shown}: maker open --task PATH runs it"
        )
    if (now := code_at(code.named)) is None or now.digest != code.digest:
        return Opening(opening.path, opening.branch, without=f"{shown} was changed meanwhile: open it again")
    try:
        return Opening(opening.path, opening.branch, catalogue.find(code.named))
    except InputError as error:
        return Opening(opening.path, opening.branch, without=one_line(str(error)))


def remember(memory: Memory, code: TaskCode, *, agreed: bool) -> None:
    """Remember what the user has said of some code; the earliest answers are forgotten where there are too many."""
    if code.digest:
        others = {digest: said for digest, said in _answers(memory).items() if digest != code.digest}
        kept = list(others.items())[-MOST_REMEMBERED + 1 :]
        memory.keep(REMEMBERED, {**dict(kept), code.digest: agreed})


def task_to_read(reader: Reader, memory: Memory) -> AnyTask:
    """Return the task of a run to put its answers into words; where it may not be loaded, what the record says alone.

    Raises:
        SessionError: The session cannot be read.
    """
    meta = reader.meta()
    opening = consider(reader.path, reader.branch.id, memory)
    reason = opening.without or ("its code was not agreed to" if opening.ask is not None else "")
    if not reason:
        try:
            return task_of(meta, opening.family)
        except MakerError as error:
            reason = one_line(str(error))
    return RecordedTask(reader, meta, reason)


def open_source(opening: Opening) -> SavedSource | FollowedRun:
    """Open a session; where its task fails, without it.

    Raises:
        SessionError: It cannot be read.
    """
    path, branch = opening.path, opening.branch
    try:
        saved = open_saved(path, opening.family, branch, without_task=opening.without)
    except MakerError as error:
        if opening.without:
            raise
        why = str(error).partition("cannot be opened: ")[2] or str(error)
        try:
            saved = open_saved(path, None, branch, without_task=one_line(why, 200))
        except MakerError:
            raise error from None
    return SavedSource(saved) if writer_of(path) is None else FollowedRun(saved)


def _answers(memory: Memory) -> dict[str, bool]:
    kept = memory.recall(REMEMBERED)
    values = kept if isinstance(kept, dict) else {}
    return {digest: said for digest, said in values.items() if isinstance(said, bool)}


def _answer(memory: Memory, code: TaskCode) -> bool | None:
    return _answers(memory).get(code.digest) if code.digest else None
