"""A task that cannot be run is refused before anything is begun: one line, status 2 or 1, and no session."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from maker_engine.core.decomposition import Ask, Step, Task, Vote
from maker_engine.core.errors import InputError, TaskError
from maker_engine.core.responses import Prompt
from maker_engine.runtime.order import RunOrder, prepare
from maker_tui.cli.main import main
from tests.support.toy import Count

MENDED = "cannot be simulated: give --model, such as openai/gpt-6-luna"


class Real(Count):
    """Writes no responses."""

    imitate = Task.imitate


class Refusing(Count):
    """Says by itself that it writes none."""

    def imitate(self, *_: Any) -> tuple[str, str]:
        """Refuse."""
        raise NotImplementedError


HERE = f"{Path(__file__)}:"


@pytest.mark.parametrize("words", [["--headless"], ["--json"], ["--headless", "--draft", "sim"]])
@pytest.mark.parametrize("name", ["Real", "Refusing"])
def test_a_task_that_imitates_nothing_is_not_simulated(
    name: str, words: list[str], capsys: pytest.CaptureFixture[str], home: Path
) -> None:
    """One line that names the mend, status 2, and no session."""
    assert main(["run", HERE + name, *words]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == f"maker: task count {MENDED}\n"
    assert not list(home.rglob("*.maker"))


class AsksFirst(Real):
    """Asks a person before it asks anybody else."""

    def step(self, state: int) -> Step | None:
        """Ask."""
        return Ask("may it begin?") if state == 0 else super().step(state)


def test_a_task_that_asks_a_person_first_is_looked_at_too() -> None:
    """What it asks agents is not known yet; whether it writes responses at all is."""
    with pytest.raises(InputError, match=MENDED):
        prepare(RunOrder("count"), AsksFirst)


def test_it_is_ready_with_a_model_and_not_with_a_simulated_one_beside_it() -> None:
    """Whoever of a run's models is simulated, voter, draft or stronger one, needs the task's imitation."""
    assert prepare(RunOrder("count", model="hosted_vllm/qwen", api_base="http://127.0.0.1:9"), Real).plan
    for more in ({"draft": "sim"}, {"undecided": "escalate:sim"}, {"voters": ("hosted_vllm/qwen", "sim:p=0.9")}):
        order = RunOrder("count", model="hosted_vllm/qwen", **more)
        with pytest.raises(InputError, match=MENDED):
            prepare(order, Real)
    opened = prepare(RunOrder("count", model="hosted_vllm/qwen", api_base="http://127.0.0.1:9"), Real).plan.open_pool
    with pytest.raises(InputError, match=MENDED):
        opened(["sim"])


class Oracleless(Count):
    """Promises an oracle."""

    oracle = Task.oracle


class Wordy(Count):
    """Counts its steps in words."""

    @property
    def expected_steps(self) -> Any:
        """Say it."""
        return "three"


class Unkept(Count):
    """Has a state that is not JSON."""

    def encode_state(self, state: int) -> Any:
        """Give a set."""
        return {state}


class Chatty(Count):
    """Asks in plain text."""

    def step(self, state: int) -> Any:
        """Ask."""
        return f"what comes after {state}?"


class Mute(Count):
    """Asks with a prompt of nothing."""

    def step(self, state: int) -> Step | None:
        """Ask."""
        return Vote(Prompt(None, state))  # type: ignore[arg-type]


class Nameless(Count):
    """Has a number for its label."""

    @property
    def label(self) -> Any:
        """Give it."""
        return 7


class Broken(Count):
    """Fails at its first step."""

    def step(self, state: int) -> Step | None:
        """Fail."""
        raise ZeroDivisionError(state)


class Unwritten(Count):
    """Calls what its base class leaves out."""

    has_oracle = False
    oracle = Task.oracle

    def start(self) -> int:
        """Ask an oracle that there is not."""
        return self.oracle(0)


class Short(Count):
    """Takes no problem."""

    @classmethod
    def load(cls) -> Any:  # type: ignore[override]
        """Load."""
        return cls()


class Empty(Count):
    """Loads nothing."""

    @classmethod
    def load(cls, *_: Any) -> Any:
        """Load."""


class Quitter(Count):
    """Would end the program."""

    def start(self) -> int:
        """End it."""
        raise SystemExit(0)


class OneText(Count):
    """Imitates in one piece."""

    def imitate(self, *_: Any) -> Any:
        """Answer."""
        return "answer = 1"


@pytest.mark.parametrize(
    ("family", "told"),
    [
        (Short, "fails with TypeError: Short.load() takes 1 positional argument but 3 were given"),
        (Empty, "a task's load gives None: it must give a task"),
        (Quitter, "fails with SystemExit: 0 (test_refused_tasks.py:"),
        (OneText, "imitates with 'answer = 1': it must give reasoning and answer"),
        (Oracleless, "says that it has an oracle, and has none: write `oracle`"),
        (Wordy, "has 'three' for expected_steps: it must be a whole number, or None"),
        (Unkept, "has a state that cannot be kept"),
        (Chatty, "asks a str at its first step: it must be a Vote"),
        (Mute, "it must be a Prompt of two texts"),
        (Nameless, "has 7 for a label: it must be text"),
        (Broken, "fails with ZeroDivisionError: 0 (test_refused_tasks.py:"),
        (Unwritten, "fails with NotImplementedError: count has no oracle at 0"),
    ],
)
def test_a_task_that_breaks_its_contract_at_once_is_refused_by_name(
    family: type[Count], told: str, capsys: pytest.CaptureFixture[str], home: Path
) -> None:
    """It is the task's fault, said in one line with no traceback, in the library and on the command line."""
    with pytest.raises(TaskError) as caught:
        prepare(RunOrder("count"), family)
    assert told in str(caught.value)
    assert main(["run", HERE + family.__name__, "--headless"]) == 1
    error = capsys.readouterr().err
    assert told in error
    assert error.count("\n") == 1
    assert not list(home.rglob("*.maker"))


class Untitled(Count):
    """Has no title."""

    title = None  # type: ignore[assignment]


class Optioned(Count):
    """Has options in words."""

    options = ("length",)  # type: ignore[assignment]


@pytest.mark.parametrize(
    ("name", "told"),
    [("Untitled", "its title must be text, got None"), ("Optioned", "its options must be a tuple of Option")],
)
def test_a_task_that_does_not_introduce_itself_is_not_loaded(
    name: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What lists, flags and forms need is looked at where a task is loaded: one line, whatever the command."""
    for command in ("run", "check-task"):
        assert main([command, HERE + name]) == 2
        error = capsys.readouterr().err
        assert f"is not whole: {told}" in error
        assert error.count("\n") == 1
