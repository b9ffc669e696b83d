"""Idea 1, decomposition: a task is a state machine of single steps, each answered from its own context (§3.1).

Three methods make a task, `start`, `step` and `apply`; the others have working defaults, and what they are worth more
for is in `core.offers`. `start()` gives the first state, `step(state)` says what has to be answered there (None:
nothing, the task has ended), `apply(state, answer)` gives the next state. States and answers are frozen values that
go to JSON and back, and a run's state is the fold of its answers: replay, rewind and fork are one mechanism.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeAlias, TypeVar

from maker_engine.core.errors import TaskError
from maker_engine.core.responses import Flag, Prompt
from maker_engine.core.task import plain
from maker_engine.core.task.acting import Acting
from maker_engine.core.task.papers import Papers
from maker_engine.core.task.pictures import (  # tasks find all they need here
    LEAST_COLUMNS as LEAST_COLUMNS,  # noqa: PLC0414
    LEAST_ROWS as LEAST_ROWS,  # noqa: PLC0414
    PICTURE_COLUMNS as PICTURE_COLUMNS,  # noqa: PLC0414
    PICTURE_ROWS as PICTURE_ROWS,  # noqa: PLC0414
    ROLES as ROLES,  # noqa: PLC0414
)
from maker_engine.core.task.plain import Json as Json  # noqa: PLC0414 - likewise
from maker_engine.core.task.steps import (
    Amendment as Amendment,  # noqa: PLC0414 - likewise
    Ask as Ask,  # noqa: PLC0414
    Await as Await,  # noqa: PLC0414
    Do as Do,  # noqa: PLC0414
    Done as Done,  # noqa: PLC0414
    Finished as Finished,  # noqa: PLC0414
    Gather as Gather,  # noqa: PLC0414
    Gathered as Gathered,  # noqa: PLC0414
    NotDone as NotDone,  # noqa: PLC0414
    Safety as Safety,  # noqa: PLC0414
    Said as Said,  # noqa: PLC0414
    Start as Start,  # noqa: PLC0414
    Started as Started,  # noqa: PLC0414
    Status as Status,  # noqa: PLC0414
    Step as Step,  # noqa: PLC0414
    Undecided as Undecided,  # noqa: PLC0414
    Unknown as Unknown,  # noqa: PLC0414
    Vote as Vote,  # noqa: PLC0414
)

if TYPE_CHECKING:
    from rich.text import Text

S = TypeVar("S", bound=Hashable)
A = TypeVar("A", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Option:
    """One thing a user may choose about a task's problem: a command-line flag and a field of the new-run form.

    Attributes:
        name: Its key in `Task.load`; the flag is `--name`.
        help: One sentence.
        default: Used when nothing is given; its type is the option's type.
        choices: The values allowed, None when any value of the type is.
        formerly: A name that its flag had before and that is still understood, empty for none.
        several: Several values may be given; the task gets them one a line.
    """

    name: str
    help: str
    default: int | str
    choices: tuple[str, ...] | None = None
    formerly: str = ""
    several: bool = False

    @property
    def flag(self) -> str:
        """Its flag on the command line."""
        return f"--{self.name.replace('_', '-')}"

    @property
    def help_text(self) -> str:
        """What it is, and its default where that is not nothing."""
        return self.help if self.default == "" else f"{self.help} (default {self.default})"


class Mistake(StrEnum):
    """How an imitated response goes wrong; None in its place means that it is right."""

    WRONG = "wrong"
    MALFORMED = "malformed"
    ILLEGAL = "illegal"
    INCONSISTENT = "inconsistent"


class Task(Papers[S], Acting[S], ABC, Generic[S, A]):
    """One problem of a task family, cut into single steps. Tasks of equal problems are equal and hash alike.

    Class attributes:
        name: Id of the family, as in `maker run NAME`; by default the class's own name.
        title: Name on the screen; by default likewise.
        summary: One sentence for lists; by default the first line of the class's docstring.
        source_help: What `--problem FILE` holds, one sentence.
        takes_folder: `--problem` may name a folder; `load` then gets {"folder": name, "files": {path: text}} as JSON.
        options: What a user may choose.
        result_with_cost: A result that is a mapping gets two more keys: the run's `votes`, and its `usd`, None where
            they are not known.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    summary: ClassVar[str]
    source_help: ClassVar[str] = ""
    takes_folder: ClassVar[bool] = False
    options: ClassVar[tuple[Option, ...]] = ()
    result_with_cost: ClassVar[bool] = False

    def __init_subclass__(cls, **given: Any) -> None:
        super().__init_subclass__(**given)
        plain.introduce(cls, Task)

    @abstractmethod
    def start(self) -> S:
        """Return the state before step 0."""

    @abstractmethod
    def step(self, state: S) -> Step | None:
        """Say what has to be answered at `state`; None when the task has ended there."""

    @abstractmethod
    def apply(self, state: S, answer: A) -> S:
        """Return the state after `answer`. Any answer that `parse` returned for `state` must be taken.

        After a `Gather` the answer is `Gathered`, after a `Do` it is `Done`, after a `Start` `Started`, after an
        `Await` `Finished`, after an `Ask` `Said`, and where a person has amended the state it is `Amendment`: both of
        these last were not refused. After a step of an independent task that was given up it is `Undecided`.
        """

    independent: ClassVar[bool] = False
    """Whether no step depends on another, as rows of a table: then all are opened at once, decided in any order, and
    committed in order. For every step n, whatever was answered before it, such a task promises:

    * the state is small and of one size, such as a counter and a few sums: it is written at every step;
    * `step`, `parse`, `objection`, `oracle`, `right_answers` and `imitate` say the same at `row(n)` as at the run's own
      state before step n; `picture` and `describe` may differ;
    * steps are `Vote` or `Gather` where they are to be opened early; one of another kind is opened in its turn, and
      nothing behind it before that;
    * `apply` and `verify` take, besides what `parse` returns, `Undecided` for a step that was given up (`--undecided
      skip` or `ask-later`).
    """

    def row(self, number: int) -> S:
        """Return a state at which step `number` (0-based) of an independent task is asked, without the answers before.

        Beyond the last step it is a state whose `step` is None. It takes the same short time for every number.

        Raises:
            NotImplementedError: The steps of the task depend on each other.
        """
        raise NotImplementedError(f"no `row`: the state of step {number + 1:,} is not known without those before")

    def row_title(self, number: int) -> str:  # noqa: ARG002 - the default names no step
        """Say in a line what step `number` (0-based) of an independent task is about, for tables of its steps.

        It takes the same short time for every number, and may be asked for in another thread than the run's; the
        default is empty.
        """
        return ""

    def verify(self, answers: Iterable[A]) -> list[str]:  # noqa: ARG002 - the default checks nothing
        """Check a whole solution, sharing no code with `apply`; return what is wrong with it, empty when it solves.

        A task without this method of its own ends as finished, and is never called solved and verified.
        """
        return []

    @classmethod
    def load(cls, options: Mapping[str, int | str], source: str | None = None) -> Self:
        """Make the problem from the user's `options` and, if given, the text of a problem file.

        The default gives both to the constructor by name, the source as a JSON object.

        Raises:
            ProblemError: Not a legal instance; the text is one line that names what is wrong and the fix.
        """
        return plain.load(cls, options, source)

    def source(self) -> str:
        """Return the problem as text that `load({}, text)` turns back into an equal task; kept in the session.

        The default is what the constructor takes, as a JSON object.

        Raises:
            TaskError: The default cannot find what the constructor was given.
        """
        return plain.source(self)

    @property
    def label(self) -> str:
        """The problem in at most 40 characters."""
        return plain.label(self)

    def parse(self, state: S, text: str) -> A | Flag:
        """Read the answer, never None, out of a response, strictly; a malformed one is a flag. Raises on no text.

        The default has the form of the step read it.
        """
        step = self.step(state)
        form = step.form if isinstance(step, Vote | Gather) else None
        if form is None:
            raise TaskError(f"{self.name} asks for an answer of no form: give the step a form, or write `parse`")
        answer: A | Flag = form.read(text)
        return answer

    def read_decision(self, state: S, text: str) -> A | Flag:
        """Read what a person types as the decision of a step: as a response is read, unless that asks for more."""
        return self.parse(state, text)

    def picture(self, state: S, columns: int = PICTURE_COLUMNS, rows: int = PICTURE_ROWS) -> Text:
        """Draw `state` within `columns` × `rows` cells, its styles named by `ROLES`; the caller centres it."""
        return plain.picture(state, columns, rows)

    def describe(self, answer: A) -> str:
        """Describe `answer` in at most 24 characters."""
        return plain.describe(answer)

    def encode_state(self, state: S) -> Json:
        """Turn a state into JSON; a tuple is an array, which comes back as a list.

        Raises:
            TaskError: The default takes what JSON holds as it is, tuples, and a named tuple or dataclass of these.
        """
        return plain.encode_state(state)

    def decode_state(self, value: Any) -> S:
        """Turn what `encode_state` gave back into an equal state."""
        state: S = plain.decode_state(value, self.start)
        return state

    def encode_answer(self, answer: A) -> Json:
        """Turn an answer or a proposal into JSON; not into an object with a key "maker", which is the engine's.

        Raises:
            TaskError: The default takes what JSON holds as it is, tuples, records, and exact decimals.
        """
        return plain.encode(answer)

    def decode_answer(self, value: Any) -> A:
        """Turn what `encode_answer` gave back into an equal answer."""
        answer: A = plain.decode(value)
        return answer

    def result(self, state: S) -> Json:
        """Return what a solved run produced, as JSON that a person reads in one line; `state` is its last.

        The default is the whole state.
        """
        return self.encode_state(state)

    @property
    def expected_steps(self) -> int | None:
        """How many steps an errorless run takes, None when that cannot be known in advance."""
        return None

    def infeasible(self, state: S) -> str:  # noqa: ARG002 - the default's problems have solutions
        """Say in one line why the run, ended at `state`, has shown that its problem has no solution; else empty.

        `verify` must have found nothing wrong with that.
        """
        return ""

    def shortfall(self, state: S) -> str:  # noqa: ARG002 - the default's results are never bad news
        """Say in one line what the result of a solved run, ended at `state`, finds wrong with what was examined.

        Such as tests that failed. The run is solved all the same, with exit status 1; "" where all is well.
        """
        return ""

    def objection(self, state: S, answer: A) -> Flag | None:  # noqa: ARG002 - the default objects to nothing
        """Say what makes a well-formed answer unreliable (illegal, inconsistent, a rule of the task's own)."""
        return None

    reminder: ClassVar[str] = (
        "Reminder: end with the answer, in exactly the form that is asked for above, and with nothing after it. Keep"
        " whatever comes before it short."
    )
    """What a prompt ends with where a dozen samples were flagged and the run is to try it so (`--hopeless warm`)."""

    amendable: ClassVar[bool] = False
    """Whether a person may send an `Amendment` at any time."""

    def refuses(self, state: S, said: Said | Amendment) -> str:
        """Say in one line why a person's words cannot be taken at `state`, with the fix; empty to take them."""
        step = self.step(state)
        if isinstance(said, Said) and isinstance(step, Ask) and not step.free and said.text not in step.options:
            return f"{said.text[:40]!r} is not offered: choose one of {', '.join(step.options)}"
        return ""

    has_oracle: ClassVar[bool] = False
    """Whether `oracle` knows the right answer. Calibration, the simulated model and tests use it; the solver never."""

    def oracle(self, state: S) -> A | None:
        """Return the answer the decision rule makes right, None where the state is one the rule never reaches."""
        raise NotImplementedError(f"{self.name} has no oracle at {state!r}")

    def right_answers(self, state: S) -> Collection[A]:
        """Return every answer that the decision rule, as the prompt states it, makes right: more than one splits votes.

        The default is the oracle's alone. What finds the answers another way than the oracle does is worth more.
        """
        answer = self.oracle(state)
        return () if answer is None else (answer,)

    def draft(self, state: S) -> A | None:  # noqa: ARG002 - no guess
        """Guess the answer at `state` before anyone has voted; None for no guess. Only ever used to predict."""
        return None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Task) and type(self) is type(other) and self.source() == other.source()

    def __hash__(self) -> int:
        return hash((type(self), self.source()))

    def imitate(self, prompt: Prompt, mistake: Mistake | None, variant: int) -> tuple[str, str]:
        """Write a response to `prompt` as a model might, having read nothing but the prompt.

        A step with a form needs none: the form writes responses, right by the oracle where there is one.

        Args:
            prompt: The prompt as sent.
            mistake: The slip to make, None for none.
            variant: Which of the possible slips and wordings, any integer ≥ 0; equal variants write equal text.

        Returns:
            The reasoning and the answer. The simulated model repeats the reasoning to reach its length.

        Raises:
            TaskError: The prompt is none of this task's.
        """
        raise NotImplementedError(
            f"{self.name} cannot be simulated: it has no `imitate`, nor a form for {prompt!r:.60}"
        )


AnyTask: TypeAlias = Task[Any, Any]


def result_of(task: AnyTask, state: Hashable, votes: int = 0, usd: float | None = None) -> Json:
    """Return what a solved run of `task` that ended at `state` produced, as JSON gives it back: lists for tuples.

    Args:
        task: The task.
        state: Its last state.
        votes: Valid votes of the run.
        usd: Its dollars, None where they are not known.

    Raises:
        TaskError: It is no JSON. Whatever the task itself raises is raised as it is.
    """
    found = task.result(state)
    if task.result_with_cost and isinstance(found, dict):
        cost = None if usd is None else round(usd, 6)
        found = {**found, "votes": votes, "cost_usd": cost, "usd": cost}
    try:
        again: Json = json.loads(json.dumps(found, allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        raise TaskError(f"task {task.name} gives a result that is not JSON: {error}") from None
    return again
