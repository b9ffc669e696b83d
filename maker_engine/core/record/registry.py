"""Every kind of event, found by its class, by the entry kept of it, by the tag of its row, by its exported word.

A new kind is one new class in `core/events` and one new record in the `KINDS` of its family here; nothing else lists
kinds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from maker_engine.core.decomposition import AnyTask
from maker_engine.core.errors import InputError
from maker_engine.core.record import (
    acts,
    carried_kind,
    effect_kinds,
    fields,
    people_kinds,
    run_kinds,
    sample_kinds,
    step_kinds,
)
from maker_engine.core.record.entries import Act, Entry
from maker_engine.core.record.events import Event
from maker_engine.core.record.kind import Form, Kind
from maker_engine.core.record.run_fold import RunFold

KINDS: tuple[Kind, ...] = (
    *run_kinds.KINDS, *sample_kinds.KINDS, *step_kinds.KINDS, *people_kinds.KINDS, *effect_kinds.KINDS,
    *carried_kind.KINDS,
)  # fmt: skip
BY_EVENT: Mapping[type[Event], Kind] = {kind.event: kind for kind in KINDS}
EVERY: frozenset[type[Event]] = frozenset(BY_EVENT)
"""Every kind of event."""
FOLDS: Mapping[type[Event], Callable[[RunFold, Any], None]] = {kind.event: kind.fold for kind in KINDS}
"""What each does to the state of a run."""
TRACELESS: frozenset[type[Event]] = frozenset(kind.event for kind in KINDS if kind.leaves_no_trace)
"""The events that leave no mark on the record, and are half of all: the journal need not even be given them."""
FORMS: tuple[Form, ...] = tuple(dict.fromkeys(kind.form for kind in KINDS if kind.form is not None))
BY_TAG: Mapping[int, Form] = {tag: form for form in FORMS for tag in form.tags}
BY_WORD: Mapping[str, Form] = {form.word: form for form in FORMS}
_KEPT: Mapping[type[Event], Form] = {kind.event: kind.form for kind in KINDS if kind.form is not None}
_BY_ENTRY: Mapping[type, Form] = {form.entry: form for form in FORMS if form.entry is not Act}


def kept_as(event: Event) -> Entry | None:
    """Return what is kept of an event as an entry of its step, None where it leaves none."""
    form = _KEPT.get(type(event))
    return None if form is None else form.keep(event)


def form_of(entry: Entry) -> Form:
    """Return the form of an entry.

    Raises:
        KeyError: It is an act that no one knows.
    """
    return _BY_ENTRY[type(entry)] if type(entry) is not Act else BY_WORD[entry.kind]


def events_of(step: int, entry: Entry) -> list[Event]:
    """Turn an entry of a step, 0-based, back into the events that it came from, the asking included."""
    return form_of(entry).events(step, entry)


def line_of(entry: Entry, task: AnyTask) -> dict[str, Any]:
    """Return what an exported line says of an entry: its "event", and its fields."""
    return form_of(entry).line(entry, task)


def words_of(event: Event) -> tuple[str, str]:
    """Say who did something, and what, of an event that is its own entry; not yet printable."""
    return form_of(event).words(event)


def is_entry(word: str) -> bool:
    """Return whether lines of this "event" are of entries."""
    return word == acts.LINE or (word in BY_WORD and BY_WORD[word].entry is not Act)


def entry_in(line: Mapping[str, Any], task: AnyTask) -> Entry:
    """Read an entry out of an exported line; what the task raises is raised as it is.

    Raises:
        InputError: It is none, or not as `line_of` writes it.
    """
    word = fields.word(line, "event")
    if word != acts.LINE:
        return BY_WORD[word].read_line(line, task)
    kind = fields.word(line, "kind")
    form = BY_WORD.get(kind)
    if form is None or form.entry is not Act:
        raise InputError(f"there is no act {kind!r}")
    return form.read_line(line, task)
