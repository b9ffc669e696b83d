"""Infrastructure as a task: the order of a plan's changes, or the review of the plan before anyone applies it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Self

from rich.text import Text

from maker_engine.core.decomposition import (
    PICTURE_COLUMNS,
    PICTURE_ROWS,
    Do,
    Done,
    Json,
    Mistake,
    Option,
    Step,
    Task,
)
from maker_engine.core.responses import Flag, Prompt
from maker_engine.core.task.papers import Ballots

from . import order_text
from .flow import Flow
from .loading import CALLED, MODES, NO, ORDER, WAYS, load_flow
from .problem import DEFAULT_SLOTS, MOST_SLOTS
from .reading import SAMPLES
from .real_order import RealOrder
from .review import text as review_text


class Provisioning(Task[Any, Any]):
    """The changes of a plan, put in order or reviewed.

    Args:
        flow: Which of both, with the plan.
    """

    name = "provisioning"
    title = "Infrastructure"
    summary = "The order of a plan's changes, and its review. The order an exact solver finds for $0."
    source_help = (
        "A plan: `terraform show -json`, a CloudFormation change set, `pulumi preview --json`, or resources of your own"
        " in YAML or JSON (docs/review.md)."
    )
    options = (
        Option("mode", "Put the changes in order, or review them.", ORDER, MODES),
        Option("sample", "Resources to try it with where no file is given.", SAMPLES[0], SAMPLES),
        Option("slots", f"Changes at a time, 1 to {MOST_SLOTS}; 0 for what the file says, or {DEFAULT_SLOTS}.", 0),
        Option("durations", "YAML with seconds and cost an hour by type or address, for plans.", ""),
        Option("template", "The CloudFormation template of a change set.", ""),
        Option("graph", "What `terraform graph` prints, for dependencies through locals.", ""),
        Option("policy", "YAML with the policy of a review (docs/review.md).", ""),
        Option("apply", "Carry it out: by Terraform on a bundled project, or by processes that sleep.", NO, WAYS),
        Option("workspace", "An empty folder for the bundled project.", ""),
        Option("called", "What a review calls the plan's file in SARIF.", CALLED),
    )
    has_oracle = True
    acts = True

    def __init__(self, flow: Flow) -> None:
        self._flow = flow

    @classmethod
    def load(cls, options: Mapping[str, int | str], source: str | None = None) -> Self:
        """Make the problem of a plan, of resources, or of a sample.

        Raises:
            ProblemError: It is none.
        """
        return cls(load_flow(options, source))

    @property
    def most_in_flight(self) -> int:
        """Return the slots, where changes are carried out."""
        return self._flow.problem.slots if isinstance(self._flow, RealOrder) else 1

    def rehearse(self, state: Any, do: Do, variant: int) -> Done:  # noqa: ARG002 - a process is imitated without
        """Imitate how a process ends."""
        if not isinstance(self._flow, RealOrder):
            raise NotImplementedError(f"{self.label} carries nothing out")
        return self._flow.rehearse(do, variant)

    def source(self) -> str:
        """Return what `load` turns into an equal task; of a plan under review, only what agents may see."""
        return self._flow.source()

    @property
    def label(self) -> str:
        """Such as `21 jobs, 3 slots`, or `review of 12 changes`."""
        return self._flow.label

    @property
    def expected_steps(self) -> int:
        """A step a job and two a failure, or a step a change."""
        return self._flow.expected_steps

    def start(self) -> Any:
        """Return the state with nothing done."""
        return self._flow.start()

    def step(self, state: Any) -> Step | None:
        """Ask for what comes next; None where nothing does."""
        return self._flow.step(state)

    def parse(self, state: Any, text: str) -> Any | Flag:
        """Read the last lines, strictly in content."""
        return self._flow.parse(state, text)

    def apply(self, state: Any, answer: Any) -> Any:
        """Return the state after an answer."""
        return self._flow.apply(state, answer)

    def oracle(self, state: Any) -> Any | None:
        """Return what the rule makes right."""
        return self._flow.oracle(state)

    def right_answers(self, state: Any) -> tuple[Any, ...]:
        """Return every answer that the rule allows, found in another way; there is exactly one."""
        return self._flow.right_answers(state)

    def draft(self, state: Any) -> Any | None:
        """Guess the next answer by the rule."""
        return self.oracle(state)

    def verify(self, answers: Iterable[Any]) -> list[str]:
        """Check the whole with a clock of its own, or by the rules read again."""
        return self._flow.verify(answers)

    def result(self, state: Any) -> Json:
        """Return the schedule with its bound, or the verdicts."""
        return self._flow.result(state)

    def shortfall(self, state: Any) -> str:
        """Say in one line what was given up; "" where nothing was."""
        return self._flow.shortfall(state)

    def papers(self, state: Any, ballots: Ballots) -> Mapping[str, str]:
        """Return the review as a table, JSON, Markdown and SARIF; of an order nothing."""
        return self._flow.papers(state, ballots)

    def picture(self, state: Any, columns: int = PICTURE_COLUMNS, rows: int = PICTURE_ROWS) -> Text:
        """Draw the slots over time, or the list of changes."""
        return self._flow.picture(state, columns, rows)

    def describe(self, answer: Any) -> str:
        """Write an answer in at most 24 cells."""
        return self._flow.describe(answer)

    def encode_state(self, state: Any) -> Json:
        """Return the state's parts."""
        return self._flow.encode_state(state)

    def decode_state(self, value: Any) -> Any:
        """Turn what `encode_state` gave back into an equal state."""
        return self._flow.decode_state(value)

    def encode_answer(self, answer: Any) -> Json:
        """Return the answer's parts."""
        return self._flow.encode_answer(answer)

    def decode_answer(self, value: Any) -> Any:
        """Turn what `encode_answer` gave back into an equal answer."""
        return self._flow.decode_answer(value)

    def imitate(self, prompt: Prompt, mistake: Mistake | None, variant: int) -> tuple[str, str]:
        """Write a response as a model might, out of the prompt's words alone."""
        imitate = order_text.imitate if order_text.asks(prompt.user) else review_text.imitate
        return imitate(prompt.user, mistake, variant)
