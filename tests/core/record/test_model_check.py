"""A check of the model as a value: its verdict, the line that ends a run, and what is read from a stranger's file."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from maker_engine.core.errors import InputError
from maker_engine.core.record.model_check import LONGEST_WORDS, MOST_FINDINGS, Finding, ModelCheck, Verdict
from maker_engine.core.record.snapshot import Totals

CHECK = ModelCheck(
    model="openai/m",
    findings=(
        Finding("model", "answered by m"),
        Finding("texts", "all the same", Verdict.WARNING, "raise --temperature", who="openai/m temperature=0.7"),
        Finding("limit", "cut off", Verdict.STOP, "raise --max-tokens"),
    ),
    step=3,
    calls=2,
    tokens_in=20,
    tokens_out=8,
    tokens_reasoning=5,
    cost_usd=0.25,
    seconds=1.5,
    answered_by=("m",),
    adjustments=("no temperature is sent: it takes none",),
    ordered=(("model", "openai/m"), ("reasoning", "default")),
    complete=False,
)


def test_a_check_comes_back_from_json_as_it_was():
    """What is written is what is read, through real JSON text."""
    assert ModelCheck.of(json.loads(json.dumps(CHECK.to_json()))) == CHECK
    unpriced = replace(CHECK, cost_usd=None, findings=())
    assert ModelCheck.of(json.loads(json.dumps(unpriced.to_json()))) == unpriced


def test_the_gravest_finding_is_the_verdict_and_the_first_stop_the_refusal():
    """One line names the model, the cause and the mend; without a stop there is none."""
    assert CHECK.verdict is Verdict.STOP
    assert CHECK.refusal == "model openai/m: cut off: raise --max-tokens"
    assert replace(CHECK, findings=CHECK.findings[:2]).verdict is Verdict.WARNING
    assert replace(CHECK, findings=CHECK.findings[:2]).refusal == ""
    assert ModelCheck("m").verdict is Verdict.OK


def test_a_check_is_paid_for_and_is_no_sample():
    """Tokens and dollars count, samples and votes do not; a call without a price makes the cost unknown."""
    totals = Totals()
    totals.add_check(CHECK)
    assert (totals.checks, totals.tokens_in, totals.tokens_out, totals.tokens_reasoning) == (2, 20, 8, 5)
    assert (totals.cost_usd, totals.cost_known, totals.samples, totals.votes, totals.asked) == (0.25, True, 0, 0, 0)
    totals.add_check(replace(CHECK, cost_usd=None))
    assert (totals.cost_usd, totals.cost_known) == (0.25, False)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("model", 3),
        ("model", "x" * (LONGEST_WORDS + 1)),
        ("findings", {}),
        ("findings", [{}] * (MOST_FINDINGS + 1)),
        ("findings", [{"name": "x", "found": "y", "verdict": "fatal", "mend": ""}]),
        ("findings", ["text"]),
        ("calls", -1),
        ("calls", True),
        ("tokens_in", 10**30),
        ("tokens_out", 1.5),
        ("cost_usd", "free"),
        ("cost_usd", float("nan")),
        ("cost_usd", -1.0),
        ("seconds_a_call", float("inf")),
        ("answered_by", "m"),
        ("adjustments", [1]),
        ("ordered", [["model", "m"]]),
        ("ordered", {"model": {"deep": 1}}),
        ("complete", 1),
        ("step", None),
    ],
)
def test_a_stranger_s_check_is_refused_where_it_is_not_as_documented(name: str, value: Any):
    """Every field is checked for its kind and its size; the error names it."""
    with pytest.raises(InputError):
        ModelCheck.of({**CHECK.to_json(), name: value})


@pytest.mark.parametrize("value", [None, [], "x", 3, {}])
def test_what_is_no_check_at_all_is_refused(value: object):
    """Anything but an object with its fields is an error, never a traceback."""
    with pytest.raises(InputError):
        ModelCheck.of(value)
