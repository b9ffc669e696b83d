"""What happened when: a bar for each call of a model and each effect, from the times that are on record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from maker_engine.core.record.events import EffectFinished, EffectIntended, EffectRecovered
from maker_engine.core.record.interning import Values
from maker_engine.core.record.registry import BY_TAG
from maker_engine.core.record.sample_kinds import FOUND, LATENCY, MODEL, NUMBER, is_sample
from maker_engine.sessions.store.compression import decompress
from maker_engine.sessions.store.packing import Packed, open_packed
from maker_engine.sessions.store.reader import Reader
from maker_engine.sessions.store.schema import open_rows, row_id, step_of
from maker_engine.sessions.store.times import unpack_times

SAMPLE, FLAGGED, LOST = "sample", "flagged", "lost"
"""Outcomes of a call that was counted; those of an effect are its status, or that its end was never seen."""
_NOTHING = Values((), (), ())


class Bar(NamedTuple):
    """One call of a model, or one effect.

    Attributes:
        step: The step it is of, 0-based; of an effect, the one that began it.
        name: Number of the sample, 1-based, or the tag of the effect.
        resource: The model, or the kind of effect. A stranger's text.
        began_s: When it began, in s since 1970.
        ended_s: When it ended, likewise; None for an effect of which that is not on record.
        outcome: `SAMPLE`, `FLAGGED`, the status of the effect, or `LOST` where it was begun once more after the run was
            cut off, and ends for the picture when it began; empty where it has not ended.
    """

    step: int
    name: str
    resource: str
    began_s: float
    ended_s: float | None
    outcome: str


def bars(reader: Reader, first: int = 0, last: int | None = None) -> list[Bar]:
    """Return a bar for all that has a time in some steps, and in the open one where all are asked for.

    A model that answers at once has none: `kept_at` says about when its steps were decided.

    Args:
        reader: The branch.
        first: First step, 0-based.
        last: The step after the last one, None for all.

    Raises:
        SessionError: The file is damaged.
        ValueError: A row of it is not as maker writes it.
    """
    found: list[Bar] = []
    begun: dict[str, int] = {}
    for step, packed, times in _steps(reader, first, last):
        began = unpack_times(times, len(packed.rows))
        for row, at in zip(packed.rows, began, strict=True):
            if is_sample(row):
                if at is not None:
                    found.append(_call(step, row, at, packed.models))
                continue
            event = BY_TAG[row[0]]
            if event.entry is EffectIntended:
                _begin(found, begun, event.read_row(row, _NOTHING))
            elif event.entry in (EffectFinished, EffectRecovered):
                _end(found, begun, event.read_row(row, _NOTHING))
    return sorted(found, key=lambda bar: (bar.began_s, bar.step))


def kept_at(reader: Reader, first: int = 0, last: int | None = None) -> list[tuple[int, float]]:
    """Return (step, s since 1970) of the states that were kept, with the time: at most every 256th step's.

    Args:
        reader: The branch.
        first: First step, 0-based, before which a state was kept.
        last: The step after the last one, None for all.

    Raises:
        SessionError: The file is damaged.
    """
    end = reader.branch.steps + 1 if last is None else last
    found: list[tuple[int, float]] = []
    for branch, begin, stop in reader.segments:
        at, to = row_id(branch, max(begin + 1, first)), row_id(branch, min(stop + 1, end))
        sql = "SELECT id, at FROM snap WHERE id >= ? AND id < ? AND at IS NOT NULL ORDER BY id"
        found += [(step_of(row), float(when)) for row, when in reader.query(sql, at, to)]
    return found


def _steps(reader: Reader, first: int, last: int | None) -> Iterator[tuple[int, Packed, Any]]:
    dictionary = reader.dictionary()
    for row in reader.rows(first, last):
        yield step_of(row.id), open_packed(decompress(row.votes, dictionary)), row.times
    if last is None:
        sql = "SELECT body, times FROM vote WHERE id >= ? AND id < ? ORDER BY id"
        for body, times in reader.query(sql, *open_rows(reader.branch.id)):
            yield reader.branch.steps, open_packed(body), times


def _call(step: int, row: Sequence[Any], began_s: float, models: Sequence[str]) -> Bar:
    outcome = SAMPLE if isinstance(row[FOUND], int) else FLAGGED
    return Bar(step, f"{row[NUMBER] + 1}", models[row[MODEL]], began_s, began_s + (row[LATENCY] or 0.0), outcome)


def _begin(found: list[Bar], begun: dict[str, int], event: Any) -> None:
    before = begun.get(event.key)
    if before is not None and found[before].ended_s is None:
        found[before] = found[before]._replace(ended_s=found[before].began_s, outcome=LOST)
    begun[event.key] = len(found)
    found.append(Bar(event.step, event.tag, event.effect, event.at_s, None, ""))


def _end(found: list[Bar], begun: dict[str, int], event: Any) -> None:
    place = begun.get(event.key)
    if place is not None and event.done is not None:
        at_s = event.at_s if isinstance(event, EffectFinished) else event.done.ended
        outcome = event.done.status.value
        found[place] = found[place]._replace(ended_s=max(at_s, found[place].began_s), outcome=outcome)


def span_of(bars: Iterable[Bar]) -> tuple[float, float] | None:
    """Return when the first of some bars begins and the last one ends, in s since 1970; None where there are none."""
    times = [at for bar in bars for at in (bar.began_s, bar.ended_s) if at is not None]
    return (min(times), max(times)) if times else None
