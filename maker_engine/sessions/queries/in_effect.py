"""What was in effect for each sample of a recorded step: the prompt it read, its temperature, the margin that decides.

All of it follows from the record: what was ordered, what a person changed, what was done about a hopeless step.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from maker_engine.core.decomposition import AnyTask, Gather, Step
from maker_engine.core.errors import InputError
from maker_engine.core.record.entries import Act, Change, Doubted, Entry
from maker_engine.core.record.prompts import prompt_in_effect, worded
from maker_engine.core.responses import Prompt, Sample
from maker_engine.models.pool import VARIANTS, VoterSpec, parse_voter
from maker_engine.models.sampling import AUTO, NO_TEMPERATURE, NONE, resolve
from maker_engine.sessions.store.change_in_effect import change_in_effect
from maker_engine.sessions.store.kinds import CALIBRATION
from maker_engine.sessions.store.model_record import adjustments_in
from maker_engine.sessions.store.prompt_digests import rewritten, sent
from maker_engine.sessions.store.reader import Reader
from maker_engine.sessions.store.record import whole

ESCALATED = "escalated"


class InEffect(NamedTuple):
    """What was in effect for an entry; of those that are no samples, what would be for the next sample.

    Attributes:
        prompt: What was read, None where agents are asked nothing.
        wording: The pool's variant of it, one of `VARIANTS`; "plain" for none.
        temperature: What was sent, None where none was, or it is unknown.
        k: The margin that decides.
    """

    prompt: Prompt | None
    wording: str
    temperature: float | None
    k: int


class Effects:
    """Finds what was in effect, entry by entry in their order.

    Args:
        reader: The branch.
        task: What it solves.
        number: Step, 0-based.
        state: The state it starts from.

    Attributes:
        rewritten: The task writes other prompts now than when the step was voted on.

    Raises:
        SessionError: The file is damaged.
    """

    def __init__(self, reader: Reader, task: AnyTask, number: int, state: Any) -> None:
        owner = reader.owner(number)
        kept = sent(reader, number, owner)
        self.rewritten = kept is None and rewritten(reader, task, number, owner)
        meta, changed = reader.meta(owner), change_in_effect(reader, task, number, owner)
        self._order: Mapping[str, Any] = meta["order"]
        self._number = number
        self._step: Step | None = task.step(state)
        self._own = self._prompts = worded(self._step, kept)
        self._k = whole(meta["started"], "k", 1)
        self._voters = self._former = _voters(self._order.get("voters") or ())
        self._until = 0
        self._lowest: float | None = None
        self._stronger = ""  # who answers alone since the step was escalated
        self._drops = tuple(line for line in adjustments_in(meta) if NO_TEMPERATURE in line)
        if changed is not None:
            self._change(changed)

    def after(self, entries: Sequence[Entry]) -> Iterator[InEffect]:
        """Give what was in effect for each entry."""
        for entry in entries:
            self._take(entry)
            yield self.of(entry.sample if isinstance(entry, Sample) else 0)

    def of(self, sample: int) -> InEffect:
        """Return what is in effect for a sample of the step, 0-based."""
        voter = self._voter(sample)
        prompt = None
        if self._prompts:
            own = self._prompts[sample % len(self._prompts)]
            prompt = prompt_in_effect(own, wording=VARIANTS[voter.variant])
        return InEffect(prompt, voter.variant, self._temperature(voter, sample), self._k)

    def _take(self, entry: Entry) -> None:
        if isinstance(entry, Change):
            self._change(entry)
        elif isinstance(entry, Doubted):
            if entry.temperature is not None:
                self._lowest = entry.temperature
            self._prompts = tuple(prompt_in_effect(one, reminder=entry.reminder) for one in self._prompts)
        elif isinstance(entry, Act) and entry.kind == ESCALATED:  # a fresh ballot, of one who is not in the pool
            self._prompts, self._lowest, self._stronger, self._until = self._own, None, entry.who, 0

    def _change(self, change: Change) -> None:
        self._k = change.k or self._k
        if change.voters:  # samples that were with a provider by then are still the former pool's
            self._former, self._voters, self._until = self._voters, _voters(change.voters), change.asked
        if self._prompts and change.prompt is not None:
            self._prompts = (prompt_in_effect(self._prompts[0], edited=change.prompt),)

    def _voter(self, sample: int) -> VoterSpec:
        voters = self._former if sample < self._until else self._voters
        if self._stronger or not voters:
            return VoterSpec(self._stronger or str(self._order.get("model", "")))
        return voters[(self._number + sample) % len(voters)]

    def _temperature(self, voter: VoterSpec, sample: int) -> float | None:
        if voter.temperature is not None and voter.temperature != AUTO:
            return None if isinstance(voter.temperature, str) else voter.temperature
        first, other, fixed = resolve(self._order.get("first_temperature", NONE), self._order.get("temperature", NONE))
        if isinstance(self._step, Gather) and self._order.get("task") != CALIBRATION:  # whose calls are as a run's
            first = other = self._step.temperature
        found = other if sample else first
        if found is not None and found not in fixed and self._dropped(voter):
            return None
        return found if found is None or self._lowest is None or not sample else max(found, self._lowest)

    def _dropped(self, voter: VoterSpec) -> bool:
        """Return whether a model was sent no temperature, by the record; of several its line begins with its name."""
        alone = not self._voters and not self._stronger
        return any(
            line.startswith(f"{voter.model}: ") or (alone and line.startswith(NO_TEMPERATURE)) for line in self._drops
        )


def _voters(texts: Sequence[str]) -> tuple[VoterSpec, ...]:
    """Read a recorded pool; one that no one can read is a stranger's, and nothing is known of it."""
    try:
        return tuple(parse_voter(text) for text in texts)
    except InputError:
        return ()
