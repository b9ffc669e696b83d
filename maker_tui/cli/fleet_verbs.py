"""`maker records split`, `run`, `status`, `merge`: a table in parts that are run anywhere, and put together again."""

from __future__ import annotations

import argparse
import asyncio
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from maker_engine.core.errors import InputError, MakerError
from maker_engine.fleet import KINDS
from maker_engine.input_files import is_file, path_of
from maker_engine.output import complain, say, say_json, say_text, versioned
from maker_tui.cli.record_files import PARTS, ROWS, add_out, add_verb, opened, read_problem, write_table

if TYPE_CHECKING:
    from maker_engine.fleet.parts import PartEnd, PartOrder
    from maker_engine.fleet.shards import Manifest
    from maker_engine.options.kinds import Value
    from maker_tui.cli.record_files import Verbs


def add_verbs(verbs: Verbs) -> None:
    """Add the four verbs."""
    split = add_verb(verbs, "split", _split, "cut a table into parts that are run anywhere", (),
                     "Further flags are those of maker run; every part is begun with them.")  # fmt: skip
    split.add_argument("parts", type=int, metavar="N", help="how many parts")
    split.add_argument(ROWS.name, metavar=ROWS.metavar, help=ROWS.help)
    split.add_argument("--problem", type=Path, required=True, metavar="FILE", help="the codebook")
    split.add_argument("--gold", metavar="FILE", help="a table of right answers by id; never in a prompt")
    split.add_argument("--to", type=Path, required=True, metavar="DIR", help="an empty folder")
    split.add_argument("--for", dest="kinds", action="append", choices=KINDS, metavar="|".join(KINDS),
                       help="how they will be run; may be repeated (default all)")  # fmt: skip
    split.add_argument("--limit-usd", type=float, metavar="USD", help="limit in dollars of all parts together")
    split.add_argument("--rpm", type=float, metavar="N", help="requests a minute of all parts together")
    run = add_verb(verbs, "run", _run, "run the parts of a split, or one of them; stopped or killed ones are resumed",
                   [PARTS], "Further flags, behind DIR, are those of maker run.")  # fmt: skip
    run.add_argument("--part", type=int, metavar="N", help="only this part, from 1, in this process")
    run.add_argument("--jobs", type=int, default=2, metavar="N", help="parts at once on this machine (default 2)")
    run.add_argument("--executor", default="local", metavar="WHERE",
                     help="local (the default), dask (the extra dask; --jobs workers), dask=ADDRESS")  # fmt: skip
    status = add_verb(verbs, "status", _status, "show how far each part of a split is", [PARTS])
    status.add_argument("--json", action="store_true", help="print one JSON object")
    merge = add_verb(verbs, "merge", _merge, "put the results of parts together, every chain verified", [PARTS])
    merge.add_argument("--unfinished", action="store_true", help="also parts that have no result yet: rows are open")
    add_out(merge)


def _split(chosen: argparse.Namespace) -> int:
    from maker_engine.documents import read_document  # noqa: PLC0415 - help needs none
    from maker_engine.fleet.launchers import launchers  # noqa: PLC0415 - likewise
    from maker_engine.fleet.shards import Whole, read_manifest, split  # noqa: PLC0415 - likewise
    from maker_engine.labelling.codebook import read_codebook  # noqa: PLC0415 - likewise
    from maker_engine.labelling.faults import refuse_faults  # noqa: PLC0415 - likewise
    from maker_engine.labelling.gold import canonical, read_gold  # noqa: PLC0415 - likewise
    from maker_engine.labelling.units import Units  # noqa: PLC0415 - likewise
    from maker_engine.sessions.exchange.export import write_new  # noqa: PLC0415 - likewise
    from maker_engine.tables.opening import open_table  # noqa: PLC0415 - likewise
    from maker_tui.cli.option_flags import given  # noqa: PLC0415 - likewise

    text = read_problem(path_of(str(chosen.problem)))
    table = open_table(chosen.rows)
    for note in table.notes:
        complain(note)
    units = Units(table, read_codebook(read_document(text, "the codebook")))
    refuse_faults(units.codebook, units.shown)
    gold = None if chosen.gold is None else path_of(chosen.gold)
    if gold is not None:
        canonical(read_gold(open_table(str(gold)), units.codebook), units)
    flags = [*chosen.further, *_shares(chosen)]
    given(_parsed(flags, ["--rows=-"]))
    if not str(chosen.to.absolute()).isprintable():
        raise InputError(f"{str(chosen.to)!r} has a control character: name another folder")
    parts = split(Whole(units, text, gold, flags), chosen.parts, chosen.to)
    made = launchers(read_manifest(chosen.to), chosen.kinds or KINDS, _program())
    for one in made:
        write_new(chosen.to / one.name, [one.text])
    say(*(f"{chosen.to / part.rows}: rows {part.first + 1:,} to {part.first + part.count:,}" for part in parts))
    folder = shlex.quote(str(chosen.to))
    say("", f"run      maker records run {folder}", *(f"or       cd {folder} && {one.usage}" for one in made))
    say(f"then     maker records status {folder}; maker records merge {folder} --out FILE")
    return 0


def _shares(chosen: argparse.Namespace) -> Iterator[str]:
    for flag, whole in (("--limit-usd", chosen.limit_usd), ("--rpm", chosen.rpm)):
        if whole is not None:
            yield f"{flag}={whole / max(1, chosen.parts):.6g}"


def _program() -> list[str]:
    """Return the words that call this program from anywhere."""
    found = shutil.which("maker", path=str(Path(sys.executable).parent)) or shutil.which("maker")
    return [str(Path(found).absolute())] if found is not None else [sys.executable, "-m", "maker_tui"]


def _parsed(flags: Sequence[str], own: Sequence[str]) -> argparse.Namespace:
    """Parse flags of `maker run records`.

    Raises:
        InputError: One is no flag of it, or is the part's own.
    """
    from maker_tui.cli.flags import run_parser  # noqa: PLC0415 - help needs none

    for flag in flags:
        if flag.partition("=")[0] in ("--rows", "--problem", "--session", "--gold", "--out", "--id", "--question"):
            raise InputError(f"{flag.partition('=')[0]} is of the split, and the same for all parts: leave it out here")
    return run_parser("records").parse_args(["records", *own, "--headless", *flags])


def _orders(manifest: Manifest, further: Sequence[str]) -> tuple[list[PartOrder], argparse.Namespace]:
    """Return what each part is run with, in their order, and the flags as they were parsed."""
    from maker_engine.fleet.parts import PartOrder  # noqa: PLC0415 - help needs none
    from maker_engine.fleet.shards import CODEBOOK  # noqa: PLC0415 - likewise
    from maker_tui.cli.flag_orders import order_from  # noqa: PLC0415 - likewise
    from maker_tui.cli.option_flags import given  # noqa: PLC0415 - likewise

    folder = manifest.folder.absolute()
    values: Mapping[str, Value] = given(_parsed(further, []))
    gold = [] if manifest.gold is None else [f"--gold={folder / manifest.gold}"]
    made, parsed = [], _parsed([*manifest.flags, *further], [])
    for place, part in enumerate(manifest.parts):
        own = [f"--problem={folder / CODEBOOK}", f"--rows={folder / part.rows}", f"--session={folder / part.session}"]
        parsed = _parsed([*manifest.flags, *further], [*own, *gold])
        order = order_from(parsed)
        order = replace(order, seed=order.seed + place)  # or a simulated model would err alike in all parts
        made.append(PartOrder(order, {**values, **({"seed": order.seed} if "seed" in values else {})}, part.sha256))
    return made, parsed


def _run(chosen: argparse.Namespace) -> int:
    from maker_engine.fleet.shards import read_manifest  # noqa: PLC0415 - likewise
    from maker_engine.runtime.executors import read_executor  # noqa: PLC0415 - help needs none

    read_executor(chosen.executor)
    manifest = read_manifest(path_of(chosen.folder))
    if chosen.jobs < 1:
        raise InputError(f"--jobs is at least 1, got {chosen.jobs}")
    if chosen.part is not None:
        manifest.part(chosen.part)
        return _run_one(manifest, chosen)
    orders, parsed = _orders(manifest, chosen.further)
    done = asyncio.run(_run_all(manifest, chosen, orders, as_json=parsed.json))
    if parsed.json:
        _say_states(manifest, as_json=True)
    return 0 if done else 1


def _run_one(manifest: Manifest, chosen: argparse.Namespace) -> int:
    """Run one part in this process, as `maker run` does."""
    from maker_engine.fleet.parts import ended, prepared_part  # noqa: PLC0415 - help needs none
    from maker_tui.cli.headless import run_headless  # noqa: PLC0415 - likewise

    orders, parsed = _orders(manifest, chosen.further)
    part, name = orders[chosen.part - 1], manifest.part(chosen.part).name
    found = ended(part.session, part.sha256)
    if found is not None and found.done:
        if not (parsed.quiet or parsed.json):
            say(f"{name} is done: {found.outcome}, {found.reason}")
        return 0
    return run_headless(
        prepared_part(part), as_json=parsed.json, on_hangup=parsed.on_hangup, progress=parsed.progress,
        quiet=parsed.quiet,
    )  # fmt: skip


async def _run_all(
    manifest: Manifest, chosen: argparse.Namespace, orders: Sequence[PartOrder], *, as_json: bool
) -> bool:
    """Run all parts, some at a time, and return whether every one has a result."""
    from maker_engine.fleet.parts import run_part  # noqa: PLC0415 - likewise
    from maker_engine.runtime.executors import DASK, DaskExecutor, Executor, LocalExecutor, read_executor  # noqa: PLC0415 - help needs none

    kind, address = read_executor(chosen.executor)
    executor: Executor = DaskExecutor(address, chosen.jobs) if kind == DASK else LocalExecutor(chosen.jobs)

    async def one(number: int) -> bool:
        name = manifest.part(number).name
        try:
            end: PartEnd = await (
                executor.call(run_part, orders[number - 1])
                if kind == DASK
                else executor.call(_by_process, manifest.folder, number, chosen.further)
            )
        except MakerError as error:
            complain(f"{name}: {error}")
            return False
        if not as_json:
            say(f"{name}  {end.outcome}: {end.reason}")
        return end.done

    try:
        return all(await asyncio.gather(*(one(number) for number in range(1, len(manifest.parts) + 1))))
    finally:
        await executor.aclose()


def _by_process(folder: Path, number: int, further: Sequence[str]) -> PartEnd:
    """Run a part in a process of its own, and return how it has ended.

    Raises:
        MakerError: It has not.
    """
    from maker_engine.fleet.parts import ended  # noqa: PLC0415 - help needs none
    from maker_engine.fleet.shards import read_manifest  # noqa: PLC0415 - likewise

    words = [sys.executable, "-m", "maker_tui", "records", "run", str(folder), "--part", str(number)]
    words += [*further, "--progress", "none", "--quiet"]
    process = subprocess.run(  # noqa: S603 - this program itself, and no shell
        words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False
    )
    found = ended(folder / read_manifest(folder).part(number).session)
    if found is None or process.returncode not in (0, 1):
        said = process.stderr.decode(errors="replace").strip().splitlines()
        why = said[-1].removeprefix("maker: ") if said else f"it ended with {process.returncode}"
        raise MakerError(f"{why}; the same command resumes it")
    return found


def _status(chosen: argparse.Namespace) -> int:
    from maker_engine.fleet.shards import read_manifest  # noqa: PLC0415 - help needs none

    _say_states(read_manifest(path_of(chosen.folder)), as_json=chosen.json)
    return 0


def _say_states(manifest: Manifest, *, as_json: bool) -> None:
    from maker_engine.fleet.parts import states  # noqa: PLC0415 - help needs none
    from maker_tui.text.part_lines import part_fields, part_lines  # noqa: PLC0415 - likewise

    found = [*states(manifest)]
    if as_json:
        say_json(versioned(part_fields(found)))
    else:
        say(*part_lines(found))


def _merge(chosen: argparse.Namespace) -> int:
    from maker_engine.fleet.parts import ended  # noqa: PLC0415 - help needs none
    from maker_engine.fleet.shards import check_parts, read_manifest  # noqa: PLC0415 - likewise
    from maker_engine.records.results import results  # noqa: PLC0415 - likewise
    from maker_engine.sessions.store.reader import Reader  # noqa: PLC0415 - likewise

    manifest = read_manifest(path_of(chosen.folder))
    for number, part in enumerate(manifest.parts, 1):
        path = manifest.folder / part.session
        again = f"maker records run {shlex.quote(str(manifest.folder))} --part {number}"
        if not is_file(path):
            raise InputError(f"{part.name} has not been run: {again}")
        if not chosen.unfinished and ((end := ended(path)) is None or not end.done):
            raise InputError(f"{part.name} has no result yet: {again} resumes it, or --unfinished takes it so")
    found = [opened(str(manifest.folder / part.session)) for part in manifest.parts]
    check_parts(manifest, found)
    votes, voters = 0, set()
    for path, _, _ in found:
        with Reader(path) as reader:
            meta = reader.meta()
        votes += int(meta["totals"]["votes"])
        voters.add(f"{meta['started']['model']} with k = {meta['started']['k']}")
    if len(voters) > 1:
        complain(f"the parts were not all decided alike: {', '.join(sorted(voters))}")
    tables = [results(path, task, own=manifest.columns) for path, task, _ in found]
    write_table(chosen.out, tables[0][0], (row for _, rows in tables for row in rows), exact=chosen.exact)
    if chosen.out is not None:
        parts = f"{manifest.rows:,} rows of {len(found)} parts, every chain verified, {votes:,} votes"
        say_text(f"{chosen.out}: {parts}\n")
    return 0


WITH_FLAGS_OF_RUN = (_split, _run)
"""What takes flags of `maker run` beside its own."""
