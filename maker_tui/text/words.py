"""The state of a run in one word, with a glyph and a role: the same in the head line, the panes and the home list."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from maker_engine.core.record.outcomes import Outcome

if TYPE_CHECKING:
    from maker_engine.core.record.snapshot import Snapshot
    from maker_engine.runtime.view import RunView
    from maker_engine.sessions.library.library import SessionSummary


class Word(NamedTuple):
    """A state as it is shown.

    Attributes:
        glyph: One cell.
        text: In words; the glyph only repeats it.
        role: Good, bad, warn or accent.
    """

    glyph: str
    text: str
    role: str

    def __str__(self) -> str:
        return f"{self.glyph} {self.text}"


RUNNING = Word("▶", "running", "accent")
PAUSED = Word("‖", "paused", "warn")
STARTING = Word("…", "starting", "quiet")
LOADING = Word("…", "loading LiteLLM", "quiet")
"""The library that reaches real models takes some seconds to load."""
CHECKING = Word("…", "checking", "warn")
"""The model is checked before the first step."""
SAVING = Word("…", "saving", "quiet")
UNDECIDED = Word("?", "undecided", "warn")
ASKING = Word("?", "a question", "warn")
"""A person is asked, and the run waits."""
INTERRUPTED = Word("■", "interrupted", "warn")
NOT_BEGUN = Word("■", "not begun", "warn")
"""A fork that was added, and has not been run."""
BUSY = Word("●", "running", "accent")
"""A session that another process writes."""
OPEN = Word("●", "not ended", "accent")
"""One of several runs of a session without an end, of which another process drives one."""
PAST = Word("◀", "the past", "warn")
BROKEN = Word("✖", "not started", "bad")
LOOKING_ON = Word("◉", "read-only", "quiet")
"""Another process drives the run."""
DAMAGED = Word("✖", "damaged", "bad")
EMPTY = Word("■", "empty", "warn")
"""There is no run in the file."""

_OUTCOMES = {
    Outcome.SOLVED: Word("✔", "solved", "good"),
    Outcome.FINISHED: Word("✔", "finished", "good"),
    Outcome.INFEASIBLE: Word("✔", "infeasible", "good"),
    Outcome.UNSOLVED: Word("✖", "unsolved", "bad"),
    Outcome.UNDECIDED: Word("✖", "undecided", "bad"),
    Outcome.OUT_OF_BUDGET: Word("■", "out of budget", "warn"),
    Outcome.STOPPED: Word("■", "stopped", "warn"),
    Outcome.FAILED: Word("✖", "failed", "bad"),
}


def checking_words(place: tuple[int, int], trouble: str = "") -> str:
    """Say which call of a check of the model is under way, from 1, of how many, and what it waits for, if anything."""
    return " · ".join(filter(None, (f"checking the model: call {place[0]} of {place[1]}", trouble)))


def outcome_word(outcome: str | None) -> Word:
    """Name the end of a run; none at all means that its program went away."""
    if outcome is None:
        return INTERRUPTED
    try:
        return _OUTCOMES[Outcome(outcome)]
    except ValueError:
        return Word("■", outcome.replace("_", " "), "warn")


def end_words(view: RunView) -> tuple[Word, str]:
    """Name the end of a run that goes on no more, or why it has none, and say why."""
    outcome, reason = view.snapshot.outcome, view.snapshot.reason
    if outcome is None and not view.begun:
        return NOT_BEGUN, "a fork that has not begun: nothing has been asked in it yet"
    return outcome_word(outcome), reason or "the program went away before the run ended; what was decided is here"


def summary_word(summary: SessionSummary) -> Word:
    """Name how a session in the library ended, or why it has no end."""
    if summary.damaged is not None:
        return EMPTY if summary.empty else DAMAGED
    return BUSY if summary.busy else outcome_word(summary.outcome)


def starting_word(source: object) -> Word:
    """Name what a run does before there is anything to see of it; a source that `loads` LiteLLM says so."""
    return LOADING if getattr(source, "loads", False) else STARTING


def run_word(snapshot: Snapshot, *, live: bool) -> Word:
    """Name what a run is doing now."""
    if snapshot.outcome is not None or not live:
        return outcome_word(snapshot.outcome)
    if snapshot.started is None:
        return STARTING
    return PAUSED if snapshot.paused else RUNNING
