"""What a fork is to do differently, as it is typed in one line: `k=4 model=sim:p=0.9 note="another model"`."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from maker_engine.core.decomposition import AnyTask
from maker_engine.core.errors import InputError
from maker_engine.core.filters.language import parse_filter
from maker_engine.core.responses import Prompt
from maker_engine.printable import one_line

EDITED = "prompt"
"""The word that takes the edited prompt along."""


@dataclass(frozen=True, slots=True)
class ForkRequest:
    """A fork to be made, and continued in the app.

    Attributes:
        path: The session.
        branch: Which of its runs to fork.
        step: First step it decides itself, 0-based.
        changes: Fields of the order that differ.
        note: For a person.
        prompt: What its agents read at that step alone, None for what the task says.
        breaks: Breakpoints it begins with.
        family: The task's class.
        trusted: The user agrees to the models that a session from elsewhere names.
    """

    path: Path
    branch: int
    step: int
    changes: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
    prompt: Prompt | None = None
    breaks: tuple[str, ...] = ()
    family: type[AnyTask] | None = None
    trusted: bool = False


def parse_fork_request(text: str) -> tuple[dict[str, Any], str, bool, tuple[str, ...]]:
    """Read what is to be different: the changes, the note, whether the edited prompt goes along, and breakpoints.

    Raises:
        InputError: A word is none of those that a fork knows.
    """
    changes: dict[str, Any] = {}
    note, edited = "", False
    breaks: list[str] = []
    for word in _words(text):
        name, equals, value = word.partition("=")
        if word == EDITED:
            edited = True
        elif name in ("k", "seed") and equals:
            changes[name] = _number(name, value)
        elif name == "model" and value:
            changes["model"] = value
        elif name == "voter" and value:
            changes["voters"] = (*changes.get("voters", ()), value)
        elif name == "note" and equals:
            note = value
        elif name == "break" and value:
            breaks.append(str(parse_filter(value)))
        else:
            known = "k=4, model=NAME, voter=NAME (several times), seed=1, note=TEXT, break=FILTER or prompt"
            raise InputError(f"a fork has no {one_line(word, 40)!r}: write {known}")
    return changes, note, edited, tuple(breaks)


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:
        raise InputError("a quote is not closed") from None


def _number(name: str, value: str) -> int:
    if not (value.isascii() and value.isdigit()) or (name == "k" and int(value[:9]) < 1):
        raise InputError(
            f"{name} is a whole number{' of at least 1' if name == 'k' else ''}, not {one_line(value, 40)!r}"
        )
    return int(value[:9])
