"""What the library offers by name, and what it costs to import."""

from __future__ import annotations

import subprocess
import sys
from typing import get_type_hints

import pytest

import maker_engine as maker
from maker_engine.api.options import RunOptions
from maker_engine.options.config import KINDS

NAMES = """
AnswerForm Ask Ballot Ballots Choice Date Decimal Flag Forecast Gather Gathered InputError Integer Json MakerError
Option Outcome ProblemError Prompt PromptText ProviderError Record Run RunConfig RunStep Said SessionBusyError
SessionError Several Span StorageFullError Task TaskError Text Totals UntrustedError Vote aresume asolve avote
avote_many events load_task plan resume solve stream vote vote_many
"""
BESIDES = {"model", "k", "session", "out", "breakpoints"}
"""Options that are arguments of their own, need a person in the app, or write files that a program writes itself."""
IMPORTED = """
import sys, maker_engine as maker
class Countdown(maker.Task):
    def start(self): return 5
    def step(self, n): return maker.Vote(f"What is {n} - 1?", maker.Integer(0, 9)) if n else None
    def apply(self, n, answer): return answer
Countdown()
print([name for name in ("litellm", "textual", "rich", "sqlite3", "asyncio", "jsonschema") if name in sys.modules])
maker.solve(Countdown(), model="sim", k=1)
print([name for name in ("litellm", "textual", "jsonschema") if name in sys.modules])
"""


def test_the_names_are_these():
    """`__all__` is pinned: a name that is added or taken away is a decision."""
    assert sorted(maker.__all__) == sorted(NAMES.split())
    assert all(getattr(maker, name) is not None for name in maker.__all__)
    assert set(maker.__all__) <= set(dir(maker))


def test_importing_is_cheap():
    """Importing the library and writing a task loads no screen, provider, database or loop; running one no provider."""
    done = subprocess.run([sys.executable, "-c", IMPORTED], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n[]\n"


def test_the_options_are_those_of_the_table():
    """Every option that a program can set is a keyword of its name and type, and there are no others."""
    table = {name: kind for group in KINDS.values() for name, kind in get_type_hints(group).items()}
    options = get_type_hints(RunOptions)
    assert set(options) == set(table) - BESIDES
    looser = {"constrain", "prices"}
    assert {name: options[name] for name in options.keys() - looser} == {
        name: table[name] for name in options.keys() - looser
    }


def test_a_plan_needs_no_run():
    """The scaling laws are one call away: the paper's million steps at p = 0.998 take k = 3."""
    plan = maker.plan(steps=1_000_000, p=0.998)
    assert (plan.k, plan.auto) == (3, True)
    assert plan.p_solve > 0.95
    for given, message in (({"k": 0}, "k must be at least 1"), ({"p": "high"}, "p must be a number")):
        with pytest.raises(maker.InputError, match=message):
            maker.plan(steps=10, **given)


def test_a_task_is_loaded_by_its_name(tmp_path):
    """An installed task, or one in a file, is loaded with its options or a problem; what it does not take is named."""
    tower = maker.load_task("hanoi", disks=4)
    assert maker.load_task("hanoi", tower.source()) == tower
    (tmp_path / "mine.py").write_text(
        "import maker_engine as maker\n"
        "class Mine(maker.Task):\n"
        "    def start(self): return 0\n"
        "    def step(self, state): return None\n"
        "    def apply(self, state, answer): return state\n"
    )
    assert maker.load_task(str(tmp_path / "mine.py")).name == "mine"
    with pytest.raises(maker.InputError, match="the name of a task is text"):
        maker.load_task(4)
    for given, message in (
        ({"disk": 4}, "strategy; did you mean 'disks'"),
        ({"disks": 0}, "disks must be"),
    ):
        with pytest.raises(maker.InputError, match=message):
            maker.load_task("hanoi", **given)
