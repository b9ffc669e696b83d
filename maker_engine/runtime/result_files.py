"""The papers of a run, put into the folder that its order names once it has a result."""

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

NONE_WRITTEN = "the run has come to none"
DRY = "a dry run writes none: what it says of the world is imitated"


def check_folder(task: AnyTask, folder: Path | None) -> None:
    """See to it before a run that its papers can be written after it; nothing is made.

    Raises:
        InputError: The task writes no papers, or no file can be made in that folder.
    """
    if folder is None:
        return
    if not offers(type(task), WithDocuments):
        raise InputError(f"{task.title} writes no papers: leave out the folder for them, {folder}")
    if "\0" in str(folder):
        raise InputError("the folder for papers has a character that no path has")
    there = next((one for one in (folder, *folder.absolute().parents) if exists(one)), Path("/"))
    if not is_folder(there):
        raise InputError(f"papers cannot be written to {folder}: {there} is not a folder; name another")
    if not os.access(there, os.W_OK | os.X_OK):
        raise InputError(f"papers cannot be written to {folder}: {there} may not be written to; name another folder")


def with_papers(view: RunView, task: AnyTask, folder: Path | None, saved: SavedRun | None) -> RunView:
    """Write the papers of a run that has a result; return its view, which says what was written, or why not.

    Args:
        view: The run at its end, its session closed.
        task: What was solved.
        folder: Where to, None for nowhere.
        saved: The run that it went on from, None for a new one.
    """
    outcome = view.snapshot.outcome
    if folder is None or outcome is None or not outcome.gives_result:
        return view
    if view.planned:
        return replace(view, papers=(), papers_note=DRY)
    from maker_engine.sessions.exchange.papers import made_papers, warning, write_papers  # noqa: PLC0415 - few runs write any

    branch = None if saved is None else saved.branch
    try:
        with blaming(type(task)):
            made = made_papers(view.session, task, branch)
            paths = tuple(write_papers(task, made, folder))
            note = warning(view.session, task, branch) if made else NONE_WRITTEN
    except MakerError as error:
        return replace(view, papers_fault=str(error))
    return replace(view, papers=paths, papers_note=note)
