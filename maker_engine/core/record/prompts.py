"""What agents read: the task's prompt, or what a person wrote in its place, with all that is added to it.

The one place where a prompt is put together: by the solver and the pool before it is sent, and by whatever shows it
afterwards, from what is on record.
"""

from __future__ import annotations

from dataclasses import replace

from maker_engine.core.decomposition import Gather, Step, Vote
from maker_engine.core.responses import Prompt


def asked_by(step: Step | None) -> Prompt | None:
    """Return the task's own prompt for a step, None where agents are asked nothing."""
    return step.prompt if isinstance(step, Vote | Gather) else None


def worded(step: Step | None, first: Prompt | None = None) -> tuple[Prompt, ...]:
    """Return the prompts that samples of a step take turns with, the task's own first; none where nothing is asked.

    Args:
        step: The step.
        first: What was sent for its first sample, where that is known; None for what the task says.
    """
    own = asked_by(step) if first is None else first
    if own is None:
        return ()
    return (own, *step.wordings) if isinstance(step, Vote) else (own,)


def prompt_in_effect(own: Prompt, *, edited: Prompt | None = None, reminder: str = "", wording: str = "") -> Prompt:
    """Return what agents read where the task says `own`.

    Args:
        own: The task's prompt, or one in effect that more is added to.
        edited: What a person wrote in its place, None for nothing.
        reminder: Added to the user prompt at its end, since the step was hopeless without; empty for nothing.
        wording: Added to the system prompt for one voter of a pool; empty for nothing.
    """
    prompt = own if edited is None else edited
    if reminder:
        prompt = replace(prompt, user=f"{prompt.user}\n\n{reminder}")
    if wording:
        prompt = replace(prompt, system=f"{prompt.system}\n\n{wording}".strip())
    return prompt
