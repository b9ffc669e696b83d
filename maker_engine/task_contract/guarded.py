"""A task held to its contract: what goes wrong in it is reported as its own fault, with the state it happened at."""

from __future__ import annotations

import json
import reprlib
from collections.abc import Callable, Hashable, Mapping
from typing import Any

from maker_engine.blame import describe_error
from maker_engine.core.decomposition import AnyTask, Gather, Mistake, Vote
from maker_engine.core.errors import InputError, TaskError
from maker_engine.core.imitating import imitated, question_of

AT_A_STATE = {
    "step", "parse", "objection", "apply", "oracle", "right_answers", "draft", "picture", "encode_state", "refuses",
    "result", "infeasible", "shortfall", "read_decision", "rehearse", "recover", "recovered",
    "rollback",
}  # fmt: skip
"""Methods of a task whose first argument is a state."""


class ContractError(TaskError):
    """A task is not what `decomposition.Task` promises.

    Attributes:
        state: The state at which it shows, None where it has to do with none.
        problem: The problem it shows in, None for the default one.
    """

    def __init__(self, difference: str, state: Hashable = None, problem: Guarded | None = None) -> None:
        super().__init__(difference)
        self.state = state
        self.problem = problem


class Guarded:
    """A problem whose methods and properties raise nothing but `ContractError`; otherwise they are the task's own.

    Args:
        task: The problem.
    """

    def __init__(self, task: AnyTask) -> None:
        self.task = task

    def __getattr__(self, name: str) -> Any:
        try:
            found = getattr(self.task, name)
        except Exception as error:
            raise ContractError(f"{name} raises {describe_error(error)}", None, self) from error
        if not callable(found):
            return found
        method = self._method(name, found)
        self.__dict__[name] = method  # found once
        return method

    def _method(self, name: str, found: Callable[..., Any]) -> Callable[..., Any]:
        def guarded(*given: Any) -> Any:
            state = given[0] if given and name in AT_A_STATE else None
            try:
                value = found(*given)
            except (Exception, SystemExit) as error:
                raise ContractError(f"{name} raises {describe_error(error)}", state, self) from error
            if name == "verify" and not isinstance(value, list | tuple):
                raise ContractError(f"verify gives {value!r:.60}: it must give a list of what is wrong", state, self)
            if name == "apply" and value is None:
                raise ContractError("apply gives None: it must give the next state", state, self)
            return value

        return guarded

    def imitated(self, state: Hashable, step: Vote | Gather, mistake: Mistake | None, variant: int) -> tuple[str, str]:
        """Write the reasoning and the answer of a response to a step, as the simulated model does.

        Raises:
            ContractError: They cannot be written.
        """
        question = question_of(step, state)
        written: tuple[str, str] = self._method("imitate", imitated)(self.task, step.prompt, question, mistake, variant)
        return written

    def breach(self, difference: str, state: Hashable = None) -> ContractError:
        """Make the error for a promise of this problem's that is not kept."""
        return ContractError(difference, state, self)

    @property
    def title(self) -> str:
        """The problem's label, empty where the task cannot give it."""
        try:
            return str(self.task.label)
        except Exception:  # noqa: BLE001 - the problem is named because something is wrong with it
            return ""

    def show(self, state: Hashable) -> str:
        """Write a state as its JSON where it has one, else as Python does."""
        try:
            return json.dumps(self.task.encode_state(state))
        except Exception:  # noqa: BLE001 - the state is shown because something is wrong with it
            return reprlib.repr(state)

    def name_of(self, answer: Hashable) -> str:
        """Describe an answer in the task's words where it has some, else as Python does."""
        try:
            return str(self.task.describe(answer))
        except Exception:  # noqa: BLE001 - likewise
            return reprlib.repr(answer)


def load(family: type[AnyTask], options: Mapping[str, int | str], source: str | None = None) -> Guarded:
    """Load a problem.

    Raises:
        InputError: The task refuses it.
        ContractError: It does so otherwise than the contract says.
    """
    try:
        return Guarded(family.load(options, source))
    except InputError:
        raise
    except (Exception, SystemExit) as error:
        raise ContractError(f"load raises {describe_error(error)}") from error
