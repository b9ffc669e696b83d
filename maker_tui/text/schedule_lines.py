"""The schedule of a run as lines: a bar for each effect and each call of a model, on slots, over one clock."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from maker_engine.core.task.steps import Status
from maker_engine.core.task.timeline import Span, draw_timeline, slotted
from maker_engine.sessions.queries.schedule import FLAGGED, LOST, SAMPLE, Bar
from maker_tui.text.figures import count_of, duration, fit, ordinal
from maker_tui.text.roles import line

IDLE_S = 60.0
"""Time in which nothing is on, after which what follows has a picture of its own: the run lay still."""
HEADING_ROWS = 4
LEGEND = "█ ended  ▒ running  ! failed or flagged  ▼ the step in view"


def schedule_lines(bars: Sequence[Bar], place: int, size: tuple[int, int], now: float | None, read: str) -> list[Text]:
    """Draw what was on around a step, within `size`.

    Args:
        bars: What has a time, in order of the beginnings.
        place: The step in view, 0-based.
        size: Cells across and down.
        now: The time in s since 1970 while the run is under way, else None.
        read: Which steps they are of, for the heading.
    """
    heading = ("schedule", "strong")
    if not bars:
        return [line(heading, f" · {read}"), line(("no effect and no call of a model has a time here", "quiet"))]
    spells = spells_of(bars)
    at = _mark(bars, place)
    number = max(index for index, one in enumerate(spells) if one[0].began_s <= at)
    shown, latest = spells[number], number == len(spells) - 1
    until = now if latest and any(bar.ended_s is None for bar in shown) else None
    part = f" · part {number + 1} of {len(spells)}" * (len(spells) > 1)
    took = duration(max(until or 0, *(bar.ended_s or bar.began_s for bar in shown)) - shown[0].began_s)
    effects = sum(_is_effect(bar) for bar in shown)
    counts = f"{count_of(effects, 'effect')}, {count_of(len(shown) - effects, 'call')}"
    picture = draw_timeline(_spans(shown, place), size[0], max(4, size[1] - HEADING_ROWS), until, at)
    return [
        line(heading, f" · {read}{part} · {counts} in {took}"),
        *picture.split("\n"),
        line((_step_words(shown, place), "plain")),
        line((fit(LEGEND, size[0]), "quiet")),
    ]


def spells_of(bars: Sequence[Bar]) -> list[list[Bar]]:
    """Part bars wherever nothing was on for long: a run that lay still for a night is no line of dots."""
    spells: list[list[Bar]] = []
    end = 0.0
    for bar in bars:
        if not spells or bar.began_s - end > IDLE_S:
            spells.append([])
        spells[-1].append(bar)
        end = max(end, bar.began_s, bar.ended_s or 0.0)
    return spells


def _mark(bars: Sequence[Bar], place: int) -> float:
    """Return when the step in view began, or the last thing before it did."""
    own = [bar.began_s for bar in bars if bar.step == place]
    return min(own) if own else max((bar.began_s for bar in bars if bar.step < place), default=bars[0].began_s)


def _is_effect(bar: Bar) -> bool:
    return bar.outcome not in (SAMPLE, FLAGGED)


def _spans(bars: Sequence[Bar], place: int) -> list[Span]:
    """Put effects on slots, and calls of models below them on slots of their own."""
    spans: list[Span] = []
    for name, effects in (("slot", True), ("call", False)):
        made = slotted(_span(bar, place) for bar in bars if _is_effect(bar) is effects)
        spans += [span._replace(lane=span.lane.replace("slot", name)) for span in made]
    return sorted(spans, key=_lane)


def _lane(span: Span) -> tuple[bool, int]:
    name, _, number = span.lane.partition(" ")
    return name != "slot", int(number)


def _span(bar: Bar, place: int) -> Span:
    bad = bar.outcome not in ("", SAMPLE, Status.OK.value)
    role = "moved" if bar.step == place else "hue.1" if bad else "hue.4" if _is_effect(bar) else "hue.5"
    name = (bar.name or bar.resource) if _is_effect(bar) else ordinal(bar.step)
    return Span("", name, bar.began_s, bar.ended_s, role, bad)


def _step_words(bars: Sequence[Bar], place: int) -> str:
    """Say what the step in view has in the picture, the first of it."""
    own = [bar for bar in bars if bar.step == place]
    if not own:
        return f"step {ordinal(place)} has no time of its own"
    bar, more = own[0], f" · and {len(own) - 1} more" * (len(own) > 1)
    words = " ".join(one for one in (bar.resource, bar.name if _is_effect(bar) else f"sample {bar.name}") if one)
    since = f"from {duration(bar.began_s - bars[0].began_s)}"
    if bar.ended_s is None:
        return f"step {ordinal(place)}: {words} · {since} · not ended{more}"
    if bar.outcome == LOST:
        return f"step {ordinal(place)}: {words} · {since} · cut off, and begun again{more}"
    outcome = "answered" if bar.outcome == SAMPLE else bar.outcome
    return f"step {ordinal(place)}: {words} · {since} · {outcome} in {bar.ended_s - bar.began_s:.3f} s{more}"
