"""Leads an interview as a run does: the real solver, simulated agents, a person who is a function of the question."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from maker_tasks.interview import Interview
from maker_tasks.interview.document import Document, Kind
from maker_tasks.interview.words import DECIDE

from maker_engine.core.decomposition import Ask
from maker_engine.core.record.commands import Amend, Answer
from maker_engine.core.record.events import WordsRefused
from maker_engine.core.solver import Solver
from maker_engine.core.solving.settings import Settings
from maker_engine.models.profile import parse_profile
from maker_engine.models.simulated import SimulatedModel

Person = Callable[[Ask], str]


def decides(_: Ask) -> str:
    """A person who leaves everything to the agents."""
    return DECIDE


def said(answers: dict[str, str], otherwise: str = DECIDE) -> Person:
    """A person who answers by what the question begins with."""
    return lambda asked: next(
        (text for begins, text in answers.items() if asked.question.startswith(begins)), otherwise
    )


@dataclass
class Led:
    """An interview being led.

    Attributes:
        task: What it is about.
        person: Answers questions; "done" to the last one, whatever it says.
        asked: Every question asked so far.
        decisions: Every decision so far.
    """

    task: Interview
    person: Person = decides
    voter: str = "ada"
    seed: int = 0
    model: str = "sim"
    asked: list[Ask] = field(default_factory=list)
    decisions: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.solver = Solver(self.task, Settings(k=3))
        self.solver.begin()
        self._model = SimulatedModel("sim", parse_profile(self.model), self.task, self.seed)

    @property
    def state(self) -> Any:
        """Where it stands."""
        return self.solver.state

    @property
    def document(self) -> Document:
        """What it has come to."""
        return self.state.document

    def texts(self, kind: Kind) -> list[str]:
        """The lines of a kind that stand."""
        return [line.text for line in self.document.of(kind)]

    def to_the(self, stop: Callable[[Any], bool]) -> Led:
        """Go on until the state is as wanted, or the interview is over."""
        while not self.solver.finished and not stop(self.state):
            self._step()
        return self

    def through(self) -> Led:
        """Go on to the end."""
        return self.to_the(lambda _: False)

    def say(self, text: str, voter: str = "") -> None:
        """Answer the open question."""
        self._heard(Answer(text, voter or self.voter))

    def wish(self, text: str, voter: str = "") -> None:
        """Change something unasked."""
        self._heard(Amend(text, voter or self.voter))

    def _heard(self, command: Any) -> None:
        told = self.solver.obey(command)
        assert not isinstance(told[0], WordsRefused), told[0].reason
        self._commit()

    def _step(self) -> None:
        asking = self.solver.asking
        if asking is not None:
            self.asked.append(asking)
            self.say(asking.options[0] if asking.options == ("done",) else self.person(asking))
            return
        assert not self.solver.undecided
        for request in self.solver.requests(8):
            self.solver.receive(request, self._model.answer(request))
        while self.solver.decided:
            self._commit()

    def _commit(self) -> None:
        poll = self.solver._flight.first.poll
        self.decisions.append(None if poll is None else poll.winner)
        self.solver.commit()


def led(idea: str, person: Person = decides, **chosen: Any) -> Led:
    """An interview about an idea; `questions`, `drafts` and `persons` go to the task."""
    options = {name: chosen.pop(name) for name in ("questions", "drafts", "persons") if name in chosen}
    return Led(Interview.load({"idea": idea, **options}), person, **chosen)
