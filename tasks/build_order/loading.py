"""Makes the problem that a user means: of the session's own text, or of a file and the options."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import astuple, replace
from importlib.resources import files as packaged
from itertools import pairwise
from typing import Any

from maker_engine.core.errors import ProblemError

from .building import check_command
from .choosing import affected, only
from .collecting import clean, shown
from .formats.sniffing import read
from .problem import (
    AUTO,
    DROP,
    GUIDED,
    KEEP_GOING,
    LONGEST_BUILD,
    MOST_EDGES,
    MOST_MODULES,
    RAW,
    STOP,
    UNIT,
    Module,
    Problem,
    Settings,
    checked,
)

SAMPLES = ("monorepo", "knots")
SIGN = '{"build_order":'
"""What the session's own text begins with."""
_LONGEST_COMMAND = 2_000


def load_problem(options: Mapping[str, int | str], source: str | None) -> Problem:
    """Make the problem.

    Raises:
        ProblemError: It is none.
    """
    if source is not None and source.startswith(SIGN):
        return check_command(checked(from_text(source)))
    name = str(options.get("sample", SAMPLES[0]))
    if source is None and name not in SAMPLES:
        raise ProblemError(f"sample must be one of {', '.join(SAMPLES)}, got {name[:40]!r}")
    settings = _settings(options)
    problem = read(sample(name) if source is None else source, str(options.get("format", "auto")))
    changed = [line for line in str(options.get("changed", "")).splitlines() if line.strip()]
    if changed:
        problem = affected(problem, changed)
    if target := str(options.get("only", "")):
        problem = only(problem, target)
    return check_command(checked(replace(problem, settings=settings)))


def sample(name: str) -> str:
    """Return the text of a bundled sample."""
    return (packaged(__package__) / "data" / f"{name}.yaml").read_text("utf-8")


def _settings(options: Mapping[str, int | str]) -> Settings:
    chosen = {
        "cycles": (AUTO, UNIT, DROP),
        "facts": (GUIDED, RAW),
        "keep_going": ("no", "yes"),
    }
    for name, choices in chosen.items():
        if options.get(name, choices[0]) not in choices:
            raise ProblemError(f"{name} must be one of {', '.join(choices)}, got {shown(options[name])}")
    numbers = {}
    for name, default in (("slots", 1), ("exec_timeout", LONGEST_BUILD)):
        numbers[name] = value = options.get(name, default)
        if not isinstance(value, int):
            raise ProblemError(f"{name} must be a whole number, got {shown(value)}")
    return Settings(
        str(options.get("cycles", AUTO)),
        str(options.get("facts", GUIDED)),
        int(numbers["slots"]),
        _command(str(options.get("exec", ""))),
        int(numbers["exec_timeout"]),
        KEEP_GOING if options.get("keep_going") == "yes" else STOP,
    )


def _command(text: str) -> str:
    """Return a command if it can be split into a program and its arguments."""
    if not text:
        return ""
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise ProblemError(f"--exec cannot be split into words: {error}") from None
    if not words or not text.isprintable() or len(text) > _LONGEST_COMMAND or "{" in words[0]:
        raise ProblemError(f"--exec must be a program with its arguments, such as 'make {{module}}', got {shown(text)}")
    return text


def to_text(problem: Problem) -> str:
    """Write a problem as `from_text` reads it."""
    whole = {
        "build_order": 1,
        "format": problem.format,
        "whole": problem.whole,
        "settings": [*astuple(problem.settings)],
        "modules": problem.names,
        "seconds": {str(at): one.seconds for at, one in enumerate(problem.modules) if one.seconds is not None},
        "paths": {str(at): one.path for at, one in enumerate(problem.modules) if one.path},
        "needs": [part for edge in problem.edges for part in edge],
    }
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":"))


def from_text(text: str) -> Problem:
    """Read what `to_text` wrote.

    Raises:
        ProblemError: It is something else, or was changed so that it makes no sense.
    """
    try:
        whole: dict[str, Any] = json.loads(text)
        names, numbers = whole["modules"], whole["needs"]
        seconds, paths = whole["seconds"], whole["paths"]
        settings = Settings(*whole["settings"])
        sound = (
            whole["build_order"] == 1
            and isinstance(names, list)
            and 0 < len(names) <= MOST_MODULES
            and all(clean(name) == name for name in names)
            and all(one < other for one, other in pairwise(names))
            and all(type(one) in (int, float) and 0 <= one < 1e10 for one in seconds.values())
            and all(isinstance(one, str) for one in paths.values())
            and {*seconds, *paths} <= {str(at) for at in range(len(names))}
            and all(isinstance(one, str) for one in (settings.command, whole["format"]))
            and type(settings.slots) is type(settings.timeout) is int
            and type(whole["whole"]) is int
        )
        if not sound:
            raise _spoilt()
        again = _settings(
            {
                "cycles": settings.cycles, "facts": settings.facts, "slots": settings.slots, "exec": settings.command,
                "exec_timeout": settings.timeout, "keep_going": {STOP: "no", KEEP_GOING: "yes"}[settings.failures],
            }
        )  # fmt: skip
        modules = tuple(
            Module(name, None if (one := seconds.get(str(at))) is None else float(one), paths.get(str(at), ""))
            for at, name in enumerate(names)
        )
        return Problem(modules, _edges(numbers, len(names)), again, whole["format"], whole["whole"])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise _spoilt() from None


def _edges(numbers: list[int], count: int) -> tuple[tuple[int, int, int], ...]:
    if len(numbers) % 3 or len(numbers) > 3 * MOST_EDGES or not all(type(one) is int for one in numbers):
        raise _spoilt()
    edges = [*zip(numbers[::3], numbers[1::3], numbers[2::3], strict=True)]
    within = all(
        0 <= one < count and 0 <= other < count and one != other and 0 <= kind <= 3 for one, other, kind in edges
    )
    if not within or any(one[:2] >= other[:2] for one, other in pairwise(edges)):
        raise _spoilt()
    return tuple(edges)


def _spoilt() -> ProblemError:
    return ProblemError("the session's modules are spoilt: load the file again")
