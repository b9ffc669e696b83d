"""Whether a task still writes the prompts that it wrote when a run was voted on: a digest of one of each sitting.

Prompts are not stored with every step, since the task writes them from the state. Where it has come to write other
ones, what is shown of an old run is not what was read, and whoever shows it has to say so.
"""

from __future__ import annotations

import hashlib
from typing import Any

from maker_engine.core.decomposition import AnyTask
from maker_engine.core.prompts import asked_by
from maker_engine.core.responses import Prompt
from maker_engine.sessions.store.reader import Reader

PROMPTS = "prompts"
"""Key of a branch's record: [step, digest] of the first prompt of each sitting; steps are 0-based."""
MOST_SITTINGS = 1_000
"""More are not noted: the last one is taken for those after it."""


def digest_of(prompt: Prompt) -> str:
    """Return what tells one prompt from another."""
    return hashlib.sha256(f"{prompt.system}\0{prompt.user}".encode("utf-8", "surrogatepass")).hexdigest()[:16]


def rewritten(reader: Reader, task: AnyTask, step: int, branch: int) -> bool:
    """Tell whether the record shows that a task writes other prompts now than when a step (0-based) was voted on.

    False also where nobody noted them.

    Args:
        reader: The run.
        task: As it is now.
        step: Step, 0-based.
        branch: The branch that the step is stored with.
    """
    noted: list[tuple[int, Any]] = [(at, digest) for at, digest in reader.note(PROMPTS, [], branch) if at <= step]
    if not noted:
        return False
    at, digest = noted[-1]
    prompt = asked_by(task.step(reader.state(task, at)))
    return prompt is None or digest_of(prompt) != digest
