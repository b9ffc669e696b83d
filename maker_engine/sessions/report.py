"""A run as one self-contained page of HTML: its figures, its forks, how its votes spread, and its hardest steps."""

from __future__ import annotations

import heapq
import html
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from string import Template
from typing import Any

from maker_engine.core import decisions
from maker_engine.core.copies import effective_votes, identical_share, notice
from maker_engine.core.decomposition import AnyTask
from maker_engine.core.responses import Flag
from maker_engine.core.snapshot import Totals
from maker_engine.models.families import answered_of, by_family
from maker_engine.printable import one_line
from maker_engine.sessions.checked import adjustments_in, check_in
from maker_engine.sessions.forks import tree
from maker_engine.sessions.inspection import temperature_of
from maker_engine.sessions.reader import Reader, StoredStep
from maker_engine.sessions.schema import StepFlag

HARDEST = 20
_BARS = 24  # the last one stands for all that took more samples

_PAGE = Template(
    """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>$title</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; margin: .5rem 0 1.5rem }
th, td { text-align: left; padding: .15rem 1rem .15rem 0; vertical-align: top }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums }
code { font-size: .9em; overflow-wrap: anywhere }
.bar { background: #4a7ab5; height: .8rem; display: inline-block; vertical-align: middle }
.note { color: #777 }
</style></head><body>
<h1>$title</h1>
<p>$lead</p>
<h2>Figures</h2><table>$figures</table>
<h2>Runs and forks</h2><table>$forks</table>
<h2>Samples a step</h2><table>$spread</table>
<h2>Hardest steps</h2>
<p class="note">Most samples first; steps count from 1.</p>
<table><tr><th class="n">step</th><th>decided</th><th class="n">samples</th><th>votes</th><th>flags</th><th></th></tr>
$hardest</table>
<p class="note">Written by maker from the session $file.</p>
</body></html>
"""
)


def report(reader: Reader, task: AnyTask) -> str:
    """Write the page for one branch. Everything that came from outside is escaped.

    Raises:
        SessionError: It cannot be read.
    """
    meta = reader.meta()
    started, ended = meta["started"], meta.get("ended", {"outcome": "not ended", "reason": "it is still going"})
    hardest: list[tuple[int, int, StoredStep]] = []
    spread: Counter[int] = Counter()
    for stored in reader.steps(task):
        size = len(stored.samples)
        spread[min(size, _BARS)] += 1
        entry = (size, -stored.step, stored)
        if len(hardest) < HARDEST:
            heapq.heappush(hardest, entry)
        elif entry > hardest[0]:
            heapq.heapreplace(hardest, entry)
    model = f"{started['model']}{' (simulated)' if started['simulated'] else ''}"
    return _PAGE.substitute(
        title=_safe(f"{started['title']}: {started['problem']}"),
        lead=_safe(f"{ended['outcome']}: {ended['reason']}. {model}, k = {started['k']}."),
        figures="".join(_figures(meta)),
        forks="".join(_forks(reader)),
        spread="".join(_bars(spread)),
        hardest="".join(_row(stored, task) for _, _, stored in sorted(hardest, reverse=True)),
        file=_safe(reader.path.name),
    )


def _safe(text: object) -> str:
    return html.escape(one_line(str(text), 400))


def _cells(cells: Iterable[object], numbers: Iterable[int] = ()) -> str:
    right = set(numbers)
    told = (
        f'<td class="n">{_safe(cell)}</td>' if at in right else f"<td>{_safe(cell)}</td>"
        for at, cell in enumerate(cells)
    )
    return f"<tr>{''.join(told)}</tr>\n"


def _figures(meta: dict[str, Any]) -> Iterator[str]:
    totals, steps = meta["totals"], max(1, meta["totals"]["steps"])
    samples = totals["votes"] + totals["flagged"]
    answered = by_family(answered_of(meta))
    spent = Totals.of(totals).cost(simulated=meta["started"]["simulated"])
    yield _cells(("begun", time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(meta.get("created", 0)))))
    for name, value in (
        (
            "steps decided",
            f"{totals['steps']:,}" + (f" of {meta['started']['steps']:,}" if meta["started"]["steps"] else ""),
        ),
        ("going time", f"{meta['elapsed_s']:,.1f} s"),
        ("samples", f"{samples:,}, {samples / steps:.2f} a step"),
        ("flagged", f"{totals['flagged']:,}, {totals['flagged'] / max(1, samples):.1%}"),
        *_alike(meta),
        ("steps with dissent", f"{totals['dissent']:,}, {totals['dissent'] / steps:.1%}"),
        (
            "decided wrongly",
            f"{totals['wrong']:,}" if meta["started"]["has_oracle"] else "not known: the task has no oracle",
        ),
        ("wasted samples", f"{totals['wasted']:,}"),
        ("refused answers", f"{totals.get('refused', 0):,}"),
        ("answered by", ", ".join(f"{name} × {number:,}" for name, number in answered.items()) or "not recorded"),
        ("probes, never counted", f"{totals.get('probes', 0):,}"),
        ("failed calls", f"{totals['failures']:,}, {totals.get('timeouts', 0):,} of them timed out"),
        ("tokens", f"{totals['tokens_in']:,} in, {totals['tokens_out']:,} out"),
        (
            "estimated besides",
            f"{totals.get('tokens_estimated', 0):,} tokens, ${totals.get('usd_estimated', 0.0):,.4f}",
        ),
        ("cost", "unknown" if spent is None else f"${spent:,.4f}"),
        *_of_the_model(meta),
    ):
        yield _cells((name, value))


def _alike(meta: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Tell how many texts are alike and what that leaves of the votes, where they were compared."""
    totals = Totals.of(meta["totals"])
    if (share := identical_share(totals)) is None:
        return
    yield "texts alike", f"{share:.1%}, {totals.repeated:,} of {totals.compared:,} beyond the first of their step"
    if (votes := effective_votes(totals)) is not None:
        yield "effective votes", f"{votes:.2f} a step, each text counted once"
    if said := notice(totals, temperature_of(meta["order"], adjustments_in(meta))):
        yield "copies", said


def _of_the_model(meta: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Say what was sent otherwise than ordered, and what a check of the model found amiss."""
    for line in adjustments_in(meta):
        yield "sent", line
    check = check_in(meta)
    if check is not None:
        yield "check of the model", f"{check.calls:,} calls, none of them a vote: {check.verdict}"
        for one in check.remarks:
            yield f"{one.name}: {one.verdict}", " → ".join(filter(None, (one.who, one.found, one.mend)))


def _forks(reader: Reader) -> Iterator[str]:
    for node in tree(reader):
        name = (
            "the run"
            if node.parent is None
            else f"fork {node.id} of {node.parent or 'the run'} at step {node.fork_step + 1:,}"
        )
        here = " ← this page" if node.id == reader.branch.id else ""
        yield _cells(
            (name, f"k = {node.k}", node.model, f"{node.steps:,} steps", node.outcome or "not ended", node.note + here)
        )


def _bars(spread: Counter[int]) -> Iterator[str]:
    most = max(spread.values(), default=1)
    for size in sorted(spread):
        name = f"{size} or more" if size == _BARS else str(size)
        bar = f'<td><span class="bar" style="width:{max(1, round(400 * spread[size] / most))}px"></span></td>'
        yield f'<tr><td class="n">{name}</td>{bar}<td class="n">{spread[size]:,}</td></tr>\n'


def _row(stored: StoredStep, task: AnyTask) -> str:
    votes: Counter[str] = Counter()
    flags: Counter[str] = Counter()
    for sample in stored.samples:
        if isinstance(sample.verdict, Flag):
            flags[sample.verdict.rule] += 1
        else:
            votes[decisions.describe(task, sample.verdict)] += 1
    told = ", ".join(f"{answer} × {count}" for answer, count in votes.most_common(6))
    cells = (
        f"{stored.step + 1:,}",
        decisions.describe(task, stored.answer),
        len(stored.samples),
        told,
        ", ".join(f"{rule} × {count}" for rule, count in flags.most_common()),
        "decided wrongly" if stored.flags & StepFlag.WRONG else "",
    )
    return _cells(cells, (0, 2))
