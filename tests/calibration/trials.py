"""Calibrations of laws that only the trial knows: how often an interval holds the truth, and a run the target.

By hand: `python -m tests.calibration.trials LAWS TRIALS [--steps S] [--sample N] [--calls C] [--from SEED]
[--stops]`. Samples
are thrown from the law itself; a response has lengths of its own, so that tokens and dollars differ from call to call.
"""

from __future__ import annotations

import argparse
import math
import random
from collections import Counter
from dataclasses import dataclass

from maker_engine.calibration.estimate import Estimate, Sought, estimate, settled
from maker_engine.calibration.sweep import FIRST_LOOK
from maker_engine.calibration.tally import Reading, StepReadings
from maker_engine.core.forecasting.laws import Law, named_laws
from maker_engine.core.forecasting.lead_tables import MOST_VOTES, ends
from maker_engine.core.responses import Flag, Response
from maker_engine.core.voting import LeadTable

PRICE_IN, PRICE_OUT = 0.40e-6, 1.60e-6
TOKENS_IN = 300
LAWS: dict[str, Law] = {**named_laws(), "H": Law(((0.98, 0.9), (0.3, 0.1)))}
"""The named laws, and H, of which one step in ten is hard: no vote mends it."""


@dataclass(frozen=True)
class Truth:
    """What only the trial knows: the law, how many samples are valid, and how long a response is."""

    law: Law
    v: float = 0.96
    tokens: float = 120.0
    spread: float = 40.0

    @property
    def usd(self) -> float:
        """Mean dollars of a sample."""
        return TOKENS_IN * PRICE_IN + self.tokens * PRICE_OUT


def drawn(truth: Truth, sample: int, calls: int, seed: str) -> list[StepReadings]:
    """Throw the dice of a calibration."""
    dice = random.Random(seed)
    points, weights = zip(*truth.law.points, strict=True)
    sigma = math.sqrt(math.log1p((truth.spread / truth.tokens) ** 2))
    mu = math.log(truth.tokens) - sigma**2 / 2

    def reading(p: float) -> Reading:
        tokens = dice.lognormvariate(mu, sigma)
        usd = TOKENS_IN * PRICE_IN + tokens * PRICE_OUT
        response = Response("", TOKENS_IN, round(tokens), "stop", usd, 1.0)
        if dice.random() >= truth.v:
            return Reading(Flag("malformed", "no answer"), right=False, response=response)
        right = dice.random() < p
        return Reading(right, right, response)

    return [
        StepReadings(number, tuple(reading(p) for _ in range(calls)))
        for number, p in enumerate(dice.choices(points, weights, k=sample))
    ]


def solves(law: Law, found: Estimate, steps: int) -> tuple[float, float]:
    """Return the exact P(solve) of a run under `law` by the recommended rule, and its exact votes a step."""
    assert found.run is not None
    rule = found.run.rule
    if ":" not in rule.name:
        return law.run_success(rule.k, steps), law.votes(rule.k)
    end = ends(law, LeadTable.parse(rule.name.partition(":")[2]), MOST_VOTES)
    return end.run_success(steps), end.votes


def judged(truth: Truth, found: Estimate, sought: Sought) -> dict[str, bool]:
    """Tell which promises of a calibration are kept."""
    law, steps = truth.law, sought.steps
    within = {
        "p": found.p_within.low <= truth.v * law.mean <= found.p_within.high,
        "p_valid": found.p_valid_within.low <= law.mean <= found.p_valid_within.high,
        "v": found.v_within.low <= truth.v <= found.v_within.high,
        "hard": found.hard.low <= law.hard_share <= found.hard.high,
        "run": found.run is not None,
        "cannot_fix": found.voting_cannot_fix,
        "conditional": found.hard_bound < sought.target,
    }
    if found.run is None:
        return within
    sound, votes = solves(law.above_half(), found, steps)[0], solves(law, found, steps)[1]
    usd = steps * votes / truth.v * truth.usd
    run = found.run
    assert run.usd_within is not None
    return within | {
        "votes": run.votes_within.low <= steps * votes <= run.votes_within.high,
        "usd": run.usd_within.low <= usd <= run.usd_within.high,
        "p_solve": run.p_solve.low - 1e-9 <= sound <= run.p_solve.high + 1e-9,
        "target": solves(law, found, steps)[0] >= sought.target,
    }


def stopped(steps: list[StepReadings], sought: Sought) -> list[StepReadings]:
    """Return the steps up to where a calibration would have stopped, being settled."""
    at = FIRST_LOOK
    while at < len(steps):
        if settled(steps[:at], len(steps), sought):
            return steps[:at]
        at *= 2
    return steps


def trials(name: str, seeds: range, sought: Sought, sample: int, calls: int, *, stops: bool = False) -> Counter[str]:
    """Count over seeded trials how often each promise was kept; with `stops` of calibrations that may stop early."""
    kept: Counter[str] = Counter()
    truth = Truth(LAWS[name])
    for seed in seeds:
        steps = drawn(truth, sample, calls, f"{name} {seed}")
        steps = stopped(steps, sought) if stops else steps
        kept["steps drawn"] += len(steps)
        found = estimate(steps, calls, sought)
        kept.update({promise: int(holds) for promise, holds in judged(truth, found, sought).items()})
    return kept


def main() -> None:
    """Run trials by hand and print the counts."""
    parser = argparse.ArgumentParser()
    parser.add_argument("laws")
    parser.add_argument("trials", type=int)
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--sample", type=int, default=1000)
    parser.add_argument("--calls", type=int, default=5)
    parser.add_argument("--from", dest="first", type=int, default=0)
    parser.add_argument("--stops", action="store_true", help="stop when settled")
    chosen = parser.parse_args()
    for name in chosen.laws:
        sought = Sought(chosen.steps)
        seeds = range(chosen.first, chosen.first + chosen.trials)
        kept = trials(name, seeds, sought, chosen.sample, chosen.calls, stops=chosen.stops)
        print(name, f"{chosen.trials} trials, {chosen.calls} calls:", dict(kept))  # noqa: T201 - run by hand


if __name__ == "__main__":
    main()
