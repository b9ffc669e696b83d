"""What a task that acts on the world offers beside its steps: how many effects at once, and what to make of a crash."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import ClassVar, Generic, TypeVar

from maker_engine.core.task.steps import Do, Done, NotDone, Unknown

S = TypeVar("S", bound=Hashable)


class Acting(Generic[S]):
    """How a task's effects are begun, imitated and recovered. A task without `Do` and `Start` steps needs none of it.

    Class attributes:
        acts: Its steps may act on the world: consent is asked for, and `--dry-run` means something.
    """

    acts: ClassVar[bool] = False

    @property
    def most_in_flight(self) -> int:
        """Return how many started effects may be in flight at once, at least 1."""
        return 1

    def recover(self, state: S, do: Do) -> Do | None:  # noqa: ARG002 - the default cannot ask
        """Return an effect that only reads and shows whether `do` has happened; None where nothing can show it.

        Asked of ASKABLE effects of which the record knows the beginning and not the end, before the run continues.

        Args:
            state: The state of the step that began it.
            do: The effect.
        """
        return None

    def recovered(self, state: S, do: Do, done: Done) -> Done | NotDone | Unknown:  # noqa: ARG002 - likewise
        """Read what the effect of `recover` has produced, which is `done`.

        Returns:
            What `do` resulted in, where it has happened; `NotDone` where it has not; else `Unknown`.
        """
        return Unknown()

    def rehearse(self, state: S, do: Do, variant: int) -> Done:
        """Imitate what the world might answer, without one: for checks of the task, and for `--dry-run`.

        Args:
            state: The state of the step that would begin it.
            do: The effect.
            variant: Which of the possible outcomes: 0 is a world in which all goes well; any integer ≥ 0 is taken, and
                equal variants give equal outcomes.

        Raises:
            NotImplementedError: The task imitates none of its effects.
        """
        raise NotImplementedError(
            f"no `rehearse`: the outcome of {do.effect} at {state!r:.60} is not imitated ({variant})"
        )

    def rollback(self, state: S, later: Iterable[S]) -> Do | None:  # noqa: ARG002 - the default offers none
        """Return an effect that puts the world back to what it was at `state`, and checks that; None: none is offered.

        It may be carried out twice, fails where it cannot show that the world is as it was, and then changes nothing.
        In its value "words" say in one line what was put back, and how that was verified.

        Args:
            state: A state that the run has had.
            later: Those that it had after it, in order.

        Raises:
            ProblemError: The world cannot be put back to this state; the text says which one it can be.
        """
        return None


def rolls_back(task: Acting[S]) -> bool:
    """Return whether a task puts the world back to a state: it has a `rollback` of its own."""
    return type(task).rollback is not Acting.rollback
