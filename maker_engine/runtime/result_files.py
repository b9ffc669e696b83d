"""What a run writes where its order says once it has a result: papers into a folder, or a table of rows into a file."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from maker_engine.blame import blaming
from maker_engine.core.decomposition import AnyTask
from maker_engine.core.errors import InputError, MakerError
from maker_engine.core.offers import WithDocuments, offers
from maker_engine.input_files import exists, is_folder
from maker_engine.runtime.view import RunView

if TYPE_CHECKING:
    from maker_engine.sessions.queries.saved import SavedRun

NONE_WRITTEN = "the run has produced none"
SIMULATED = "the simulated model answered: the labels say nothing about the rows"
DRY = "a dry run writes none: what it says of the world is imitated"


def check_out(task: AnyTask, out: Path | None) -> None:
    """See to it before a run that its papers, or its table, can be written after it; nothing is made.

    Raises:
        InputError: The task writes neither, the table's file exists, or no file can be made there.
    """
    if out is None:
        return
    if "\0" in str(out):
        raise InputError("the path to write to has a character that no path has")
    if _has_rows(task):
        if exists(out):
            raise InputError(f"{out} exists already: name another file")
        _check_folder(out, out.parent, "the rows", "file")
    elif offers(type(task), WithDocuments):
        _check_folder(out, out, "papers", "folder")
    else:
        raise InputError(f"{task.title} writes no papers: leave out the folder for them, {out}")


def _has_rows(task: AnyTask) -> bool:
    from maker_engine.labelling.units import units_in  # noqa: PLC0415 - few runs write anything

    return units_in(task) is not None


def _check_folder(out: Path, folder: Path, what: str, kind: str) -> None:
    made = kind == "folder"
    there = next((one for one in (folder, *folder.absolute().parents) if exists(one) or not made), Path("/"))
    if not is_folder(there):
        other = "name another" if made else "make it, or name another file"
        raise InputError(f"{what} cannot be written to {out}: {there} is not a folder; {other}")
    if not os.access(there, os.W_OK | os.X_OK):
        raise InputError(f"{what} cannot be written to {out}: {there} may not be written to; name another {kind}")


def with_papers(view: RunView, task: AnyTask, out: Path | None, saved: SavedRun | None) -> RunView:
    """Write the papers, or the table, of a run that has a result; return its view, which says what was written.

    Args:
        view: The run at its end, its session closed.
        task: What was solved.
        out: Where to, None for nowhere.
        saved: The run that it continued from, None for a new one.
    """
    outcome = view.snapshot.outcome
    if out is None or outcome is None or not outcome.gives_result:
        return view
    if _has_rows(task):
        return _with_table(view, task, out, saved)
    if view.planned:
        return replace(view, papers=(), papers_note=DRY)
    from maker_engine.sessions.exchange.papers import made_papers, warning, write_papers  # noqa: PLC0415 - few runs write any

    branch = None if saved is None else saved.branch
    try:
        with blaming(type(task)):
            made = made_papers(view.session, task, branch)
            paths = tuple(write_papers(task, made, out))
            note = warning(view.session, task, branch) if made else NONE_WRITTEN
    except MakerError as error:
        return replace(view, papers_fault=str(error))
    return replace(view, papers=paths, papers_note=note)


def _with_table(view: RunView, task: AnyTask, out: Path, saved: SavedRun | None) -> RunView:
    from maker_engine.records.results import write_results  # noqa: PLC0415 - few runs write any

    note = SIMULATED if view.snapshot.started is not None and view.snapshot.started.simulated else ""
    try:
        write_results(view.session, task, out, branch=None if saved is None else saved.branch)
    except MakerError as error:
        return replace(view, papers_fault=str(error), writes_table=True)
    return replace(view, papers=(out,), papers_note=note, writes_table=True)
