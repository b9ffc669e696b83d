"""What a report says of one run: its figures and forks, its map, its wrong and its hardest steps, as plain values.

How it looks as a page or as Markdown is written in `report_html` and `report_markdown`; what came from outside is made
harmless there.
"""

from __future__ import annotations

import heapq
import json
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, NamedTuple

from maker_engine.core.decomposition import AnyTask, result_of
from maker_engine.core.record import decisions
from maker_engine.core.record.copies import effective_votes, identical_share, notice
from maker_engine.core.record.decisions import is_voted
from maker_engine.core.record.outcomes import Outcome
from maker_engine.core.record.snapshot import Totals
from maker_engine.core.responses import Flag
from maker_engine.models.families import answered_of, by_family
from maker_engine.sessions.queries.forks import tree
from maker_engine.sessions.queries.inspection import temperature_of
from maker_engine.sessions.queries.marks import Marks, Share
from maker_engine.sessions.store.model_record import adjustments_in, check_in
from maker_engine.sessions.store.reader import Reader, StoredStep
from maker_engine.sessions.store.schema import StepFlag
from maker_engine.wording import count_of

HARDEST, WRONG = 20, 50
"""Rows of the steps with the most samples, and of those that were decided wrongly."""
CLOSE = 10
"""Steps of each of these that are shown with their picture and their responses."""
TEXTS = 8
"""Differently judged responses of such a step that are shown."""
CELLS = 240
"""Stretches that a run is parted into on its map."""
BARS = 24
"""The last bar represents all steps that took so many samples or more."""

Pairs = list[tuple[str, str]]


class SaidText(NamedTuple):
    """Responses that were judged alike: what they voted for or were flagged as, their number, one of their texts."""

    judged: str
    number: int
    text: str


@dataclass(frozen=True, slots=True)
class ReportedStep:
    """A step as a report shows it.

    Attributes:
        number: From 1.
        decided: The answer.
        right: The oracle's, where the step was decided wrongly; empty otherwise.
        samples: How many were counted.
        votes: (answer, votes) pairs, most first.
        flags: (rule, responses) pairs, most first.
        wrong: It was decided wrongly.
        picture: The state before it, as plain text; empty where it is not shown.
        texts: What was said there, a text for each judgement, the most frequent first; empty likewise.
    """

    number: int
    decided: str
    right: str
    samples: int
    votes: Sequence[tuple[str, int]]
    flags: Sequence[tuple[str, int]]
    wrong: bool
    picture: str = ""
    texts: Sequence[SaidText] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that a report says.

    Attributes:
        title: The task and its problem.
        name: What the user calls the session, empty for no name.
        lead: How the run ended and why, in one sentence.
        simulated: Its answers are those of the simulated model.
        result: What a solved run produced, as one line; empty for any other.
        figures: (name, value) pairs.
        forks: A row for each run of the session.
        map: What is remarkable in each of equal stretches of the run.
        each: Steps of a stretch.
        spread: How many steps took how many samples, `BARS` representing all that took more.
        wrong: Steps that were decided wrongly, the first ones first.
        wrong_steps: How many there are of them.
        hardest: Steps with the most samples.
        file: The session's file name.
    """

    title: str
    name: str
    lead: str
    simulated: bool
    result: str
    figures: Pairs
    forks: Sequence[Sequence[str]]
    map: Sequence[Share]
    each: int
    spread: Counter[int]
    wrong: Sequence[ReportedStep]
    wrong_steps: int
    hardest: Sequence[ReportedStep]
    file: str


def findings(reader: Reader, task: AnyTask) -> Report:
    """Collect what a report says of one branch.

    Raises:
        SessionError: It cannot be read.
        Exception: Whatever the task raises.
    """
    meta = reader.meta()
    started, ended = meta["started"], meta.get("ended", {"outcome": "not ended", "reason": "it is still going"})
    spread: Counter[int] = Counter()
    hardest: list[tuple[int, int, StoredStep]] = []
    wrong: list[StoredStep] = []
    for stored in reader.steps(task):
        size = len(stored.samples)
        spread[min(size, BARS)] += 1
        entry = (size, -stored.step, stored)
        if len(hardest) < HARDEST:
            heapq.heappush(hardest, entry)
        elif entry > hardest[0]:
            heapq.heapreplace(hardest, entry)
        if stored.flags & StepFlag.WRONG and len(wrong) < WRONG:
            wrong.append(stored)
    stretches, each = _map(reader)
    teller = _Teller(reader, task)
    whole = "ended" in meta and Outcome(ended["outcome"]).gives_result
    return Report(
        title=f"{started['title']}: {started['problem']}",
        name=meta.get("name", "") if reader.branch.id == 0 else reader.meta(0).get("name", ""),
        lead=f"{ended['outcome']}: {ended['reason']}. {started['model']}, k = {started['k']}.",
        simulated=bool(started["simulated"]),
        result=_result(task, reader, meta) if whole else "",
        figures=list(_figures(meta)),
        forks=[*_forks(reader)],
        map=stretches,
        each=each,
        spread=spread,
        wrong=[teller.tell(stored, close=place < CLOSE) for place, stored in enumerate(wrong)],
        wrong_steps=sum(share.wrong for share in stretches),
        hardest=[
            teller.tell(stored, close=place < CLOSE and not stored.flags & StepFlag.WRONG)
            for place, (_, _, stored) in enumerate(sorted(hardest, reverse=True))
        ],
        file=reader.path.name,
    )


def _result(task: AnyTask, reader: Reader, meta: dict[str, Any]) -> str:
    totals = Totals.of(meta["totals"])
    spent = totals.cost(simulated=meta["started"]["simulated"])
    found = result_of(task, reader.state(task, reader.steps_done()), totals.votes, spent)
    return found if isinstance(found, str) else json.dumps(found, ensure_ascii=False)


def _map(reader: Reader) -> tuple[list[Share], int]:
    marks = Marks()
    marks.catch_up(reader)
    each = max(1, -(-len(marks) // CELLS))
    return marks.shares(0, len(marks), each), each


class _Teller:
    """Describes single steps.

    Args:
        reader: The branch.
        task: What it solves.
    """

    def __init__(self, reader: Reader, task: AnyTask) -> None:
        self._reader = reader
        self._task = task

    def tell(self, stored: StoredStep, *, close: bool) -> ReportedStep:
        """Describe a step; `close` with its picture, its responses, and the right answer where another was decided."""
        votes: Counter[str] = Counter()
        flags: Counter[str] = Counter()
        for sample in stored.samples:
            if isinstance(sample.verdict, Flag):
                flags[sample.verdict.rule] += 1
            else:
                votes[decisions.describe(self._task, sample.verdict)] += 1
        wrong = bool(stored.flags & StepFlag.WRONG)
        state = self._reader.state(self._task, stored.step) if close or wrong else None
        return ReportedStep(
            stored.step + 1,
            decisions.describe(self._task, stored.answer),
            self._right(state) if wrong else "",
            len(stored.samples),
            votes.most_common(),
            flags.most_common(),
            wrong,
            self._task.picture(state).plain if close else "",
            self._texts(stored) if close else (),
        )

    def _right(self, state: Any) -> str:
        right = self._task.oracle(state) if self._task.has_oracle else None
        return "" if right is None or not is_voted(right) else decisions.describe(self._task, right)

    def _texts(self, stored: StoredStep) -> list[SaidText]:
        said: dict[str, Counter[str]] = {}
        for sample in stored.samples:
            verdict = sample.verdict
            if isinstance(verdict, Flag):
                judged = f"flagged, {verdict.rule}: {verdict.reason}"
            else:
                judged = f"votes for {decisions.describe(self._task, verdict)}"
            said.setdefault(judged, Counter())[sample.response.text] += 1
        groups = [SaidText(judged, texts.total(), texts.most_common(1)[0][0]) for judged, texts in said.items()]
        return sorted(groups, key=lambda one: -one.number)[:TEXTS]


def _figures(meta: dict[str, Any]) -> Iterator[tuple[str, str]]:
    totals, steps = meta["totals"], max(1, meta["totals"]["steps"])
    samples = totals["votes"] + totals["flagged"]
    answered = by_family(answered_of(meta))
    spent = Totals.of(totals).cost(simulated=meta["started"]["simulated"])
    expected = f" of {meta['started']['steps']:,}" if meta["started"]["steps"] else ""
    yield "started", time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(meta.get("created", 0)))
    given_up = totals.get("undecided", 0)
    yield "steps decided", f"{totals['steps'] - given_up:,}{expected}{f', {given_up:,} undecided' if given_up else ''}"
    yield "running time", f"{meta['elapsed_s']:,.1f} s"
    yield "samples", f"{samples:,}, {samples / steps:.2f} a step"
    yield "flagged", f"{totals['flagged']:,}, {totals['flagged'] / max(1, samples):.1%}"
    yield from _alike(meta)
    yield "steps with dissent", f"{totals['dissent']:,}, {totals['dissent'] / steps:.1%}"
    judged = meta["started"]["has_oracle"]
    yield "decided wrongly", f"{totals['wrong']:,}" if judged else "not known: the task has no oracle"
    if totals.get("carried"):
        name = PurePath(str(meta["order"].get("carry", ""))).name
        yield "carried over", f"{totals['carried']:,} decisions from session {name}, which cost nothing here"
    yield "wasted samples", f"{totals['wasted']:,}"
    yield "refused answers", f"{totals.get('refused', 0):,}"
    yield "answered by", ", ".join(f"{name} × {number:,}" for name, number in answered.items()) or "not recorded"
    yield "probes, never counted", f"{totals.get('probes', 0):,}"
    yield "failed calls", f"{totals['failures']:,}, {totals.get('timeouts', 0):,} of them timed out"
    yield "tokens", f"{totals['tokens_in']:,} in, {totals['tokens_out']:,} out"
    estimated = f"{count_of(totals.get('tokens_estimated', 0), 'token')}, ${totals.get('usd_estimated', 0.0):,.4f}"
    yield "estimated in addition", estimated
    yield "cost", "unknown" if spent is None else f"${spent:,.4f}"
    yield from _of_the_model(meta)


def _alike(meta: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Return how many texts are alike and what that leaves of the votes, where they were compared."""
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
        yield "check of the model", f"{count_of(check.calls, 'call')}, none of them a vote: {check.verdict}"
        for one in check.remarks:
            yield f"{one.name}: {one.verdict}", " → ".join(filter(None, (one.who, one.found, one.mend)))


def _forks(reader: Reader) -> Iterator[tuple[str, ...]]:
    for node in tree(reader):
        name = (
            "the run"
            if node.parent is None
            else f"fork {node.id} of {node.parent or 'the run'} at step {node.fork_step + 1:,}"
        )
        here = " ← this report" if node.id == reader.branch.id else ""
        yield (
            name,
            f"k = {node.k}",
            node.model,
            count_of(node.steps, "step"),
            node.outcome or "not ended",
            node.note + here,
        )
