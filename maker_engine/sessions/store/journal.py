"""The journal: writes a run into its session file as it goes. One writer, group commit, every commit durable."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

from maker_engine.core.decomposition import AnyTask, Gathered, Json
from maker_engine.core.record import decisions
from maker_engine.core.record.entries import Entry
from maker_engine.core.record.events import (
    EffectFinished,
    Event,
    ModelChecked,
    SampleArrived,
    SampleFailed,
    SamplesDrawn,
    SettingsChanged,
    StepDecided,
    StepEscalated,
    WrongDecisionFound,
)
from maker_engine.core.record.registry import BY_EVENT, TRACELESS
from maker_engine.core.record.snapshot import Totals
from maker_engine.core.record.values import to_json
from maker_engine.core.responses import Prompt, Sample
from maker_engine.sessions.store import chain, origin, schema
from maker_engine.sessions.store.ahead import Ahead
from maker_engine.sessions.store.chain import Branch
from maker_engine.sessions.store.change_in_effect import CHANGED_STEPS
from maker_engine.sessions.store.commit import Commit, vote_of
from maker_engine.sessions.store.compression import LARGEST_ROW, Press
from maker_engine.sessions.store.model_record import ADJUSTMENTS, adjustments_in, together
from maker_engine.sessions.store.packing import dense, pack_step
from maker_engine.sessions.store.prompt_digests import MOST_SITTINGS, PROMPTS, noted_of
from maker_engine.sessions.store.reader import Reader
from maker_engine.sessions.store.redecide import remarkable
from maker_engine.sessions.store.schema import StepFlag, row_id
from maker_engine.sessions.store.session_file import SessionFile

LONGEST_NAME = 200
ALL, DISSENT = "all", "dissent"
"""Which responses are kept with their text: every one, or those of steps that had dissent or a flag."""


class _Pending(NamedTuple):
    """A decided step that is not written yet; its link is made when it is, since a wrong decision shows only later."""

    step: int
    samples: int
    flags: int
    action: bytes
    state_hash: bytes
    packed: bytes
    times: bytes | None


class Journal:
    """Writes one branch of a session. Events are taken with `record` and are durable once `flush` has returned.

    Args:
        path: The file, which must not exist, unless `branch` is given.
        task: Encodes states and answers.
        order: What was asked for, as JSON; enough to start the same run again, without any key.
        branch: The branch of an existing file that is continued, None to make a new file.
        keep: `ALL` or `DISSENT`.
        own: It was ordered here, so that it continues without a question; False where it is brought in from elsewhere.
        name: What a new session is called in the library, empty for nothing.

    Raises:
        InputError: The file exists, or cannot be created there.
        SessionBusyError: Someone else is writing it.
        SessionError: The existing file cannot be written.
    """

    def __init__(
        self,
        path: Path,
        task: AnyTask,
        order: Mapping[str, Json],
        branch: int | None = None,
        keep: str = ALL,
        *,
        own: bool = True,
        name: str = "",
    ) -> None:
        self.path = path
        self._task = task
        self._keep = keep
        self._file = SessionFile(path, new=branch is None)
        self.notice = self._file.notice
        try:
            self._take_up(branch)
            self._file.open()
            self._note("order", order)
            self._note_origin(own=own)
            if branch is None:
                self._note_beginning(name)
        except BaseException:
            self._file.give_up()
            raise

    def _note_beginning(self, name: str) -> None:
        # Runs that are begun in one second are listed in their order too.
        self._note("created", max(round(time.time(), 3), self._branch.created))
        if name:
            self._note("name", " ".join(name.split())[:LONGEST_NAME])
        self.flush()

    def _take_up(self, branch: int | None) -> None:
        """Begin with nothing, or at the last step of a branch of the file."""
        self._totals = Totals()
        self._elapsed: Callable[[], float] = float
        self._more: Callable[[], Mapping[str, object]] = dict
        self._adjustments: Callable[[], tuple[str, ...]] = tuple
        self._record: dict[str, str] = {}
        self._open: list[Entry] = []
        dictionary = None
        early: list[int] = []
        if branch is None:
            self._branch = Branch(0, None, 0, int(time.time()), 0, b"")
        else:
            with Reader(self.path, branch) as reader:
                self._branch = reader.branch
                self._record = reader.record(branch)
                self._open = reader.open_entries(self._task)
                early = reader.early_rows()
                dictionary = reader.dictionary()
            self._record.pop("ended", None)
        kept = {key: json.loads(value) for key, value in self._record.items() if key == ADJUSTMENTS}
        self.adjustments = adjustments_in(kept)
        self._ahead = Ahead(self._branch.id, early)
        self._press = Press(dictionary)
        self._goes_on = branch is not None
        self._dirty = branch is None  # a session that is only opened and closed again stays as it was
        self._failed_calls = 0
        self._forget()

    def _forget(self) -> None:
        """Hold nothing any more that is not in the file."""
        self._pending: list[_Pending] = []
        self._states: list[tuple[int, str, str, float, bytes]] = []
        self._changed: dict[str, str] = {}
        self._open_written = len(self._open)

    @property
    def position(self) -> tuple[int, int]:
        """Number of the open step, 0-based, and how many entries it has so far."""
        return self._branch.steps + len(self._pending), len(self._open)

    @property
    def open_entries(self) -> tuple[Entry, ...]:
        """What has been recorded of the open step so far."""
        return tuple(self._open)

    @property
    def link(self) -> bytes:
        """The chain's link at the last step that is durable; empty before the first."""
        return self._branch.chain

    def follow(
        self,
        totals: Totals,
        elapsed: Callable[[], float],
        more: Callable[[], Mapping[str, object]] = dict,
        adjustments: Callable[[], tuple[str, ...]] = tuple,
    ) -> None:
        """Keep these live totals and the going time with the run, written at every flush.

        Args:
            totals: They grow as the run goes.
            elapsed: Returns the going time in seconds.
            more: Returns further values of the record, by their keys.
            adjustments: Returns what is sent otherwise than ordered.
        """
        self._totals, self._elapsed, self._more, self._adjustments = totals, elapsed, more, adjustments

    def record(self, event: Event) -> None:
        """Take one event in."""
        if type(event) in TRACELESS:
            return
        self._dirty = True
        match event:
            case SamplesDrawn():
                self._open += event.samples
            case StepDecided():
                self._decide(event)
            case SampleArrived():
                self._ahead.take(event)
            case WrongDecisionFound():
                place = event.step - self._pending[0].step
                wrong = self._pending[place]
                self._pending[place] = wrong._replace(flags=wrong.flags | StepFlag.WRONG)
            case SampleFailed():
                self._failed_calls += 1
            case _:
                self._note_or_keep(event)

    def _note_or_keep(self, event: Event) -> None:
        """Keep an event as an entry of the open step, or as a note of the run; many leave neither."""
        kind = BY_EVENT[type(event)]
        if kind.form is not None:
            self._open.append(kind.form.keep(event))
        elif kind.note is not None:
            self._note(*kind.note(event))
        if isinstance(event, SettingsChanged) and event.voters:
            self._ahead.drop_all()  # others are asked about the steps ahead
        elif isinstance(event, StepEscalated):
            self._ahead.drop(event.step)
        elif isinstance(event, ModelChecked):
            self._failed_calls = 0  # those were the check's
        elif isinstance(event, EffectFinished) and not event.done.ok:
            self._failed_calls += 1

    def flush(self) -> None:
        """Make everything recorded so far durable, in one transaction.

        Raises:
            StorageFullError: The device is full; the same flush can be tried again.
            SessionError: It cannot be written; what was flushed before is safe.
        """
        if not self._dirty:
            return
        self._file.watch.look()
        self._note_figures()
        self._note_adjustments()
        commit = self._commit()
        self._file.write(commit)
        self._branch = commit.branch
        self._press.forget()
        self._ahead.forget()
        self._goes_on = self._dirty = False
        self._forget()

    def _commit(self) -> Commit:
        """Put together what is not in the file yet."""
        rows, link = self._linked()
        branch = self._branch._replace(steps=self._branch.steps + len(rows), chain=link)
        new = enumerate(self._open[self._open_written :], self._open_written)
        copies = {}
        if "order" in self._changed or "started" in self._changed:
            copies = {f"{key}/{branch.id}": self._record.get(key, "null").encode() for key in ("order", "started")}
        return Commit(
            branch=branch._replace(seal=chain.seal(branch, self._record.items())),
            steps=rows,
            states=self._states,
            votes=[vote_of(row_id(branch.id, index), entry, self._task) for index, entry in new]
            + self._ahead.rows(self._task),
            dropped=self._ahead.dropped,
            dictionary=self._press.dictionary,
            notes=self._changed,
            copies=copies,
            goes_on=self._goes_on,
        )

    def verify(self, task: AnyTask) -> list[str]:
        """Let the task check the solution as it is now in the file; not beside another call. Return its findings."""
        with Reader(self.path, self._branch.id, self._file.connection) as reader:
            return task.verify(reader.answers(task))

    def close(self) -> None:
        """Write what is left and close; a file closed so needs no other file beside it."""
        try:
            self.flush()
        finally:
            self._press.close()
            self._file.close()

    def _note_adjustments(self) -> None:
        known = together(self.adjustments, self._adjustments())
        if known != self.adjustments:
            self.adjustments = known
            self._note(ADJUSTMENTS, known)

    def _note_figures(self) -> None:
        figures = {"totals": asdict(self._totals), "elapsed_s": round(self._elapsed(), 3), "open": len(self._open)}
        if (early := len(self._ahead)) or schema.EARLY in self._record:
            figures[schema.EARLY] = early
        for key, value in {**self._more(), **figures}.items():
            self._note(key, value)

    def note_prompt(self, step: int, prompt: Prompt) -> None:
        """Note which prompt the task writes in this process, at its first step (0-based) that agents answer."""
        noted = json.loads(self._record.get(PROMPTS, "[]"))
        self.note_prompts([*noted, noted_of(step, prompt, noted)])

    def note_prompts(self, noted: list[Any]) -> None:
        """Note the first prompt of each process, as `sessions.wordings` has them; beyond so many, the first ones."""
        if noted:
            self._note(PROMPTS, noted[:MOST_SITTINGS])

    def _note(self, key: str, value: object) -> None:
        text = to_json(value)
        if self._record.get(key) != text:
            self._record[key] = self._changed[key] = text

    def _note_origin(self, *, own: bool) -> None:
        if not own:
            self._note(origin.IMPORTED, value=True)
        elif (signature := origin.sign(self._record["order"])) is not None:
            self._note(origin.SIGNED, signature)

    def _linked(self) -> tuple[list[tuple[object, ...]], bytes]:
        """Make rows of the pending steps; return them with the last one's link."""
        link = self._branch.chain
        rows: list[tuple[object, ...]] = []
        for one, votes in zip(self._pending, self._press.rows(), strict=True):
            step, samples, flags, action, state_hash, packed, times = one
            row = row_id(self._branch.id, step)
            link = chain.link(link, row, samples, flags, (action, state_hash, packed))
            rows.append((row, samples, flags, action, state_hash, link, votes, times))
        return rows, link

    def _decide(self, event: StepDecided) -> None:
        packed, encoded, only_votes, times = pack_step(self._open, self._task)
        if only_votes and len(encoded) == 1 and not self._failed_calls:  # most steps
            samples, flags = len(self._open), 0
        else:
            samples, flags = self._remarkable(gathered=isinstance(event.answer, Gathered))
        plain = self._keep == DISSENT and not flags & (StepFlag.DISSENT | StepFlag.FLAGGED)
        if plain or len(packed) > LARGEST_ROW:
            packed = pack_step(self._open, self._task, texts_kept=False).packed
        action = encoded.get(event.answer) or dense(decisions.encode(self._task, event.answer))
        state = to_json(self._task.encode_state(event.state))
        self._pending.append(_Pending(event.step, samples, flags, action, chain.state_hash(state), packed, times))
        self._press.add(packed)
        if flags and flags & StepFlag.CHANGED:
            self._note(CHANGED_STEPS, [*json.loads(self._record.get(CHANGED_STEPS, "[]")), event.step])
        if (event.step + 1) % schema.SNAPSHOT_STEPS == 0:
            kept = row_id(self._branch.id, event.step + 1), state, to_json(asdict(self._totals)), round(time.time(), 3)
            self._states.append((*kept, chain.digest(*kept)))
        self._open, self._open_written, self._failed_calls = [], 0, 0
        self._ahead.drop(event.step)

    def _remarkable(self, *, gathered: bool) -> tuple[int, int]:
        """Return how many samples the open step has, and what is remarkable about it."""
        flags = remarkable(self._open, gathered=gathered)
        if self._failed_calls:
            flags |= StepFlag.FAILED_CALLS
        return sum(isinstance(entry, Sample) for entry in self._open), int(flags)
