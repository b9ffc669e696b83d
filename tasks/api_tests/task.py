"""API tests as a task: the order and every failure by vote, the requests by effects, and everything created deleted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar, Self

from rich.text import Text

from maker_engine.core.decomposition import (
    PICTURE_COLUMNS,
    PICTURE_ROWS,
    Amendment,
    Await,
    Do,
    Done,
    Finished,
    Json,
    Mistake,
    NotDone,
    Option,
    Said,
    Start,
    Started,
    Task,
    Unknown,
    Vote,
)  # fmt: skip
from maker_engine.core.red_flags import ILLEGAL
from maker_engine.core.responses import Flag, Prompt
from maker_engine.core.task.papers import Ballots

from .answers import WORDS, read_choice, read_judgement
from .demo.scripts import SCRIPTS
from .evidence import last_entry
from .files import load_problem
from .flow import acting, begin, decided, done, finished, judged, offered, started
from .imitation import imitate
from .judging import may_go_again, ruled
from .keeping import answer_from, answer_json, moves_of, state_from, state_json
from .picture import draw
from .probing import probe, read_probe
from .problem import Problem, Test, to_text
from .rehearsal import rehearsed
from .reports import papers, result, shortfall
from .state import AGAIN, Answer, Choose, Judge, State
from .turns import dependants, first
from .verifier import findings
from .wording import fault_prompt, order_prompt

LONGEST_WAIT_S = 3_600


@dataclass(frozen=True)
class ApiTests(Task[State, Answer]):
    """The tests of one document.

    Attributes:
        problem: What is tested.
    """

    problem: Problem

    name = "api_tests"
    title = "API tests"
    summary = (
        "Requests of an Arazzo, Postman or OpenAPI document, sent for real; whose fault a failure is goes by vote."
    )
    source_help = "An Arazzo 1.0.1, Postman v2.1 or OpenAPI 3 document, in YAML or JSON."
    options: ClassVar[tuple[Option, ...]] = (
        Option(
            "faults", f"What goes wrong at the demo server, where no file is given: {', '.join(SCRIPTS)}.", SCRIPTS[0]
        ),
        Option("openapi", "The OpenAPI document of the operations that the tests name.", ""),
        Option("base_url", "Address of the API, such as http://127.0.0.1:8000.", ""),
        Option("input", "Inputs as NAME=VALUE, or NAME=${env:VARIABLE}; several at once.", "", several=True),
        Option("parallel", "Requests in flight at most; 0 for what the document says, or 3.", 0),
        Option("rate", "Requests a second at most; 0 for what the document says, or no limit.", 0),
    )
    has_oracle = True
    acts = True

    @classmethod
    def load(cls, options: Mapping[str, int | str], source: str | None = None) -> Self:
        """Make the problem of the source, or of the sample.

        Raises:
            ProblemError: It is none.
        """
        return cls(load_problem(options, source))

    def source(self) -> str:
        """Return the tests in maker's own form."""
        return self._source

    @cached_property
    def _source(self) -> str:
        return to_text(self.problem)

    @property
    def label(self) -> str:
        """Such as `16 tests, 31 dependencies`."""
        count = len(self.problem.tests)
        needs = sum(len(test.needs) for test in self.problem.tests)
        noted = f", {len(self.problem.notes)} note{'s' * (len(self.problem.notes) != 1)}" if self.problem.notes else ""
        return f"{count} test{'s' * (count != 1)}, {needs} dependenc{'y' if needs == 1 else 'ies'}{noted}"[:40]

    @property
    def most_in_flight(self) -> int:
        """Return how many effects may be in flight: requests, and a wait for each test and for the rate."""
        return self.problem.parallel + len(self.problem.tests) + 1

    def start(self) -> State:
        """Return the state before anything is sent."""
        return begin(self.problem)

    def _offered(self, state: State) -> list[Test]:
        """Return the tests among which a vote chooses, empty where there is no choice."""
        if (
            judged(self.problem, state) is not None
            or state.paced
            or (self.problem.base_url == "demo" and not state.server)
        ):
            return []
        found = offered(self.problem, state)
        return found if len(found) > 1 else []

    def step(self, state: State) -> Vote | Do | Start | Await | None:
        """Ask what a failure is, or which test goes next, where there is a choice; else send, wait or clean up."""
        test = judged(self.problem, state)
        if test is not None:
            fault = state.trials[self.problem.index[test.id]].fault
            assert fault is not None  # noqa: S101 - a judged trial has its evidence
            return Vote(fault_prompt(self.problem, test, fault, last_entry(state, test.id)))
        if choice := self._offered(state):
            return Vote(order_prompt(self.problem, choice))
        return acting(self.problem, state)

    def parse(self, state: State, text: str) -> Answer | Flag:
        """Read the last two lines, strictly."""
        if judged(self.problem, state) is not None:
            return read_judgement(text)
        return read_choice(text, self.problem, self._offered(state))

    def objection(self, state: State, answer: Answer) -> Flag | None:
        """Flag another try that there must not be, and a wait that is too long."""
        test = judged(self.problem, state)
        if not isinstance(answer, Judge) or answer.kind != AGAIN or test is None:
            return None
        fault = state.trials[self.problem.index[test.id]].fault
        if fault is None or not may_go_again(fault):
            return Flag(ILLEGAL, f"{test.id} must not be sent again: no try is left, or it must not be sent twice")
        if answer.after_s > LONGEST_WAIT_S:
            return Flag(ILLEGAL, f"a wait of {answer.after_s:,} s is more than an hour")
        return None

    def apply(self, state: State, answer: Any) -> State:
        """Return the state after a vote, or after what the world has answered."""
        if isinstance(answer, Choose):
            return replace(state, chosen=answer.test)
        if isinstance(answer, Judge):
            return decided(self.problem, state, answer)
        if isinstance(answer, Started):
            return started(self.problem, state, answer.tag)
        if isinstance(answer, Finished):
            return finished(self.problem, state, answer)
        if isinstance(answer, Done):
            return done(state, answer)
        assert isinstance(answer, Said | Amendment)  # noqa: S101 - no one is asked
        return state

    def oracle(self, state: State) -> Answer | None:
        """Return what the rule makes right; None where agents are not asked."""
        test = judged(self.problem, state)
        if test is not None:
            fault = state.trials[self.problem.index[test.id]].fault
            assert fault is not None  # noqa: S101 - a judged trial has its evidence
            return ruled(fault, dependants(self.problem)[test.id], critical=test.critical)
        choice = self._offered(state)
        return Choose(first(self.problem, choice).id) if choice else None

    def right_answers(self, state: State) -> tuple[Answer, ...]:
        """Return every answer that the rule allows: an order by ruling tests out one fact after the other."""
        choice = self._offered(state)
        if judged(self.problem, state) is not None or not choice:
            answer = self.oracle(state)
            return () if answer is None else (answer,)
        left = [test for test in choice if test.setup] or choice
        left = [test for test in left if test.priority == max(one.priority for one in left)]
        counts = dependants(self.problem)
        most = max(counts[test.id] for test in left)
        names = [test.id for test in left if counts[test.id] == most]
        return tuple(Choose(name) for name in names if all(name <= other for other in names))

    def draft(self, state: State) -> Answer | None:
        """Guess by the rule itself."""
        return self.oracle(state)

    def verify(self, answers: Iterable[Any]) -> list[str]:
        """Check the order, the evidence and the clean-up on the record of what was sent and answered."""
        return findings(self._source, moves_of(answers))

    def result(self, state: State) -> Json:
        """Return the verdict of each test, and how many passed, failed, were skipped, and were cleaned up."""
        return result(self.problem, state)

    def shortfall(self, state: State) -> str:
        """Say in one line which tests failed, or what is left behind; "" where all is well."""
        return shortfall(self.problem, state)

    def papers(self, state: State, ballots: Ballots) -> Mapping[str, str]:  # noqa: ARG002 - votes are in the session
        """Return the JUnit report, the lines of red tests, and the log."""
        return papers(self.problem, state)

    def rehearse(self, state: State, do: Do, variant: int) -> Done:
        """Answer as maker's own server would; of other servers, as all goes well, or as they fail."""
        return rehearsed(self.problem, state, do, variant)

    def recover(self, state: State, do: Do) -> Do | None:  # noqa: ARG002 - the state says which request it was
        """Ask by `x-maker-probe` whether a request has been done that must not be sent twice."""
        return probe(self.problem, state)

    def recovered(self, state: State, do: Do, done: Done) -> Done | NotDone | Unknown:  # noqa: ARG002 - likewise
        """Read what that was answered."""
        return read_probe(self.problem, state, done)

    def picture(self, state: State, columns: int = PICTURE_COLUMNS, rows: int = PICTURE_ROWS) -> Text:
        """Draw a row a test: id, state, method, try, code, milliseconds, data."""
        return draw(self.problem, state, columns, rows)

    def describe(self, answer: Answer) -> str:
        """Describe the answer in at most 24 characters."""
        if isinstance(answer, Choose):
            return answer.test if len(answer.test) <= 24 else answer.test[:23] + "…"
        if answer.kind == AGAIN:
            return f"again after {answer.after_s} s"
        return f"{WORDS[answer.kind].removesuffix(' fault')}, {answer.then}"[:24]

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
