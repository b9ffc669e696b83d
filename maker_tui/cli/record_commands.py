"""`maker sessions …`: what can be done with the record of a run once it is there."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import asdict
from itertools import chain, islice
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING

from maker_engine.core.errors import InputError, MakerError
from maker_engine.output import end_progress, say, say_json, say_text, show_progress, versioned
from maker_engine.printable import one_line
from maker_engine.sessions.library.listing import INTERRUPTED, RUNNING
from maker_tui.cli import exporting, revote_table
from maker_tui.cli.parsing import Parser
from maker_tui.text.figures import count_of

if TYPE_CHECKING:
    from maker_engine.core.decomposition import AnyTask
    from maker_engine.sessions.queries.forks import ForkNode

NAME = "SESSION"
Verbs = argparse._SubParsersAction  # noqa: SLF001 - argparse names it nowhere else


def add_verbs(verbs: Verbs[Parser]) -> None:
    """Add the commands on one session's record."""
    show = _verb(verbs, "show", _show, "show a session's figures and forks, or one of its steps")
    show.add_argument("--fork", type=int, metavar="N", help="which of its runs, 0 for the first (default the newest)")
    show.add_argument("--step", type=int, metavar="N", help="the state before step N, the votes, and what was said")
    show.add_argument("--schedule", action="store_true", help="what happened when: a bar for each call and each effect")
    show.add_argument("--json", action="store_true", help="one JSON object")
    _verb(verbs, "verify", _verify, "check every byte, and decide every step again from its recorded votes")
    salvage = _verb(verbs, "salvage", _salvage, "save what is sound in a damaged session into a new one")
    salvage.add_argument("--fork", type=int, default=0, metavar="N", help="which of its runs (default 0, the first)")
    salvage.add_argument("--to", type=Path, metavar="FILE", help="the new session (default beside it)")
    export = _verb(verbs, "export", _export, "write a session as text")
    exporting.add_flags(export)
    importing = verbs.add_parser("import", help="make a session of an export in JSON Lines", allow_abbrev=False)
    importing.add_argument("file", type=Path, metavar="FILE.jsonl")
    importing.add_argument("--to", type=Path, metavar="FILE", help="the new session (default in the library)")
    _with_task(importing).set_defaults(act=_import)
    revote = _verb(verbs, "revote", _revote, "say what another k, rule or set of red flags would have decided")
    revote_table.add_flags(revote)


def _verb(verbs: Verbs[Parser], name: str, act: Callable[[argparse.Namespace], int], help_text: str) -> Parser:
    parser = verbs.add_parser(
        name, help=help_text, description=help_text[0].upper() + help_text[1:] + ".", allow_abbrev=False
    )
    parser.add_argument("session", metavar=NAME)
    _with_task(parser).set_defaults(act=act)
    return parser


def _with_task(parser: Parser) -> Parser:
    parser.add_argument("--task", metavar="PATH", help="needed for a session of a task run from a path")
    return parser


def _opened(chosen: argparse.Namespace) -> tuple[Path, AnyTask]:
    """Find a session, bring it up to date and load its task."""
    from maker_engine.sessions.library.naming import find  # noqa: PLC0415 - only these commands read sessions
    from maker_engine.sessions.queries.saved import task_of  # noqa: PLC0415 - start-up
    from maker_engine.sessions.store.reader import Reader  # noqa: PLC0415 - start-up
    from maker_engine.sessions.store.upgrade import bring_up  # noqa: PLC0415 - start-up

    path = find(chosen.session)
    bring_up(path)
    family = family_of(chosen, path)
    with Reader(path) as reader:
        return path, task_of(reader.meta(), family)


def family_of(chosen: argparse.Namespace, session: Path | None = None) -> type[AnyTask] | None:
    """Return the task's class that `--task` names; else that of a file that `session` names and the user agrees to."""
    from maker_engine import catalogue  # noqa: PLC0415 - start-up

    if chosen.task is not None or session is None:
        return None if chosen.task is None else catalogue.find(chosen.task)
    from maker_tui.cli.open_command import agreed_family  # noqa: PLC0415 - start-up

    return agreed_family(session)


def _show(chosen: argparse.Namespace) -> int:
    from maker_engine.blame import blaming  # noqa: PLC0415 - start-up
    from maker_engine.sessions.queries.forks import tree  # noqa: PLC0415 - start-up
    from maker_engine.sessions.queries.saved import open_saved  # noqa: PLC0415 - start-up
    from maker_engine.sessions.store.lock import writer_of  # noqa: PLC0415 - start-up
    from maker_engine.sessions.store.reader import Reader  # noqa: PLC0415 - start-up
    from maker_tui.cli.headless import report, result_line, summary  # noqa: PLC0415 - start-up
    from maker_tui.runs.bridge import SavedSource  # noqa: PLC0415 - start-up
    from maker_tui.runs.resuming import going_on_line  # noqa: PLC0415 - start-up
    from maker_tui.text.check_lines import check_rows  # noqa: PLC0415 - start-up
    from maker_tui.text.fork_lines import fork_lines  # noqa: PLC0415 - start-up

    path, task = _opened(chosen)
    if chosen.step is not None:
        with blaming(type(task)):
            return _show_step(path, task, chosen)
    if chosen.schedule:
        return _show_schedule(path, chosen)
    view = SavedSource(open_saved(path, type(task), chosen.fork)).view()
    with Reader(path) as reader:
        nodes = tree(reader)
    if view is None:
        raise AssertionError("a saved session has a view")
    if chosen.json:
        say_json({**summary(view), "forks": [*map(_fork_fields, nodes)]})
        return 0
    say_text(report(view, _ending(path)))
    if named := _named(path):
        say(f"origin   from elsewhere; it names {named}, which resume asks about")
    rows = fork_lines(nodes, driven=writer_of(path) is not None)
    say(*(f"{'runs' if not place else '':<8} {help_text}" for place, help_text in enumerate(rows)))
    if view.snapshot.check is not None:
        say("", *check_rows(view.snapshot.check))
    say_text(going_on_line(path, chosen.fork) + result_line(view))
    return 0


def _fork_fields(node: ForkNode) -> dict[str, object]:
    """Return a line of the tree of forks for scripts; its first own step counts from 1, as `fork --at`."""
    fields = asdict(node)
    decided, expected = fields.pop("steps"), fields.pop("expected")
    return {**fields, "fork_step": node.fork_step + 1, "steps": expected, "decided_steps": decided}


def _ending(path: Path) -> str:
    """Describe the state of a session that has not ended."""
    from maker_engine.sessions.store.lock import writer_of  # noqa: PLC0415 - start-up

    if (writer := writer_of(path)) is not None:
        return f"{RUNNING}: process {writer} drives it"
    return f"{INTERRUPTED}: it has not ended, and no program drives it"


def _show_schedule(path: Path, chosen: argparse.Namespace) -> int:
    """Print the bars of a run, by the slots that they took: effects, and calls that have a time."""
    from maker_engine.core.task.timeline import Span, draw_timeline  # noqa: PLC0415 - start-up
    from maker_engine.sessions.queries.schedule import bars  # noqa: PLC0415 - start-up
    from maker_engine.sessions.store.reader import Reader  # noqa: PLC0415 - start-up

    with Reader(path, chosen.fork) as reader:
        found = bars(reader)
    if chosen.json:
        say_json(versioned({"bars": [bar._asdict() for bar in found]}))
        return 0
    spans = [Span("", f"{bar.step + 1} {bar.resource} {bar.name}".rstrip(), bar.began_s, bar.ended_s) for bar in found]
    say_text(draw_timeline(spans, get_terminal_size().columns).plain + "\n")
    return 0


def _show_step(path: Path, task: AnyTask, chosen: argparse.Namespace) -> int:
    from maker_engine.core.record.registry import line_of  # noqa: PLC0415 - start-up
    from maker_engine.sessions.queries.inspection import prompts_read  # noqa: PLC0415 - start-up
    from maker_engine.sessions.store.reader import Reader  # noqa: PLC0415 - start-up
    from maker_engine.sessions.store.time_travel import entries_of  # noqa: PLC0415 - start-up
    from maker_tui.text.step_lines import entry_lines, text_lines  # noqa: PLC0415 - start-up

    with Reader(path, chosen.fork) as reader:
        if not 1 <= chosen.step <= reader.steps_done() + 1:
            raise InputError(f"the run has steps 1 to {reader.steps_done() + 1:,}, not {chosen.step:,}")
        state = reader.state(task, chosen.step - 1)
        entries = entries_of(reader, task, chosen.step - 1)
        read = prompts_read(reader, task, chosen.step - 1) if chosen.json else ()
    if chosen.json:
        value = {
            "step": chosen.step,
            "state": task.encode_state(state),
            "prompts": [{**asdict(one.prompt), "wording": one.name, "samples": [*one.samples]} for one in read],
            "entries": [line_of(one, task) for one in entries],
        }
        say_json(versioned(value))
        return 0
    say_text(f"{task.picture(state).plain}\n\n")
    said = list(text_lines(entries))
    say(*entry_lines(entries, task), *([""] if said else []), *said)
    return 0


def _verify(chosen: argparse.Namespace) -> int:
    from maker_engine.sessions.integrity.verify import verify  # noqa: PLC0415 - start-up

    path, task = _opened(chosen)
    checked = verify(path, task, lambda steps: show_progress(f"{steps:,} checked"))
    end_progress()
    say(*(one_line(str(finding), 300) for finding in checked.findings))
    sound = (
        "sound" if not checked.findings else "NOT as it was written; maker sessions salvage saves what is sound in it"
    )
    say(f"{path}: {sound}, {count_of(checked.steps, 'step')} and all their votes checked")
    return int(bool(checked.findings))


def _salvage(chosen: argparse.Namespace) -> int:
    from maker_engine.sessions.integrity.salvage import salvage  # noqa: PLC0415 - start-up
    from maker_engine.sessions.library.naming import find  # noqa: PLC0415 - start-up

    path = find(chosen.session)
    to = chosen.to or path.with_name(f"{path.stem}-salvaged{path.suffix}")
    saved = salvage(path, to, chosen.fork, family_of(chosen))
    left = "every step it had" if saved.whole else f"step {saved.steps + 1:,} is the first that is not sound"
    say(f"{saved.path}: {count_of(saved.steps, 'step')} saved, {left}; {path} is left as it is")
    return 0


def _export(chosen: argparse.Namespace) -> int:
    from maker_engine.blame import blaming  # noqa: PLC0415 - start-up

    path, task = _opened(chosen)
    with blaming(type(task)):
        exporting.export(path, task, chosen)
    return 0


def _import(chosen: argparse.Namespace) -> int:
    from maker_engine.input_files import is_file, lines_of  # noqa: PLC0415 - start-up
    from maker_engine.sessions.exchange.export import is_session  # noqa: PLC0415 - start-up
    from maker_engine.sessions.exchange.importing import LONGEST_LINE, import_lines  # noqa: PLC0415 - start-up
    from maker_engine.sessions.library.library import Library  # noqa: PLC0415 - start-up

    if is_file(chosen.file) and is_session(chosen.file):
        raise InputError(f"{chosen.file} is a session, no export of one: maker sessions duplicate brings it in")
    to = chosen.to or Library().new_path("imported")
    lines = lines_of(chosen.file, "file", LONGEST_LINE)
    begun = list(islice(lines, 1))  # a file that cannot be read is no fault of its first line
    steps = import_lines(chain(begun, lines), to, family_of(chosen))
    say(f"{to}: {count_of(steps, 'step')}")
    if named := _named(to):
        say(f"it names {named}: maker sessions resume will ask you to agree")
    return 0


def _named(path: Path) -> str:
    """Say what a session from elsewhere names that costs money or may get a key; empty for nothing."""
    from maker_engine.runtime.continuing import reordered  # noqa: PLC0415 - start-up
    from maker_engine.runtime.trust import named_elsewhere  # noqa: PLC0415 - start-up
    from maker_engine.sessions.store import origin  # noqa: PLC0415 - start-up
    from maker_engine.sessions.store.reader import Reader  # noqa: PLC0415 - start-up

    with Reader(path) as reader:
        if origin.is_own(path, reader.record(reader.branch.id)):
            return ""
        try:
            named = named_elsewhere(reordered(reader.meta()["order"], path, {}), {})
        except MakerError:
            return "what cannot be read"
    return "" if named is None else str(named)


def _revote(chosen: argparse.Namespace) -> int:
    from maker_engine.blame import blaming  # noqa: PLC0415 - start-up

    path, task = _opened(chosen)
    with blaming(type(task)):
        revote_table.say_trials(path, task, chosen)
    return 0
