"""What a run has produced as files: the papers its task writes, put into a folder where nothing is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
from pathlib import Path, PurePosixPath

from maker_engine.core.decomposition import AnyTask
from maker_engine.core.errors import InputError, TaskError
from maker_engine.core.offers import WithDocuments, offers
from maker_engine.core.record.decisions import decided_first
from maker_engine.core.responses import Flag
from maker_engine.core.task.papers import Ballots
from maker_engine.input_files import exists
from maker_engine.sessions.exchange.export import write_whole
from maker_engine.sessions.store.reader import Reader, StoredStep


def ballots(reader: Reader, task: AnyTask, first: int = 0) -> Ballots:
    """Return the votes of all decided steps from `first` on (0-based)."""
    return {stored.step: _ballot(stored) for stored in reader.steps(task, first)}


def _ballot(stored: StoredStep) -> tuple[tuple[Hashable, int], ...]:
    votes = Counter(one.verdict for one in stored.samples if not isinstance(one.verdict, Flag))
    return decided_first(votes.items(), stored.answer)


def papers(path: Path, task: AnyTask, branch: int | None = None) -> Mapping[str, str]:
    """Return the papers of a session as it is now, as {relative path: text}.

    Raises:
        InputError: Its task writes none, or the run has none yet.
        SessionError: It cannot be read.
    """
    made = made_papers(path, task, branch)
    if not made and offers(type(task), WithDocuments):
        raise InputError(f"session {path} has no papers yet: maker sessions show describes it")
    if not made:
        raise InputError(f"{task.title} writes no papers: export it as jsonl, csv or html")
    return made


def made_papers(path: Path, task: AnyTask, branch: int | None = None) -> Mapping[str, str]:
    """Return what `papers` does; empty where there are none.

    Raises:
        SessionError: It cannot be read.
    """
    with Reader(path, branch, steady=True) as reader:
        state = reader.state(task, reader.steps_done())
        return task.papers(task.rehearsed(state) if simulated(reader) else state, ballots(reader, task))


def simulated(reader: Reader) -> bool:
    """Return whether simulated agents took part in a run, or in one of those that it was forked from."""
    parents = {branch.id: branch.parent for branch in reader.branches}
    at: int | None = reader.branch.id
    while at is not None:
        if reader.meta(at).get("started", {}).get("simulated"):
            return True
        at = parents.get(at)
    return False


def warning(path: Path, task: AnyTask, branch: int | None = None) -> str:
    """Return what has to be said of the papers of a session where they are handed out; "" for nothing."""
    with Reader(path, branch, steady=True) as reader:
        must_be_marked = task.simulation and simulated(reader)
    return "these papers come from a simulated run and are marked so: do not build from them" if must_be_marked else ""


def write_papers(task: AnyTask, made: Mapping[str, str], folder: Path) -> list[Path]:
    """Write papers into a folder, which is made where it is not there; return their paths.

    Raises:
        InputError: A file exists that the task does not join its paper to (then none is written), or cannot be written.
        TaskError: The task names a place outside the folder.
    """
    texts = {folder.joinpath(*_inside(name).parts): (name, text) for name, text in made.items()}
    whole = {path: _with_what_is_there(task, path, name, text) for path, (name, text) in texts.items()}
    for path, text in whole.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(f"{path.parent} cannot be made ({error.strerror}): name another folder") from None
        write_whole(path, [text])
    return list(whole)


def _with_what_is_there(task: AnyTask, path: Path, name: str, text: str) -> str:
    if not exists(path):
        return text
    try:
        joined = task.joined(name, text, path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        joined = None
    if joined is None:
        raise InputError(f"{path} exists already: name another folder, or move it away")
    return joined


def _inside(name: str) -> PurePosixPath:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not path.parts or "\0" in name or "\\" in name:
        raise TaskError(f"a task names the paper {name[:80]!r}, which is not a place inside a folder")
    return path
