"""Responses as a model might write them, from the prompt's words and a catalogue of typical projects.

The simulated agents know no more than the prompt says: the idea names the kind of project, and their proposals
come from the catalogue's lines for it (`ideas`), drawn by variant, some of them spilled over what was asked for. Their
votes go by the rule as far as words and the catalogue decide it (`judging`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from random import Random

from maker_engine.core.decomposition import Mistake
from maker_engine.core.errors import TaskError

from .answers import LONGEST
from .document import Kind
from .ideas import Project, Question, draw, recognise, reworded
from .judging import rests_on, test_of
from .parts import ACCEPTANCE, BY_NAME, FEATURES, LIMITS, NON_GOALS, OPEN, Part
from .prompts import SURVEY_KINDS
from .situations import answered
from .tracing import bars

_TASK = re.compile(r"^Task: (draft|propose|choose|trace)(?: ([a-z-]+))?$", re.MULTILINE)
_IDEA = re.compile(r"\AIdea: (.*)$", re.MULTILINE)
_FEATURE = re.compile(r"^Feature: (.*)$", re.MULTILINE)
_ENTRY = re.compile(r"^([1-9]\d*)\. (.*)$", re.MULTILINE)
_LINE = re.compile(r"^> (.*)$", re.MULTILINE)
_COUNT = re.compile(r" \((\d+) of \d+ drafts\)$")
_BARRED = re.compile(r"^Not to be built:\n((?:\d+\. .*\n?)+)", re.MULTILINE)

SPILLING = 0.4
"""Share of agents who add something no one asked for to their features."""

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
    dice = Random(f"{variant} {idea[1]}")  # noqa: S311 - a simulation; other ideas, other drafts
    thought = dice.choice(_THOUGHTS)
    project = _kind_of(idea[1])
    if task[1] in ("choose", "trace"):
        return thought, _vote(prompt, task[1], project, mistake, dice)
    if task[1] == "draft":
        return thought, _written(_drafted(project, dice), SURVEY_KINDS, mistake)
    part = BY_NAME[task[2]]
    lines = _proposed(prompt, part, project, dice, spilling=mistake is Mistake.WRONG)
    return thought, _written(lines, part.kinds, mistake)


_kind_of = lru_cache(maxsize=8)(recognise)


def _vote(prompt: str, task: str, project: Project, mistake: Mistake | None, dice: Random) -> str:
    if mistake in (Mistake.MALFORMED, Mistake.INCONSISTENT):
        return dice.choice(("It is the first, I think.", "answer = 1 or 2", "answer: the second one"))
    listed = [text for _, text in _ENTRY.findall(prompt[prompt.rindex(f"Task: {task}") :])]
    if task == "choose":
        counts = [int(found[1]) if (found := _COUNT.search(text)) else 0 for text in listed]
        right, least = counts.index(max(counts)) + 1, 1
    else:
        line = _LINE.search(prompt)
        right, least = rests_on(line[1] if line else "", listed, project), 0
    if mistake is None:
        return f"answer = {right}"
    others = [number for number in range(least, len(listed) + 1) if number != right]
    if mistake is Mistake.ILLEGAL or not others:
        return f"answer = {len(listed) + 1 + dice.randrange(3)}"
    return f"answer = {dice.choice(others)}"


def _drafted(project: Project, dice: Random) -> list[tuple[Kind, str]]:
    """Draft everything, as an agent does without limits."""
    drawn = (
        (Kind.PURPOSE, project.purposes, 1), (Kind.STORY, project.stories, 3), (Kind.FEATURE, project.features, 5),
        (Kind.FEATURE, project.spill, 5), (Kind.CONSTRAINT, project.constraints, 2), (Kind.DATA, project.data, 1),
        (Kind.INTERFACE, project.interfaces, 1),
    )  # fmt: skip
    return [(kind, text) for kind, texts, most in drawn for text in _drawn(texts, most, dice)]


def _proposed(prompt: str, part: Part, project: Project, dice: Random, *, spilling: bool) -> list[tuple[Kind, str]]:
    kind = part.kinds[0]
    if part is ACCEPTANCE:
        feature = _FEATURE.search(prompt)
        test = test_of(feature[1] if feature else "", project, dice.randrange(4))
        return [(kind, reworded(test, dice.randrange(12)))]
    if part is OPEN:
        lines = [(kind, text) for text in _asked(prompt, project, part.most, dice)]
    elif spilling or part is NON_GOALS:
        lines = [(kind, text) for text in _drawn(project.spill, part.most, dice)]
    elif part is LIMITS:
        texts = (
            (Kind.CONSTRAINT, project.constraints),
            (Kind.DATA, project.data),
            (Kind.INTERFACE, project.interfaces),
        )
        lines = [(own, text) for own, offered in texts for text in _drawn(offered, 2, dice)][: part.most]
    else:
        offered = {"purpose": project.purposes, "stories": project.stories, "features": project.features}[part.name]
        lines = [(kind, text) for text in _drawn(offered, part.most, dice)]
        if part is FEATURES and dice.random() < SPILLING and len(lines) < part.most:
            lines += [(kind, text) for text in _drawn(project.spill, 1, dice)]
    barred = _barred(prompt)
    return [line for line in lines if not any(bars(one, line[1]) for one in barred)] or lines[:1]


def _asked(prompt: str, project: Project, most: int, dice: Random) -> list[str]:
    """Ask what the idea and the person's words leave open, as far as words show it."""
    said = prompt[: prompt.rindex("\nTask:")]
    left = [one for one in project.questions if not answered(one.area, said) and one.ask not in said]
    return [f"{one.ask} [{' | '.join(one.options)}]" for one in _questions(left or list(project.questions), most, dice)]


def _questions(left: list[Question], most: int, dice: Random) -> list[Question]:
    by_text = {one.ask: one for one in left}
    drawn = draw(tuple(by_text), str(dice.random()), most, reword=False)
    return [by_text[ask] for ask in drawn]


def _drawn(texts: Sequence[str], most: int, dice: Random) -> tuple[str, ...]:
    return draw(tuple(texts), str(dice.random()), most)


def _barred(prompt: str) -> list[str]:
    found = _BARRED.search(prompt)
    return [] if found is None else [text for _, text in _ENTRY.findall(found[1])]


def _written(lines: Sequence[tuple[Kind, str]], kinds: Sequence[Kind], mistake: Mistake | None) -> str:
    rows = [f"- {kind}: {text}" if len(kinds) > 1 else f"- {text}" for kind, text in lines]
    if mistake is Mistake.ILLEGAL:
        rows[-1] = f"{rows[-1]} {'and so on ' * (LONGEST // 10)}"
    elif mistake is Mistake.INCONSISTENT:
        rows.append(rows[-1])
    elif mistake is Mistake.MALFORMED:
        return "\n".join(row.removeprefix("- ") for row in rows)
    return "\n".join(["proposals:", *rows])
