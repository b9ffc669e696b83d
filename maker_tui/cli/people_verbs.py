"""`maker records review`, `gold` and `audit`: what people are asked about rows, here or on sheets of theirs."""

from __future__ import annotations

import argparse
import getpass
from pathlib import Path
from typing import TYPE_CHECKING

from maker_engine.core.errors import InputError
from maker_engine.input_files import exists, path_of
from maker_engine.output import say, say_json, versioned
from maker_engine.records.people import AUDIT, GOLD, MOST_PEOPLE, REVIEW, Answers, beside
from maker_tui.cli.record_files import Operand, add_verb, opened, read_problem, write_table

if TYPE_CHECKING:
    from maker_engine.arguments import Arguments
    from maker_engine.labelling.units import Units
    from maker_tui.cli.record_files import Verbs
    from maker_tui.runs.labelling import Labelling, LabellingSettings

WHAT = Operand("named", "WHAT", "a session of records; with --problem or --question a table")


def add_verbs(verbs: Verbs) -> None:
    """Add the commands that ask people."""
    review = add_verb(verbs, "review", _review, "have people decide what the votes did not, without seeing the votes")
    _add_sheet(review)
    review.add_argument("--below", type=float, default=0.0, metavar="SHARE",
                        help="also what was accepted with less agreement than this, 0 to 1")  # fmt: skip
    gold = add_verb(verbs, "gold", _gold, "label rows drawn at random as gold, before a run or after it", [WHAT])
    gold.add_argument("--problem", type=Path, metavar="FILE", help="the codebook, where WHAT is rows and no session")
    gold.add_argument("--question", metavar="TEXT", help="without a codebook, as of maker ask: what is asked of a row")
    gold.add_argument("--choices", metavar="A,B,C", help="without a codebook: the answers")
    gold.add_argument("--id", metavar="COLUMN", help="the column that identifies a row")
    gold.add_argument("--field", metavar="NAME", help="without a codebook: the answer's column (default answer)")
    gold.add_argument("--to", type=Path, metavar="FILE", help="where the gold is written (default beside the session)")
    gold.add_argument("--rows", type=int, metavar="N", help="how many are drawn (default 100)")
    _add_asking(gold)
    gold.add_argument("--seed", type=int, default=0, metavar="N", help="seed of the random draw (default 0)")
    audit = add_verb(verbs, "audit", _audit, "bound the share of wrong labels among accepted ones, by blind answers")
    _add_sheet(audit)
    audit.add_argument("--here", action="store_true", help="label the sample at this terminal")
    audit.add_argument(
        "--alpha", type=float, default=0.01, metavar="SHARE", help="greatest share of errors (default 0.01)"
    )
    audit.add_argument("--delta", type=float, default=0.05, metavar="SHARE",
                       help="how often the claim may be false (default 0.05)")  # fmt: skip
    audit.add_argument("--rows", type=int, metavar="N", help="lines of the sheet (default as many as are needed)")
    audit.add_argument("--seed", type=int, default=0, metavar="N", help="seed of the random draw (default 0)")
    audit.add_argument("--json", action="store_true", help="print one JSON object")


def _add_sheet(parser: Arguments) -> None:
    parser.add_argument("--out", type=Path, metavar="FILE", help="write a sheet to be filled in, without the votes")
    parser.add_argument(
        "--answers",
        metavar="FILE",
        action="append",
        help="read a sheet that was filled in; may be repeated, one for each person",
    )
    _add_asking(parser)


def _add_asking(parser: Arguments) -> None:
    parser.add_argument(
        "--reviewer", default="", metavar="NAME", help="who answers (default you; of a sheet, its name)"
    )
    parser.add_argument(
        "--reviewers", type=int, default=1, metavar="N", help="how many people are to answer each row (default 1)"
    )


def _settings(chosen: argparse.Namespace) -> LabellingSettings:
    from maker_tui.runs.labelling import CLAIM, LabellingSettings  # noqa: PLC0415 - help needs none

    if not 1 <= chosen.reviewers <= MOST_PEOPLE:
        raise InputError(f"--reviewers is a number from 1 to {MOST_PEOPLE}, got {chosen.reviewers}")
    rows = getattr(chosen, "rows", None)
    if rows is not None and rows < 1:
        raise InputError(f"--rows is a number of at least 1, got {rows}")
    below = getattr(chosen, "below", 0.0)
    if not below >= 0:  # nor anything that is no number
        raise InputError(f"--below is a share such as 0.5, got {below:g}")
    claim = (chosen.alpha, chosen.delta) if hasattr(chosen, "alpha") else CLAIM
    return LabellingSettings(
        chosen.reviewer or getpass.getuser(), chosen.reviewers, below, rows,
        getattr(chosen, "seed", 0), claim,
    )  # fmt: skip


def _labelling(chosen: argparse.Namespace, front: str, gold: Path | None = None) -> Labelling:
    """Make what people are asked about a session."""
    from maker_engine.sessions.store.reader import Reader  # noqa: PLC0415 - help needs none
    from maker_tui.runs.labelling import Table, labelling_of  # noqa: PLC0415 - likewise
    from maker_tui.runs.records import Records  # noqa: PLC0415 - likewise

    path, task, units = opened(chosen.named)
    with Reader(path) as reader:
        records = Records(path, reader.branch.id, lambda _: None)
    return labelling_of(Table(task, units, Answers(path), records), _settings(chosen), path, front, gold=gold)


def _here(chosen: argparse.Namespace, front: str, gold: Path | None = None) -> str:
    """Ask people about a session at this terminal; return what is to be said of gold."""
    from maker_engine.sessions.exchange.papers import simulated  # noqa: PLC0415 - help needs none
    from maker_engine.sessions.store.reader import Reader  # noqa: PLC0415 - likewise
    from maker_tui.cli.review_here import review_here  # noqa: PLC0415 - likewise

    labelling = _labelling(chosen, front, gold)
    with Reader(opened(chosen.named)[0]) as reader:
        labelling.simulated = simulated(reader)
        review_here(labelling, reader)
    return labelling.save_gold()


def _review(chosen: argparse.Namespace) -> int:
    from maker_engine.records.queue import Queue  # noqa: PLC0415 - help needs none
    from maker_engine.records.review import Review, asked_of  # noqa: PLC0415 - likewise
    from maker_engine.records.sheets import columns, sheet  # noqa: PLC0415 - likewise
    from maker_engine.sessions.store.reader import Reader  # noqa: PLC0415 - likewise

    settings = _settings(chosen)
    if not chosen.answers and chosen.out is None:
        _say(_here(chosen, REVIEW))
        return 0
    path, task, units = opened(chosen.named)
    people = Answers(path)
    if chosen.answers:
        take_in(chosen, units, people, REVIEW)
        return 0
    seed = int(getattr(task.problem, "seed", 0)) if hasattr(task, "problem") else 0
    review = Review(units, people, REVIEW, chosen.reviewer, needs=settings.needs)
    with Reader(path) as reader:
        review.extend(asked_of(units, Queue(task, chosen.below).rest(reader)))
    write_table(chosen.out, columns(units), sheet(units, review.waiting, seed))
    say(f"{chosen.out}: {review.left:,} to answer; then maker records review {chosen.named} --answers {chosen.out}")
    return 0


def take_in(chosen: argparse.Namespace, units: Units, people: Answers, kind: str) -> None:
    """Keep what people have written into sheets."""
    from maker_engine.records.sheets import read_sheet  # noqa: PLC0415 - help needs none
    from maker_engine.tables.opening import open_table  # noqa: PLC0415 - likewise

    for name in chosen.answers:
        answers = read_sheet(open_table(name), units, kind, chosen.reviewer or Path(name).stem)
        people.add(answers)
        say(f"{name}: {len(answers):,} {'answer' if len(answers) == 1 else 'answers'} kept in {people.path}")


def _gold(chosen: argparse.Namespace) -> int:
    of_session = chosen.problem is None and not chosen.question
    _say(_here(chosen, GOLD, chosen.to) if of_session else _gold_of_table(chosen))
    return 0


def _gold_of_table(chosen: argparse.Namespace) -> str:
    """Have rows of a table labelled before there is a run; return what is to be said of gold."""
    from maker_engine.catalogue import find  # noqa: PLC0415 - help needs none
    from maker_engine.records.decided import units_of  # noqa: PLC0415 - likewise
    from maker_tui.cli.review_here import review_here  # noqa: PLC0415 - likewise
    from maker_tui.runs.labelling import GoldList, Labelling, Table  # noqa: PLC0415 - likewise

    settings = _settings(chosen)
    if chosen.to is None:
        raise InputError("say where the gold is to be written: --to gold.csv")
    if exists(chosen.to) and not exists(beside(chosen.to)):
        raise InputError(f"{chosen.to} is there already and was not labelled here: name another file")
    asked = {name: getattr(chosen, name) for name in ("question", "choices", "id", "field")}
    options = {"rows": chosen.named, **{name: text for name, text in asked.items() if text}}
    source = None if chosen.problem is None else read_problem(path_of(str(chosen.problem)))
    task = find("records").load(options, source)
    table = Table(task, units_of(task, chosen.to), Answers(chosen.to), None)
    labelling = Labelling(table, [GoldList(table, settings)], None, chosen.to)
    review_here(labelling, None)
    return labelling.save_gold()


def _say(words: str) -> None:
    if words:
        say(words)


def _audit(chosen: argparse.Namespace) -> int:
    from maker_engine.records.audit import audit, sentence  # noqa: PLC0415 - help needs none
    from maker_engine.records.guarantee import needed  # noqa: PLC0415 - likewise
    from maker_engine.records.sheets import accepted, columns, sheet  # noqa: PLC0415 - likewise
    from maker_engine.sessions.store.reader import Reader  # noqa: PLC0415 - likewise

    if not (0 < chosen.alpha < 1 and 0 < chosen.delta < 1):
        raise InputError("--alpha and --delta are shares between 0 and 1, such as 0.01 and 0.05")
    settings = _settings(chosen)
    if chosen.here:
        _say(_here(chosen, AUDIT))
    path, task, units = opened(chosen.named)
    people, claim = Answers(path), (chosen.alpha, chosen.delta)
    if chosen.answers:
        take_in(chosen, units, people, AUDIT)
    with Reader(path) as reader:
        if "ended" not in reader.meta():
            raise InputError(f"the run of {path} has not ended, and an audit draws from all that it will have accepted")
        drawn = accepted(reader, task, chosen.seed)
        if not drawn.steps:
            raise InputError(f"session {path} has nothing that was accepted by votes: there is nothing to audit")
        if chosen.out is not None:
            steps = drawn.steps[: settings.rows or needed(len(drawn.steps), *claim)]
            write_table(chosen.out, columns(units), sheet(units, steps, chosen.seed))
            say(f"{chosen.out}: {len(steps):,} of {len(drawn.steps):,} accepted at random; fill in the column answer")
            return 0
        found = audit(reader, task, units, drawn, people, claim)
    if chosen.json:
        say_json(versioned(found._asdict()))
    else:
        say(sentence(found, claim), *([f"wrong: {', '.join(found.wrong[:20])}"] if found.wrong else []))
        if found.beyond > 0:
            say(f"{found.beyond:,} more are labelled behind a gap in the order of drawing, and cannot count")
    return 0 if found.certified else 1
