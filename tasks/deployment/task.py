"""Rolling deployment as a task: the next operation and every verdict by vote, the operations by effects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar, Self

from rich.text import Text

from maker_engine.core.decomposition import (
    PICTURE_COLUMNS,
    PICTURE_ROWS,
    Do,
    Done,
    Json,
    Mistake,
    NotDone,
    Option,
    Task,
    Unknown,
    Vote,
)
from maker_engine.core.red_flags import ILLEGAL
from maker_engine.core.responses import Flag, Prompt
from maker_engine.core.task.papers import Ballots

from . import commands
from .flow import act, begin, finished, judged
from .imitation import imitate
from .judging import ALLOWED, row
from .keeping import answer_from, answer_json, moves_of, state_from, state_json
from .loading import SAMPLES, load_problem
from .picture import draw
from .planning import Candidate, candidates, right
from .problem import ALL, FAULTS, SERVICE, Problem, to_text
from .rehearsal import rehearsed
from .reports import outcome_words, papers, result, shortfall
from .state import ACT, CHOOSE, HOLD, JUDGE, ORDER, Answer, Choose, Judge, State
from .verifier import findings
from .wording import operation_prompt, read_operation, read_verdict, verdict_prompt


@dataclass(frozen=True)
class Deployment(Task[State, Answer]):
    """One rollout.

    Attributes:
        problem: What is deployed.
    """

    problem: Problem

    name = "deployment"
    title = "Rolling deployment"
    summary = (
        "Services to new versions instance by instance, a vote on the evidence after each, and a checked rollback."
    )
    source_help = "Docker Compose, Kubernetes (Deployment, StatefulSet, Service), Argo Rollouts, or maker's own YAML."
    options: ClassVar[tuple[Option, ...]] = (
        Option("sample", "Rollout to try it with where no file is given.", SAMPLES[0], SAMPLES),
        Option("to", "A new version, as SERVICE=VERSION; several at once.", "", several=True),
        Option("after", "File with the new versions, of the same form as the problem file.", ""),
        Option("fault", f"What a new version does wrong, as SERVICE:KIND with {', '.join(FAULTS)}.", "", several=True),
        Option("driver", "Bundled servers on the loopback, or the file's commands; empty for what the file says.", ""),
        Option(
            "rollback", f"What goes back where a version fails: {SERVICE} or {ALL}; empty for what the file says.", ""
        ),
        Option("observe", "Seconds that a version is observed before a verdict; empty for what the file says.", ""),
        Option("rate", "Requests a second through the front port; 0 for what the file says, or 50.", 0),
        Option("port", "The front port; 0 for what the file says, or any that is free.", 0),
    )
    has_oracle = True
    acts = True

    @classmethod
    def load(cls, options: Mapping[str, int | str], source: str | None = None) -> Self:
        """Make the problem of the source, or of a sample.

        Raises:
            ProblemError: It is none.
        """
        return cls(load_problem(options, source))

    def source(self) -> str:
        """Return the rollout in maker's own form."""
        return self._source

    @cached_property
    def _source(self) -> str:
        return to_text(self.problem)

    @property
    def label(self) -> str:
        """Such as `5 services, 19 instances, 6 needs`."""
        services = self.problem.services
        noted = f", {len(self.problem.notes)} notes" if self.problem.notes else ""
        instances = sum(one.replicas for one in services)
        return f"{len(services)} services, {instances} instances, {len(self.problem.edges)} needs{noted}"[:40]

    def start(self) -> State:
        """Return the state before anything runs."""
        return begin(self.problem)

    def _offered(self, state: State) -> list[Candidate]:
        return candidates(self.problem, state) if state.phase == CHOOSE else []

    def step(self, state: State) -> Vote | Do | None:
        """Ask for the next operation or for a verdict; else do what is decided."""
        if state.phase == CHOOSE:
            return Vote(operation_prompt(self._offered(state)))
        if state.phase == JUDGE and state.evidence is not None:
            return Vote(verdict_prompt(self.problem, state, state.evidence))
        return act(self.problem, state)

    def parse(self, state: State, text: str) -> Answer | Flag:
        """Read the last two lines, strictly."""
        return read_verdict(text) if state.phase == JUDGE else read_operation(text, self._offered(state))

    def objection(self, state: State, answer: Answer) -> Flag | None:
        """Flag an operation that must not be done now, and a hold beyond the last."""
        if isinstance(answer, Judge):
            late = answer.verdict == HOLD and state.holds >= self.problem.holds
            return Flag(ILLEGAL, f"there were {state.holds} holds, and there may be no more") if late else None
        if not isinstance(answer, Choose):
            return None
        found = next((one for one in self._offered(state) if one.operation == answer.operation), None)
        if found is None:
            return Flag(ILLEGAL, f"there is no operation {answer.operation.words}")
        return Flag(ILLEGAL, found.forbidden) if found.forbidden else None

    def apply(self, state: State, answer: Any) -> State:
        """Return the state after a vote, or after what the world has answered."""
        if isinstance(answer, Choose):
            return replace(state, phase=ACT, operation=answer.operation)
        if isinstance(answer, Judge):
            return judged(self.problem, state, answer)
        return finished(self.problem, state, answer)

    def oracle(self, state: State) -> Answer | None:
        """Return what the rule makes right; None where agents are not asked."""
        if state.phase == CHOOSE:
            best = right(self._offered(state))
            return None if best is None else Choose(best.operation)
        if state.phase == JUDGE and state.evidence is not None:
            return Judge(ALLOWED[row(state.evidence, self.problem.probes, state.holds, self.problem.holds)])
        return None

    def right_answers(self, state: State) -> tuple[Answer, ...]:
        """Return every answer that the rule allows: of operations, by ruling them out one sentence after the other."""
        left = [one for one in self._offered(state) if not one.waits_for]
        if not left:
            answer = self.oracle(state)
            return () if answer is None else (answer,)
        left = [one for one in left if one.begun] or left
        left = [one for one in left if not one.forbidden]
        if not left:
            return ()
        for fact in (
            lambda one: one.service.criticality, lambda one: one.service.name,
            lambda one: ORDER.index(one.operation.verb),
        ):  # fmt: skip
            least = min(map(fact, left))
            left = [one for one in left if fact(one) == least]
        return tuple(Choose(one.operation) for one in left)

    def draft(self, state: State) -> Answer | None:
        """Guess by the rule itself."""
        return self.oracle(state)

    def recover(self, state: State, do: Do) -> Do | None:
        """Return the question whether a command has been run: the health of its instance."""
        return commands.recover(self.problem, state, do)

    def recovered(self, state: State, do: Do, done: Done) -> Done | NotDone | Unknown:  # noqa: ARG002 - the state says which
        """Read its answer."""
        return commands.recovered(self.problem, state, done)

    def rehearse(self, state: State, do: Do, variant: int) -> Done:
        """Answer as the bundled servers would, with their faults; of commands, as they go well or fail."""
        return rehearsed(self.problem, state, do, variant)

    def verify(self, answers: Iterable[Any]) -> list[str]:
        """Check bounds, needs, verdicts, the reverse and the end on the record of what was decided and answered."""
        return findings(self._source, moves_of(answers))

    def result(self, state: State) -> Json:
        """Return what became of each service, and how many requests were lost."""
        return result(self.problem, state)

    def shortfall(self, state: State) -> str:
        """Say in one line what was not promoted, or was lost; "" where all is well."""
        return shortfall(self.problem, state)

    def papers(self, state: State, ballots: Ballots) -> Mapping[str, str]:  # noqa: ARG002 - votes are in the session
        """Return the result, a checklist of the operations, and what was not understood."""
        return papers(self.problem, state)

    def picture(self, state: State, columns: int = PICTURE_COLUMNS, rows: int = PICTURE_ROWS) -> Text:
        """Draw a row a service: versions, instances, what serves, traffic."""
        return draw(self.problem, state, columns, rows)

    def describe(self, answer: Answer) -> str:
        """Write the answer in at most 24 characters."""
        if isinstance(answer, Choose):
            words = answer.operation.words
            return words if len(words) <= 24 else words[:23] + "…"
        return answer.verdict if isinstance(answer, Judge) else outcome_words(answer)

    def encode_state(self, state: State) -> Json:
        """Return the state's parts."""
        return state_json(state)

    def decode_state(self, value: Any) -> State:
        """Turn what `encode_state` gave back into an equal state."""
        return state_from(value)

    def encode_answer(self, answer: Answer) -> Json:
        """Return the answer's parts."""
        return answer_json(answer)

    def decode_answer(self, value: Any) -> Answer:
        """Turn what `encode_answer` gave back into an equal answer."""
        return answer_from(value)

    def imitate(self, prompt: Prompt, mistake: Mistake | None, variant: int) -> tuple[str, str]:
        """Write a response as a model might, out of the prompt's words alone."""
        return imitate(prompt.user, mistake, variant)
