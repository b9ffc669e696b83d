"""Loads tasks that are installed, or lie in a file or a folder, for a program to run."""

from __future__ import annotations

from maker_engine import catalogue
from maker_engine.core.decomposition import AnyTask
from maker_engine.core.errors import InputError
from maker_engine.suggestion import suggestion


def load_task(name: str, problem: str | None = None, **options: int | str) -> AnyTask:
    """Load a task by its name, or by the path of its file or folder.

    Args:
        name: As `maker run` takes it: "hanoi", "./mine.py", "./mine.py:Class".
        problem: Text of a problem file, None for the problem that the options describe.
        options: The task's own options, such as `disks=5`; those that are left out have their defaults.

    Raises:
        InputError: There is no such task or option.
        ProblemError: The task does not take the problem.
    """
    texts: dict[str, object] = {"the name of a task": name, "a problem": "" if problem is None else problem}
    for what, text in texts.items():
        if not isinstance(text, str):
            raise InputError(f"{what} is text, got {text!r:.60}")
    family = catalogue.find(name)
    known = {option.name.replace("-", "_"): option for option in family.options}
    for option in options:
        if option not in known:
            names = ", ".join(sorted(known)) or "none"
            raise InputError(f"task {name} has no option {option!r}; known: {names}{suggestion(option, known)}")
    defaults = {option.name: option.default for option in family.options} if problem is None else {}
    given = {known[option].name: value for option, value in options.items()}
    task: AnyTask = family.load({**defaults, **given}, problem)
    return task
