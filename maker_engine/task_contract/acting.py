"""What the world answers on a walk: what the task itself imitates, for a check has no world."""

from __future__ import annotations

import json
from collections.abc import Hashable
from random import Random

from maker_engine.core.decomposition import Await, Do, Done, Finished, Start, Started
from maker_engine.core.errors import TaskError
from maker_engine.core.solving.effects import most_in_flight
from maker_engine.task_contract.guarded import Guarded

VARIANTS = 2**16
"""Outcomes that are asked for, besides the one in which all goes well."""


class Afloat:
    """The effects of one walk that were started and not awaited."""

    def __init__(self, ended: tuple[Finished, ...] = ()) -> None:
        self._ended = [*ended]

    @property
    def ended(self) -> tuple[Finished, ...]:
        """What has come of them, in order of their starts."""
        return tuple(self._ended)

    def decide(
        self, problem: Guarded, state: Hashable, step: Do | Start | Await, dice: Random | None
    ) -> Done | Started | Finished:
        """Decide a step that acts: all goes well, or as `dice` have it.

        Raises:
            ContractError: The task imitates no outcome, starts what is in flight, or awaits where nothing is.
        """
        match step:
            case Do():
                return rehearsed(problem, state, step, dice)
            case Start():
                if not step.tag or any(one.tag == step.tag for one in self._ended):
                    raise problem.breach(f"step starts {step.tag!r}, which is in flight or no tag", state)
                self._ended.append(Finished(step.tag, rehearsed(problem, state, step.do, dice)))
                return Started(step.tag)
        if not self._ended:
            raise problem.breach("step awaits an effect where none is in flight", state)
        return self._ended.pop(dice.randrange(len(self._ended)) if dice is not None else 0)


def rehearsed(problem: Guarded, state: Hashable, do: Do, dice: Random | None) -> Done:
    """Return what the task imitates of an effect; `dice` choose the outcome, None for the one in which all goes well.

    Raises:
        ContractError: It imitates none, or something else than an outcome.
    """
    done = problem.rehearse(state, do, 0 if dice is None else dice.randrange(VARIANTS))
    try:
        most_in_flight(problem.task)
        json.loads(do.arguments)
        json.loads(done.value)
    except (AttributeError, TypeError, ValueError, TaskError) as error:
        raise problem.breach(f"the effect {do!r:.100} has no outcome but {done!r:.60}: {error}", state) from error
    if not isinstance(done, Done):
        raise problem.breach(f"rehearse gives {done!r:.60}, which is not a Done", state)
    return done
