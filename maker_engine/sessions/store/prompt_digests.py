"""Whether a task still writes the prompts that it wrote when a run was voted on: a digest of one of each process.

Prompts are not stored with every step, since the task writes them from the state; what else was in one (a variant's
words, a reminder, what a person wrote in its place) is on record where it was added. The text of the first one of each
process is kept. Where the task now writes other ones, what is shown of an old run is not what was read, and
whoever shows it has to say so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from maker_engine.core.decomposition import AnyTask
from maker_engine.core.record.prompts import asked_by
from maker_engine.core.responses import Prompt
from maker_engine.sessions.store.reader import Reader

PROMPTS = "prompts"
"""Key of a branch's record: [step, digest, system, user] of the first prompt of each process, steps 0-based. `system`
is null where it is that of the one before; older records, and those of long prompts, have no texts."""
MOST_KEPT = 64 * 1024
"""Characters of all texts that are kept of a branch."""
MOST_SITTINGS = 1_000
"""More are not noted: the last one is taken for those after it."""
_DIGESTED = 2  # values of one without its texts


def digest_of(prompt: Prompt) -> str:
    """Return what distinguishes one prompt from another."""
    return hashlib.sha256(f"{prompt.system}\0{prompt.user}".encode("utf-8", "surrogatepass")).hexdigest()[:16]


def noted_of(step: int, prompt: Prompt, before: Sequence[Sequence[Any]]) -> list[Any]:
    """Return what is noted of a prompt, the first of a process that begins at `step`, after those noted before."""
    kept = [one for one in before if len(one) > _DIGESTED]
    system = next((one[2] for one in reversed(kept) if one[2] is not None), None)
    texts = [None if prompt.system == system else prompt.system, prompt.user]
    length = sum(len(text or "") for one in (*kept, [step, "", *texts]) for text in one[_DIGESTED:])
    return [step, digest_of(prompt), *(texts if length <= MOST_KEPT else ())]


def sent(reader: Reader, step: int, branch: int) -> Prompt | None:
    """Return the task's prompt at a step (0-based) as it was sent, None where its text was not kept."""
    system = ""
    for at, _, *texts in reader.note(PROMPTS, [], branch):
        if texts:
            system = system if texts[0] is None else texts[0]
            if at == step:
                return Prompt(system, texts[1])
    return None


def rewritten(reader: Reader, task: AnyTask, step: int, branch: int) -> bool:
    """Return whether the record shows that a task writes other prompts now than when a step (0-based) was voted on.

    False also where no one noted them.

    Args:
        reader: The run.
        task: As it is now.
        step: Step, 0-based.
        branch: The branch that the step is stored with.
    """
    noted: list[tuple[int, Any]] = [(at, digest) for at, digest, *_ in reader.note(PROMPTS, [], branch) if at <= step]
    if not noted:
        return False
    at, digest = noted[-1]
    prompt = asked_by(task.step(reader.state(task, at)))
    return prompt is None or digest_of(prompt) != digest
