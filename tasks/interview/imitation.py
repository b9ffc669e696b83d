"""Responses as a model might write them, from the prompt's words and a catalogue of typical projects.

The simulated agents know no more than the prompt says: the idea tells them the kind of project, and their proposals
come from the catalogue's lines for it, drawn by variant, some of them spilled over what was asked for. Their votes go
by the rule as far as words alone tell it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random
from typing import TypeVar

from maker_engine.core.decomposition import Mistake
from maker_engine.core.errors import TaskError

from .answers import LONGEST
from .kits import Kit, kit_for
from .document import Kind
from .parts import BY_NAME
from .prompts import SURVEY_KINDS
from .tracing import bars, rests_on

_TASK = re.compile(r"^Task: (draft|propose|choose|trace)(?: ([a-z-]+))?$", re.MULTILINE)
_IDEA = re.compile(r"\AIdea: (.*)$", re.MULTILINE)
_FEATURE = re.compile(r"^Feature: (.*)$", re.MULTILINE)
_ENTRY = re.compile(r"^([1-9]\d*)\. (.*)$", re.MULTILINE)
_LINE = re.compile(r"^> (.*)$", re.MULTILINE)
_COUNT = re.compile(r" \((\d+) of \d+ drafts\)$")
_BARRED = re.compile(r"^Not to be built:\n((?:\d+\. .*\n?)+)", re.MULTILINE)

_THOUGHTS = (
    "I go by the person's words first.",
    "Let me keep to what was asked for.",
    "The idea is short, so I look at what it says and no further.",
    "I read the list from the top.",
    "One line at a time.",
)


def imitate(prompt: str, mistake: Mistake | None, variant: int) -> tuple[str, str]:
    """Write the reasoning and the answer of a response.

    Args:
        prompt: The user prompt.
        mistake: How the response goes wrong, None when it is right.
        variant: Which proposals, wording and slip, ≥ 0.

    Raises:
        TaskError: The prompt is not one of this task's.
    """
    task, idea = _TASK.search(prompt), _IDEA.search(prompt)
    if task is None or idea is None:
        raise TaskError("this prompt is no part of a requirements interview")
    dice = Random(variant)
    thought = dice.choice(_THOUGHTS)
    if task[1] in ("choose", "trace"):
        return thought, _vote(prompt, task[1], mistake, dice)
    kit = kit_for(idea[1])
    lines = _drafted(kit, dice) if task[1] == "draft" else _proposed(prompt, kit, task[2], mistake, dice)
    return thought, _written(lines, mistake)


def _vote(prompt: str, task: str, mistake: Mistake | None, dice: Random) -> str:
    if mistake in (Mistake.MALFORMED, Mistake.INCONSISTENT):
        return dice.choice(("It is the first, I think.", "answer = 1 or 2", "answer: the second one"))
    listed = [text for _, text in _ENTRY.findall(prompt[prompt.rindex(f"Task: {task}") :])]
    if task == "choose":
        counts = [int(found[1]) if (found := _COUNT.search(text)) else 0 for text in listed]
        right, least = counts.index(max(counts)) + 1, 1
    else:
        line = _LINE.search(prompt)
        right, least = rests_on(line[1] if line else "", listed), 0
    if mistake is None:
        return f"answer = {right}"
    others = [number for number in range(least, len(listed) + 1) if number != right]
    if mistake is Mistake.ILLEGAL or not others:
        return f"answer = {len(listed) + 1 + dice.randrange(3)}"
    return f"answer = {dice.choice(others)}"


def _drafted(kit: Kit, dice: Random) -> list[tuple[Kind, str]]:
    """Draft everything, as an agent does that was not told to stop."""
    lines = [(Kind.PURPOSE, _first_mostly(kit.purposes, dice))]
    lines += [(Kind.STORY, text) for text in _some(kit.stories, 0.5, 3, dice)]
    lines += [(Kind.FEATURE, text) for text in _some(kit.features, 0.6, 5, dice)]
    lines += [(Kind.FEATURE, text) for text in _some(kit.spill, 0.35, 5, dice)]
    lines += _some(kit.limits, 0.4, 3, dice)
    return [line for line in lines if line[0] in SURVEY_KINDS]


def _proposed(
    prompt: str, kit: Kit, part_name: str | None, mistake: Mistake | None, dice: Random
) -> list[tuple[Kind, str]]:
    part = BY_NAME[part_name or ""]
    kind = part.kinds[0]
    barred = _barred(prompt)
    if part.name == "non-goals" or mistake is Mistake.WRONG:
        texts = _some(kit.spill, 0.4, part.most, dice)
    elif part.name == "purpose":
        texts = [_first_mostly(kit.purposes, dice)]
    elif part.name == "stories":
        texts = _some(kit.stories, 0.6, part.most, dice)
    elif part.name == "features":
        texts = _some(kit.features, 0.6, part.most - 1, dice) + _some(kit.spill, 0.12, 1, dice)
    elif part.name == "limits":
        return [line for line in _some(kit.limits, 0.5, part.most, dice) if not _ruled_out(line[1], barred)]
    else:
        feature = _FEATURE.search(prompt)
        texts = [kit.acceptance(feature[1] if feature else "", dice.random())]
    return [(kind, text) for text in texts if not _ruled_out(text, barred)] or [(kind, texts[0])]


def _written(lines: Sequence[tuple[Kind, str]], mistake: Mistake | None) -> str:
    tagged = len({kind for kind, _ in lines}) > 1 or (bool(lines) and lines[0][0] in BY_NAME["limits"].kinds)
    rows = [f"- {kind}: {text}" if tagged else f"- {text}" for kind, text in lines]
    if mistake is Mistake.ILLEGAL:
        rows[-1] = f"{rows[-1]} {'and so on ' * (LONGEST // 10)}"
    elif mistake is Mistake.INCONSISTENT:
        rows.append(rows[-1])
    elif mistake is Mistake.MALFORMED:
        return "\n".join(row.removeprefix("- ") for row in rows)
    return "\n".join(["proposals:", *rows])


def _barred(prompt: str) -> list[str]:
    found = _BARRED.search(prompt)
    return [] if found is None else [text for _, text in _ENTRY.findall(found[1])]


def _ruled_out(text: str, barred: Sequence[str]) -> bool:
    return any(bars(one, text) for one in barred)


T = TypeVar("T")


def _some(things: Sequence[T], share: float, most: int, dice: Random) -> list[T]:
    """Take each thing with a chance of `share`, at least one and at most `most`, in their order."""
    taken = [one for one in things if dice.random() < share]
    while len(taken) > most:
        taken.pop(dice.randrange(len(taken)))
    return taken or [dice.choice(things)]


def _first_mostly(texts: Sequence[str], dice: Random) -> str:
    """Take the first with a chance of one half, else any."""
    return texts[0] if dice.random() < 0.5 else dice.choice(texts)
