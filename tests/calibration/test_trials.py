"""A small part of the trials: what a calibration promises, of laws that only the trial knows."""

from __future__ import annotations

from maker_engine.calibration.estimate import Sought, estimate
from maker_engine.calibration.report import advice
from maker_engine.calibration.sweep import Measured
from tests.calibration.trials import LAWS, Truth, drawn, trials

PROMISES = ("p", "p_valid", "v", "hard", "votes", "usd", "p_solve", "target")


def test_what_is_promised_is_kept():
    """A calibration of 300 steps keeps every promise: intervals hold the truth, and the rule reaches the target."""
    kept = trials("A", range(1), Sought(600), 300, 5)
    assert {promise: kept[promise] for promise in PROMISES} == dict.fromkeys(PROMISES, 1)


def test_one_call_a_step_keeps_no_promise_of_the_run():
    """From as many calls, one a step, the forecast misses the truth and the k misses the target, every time."""
    kept = trials("D", range(2), Sought(1_000), 2_000, 1)
    assert (kept["p_valid"], kept["p_solve"], kept["target"]) == (2, 0, 0)


def said(name: str, steps: int, sample: int = 600) -> str:
    """What a calibration of a law says."""
    sought = Sought(steps)
    found = estimate(drawn(Truth(LAWS[name]), sample, 5, name), 5, sought)
    return advice(Measured("sim", True, None, "", found), sought)


def test_what_voting_cannot_fix_is_said():
    """Where one step in ten is wrong more often than right no rule is named, and that no vote mends it is said."""
    told = said("H", 1_000, 200)
    assert told.startswith("Voting cannot fix this: about ")
    assert "of 1,000 steps" in told


def test_what_a_form_can_save_is_said():
    """Where one sample in ten is malformed, that --constrain saves these at most is said; below one in twenty not."""
    sought = Sought(100)
    for v, named in ((0.9, True), (0.97, False)):
        found = estimate(drawn(Truth(LAWS["D"], v=v), 25, 5, "form"), 5, sought)
        told = advice(Measured("sim", True, None, "", found), sought)
        assert ("are malformed: --constrain saves as many at most, and mends no wrong answer" in told) is named


def test_what_the_sample_cannot_rule_out_is_said():
    """Of hard steps that may have escaped the sample the share and the number in the run are named."""
    told = said("E", 1_000, 300)
    assert told.startswith("Take --rule lead-table:")
    assert "if the steps are as those sampled and none is hard." in told
    assert "The sample cannot rule out hard steps below" in told
