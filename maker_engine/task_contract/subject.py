"""What is checked: a task family, the problems it is checked on, and states that legal answers lead to."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from random import Random
from typing import NamedTuple, TypeAlias

from maker_engine.core.decomposition import AnyTask, Gather, Vote
from maker_engine.core.imitating import imitated, question_of
from maker_engine.core.offers import Verifiable, offers
from maker_engine.task_contract.guarded import Guarded, load
from maker_engine.task_contract.random_states import Place, Reach, search

DEFAULT_STATES = 3_000


class UnfitError(Exception):
    """This check cannot be made on this task; the text says why."""


class NotOfferedError(UnfitError):
    """The task does not offer the part that this check is about; the text says how to offer it."""


class Prompted(NamedTuple):
    """A place where agents answer."""

    problem: Guarded
    state: Hashable
    step: Vote | Gather


@dataclass
class Subject:
    """A task under test.

    Attributes:
        family: Its class.
        problems: The problems it is checked on, the default one first.
        seed: Of every throw of the dice.
        states: Most distinct states to check.
    """

    family: type[AnyTask]
    problems: tuple[Guarded, ...]
    seed: int = 0
    states: int = DEFAULT_STATES
    _reach: Reach | None = None
    _imitates: bool | None = None

    @property
    def reach(self) -> Reach:
        """Distinct states with what is asked there."""
        if self._reach is None:
            self._reach = Reach()  # kept even where the search is given up: what was found is checked
            search(self._reach, self.problems, self.seed, self.states, imitates=self.imitates)
        return self._reach

    @property
    def found(self) -> int:
        """How many states were searched for and found; no check has to look for any."""
        return 0 if self._reach is None else len(self._reach.places)

    @property
    def imitates(self) -> bool:
        """Whether the task writes responses, so that it can be simulated."""
        if self._imitates is None:
            self._imitates = True  # so it does where it crashes or never ends: the checks that need it will say how
            self._imitates = not any(_leaves_imitation_out(problem) for problem in self.problems)
        return self._imitates

    def places(self, most: int | None = None) -> Iterator[Place]:
        """Yield the places found, or about `most` of them, spread over all.

        Raises:
            UnfitError: There is none.
        """
        places = self.reach.places
        if not places:
            raise UnfitError("no state could be reached")
        return islice(places, 0, None, max(1, len(places) // most) if most else 1)

    def votes(self, *, imitated: bool = False, known: bool = False) -> list[Prompted]:
        """Return the places where agents vote.

        Args:
            imitated: The check reads imitated responses.
            known: The check compares with the oracle.

        Raises:
            UnfitError: The task does not have what the check needs.
        """
        if imitated:
            self.need_imitation()
        if known:
            self.need_oracle()
        return self._prompted(Vote)

    def prompts(self) -> list[Prompted]:
        """Return the places where agents vote or propose; as `votes`."""
        return self._prompted(Vote, Gather)

    def _prompted(self, *kinds: type[Vote | Gather]) -> list[Prompted]:
        found = [
            Prompted(place.problem, place.state, place.step)
            for place in self.places()
            if isinstance(place.step, Vote | Gather) and isinstance(place.step, kinds)
        ]
        if not found:
            raise UnfitError("no step that agents answer was reached")
        return found

    def need_imitation(self) -> None:
        """Raise `NotOfferedError` for a task that writes no responses."""
        if not self.imitates:
            raise NotOfferedError("it imitates no responses: give its steps a form, or write `imitate`")

    def need_oracle(self) -> None:
        """Raise `NotOfferedError` for a task whose right answers are not known."""
        if not self.family.has_oracle:
            raise NotOfferedError("it has no oracle: write `oracle` to have this checked")

    def need_verify(self) -> None:
        """Raise `NotOfferedError` for a task that checks no whole solution."""
        if not offers(self.family, Verifiable):
            raise NotOfferedError("it has no check of the whole: write `verify` to have this checked")

    def dice(self, *words: object) -> Random:
        """Return dice of their own for `words`: a function of the seed and them alone."""
        return Random(f"{self.seed} {words}")  # noqa: S311 - repeatable, not secret


def _leaves_imitation_out(problem: Guarded) -> bool:
    step = problem.step(problem.start())
    if isinstance(step, Vote | Gather):
        try:
            imitated(problem.task, step.prompt, question_of(step, problem.start()), None, 0)
        except NotImplementedError:
            return True
        except Exception:  # noqa: BLE001 - a crash is no missing method
            return False
    return False


Examine: TypeAlias = Callable[[Subject], int]
"""Looks at a task and returns how many things it examined; raises `ContractError` or `UnfitError`."""


def prepare(
    family: type[AnyTask],
    options: Mapping[str, int | str] | None = None,
    source: str | None = None,
    *,
    seed: int = 0,
    states: int = DEFAULT_STATES,
) -> Subject:
    """Make a task ready to be checked.

    Args:
        family: The task's class.
        options: The problem's options; none and no source: the default problem, and one for every choice of an option.
        source: Text of a problem file.
        seed: Of every throw of the dice.
        states: Most distinct states to check.

    Raises:
        InputError: The task refuses the problem.
        ContractError: It cannot be loaded at all.
    """
    first = load(family, options or {}, source)
    if options or source is not None:
        return Subject(family, (first,), seed, states)
    problems = [first]
    for option in family.options:
        for choice in option.choices or ():
            try:
                other = load(family, {option.name: choice})
            except Exception:  # noqa: BLE001, S112 - which choices are refused, and how, is a check of its own
                continue
            if all(other.task != known.task for known in problems):
                problems.append(other)
    return Subject(family, tuple(problems), seed, states)
