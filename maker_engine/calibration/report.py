"""A calibration as JSON and as a table in words, with its recommendation."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from maker_engine.calibration.estimate import Estimate, Sought
from maker_engine.calibration.sweep import Measured
from maker_engine.calibration.tally import error_correlation, flag_worths
from maker_engine.core.forecasting.intervals import Interval
from maker_engine.core.voting import AHEAD
from maker_engine.wording import count_of

COPIES = 0.9
"""Texts that are alike more often are copies rather than samples."""
_DIGITS = 6
_WORTH_A_FORM = 0.05
_LUCK = 2
"""So many steps without a valid sample are not spoken of, nor three times what chance makes."""


def calibration_json(measured: Sequence[Measured], sought: Sought, truth: str) -> dict[str, Any]:
    """Return a calibration as `maker calibrate --json` prints it."""
    best = recommended(measured)
    return {
        "steps": sought.steps,
        "target": sought.target,
        "truth": truth,
        "models": [_model_json(one, measured, sought) for one in measured],
        "recommended": None if best is None else _recommendation(best, sought),
    }


def recommended(measured: Sequence[Measured]) -> Measured | None:
    """Return the model that is cheapest for the run; of those without a price the one that draws the fewest samples.

    A model of which hard steps were found comes after all others: its price is not for the whole run.
    """
    able = [one for one in measured if one.found is not None and one.found.run is not None]

    def rank(one: Measured) -> tuple[bool, bool, float]:
        assert one.found is not None  # noqa: S101 - as chosen above
        assert one.found.run is not None  # noqa: S101
        run = one.found.run
        return one.found.hard.low > 0, run.usd is None, run.samples if run.usd is None else run.usd

    return min(able, key=rank, default=None)


def _recommendation(one: Measured, sought: Sought) -> dict[str, Any]:
    assert one.found is not None  # noqa: S101 - a model is recommended for its run
    assert one.found.run is not None  # noqa: S101
    run = one.found.run
    return {
        "model": one.model,
        "reasoning": one.digest.get("reasoning"),
        "k": run.rule.k,
        "rule": run.rule.name,
        "flags": "paper" if one.digest.get("paper_flags") else "all",
        "usd": _round(run.usd),
        "hours": _round(run.hours),
        "advice": advice(one, sought),
    }


def _model_json(one: Measured, measured: Sequence[Measured], sought: Sought) -> dict[str, Any]:
    found = one.found
    head: dict[str, Any] = {"model": one.model, "simulated": one.simulated}
    if found is None:
        return head | dict.fromkeys(_FIELDS) | _tail(one, sought)
    return head | _figures(found) | _of_run(found) | _looks(found, one, measured) | _tail(one, sought)


def _figures(found: Estimate) -> dict[str, Any]:
    tally, (collisions, expected) = found.tally, found.tally.collisions()
    return {
        "sampled_steps": len(tally.steps),
        "samples": tally.samples,
        "p": _round(found.p_valid),
        "p_low": _round(found.p_valid_within.low),
        "p_high": _round(found.p_valid_within.high),
        "p_right": _round(found.p),
        "p_right_low": _round(found.p_within.low),
        "p_right_high": _round(found.p_within.high),
        "v": _round(found.v),
        "v_low": _round(found.v_within.low),
        "v_high": _round(found.v_within.high),
        "steps_without_vote": tally.mute(),
        "hard_share": _round(found.hard.share),
        "hard_share_low": _round(found.hard.low),
        "hard_share_high": _round(found.hard.high),
        "law": [[p, float(f"{weight:.9g}")] for p, weight in found.law.points],
        "weakest_law": None if found.worst is None else [[p, float(f"{w:.9g}")] for p, w in found.worst.points],
        "correlation": _round(tally.correlation()),
        "collisions": collisions,
        "collisions_iid": _round(expected),
        "identical_texts": _round(tally.alike()),
        "tokens_in": _round(tally.mean("tokens_in")),
        "tokens_out": _round(tally.mean("tokens_out")),
        "latency_s": _round(tally.mean("latency_s")),
        "usd_per_sample": _round(found.usd_per_sample),
        "spent_usd": _round(sum(tally.costs())) if tally.costs() else None,
    }


def _of_run(found: Estimate) -> dict[str, Any]:
    run = found.run
    bound = _round(found.hard_bound)
    if run is None:
        return {
            "p_solve": {"forecast": [0.0, _round(found.hard_ceiling)], "likely": None, "hard_bound": bound},
            "k": None,
            "k_likely": found.k_likely,
            "rule": None,
            **dict.fromkeys(_OF_RUN),
        }
    usd = run.usd_within or Interval(math.nan, math.nan)
    forecast = [_round(run.p_solve.low), _round(run.p_solve.high)]
    return {
        "p_solve": {"forecast": forecast, "likely": _round(run.likely), "hard_bound": bound},
        "k": run.rule.k,
        "k_likely": found.k_likely,
        "rule": run.rule.name,
        "votes": _round(run.votes),
        "votes_low": _round(run.votes_within.low),
        "votes_high": _round(run.votes_within.high),
        "samples_needed": _round(run.samples),
        "usd": _round(run.usd),
        "usd_low": _round(usd.low),
        "usd_high": _round(usd.high),
        "hours": _round(run.hours),
        "hours_in_order": _round(run.hours_in_order),
        "wrong_by_moments": None if run.wrong_by_moments is None else [_round(one) for one in run.wrong_by_moments],
    }


def _looks(found: Estimate, one: Measured, measured: Sequence[Measured]) -> dict[str, Any]:
    """Return what is worth a look: flags, the hardest steps, and whose errors are least like this model's."""
    others: Mapping[str, float | None] = {
        other.model: error_correlation(found.tally, other.found.tally)
        for other in measured
        if other is not one and other.found is not None
    }
    known = {model: r for model, r in others.items() if r is not None}
    return {
        "flags": [
            {
                "rule": flag.rule, "flagged": flag.flagged, "precision": _round(flag.precision),
                "recall": _round(flag.recall), "worth": _round(flag.worth),
            }
            for flag in flag_worths(found.tally)
        ],
        "hardest": [
            {"step": step.step + 1, "right": step.counts[0], "wrong": step.counts[1]} for step in found.tally.hardest()
        ],
        "error_correlation": {model: _round(r) for model, r in others.items()},
        "least_correlated": min(known, key=lambda model: known[model], default=None),
    }  # fmt: skip


def _tail(one: Measured, sought: Sought) -> dict[str, Any]:
    usd_in, usd_out = one.price or (None, None)
    return {
        "usd_per_million_in": _round(usd_in),
        "usd_per_million_out": _round(usd_out),
        "ended": one.ended,
        "session": str(one.session),
        "measured_by": dict(one.digest),
        "advice": advice(one, sought),
    }


def advice(one: Measured, sought: Sought) -> str:
    """Say what to do with a model, and what its sample cannot rule out."""
    found = one.found
    if found is None:
        return f"nothing came back: {one.ended}"
    return " ".join(
        filter(
            None,
            (
                _verdict(found, sought),
                _open(found, sought),
                _mute(found),
                _form(found),
                _copies(found),
                _one_call(found),
            ),
        )
    )


def _verdict(found: Estimate, sought: Sought) -> str:
    run, steps = found.run, sought.steps
    if found.p_valid <= 0.5:
        return f"Voting cannot fix this: only {found.p_valid:.1%} of the valid samples are right."
    if found.voting_cannot_fix:
        hard = found.hard.share * steps
        return (
            f"Voting cannot fix this: about {_share(found.hard.share)} of the steps are wrong more often than right,"
            f" {hard:,.0f} of {count_of(steps, 'step')}; take another model, or smaller steps."
        )
    if run is None:
        return f"No k reaches {sought.target:g} at a price worth paying: take another model, or smaller steps."
    rule = f"k = {run.rule.k}" if run.rule.name == AHEAD else f"--rule {run.rule.name}"
    cost = "" if run.usd is None else f", ${run.usd:,.2f}"
    return (
        f"Take {rule}: {run.votes / steps:.2f} votes a step{cost}; right with probability"
        f" {run.p_solve.low:.3g} to {run.p_solve.high:.3g} if the steps are as those sampled and none is hard."
        f"{_likely(found)}"
    )


def _likely(found: Estimate) -> str:
    run = found.run
    if found.calls == 1 or found.k_likely is None or run is None:
        return ""
    return f" If no step were weaker than the likeliest law has it, k = {found.k_likely} would do."


def _open(found: Estimate, sought: Sought) -> str:
    hard = found.hard.high
    return (
        f"The sample cannot rule out hard steps below {_share(hard)}: of {count_of(sought.steps, 'step')} that is up to"
        f" {hard * sought.steps:,.1f}."
    )


def _mute(found: Estimate) -> str:
    number = found.tally.mute()
    by_chance = len(found.tally.steps) * (1 - found.v) ** found.calls
    if number <= _LUCK + 3 * by_chance:
        return ""
    return (
        f"At {count_of(number, 'step')} of {len(found.tally.steps):,} no sample was valid: no vote passes such a step;"
        " a plainer answer format, --constrain or a higher temperature may."
    )


def _form(found: Estimate) -> str:
    """Say what holding a model to the form of an answer can bring at most."""
    share = found.tally.flags()["malformed"] / found.tally.samples
    if share < _WORTH_A_FORM:
        return ""
    return (
        f"{share:.1%} of the samples are malformed: --constrain saves as many at most, and mends no wrong answer;"
        " calibrate with it to see."
    )


def _copies(found: Estimate) -> str:
    alike = found.tally.alike()
    if alike is None or alike < COPIES:
        return ""
    return f"{alike:.0%} of the texts of a step are the same: these are copies, not votes; raise the temperature."


def _one_call(found: Estimate) -> str:
    if found.calls > 1:
        return ""
    return "One call a step shows the mean p alone: where steps differ, far more of them are decided wrongly."


def _share(share: float) -> str:
    return f"{100 * share:.2g}%"


def _round(value: float | None) -> float | None:
    if value is None or not math.isfinite(value):
        return None
    return float(f"{value:.{_DIGITS}g}")


_OF_RUN = (
    "votes", "votes_low", "votes_high", "samples_needed", "usd", "usd_low", "usd_high", "hours", "hours_in_order",
    "wrong_by_moments",
)  # fmt: skip
"""What a model has none of that no rule does for."""
_FIELDS = (
    "sampled_steps", "samples", "p", "p_low", "p_high", "p_right", "p_right_low", "p_right_high", "v", "v_low",
    "v_high", "steps_without_vote", "hard_share", "hard_share_low", "hard_share_high", "law", "weakest_law",
    "correlation", "collisions", "collisions_iid", "identical_texts", "tokens_in", "tokens_out", "latency_s",
    "usd_per_sample", "spent_usd", "p_solve", "k", "k_likely", "rule", *_OF_RUN, "flags", "hardest",
    "error_correlation", "least_correlated",
)  # fmt: skip
"""What a model has none of that gave no answer."""
