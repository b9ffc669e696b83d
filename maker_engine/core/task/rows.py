"""What a task offers whose steps do not depend on each other, such as the rows of a table.

Its steps open at once, up to the concurrency, and are decided in any order; they are committed in order, so that the
run's state is still the fold of its answers.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import ClassVar, Generic, TypeVar

S = TypeVar("S", bound=Hashable)


class Rows(Generic[S]):
    """How a step is found without the answers before it. A chain, whose steps depend on the last, needs none of it.

    An independent task promises, for every step n (0-based) and whatever was answered before it:

    * its state is small and of one size, such as a counter and a few sums: it is hashed, encoded and written at every
      step, a million times;
    * `step`, `parse`, `objection`, `oracle`, `right_answers` and `imitate` say the same at `row(n)` as at the run's own
      state before step n; `picture` and `describe` may differ;
    * its steps are `Vote` or `Gather` where they are to be opened early; a step of another kind is opened in its turn,
      and nothing behind it before that;
    * `apply` takes, besides what `parse` returns, the engine's `Undecided` for a step that was given up
      (`--undecided skip` or `ask-later`); so does `verify`.

    Class attributes:
        independent: Its steps do not depend on each other.
    """

    independent: ClassVar[bool] = False

    def row(self, number: int) -> S:
        """Return a state at which step `number` (0-based) is asked, made without the answers before it.

        Beyond the last step it is a state whose `step` is None. It takes the same short time for every number.

        Raises:
            NotImplementedError: The task is none whose steps are independent.
        """
        raise NotImplementedError(f"no `row`: the state of step {number + 1:,} is not known without those before")
