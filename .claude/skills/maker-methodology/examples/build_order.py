"""A whole task in one file: build modules in the order of their needs, of those that are ready the first by name."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

from rich.text import Text

from maker_engine.core.decomposition import Json, Mistake, Task, Vote
from maker_engine.core.errors import ProblemError, TaskError
from maker_engine.core.red_flags import ILLEGAL, MALFORMED
from maker_engine.core.responses import Flag, Prompt, excerpt

Built = tuple[str, ...]
"""A state: the modules built, in order."""

EXAMPLE = '{"app": ["core", "ui"], "core": [], "ui": ["core"]}'
DEFAULT = {
    "api": ["auth", "store"], "app": ["api", "ui"], "auth": ["core", "store"], "cli": ["api"], "core": [],
    "docs": ["api", "cli"], "log": ["core"], "store": ["log"], "tests": ["app", "docs"], "theme": [],
    "ui": ["theme", "core"],
}  # fmt: skip
SYSTEM = """\
You choose which module is built next. A module is ready when everything it needs is built. Of the modules that are \
ready, the one whose name comes first in the alphabet is next. End with a line such as
build = core"""

_NAME = re.compile(r"[a-z]{1,16}")
_LAST_LINE = re.compile(r"build = ([a-z]{1,16})")
_LINE = re.compile(r"^([a-z]+) needs (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class BuildOrder(Task[Built, str]):
    """Modules with what each needs, as pairs sorted by name."""

    needs: tuple[tuple[str, tuple[str, ...]], ...]

    name = "build-order"
    title = "Build order"
    summary = "Build modules in the order of their dependencies. A topological sort does it for $0."
    source_help = f"JSON such as {EXAMPLE}."
    has_oracle = True

    @classmethod
    def load(cls, options: Mapping[str, int | str], source: str | None = None) -> BuildOrder:  # noqa: ARG003
        """Read the modules; a cycle is refused, since nothing in it can ever be built."""
        try:
            given = DEFAULT if source is None else json.loads(source)
            needs = {str(name): tuple(sorted(map(str, wanted))) for name, wanted in given.items()}
        except (ValueError, TypeError, AttributeError, RecursionError):
            raise ProblemError(f"the problem is not JSON of modules with lists: write it as {EXAMPLE}") from None
        if not needs or not all(_NAME.fullmatch(name) for name in needs):
            raise ProblemError("modules have names of 1 to 16 small letters, and there is at least one")
        left = dict(needs)
        while ready := [name for name, wanted in left.items() if not set(wanted) & set(left)]:
            for name in ready:
                unknown = set(left.pop(name)) - set(needs)
                if unknown:
                    raise ProblemError(f"{name} needs {min(unknown)!r:.40}, which is no module: add it")
        if left:
            raise ProblemError(f"{min(left)} needs itself in the end: break the cycle")
        return cls(tuple(sorted(needs.items())))

    def source(self) -> str:
        return json.dumps(dict(self.needs))

    @property
    def label(self) -> str:
        return f"{len(self.needs)} modules"

    @property
    def expected_steps(self) -> int:
        return len(self.needs)

    def start(self) -> Built:
        return ()

    def step(self, state: Built) -> Vote | None:
        """Ask with the modules that are left and what each of them still needs; no history."""
        if len(state) >= len(self.needs):
            return None
        lines = [f"{name} needs {', '.join(wanted) or 'nothing'}" for name, wanted in self._left(state)]
        return Vote(Prompt(SYSTEM, "\n".join([*lines, "", "Which module is built next?"])))

    def _left(self, state: Built) -> list[tuple[str, list[str]]]:
        return [(name, [one for one in wanted if one not in state]) for name, wanted in self.needs if name not in state]

    def parse(self, state: Built, text: str) -> str | Flag:  # noqa: ARG002
        line = text.rstrip().rpartition("\n")[2].strip()
        found = _LAST_LINE.fullmatch(line)
        return found[1] if found else Flag(MALFORMED, "the last line is not `build = NAME`", excerpt(line))

    def objection(self, state: Built, answer: str) -> Flag | None:
        """Flag what is no module, is built, or is not ready; any ready one may vote, and only the first is right."""
        left = dict(self._left(state))
        if answer not in left:
            return Flag(ILLEGAL, f"{answer} is built, or no module")
        return Flag(ILLEGAL, f"{answer} needs {left[answer][0]} first") if left[answer] else None

    def apply(self, state: Built, answer: str) -> Built:
        return (*state, answer)

    def oracle(self, state: Built) -> str | None:
        return next((name for name, wanted in self._left(state) if not wanted), None)

    def right_answers(self, state: Built) -> list[str]:
        """Every ready module that no ready module comes before."""
        ready = [name for name, wanted in self._left(state) if not wanted]
        return [name for name in ready if all(name <= other for other in ready)]

    def verify(self, answers: Iterable[str]) -> list[str]:
        """Look at every pair of a module and what it needs; no step is applied."""
        built = list(answers)
        order = {name: place for place, name in enumerate(built)}
        if sorted(built) != [name for name, _ in self.needs]:
            return ["not every module is built once"]
        late = [(name, one) for name, wanted in self.needs for one in wanted if order[one] > order[name]]
        return [f"{name} is built before {one}" for name, one in late]

    def picture(self, state: Built, columns: int = 60, rows: int = 18) -> Text:
        """Tell what is built, and below it what is left."""
        room = (rows - 2) // 2
        left = [name for name, _ in self._left(state)]
        picture = Text("built", style="label")
        picture.append("\n" + "\n".join(wrap(" ".join(state) or "nothing", columns)[-room:]), "given")
        picture.append("\nleft", "label")
        return picture.append("\n" + "\n".join(wrap(" ".join(left) or "nothing", columns)[:room]), "plain")

    def describe(self, answer: str) -> str:
        return answer

    def encode_state(self, state: Built) -> Json:
        return [*state]

    def decode_state(self, value: Any) -> Built:
        return tuple(value)

    def encode_answer(self, answer: str) -> Json:
        return answer

    def decode_answer(self, value: Any) -> str:
        return str(value)

    def imitate(self, prompt: Prompt, mistake: Mistake | None, variant: int) -> tuple[str, str]:
        """Answer from the lines of the prompt, right or in one of the ways to be wrong."""
        left = dict(_LINE.findall(prompt.user))
        ready = [name for name, wanted in left.items() if wanted == "nothing"]
        if not left:
            raise TaskError("this prompt asks for no module")
        waiting = [name for name in left if name not in ready] or ["nosuchmodule"]
        right = min(ready, default="none")
        wrong = [name for name in ready if name != right] or waiting
        forms = {
            None: f"build = {right}",
            Mistake.WRONG: f"build = {wrong[variant % len(wrong)]}",
            Mistake.MALFORMED: (f"build {right}", f"build = {right}.", right.upper())[variant % 3],
            Mistake.ILLEGAL: f"build = {waiting[variant % len(waiting)]}",
            Mistake.INCONSISTENT: f"build = {right}, or build = {waiting[0]}",
        }
        return f"Of {len(left)} modules {len(ready)} are ready.", forms[mistake]
