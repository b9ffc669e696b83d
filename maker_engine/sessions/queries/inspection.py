"""One step of a run to be examined from all sides: what was asked, what came back, and the ballot vote by vote."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, TypedDict

from maker_engine.core.decomposition import AnyTask, Gathered
from maker_engine.core.errors import InputError
from maker_engine.core.filters.facts import StepFacts
from maker_engine.core.record.entries import Entry
from maker_engine.core.record.registry import events_of
from maker_engine.core.record.watch import Watch
from maker_engine.core.responses import Flag, Prompt, Sample
from maker_engine.models.pool import parse_voter
from maker_engine.models.sampling import AUTO, NO_TEMPERATURE, NONE, resolve
from maker_engine.sessions.queries.in_effect import Effects, InEffect
from maker_engine.sessions.store.change_in_effect import started_at
from maker_engine.sessions.store.reader import Reader, StoredStep
from maker_engine.sessions.store.schema import StepFlag
from maker_engine.sessions.store.time_travel import entries_of, right_answer

MOST_LINES = 400
"""An answer is searched for in so many lines at the end of a response."""
Span = tuple[int, int]
"""First character of a bit of text, 0-based, and the one after its last."""


class Counted(NamedTuple):
    """The ballot after one entry was counted.

    Attributes:
        entry: What was counted.
        votes: Votes by candidate, in order of first appearance.
        margin: Votes the leader is ahead.
    """

    entry: Entry
    votes: tuple[tuple[Hashable, int], ...]
    margin: int


class Wording(NamedTuple):
    """A prompt that some of a step's agents read.

    Attributes:
        prompt: What they read.
        before: What those of the step before read, by the same wording where there was one; None for the first step.
        name: The pool's variant of it; "plain" for none.
        samples: Numbers of the samples that read it, 0-based; empty where none has been counted.
    """

    prompt: Prompt
    before: Prompt | None
    name: str
    samples: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Inspection:
    """All that is known of one step.

    Attributes:
        step: Step, 0-based.
        wordings: What its agents read, each different prompt once, in order; empty where agents do not answer it.
        counted: Its entries in the order of counting, each with the ballot then.
        candidates: Its candidates, in order of first appearance, those struck included.
        answer: What was decided, None while it is open.
        flags: What is remarkable about it.
        spans: Where each entry's answer is in its text, None where there is none or it cannot be found.
        temperatures: At which each entry was sampled, None where none was sent or it is unknown.
        needed: The margin that decided when each entry was counted.
        rewritten: The task writes other prompts now than when the step was voted on: these are not what was read.
        k: Margin, or votes where `rule` is "first", that the step was voted under in the end.
        rule: Likewise.
        right: What the oracle has for the step once it is decided, None where no oracle knows.
    """

    step: int
    wordings: tuple[Wording, ...]
    counted: tuple[Counted, ...]
    candidates: tuple[Hashable, ...]
    answer: Hashable
    flags: StepFlag
    spans: tuple[Span | None, ...]
    temperatures: tuple[float | None, ...]
    needed: tuple[int, ...]
    rewritten: bool = False
    k: int = 1
    rule: str = "ahead"
    right: Hashable = None

    @property
    def wrong(self) -> bool:
        """The oracle disagreed with the decision."""
        return StepFlag.WRONG in self.flags


def inspect_step(reader: Reader, task: AnyTask, step: int) -> Inspection:
    """Look at one step, decided or open. Asks no one.

    Args:
        reader: The branch.
        task: What it solves.
        step: Step, 0-based; at most the number of decided steps.

    Raises:
        SessionError: The file is damaged.
    """
    decided = next(reader.steps(task, step, step + 1), None)
    entries = entries_of(reader, task, step) if decided is None else decided.entries
    state = reader.state(task, step)
    counted = tuple(replay(entries))
    record = Effects(reader, task, step, state)
    due = record.of(0)
    effects = tuple(record.after(entries))
    started = started_at(reader, task, step)
    return Inspection(
        step,
        _wordings(entries, effects, due, prompts_read(reader, task, step - 1) if step else ()),
        counted,
        tuple(dict.fromkeys(answer for one in counted for answer, _ in one.votes)),
        None if decided is None else decided.answer,
        StepFlag(0 if decided is None else decided.flags),
        tuple(_span(task, state, entry) for entry in entries),
        tuple(
            one.temperature if isinstance(entry, Sample) else None for entry, one in zip(entries, effects, strict=True)
        ),
        tuple(one.k for one in effects),
        record.rewritten,
        started.k,
        started.rule,
        None if decided is None else right_answer(task, state, decided.answer),
    )


def _wordings(
    entries: Sequence[Entry], effects: Sequence[InEffect], due: InEffect, before: Sequence[Wording]
) -> tuple[Wording, ...]:
    """Put together who read what; where no one has read anything yet, what the first sample will read."""
    readers: dict[tuple[Prompt, str], list[int]] = {}
    for entry, effect in zip(entries, effects, strict=True):
        if isinstance(entry, Sample) and effect.prompt is not None:
            readers.setdefault((effect.prompt, effect.wording), []).append(entry.sample)
    if not readers and due.prompt is not None:
        readers[due.prompt, due.wording] = []
    former = {one.name: one.prompt for one in before}
    first = before[0].prompt if before else None
    return tuple(
        Wording(prompt, former.get(name, first), name, tuple(samples)) for (prompt, name), samples in readers.items()
    )


def prompts_read(reader: Reader, task: AnyTask, step: int) -> tuple[Wording, ...]:
    """Return what was read at a step (0-based), decided or open, without a look at the step before.

    Raises:
        SessionError: The file is damaged.
    """
    entries = entries_of(reader, task, step)
    effects = Effects(reader, task, step, reader.state(task, step))
    due = effects.of(0)
    return _wordings(entries, tuple(effects.after(entries)), due, ())


def replay(entries: Iterable[Entry]) -> Iterable[Counted]:
    """Count a step's entries once more, in their order, giving the ballot after each."""
    watch = Watch(0)
    for entry in entries:
        _show(watch, entry)
        yield Counted(entry, watch.ballot.rows(), watch.margin)


def _show(watch: Watch, entry: Entry) -> None:
    if isinstance(entry, Sample):
        watch.count(entry.verdict, entry.response)
    else:
        watch.take(events_of(watch.step, entry)[-1])


def facts_of(stored: StoredStep, describe: Callable[[Any], str]) -> StepFacts:
    """Return what filters ask of a decided step; `describe` puts an answer into words."""
    watch = Watch(stored.step, gathers=isinstance(stored.answer, Gathered))
    for entry in stored.entries:
        _show(watch, entry)
    facts = watch.facts(_DESCRIBED, describe, stored.answer)
    return replace(facts, **facts_of_flags(stored.flags))


class FlagFacts(TypedDict):
    """The facts of `StepFacts` that a step's flags give by themselves."""

    dissent: bool
    wrong: bool
    failed: bool
    person: bool
    effect: bool


def facts_of_flags(flags: int) -> FlagFacts:
    """Return what a step's flags give by themselves."""
    return {
        "dissent": flags & _DISSENT != 0,
        "wrong": flags & _WRONG != 0,
        "failed": flags & _FAILED != 0,
        "person": flags & _PERSON != 0,
        "effect": flags & _ACTED != 0,
    }


_DESCRIBED = frozenset({"action", "candidate"})
# As plain integers: combining members of an enumeration takes as long as the rest of a step.
_DISSENT, _WRONG = StepFlag.DISSENT.value, StepFlag.WRONG.value
_ACTED = StepFlag.ACTED.value
_FAILED, _PERSON = StepFlag.FAILED_CALLS.value, StepFlag.NOT_BY_VOTES_ALONE.value


def temperature_of(order: Mapping[str, Any], adjustments: Sequence[str], voters: Sequence[str] = ()) -> float | None:
    """Return at which temperature a run draws all samples but the first of a step; None where none or several are.

    Args:
        order: What was ordered.
        adjustments: What was sent otherwise.
        voters: The pool that a person changed to, empty for the one that was ordered.
    """
    try:
        if any(parse_voter(voter).temperature not in (None, AUTO) for voter in voters or order.get("voters") or ()):
            return None
    except InputError:  # a stranger's file
        return None
    _, other, fixed = resolve(order.get("first_temperature", NONE), order.get("temperature", NONE))
    return None if other not in fixed and any(NO_TEMPERATURE in line for line in adjustments) else other


def _span(task: AnyTask, state: Any, entry: Entry) -> Span | None:
    if not isinstance(entry, Sample):
        return None
    text, verdict = entry.response.text, entry.verdict
    if isinstance(verdict, Flag):
        return flagged_span(text, verdict)
    return answer_span(lambda bit: task.read_decision(state, bit), text, verdict)  # without its evidence


def flagged_span(text: str, flag: Flag) -> Span | None:
    """Return where the bit is that a flag is about; None where the flag names none."""
    bit = flag.excerpt.removesuffix("…")
    start = text.rfind(bit) if bit else -1
    return None if start < 0 else (start, start + len(bit))


def answer_span(parse: Callable[[str], object], text: str, answer: object) -> Span | None:
    """Return the shortest run of lines at the end of `text` that says `answer` by itself, as `parse` reads it."""
    starts = [0, *(at + 1 for at, letter in enumerate(text) if letter == "\n")][-MOST_LINES:]
    ends = [*(at - 1 for at in starts[1:]), len(text)]
    try:
        for first in range(len(starts) - 1, -1, -1):
            if parse(text[starts[first] :]) == answer:
                begin = starts[first]
                return begin, next(end for end in ends[first:] if parse(text[begin:end]) == answer)
    except Exception:  # noqa: BLE001 - a stranger's parser may fail on a bit of text; then nothing is marked
        return None
    return None
