"""Build order as a task: a vote on what becomes of each cycle, and then on each module that is next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Self

from rich.text import Text

from maker_engine.core.decomposition import (
    PICTURE_COLUMNS,
    PICTURE_ROWS,
    Do,
    Done,
    Finished,
    Json,
    Mistake,
    NotDone,
    Option,
    Started,
    Step,
    Task,
    Unknown,
    Vote,
)
from maker_engine.core.red_flags import ILLEGAL
from maker_engine.core.responses import Flag, Prompt
from maker_engine.core.task.papers import Ballots
from maker_engine.printable import one_line

from . import exports
from .answers import read_build, read_circle
from .building import failure, next_step, recover, recovered, rehearsed
from .formats.sniffing import READERS
from .imitation import imitate
from .keeping import answer_from, answer_json, choices_json, state_from, state_json
from .loading import SAMPLES, load_problem, to_text
from .picture import draw
from .problem import AUTO, DROP, GUIDED, LONGEST_BUILD, RAW, UNIT, Problem
from .recent import Recent
from .ruling import MOST_WASTED, Ruling
from .state import Answer, Build, Drop, State, Unite
from .verifier import findings
from .wording import build_prompt, circle_prompt

LABEL, RECENT = 40, 16


@dataclass(frozen=True)
class BuildOrder(Task[State, Answer]):
    """Modules that need each other.

    Attributes:
        problem: Which, and how to go about it.
    """

    problem: Problem

    name = "build_order"
    title = "Build order"
    summary = "Modules into the order they are built in, cycles decided by vote. A topological sort does it for $0."
    source_help = (
        "uv.lock, poetry.lock, pyproject.toml, Cargo.lock, cargo metadata, package-lock.json, DOT, make -npqrR, go mod"
        " graph, apt-cache depends --recurse, or modules in YAML."
    )
    options: ClassVar[tuple[Option, ...]] = (
        Option("sample", "Modules to try it with where no file is given.", SAMPLES[0], SAMPLES),
        Option("format", "Format of the file; auto goes by what is in it.", "auto", ("auto", *READERS)),
        Option("only", "This module and what it needs; no others.", ""),
        Option("changed", "Files or modules that have changed, or git:REF: what to build again.", "", several=True),
        Option("cycles", "What the rule makes of a cycle: drops its weakest need unless all are required, always"
               " builds it as one unit, or always drops.", AUTO, (AUTO, UNIT, DROP)),
        Option("facts", "Whether prompts give the numbers that the rule goes by, or agents work them out.", GUIDED,
               (GUIDED, RAW)),
        Option("slots", "Modules that are built at once.", 1),
        Option("exec", "A command to build each module with, without a shell; {module} and {path} are filled in.", ""),
        Option("exec_timeout", "Seconds that the command gets for one module.", LONGEST_BUILD),
        Option("keep_going", "Build what can be built after a command has failed.", "no", ("no", "yes")),
    )  # fmt: skip
    has_oracle = True
    acts: ClassVar[bool] = True

    @classmethod
    def load(cls, options: Mapping[str, int | str], source: str | None = None) -> Self:
        """Make the problem of a file, of a sample, or of the session's own text.

        Raises:
            ProblemError: It is none.
        """
        return cls(load_problem(options, source))

    def source(self) -> str:
        """Return the modules that are left after --only and --changed, in JSON."""
        return self._source

    @cached_property
    def _source(self) -> str:
        return to_text(self.problem)

    @cached_property
    def _written(self) -> Recent[list[Json]]:
        return Recent(RECENT)

    @cached_property
    def _ruling(self) -> Ruling:
        return Ruling(self.problem)

    @property
    def label(self) -> str:
        """Such as `172 modules, uv`."""
        count, whole = len(self.problem.modules), self.problem.whole
        part = f" of {whole:,}" if whole > count else ""
        return one_line(f"{count:,}{part} module{'s' * (count > 1 or whole > 1)}, {self.problem.format}", LABEL)

    @property
    def expected_steps(self) -> int:
        """One for each decision on a cycle that the rule leads to, and one for each unit."""
        return self._ruling.steps

    def start(self) -> State:
        """Return the empty order."""
        return self._ruling.start()

    @property
    def most_in_flight(self) -> int:
        """The slots."""
        return self.problem.settings.slots

    def step(self, state: State) -> Step | None:
        """Ask what becomes of a cycle, and where there is none left, what is next; then build, where that is wanted."""
        if state.wasted > MOST_WASTED:
            return None
        if state.work is not None:
            return next_step(self._ruling.line(state), self.problem, state.work)
        circle = self._ruling.circle(state)
        if circle is not None:
            return Vote(circle_prompt(circle, self.problem))
        menu = self._ruling.menu(state)
        return None if menu is None else Vote(build_prompt(menu, self.problem))

    def parse(self, state: State, text: str) -> Answer | Flag:
        """Read the last lines, strictly in content."""
        circle = self._ruling.circle(state)
        if circle is not None:
            return read_circle(text, circle, self.problem)
        menu = self._ruling.menu(state)
        return Flag(ILLEGAL, "nothing is left to be built") if menu is None else read_build(text, menu)

    def objection(self, state: State, answer: Answer) -> Flag | None:
        """Flag what cannot be done at `state`: a module that waits or is built, a need that is in no circle."""
        circle = self._ruling.circle(state)
        if circle is not None:
            sound = isinstance(answer, Unite) or answer in self._ruling.drops(circle)
            return None if sound else Flag(ILLEGAL, "a cycle has to be decided on first")
        if not isinstance(answer, Build):
            return Flag(ILLEGAL, "there is no cycle to decide on")
        unit = self._ruling.unit(state, answer.module)
        if unit is None or not state.ready >> unit & 1:
            built = unit is not None and state.built >> unit & 1
            return Flag(ILLEGAL, f"{one_line(answer.module, 60)} {'is built already' if built else 'is not ready'}")
        return None

    def apply(self, state: State, answer: Answer) -> State:
        """Return the state after a decision, or after what has come of a command."""
        return self._ruling.after(state, answer)

    def oracle(self, state: State) -> Answer | None:
        """Return what the rule makes right: the lowest number of the plan, which is in the rule's order."""
        return self._ruling.right(state)

    def right_answers(self, state: State) -> tuple[Answer, ...]:
        """Return every answer that the rule allows, found by ruling the others out, one fact after the other."""
        circle = self._ruling.circle(state)
        if circle is not None:
            answer = self.oracle(state)
            return () if answer is None else (answer,)
        menu = self._ruling.menu(state)
        if menu is None:
            return ()
        left = [*menu.units]
        for facts in (menu.plan.waiting, menu.plan.chain):
            most = max(facts[unit] for unit in left)
            left = [unit for unit in left if facts[unit] == most]
        first = min(menu.plan.names[unit] for unit in left)
        return tuple(Build(first) for unit in left if menu.plan.names[unit] == first)

    def recover(self, state: State, do: Do) -> Do | None:  # noqa: ARG002 - each command leaves a receipt
        """Ask the receipt of a command whose end the run did not see."""
        return recover()

    def recovered(self, state: State, do: Do, done: Done) -> Done | NotDone | Unknown:  # noqa: ARG002 - as above
        """Read it."""
        return recovered(done)

    def rehearse(self, state: State, do: Do, variant: int) -> Done:  # noqa: ARG002 - a command is imitated alike everywhere
        """Imitate how a module's command ends."""
        return rehearsed(do, variant)

    def draft(self, state: State) -> Answer | None:
        """Guess by the rule itself."""
        return self.oracle(state)

    def verify(self, answers: Iterable[Any]) -> list[str]:
        """Replay the decisions and the order on a graph of its own."""
        return findings(self._source, [_move(answer) for answer in answers])

    def result(self, state: State) -> Json:
        """Return the order, the cycles, and how large the problem is."""
        return exports.result(self._ruling, state)

    def shortfall(self, state: State) -> str:
        """Say in one line which modules failed to build; "" where none did."""
        return exports.shortfall(self.problem, state)

    def papers(self, state: State, ballots: Ballots) -> Mapping[str, str]:  # noqa: ARG002 - an order needs no votes beside it
        """Return the order in every form, once it is whole."""
        if self.step(state) is not None or state.wasted > MOST_WASTED:
            return {}
        return exports.papers(self._ruling, state)

    def picture(self, state: State, columns: int = PICTURE_COLUMNS, rows: int = PICTURE_ROWS) -> Text:
        """Draw levels, what is ready, and the cycle that is decided on."""
        return draw(self._ruling, state, columns, rows)

    def describe(self, answer: Answer) -> str:
        """Describe the answer in at most 24 characters."""
        if isinstance(answer, Build):
            return one_line(answer.module, 24)
        if isinstance(answer, Started | Finished):
            how = "build" if isinstance(answer, Started) else "failed" if failure(answer.done) else "built"
            return one_line(f"{how} {answer.tag}", 24)
        return one_line(f"drop {answer.module} → {answer.needed}", 24) if isinstance(answer, Drop) else "one unit"

    def encode_state(self, state: State) -> Json:
        """Return the state's parts."""
        written = self._written.get(state.choices)
        if written is None:
            before = self._written.get(state.choices[:-1]) if state.choices else None
            more = choices_json(state.choices if before is None else state.choices[-1:])
            written = self._written.put(state.choices, [*(before or ()), *more])
        return state_json(state, written)

    def decode_state(self, value: Any) -> State:
        """Turn what `encode_state` gave back into an equal state."""
        return self._ruling.opened(state_from(value))

    def encode_answer(self, answer: Answer) -> Json:
        """Return the answer's parts."""
        return answer_json(answer)

    def decode_answer(self, value: Any) -> Answer:
        """Turn what `encode_answer` gave back into an equal answer."""
        return answer_from(value)

    def imitate(self, prompt: Prompt, mistake: Mistake | None, variant: int) -> tuple[str, str]:
        """Write a response as a model might, out of the prompt's words alone."""
        return imitate(prompt.user, mistake, variant)


def _move(answer: object) -> list[str]:
    """Return a decision as the check reads it."""
    if isinstance(answer, Drop):
        return ["drop", answer.module, answer.needed]
    if isinstance(answer, Started):
        return ["started", answer.tag]
    if isinstance(answer, Finished):
        return ["finished", answer.tag, answer.done.status.value, answer.done.value]
    return ["build", answer.module] if isinstance(answer, Build) else ["unite"]
