"""What came in last of a run, from its record: the steps decided last, the newest response, the whole as a strip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.text import Text

from maker_engine.core.decomposition import AnyTask
from maker_engine.core.filters.facts import StepFacts
from maker_engine.core.record.entries import Entry
from maker_engine.core.responses import Flag, Prompt, Sample
from maker_engine.printable import one_line, printable
from maker_engine.sessions.queries.inspection import facts_of, prompts_read
from maker_engine.sessions.queries.marks import Marks
from maker_engine.sessions.store.reader import Reader
from maker_tui.text import map_cells
from maker_tui.text.figures import NONE, count, count_of, fit, ordinal
from maker_tui.text.flow import flowed
from maker_tui.text.inspector_lines import Describe
from maker_tui.text.map_cells import Live, Picture, stretched
from maker_tui.text.roles import line
from maker_tui.widgets.step_table import marks_of

LAST_STEPS = 10
PROMPT_LINES = 3
"""Of the prompt, the first ones."""
LONGEST = 20_000
"""Characters of a response that are laid out."""
FIGURE_CELLS, MARK_CELLS, ROOMY_CELLS = 8, 5, 56


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest response of a run.

    Attributes:
        step: Its step, 0-based.
        sample: The response with its verdict.
        prompt: What it answers, None where that cannot be said.
    """

    step: int
    sample: Sample
    prompt: Prompt | None


@dataclass(frozen=True, slots=True)
class Recent:
    """What came in last.

    Attributes:
        strip: The whole run, a cell a step or a cell many.
        at: The step in view, 0-based.
        decided: The steps decided last before it, newest first.
        newest: The newest response, None before the first.
    """

    strip: Picture
    at: int
    decided: Sequence[StepFacts]
    newest: Newest | None


def read_recent(
    reader: Reader, task: AnyTask, marks: Marks, describe: Describe, place: tuple[int, Live, int | None], width: int
) -> Recent:
    """Read what came in last.

    Args:
        reader: The record.
        task: What the run solves.
        marks: What is remarkable about its steps; caught up with the record.
        describe: Describes an answer in words; never raises.
        place: Steps of the whole run, what of it is not on record, and the step in view where that is of the past.
        width: Cells of the strip.

    Raises:
        SessionError: The file is damaged.
    """
    total, live, past = place
    marks.catch_up(reader)
    done = reader.steps_done()
    at = done if past is None else min(past, done)
    shown = map_cells.window(max(total, done), width, 0, 0)
    stored = reader.last_steps(task, LAST_STEPS, at)
    newest = _newest(reader.open_entries(task)) if at == done else None
    step = at
    if newest is None and stored:
        newest, step = _newest(stored[-1].entries), stored[-1].step
    return Recent(
        map_cells.picture(marks, shown, map_cells.layers_of(independent=task.independent)[0], live), at,
        [facts_of(one, describe) for one in reversed(stored)],
        None if newest is None else Newest(step, newest, _prompt_of(reader, task, step, newest)),
    )  # fmt: skip


def _newest(entries: Sequence[Entry]) -> Sample | None:
    return next((one for one in reversed(entries) if isinstance(one, Sample)), None)


def _prompt_of(reader: Reader, task: AnyTask, step: int, newest: Sample) -> Prompt | None:
    """Return what the very sample read, as it is on record; None where that cannot be said."""
    wordings = prompts_read(reader, task, step)
    return next((one.prompt for one in wordings if newest.sample in one.samples), None)


def strip_line(recent: Recent, width: int) -> Text:
    """Draw the whole run in one row, the step in view under the cursor."""
    window = recent.strip.window
    cells = max(1, width // window.used)
    under = window.cell_of(recent.at)
    parts: list[tuple[str, str]] = []
    for place, (glyph, role) in enumerate(recent.strip.glyphs):
        parts.append((stretched(glyph, cells), "cursor" if place == under else role))
    return line(*map_cells.joined(parts))


def decided_lines(recent: Recent, width: int) -> list[Text]:
    """Lay out the steps decided last, newest first: answer, votes, margin, and what is remarkable."""
    if not recent.decided:
        return [line(("no step is decided yet", "quiet"))]
    steps = max(len(ordinal(recent.decided[0].step)), len("step"))
    names = ("votes", "samples", "margin") if width >= ROOMY_CELLS else ("votes", "margin")
    room = max(1, width - steps - 1 - MARK_CELLS - FIGURE_CELLS * len(names))
    figures = "".join(name.rjust(FIGURE_CELLS) for name in names)
    rows = [line((f"{'step':>{steps}} {fit('answer', room)}{'':{MARK_CELLS}}{figures}", "label"))]
    for facts in recent.decided:
        glyphs, role = marks_of(facts)
        figures = "".join(count(getattr(facts, name)).rjust(FIGURE_CELLS) for name in names)
        rows.append(line((f"{ordinal(facts.step):>{steps}} ", "strong"), fit(facts.answer, room),
                         (fit(f" {glyphs}", MARK_CELLS), role), figures))  # fmt: skip
    return rows


def response_heading(newest: Newest | None) -> str:
    """Say whose response it is, for the border of its pane."""
    if newest is None:
        return "response"
    return f"response · step {ordinal(newest.step)} · sample {ordinal(newest.sample.sample)}"


def response_lines(newest: Newest | None, describe: Describe, width: int) -> list[Text]:
    """Lay out a response: how its prompt begins, what came of it, and its text."""
    if newest is None:
        return [line(("no response has come in yet", "quiet"))]
    rows: list[Text] = []
    if newest.prompt is not None:
        asked = [one for one in printable(newest.prompt.user, newlines=True).splitlines() if one.strip()]
        rows += [line((one_line(one, max(1, width)), "label")) for one in asked[:PROMPT_LINES]]
        if len(asked) > PROMPT_LINES:
            rows.append(line((f"… {count_of(len(asked) - PROMPT_LINES, 'more line')} of the prompt", "quiet")))
    rows.append(_verdict(newest.sample, describe))
    text = newest.sample.response.text[:LONGEST]
    if not text:
        return [*rows, line(("its text was not kept", "quiet"))]
    return [*rows, line(("─" * width, "rest")), *flowed([(printable(text, newlines=True), "plain")], width)]


def _verdict(sample: Sample, describe: Describe) -> Text:
    tokens = sample.response.tokens_out
    length = ("" if tokens is None else f" · {count_of(tokens, 'token')}", "quiet")
    if isinstance(sample.verdict, Flag):
        return line((f"⚑ {one_line(sample.verdict.rule, 30)}", "warn"), f": {one_line(sample.verdict.reason)}", length)
    return line((f"vote for {describe(sample.verdict) or NONE}", "good"), length)
