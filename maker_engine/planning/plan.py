"""A run as a purchase: k, odds, votes, calls, dollars and hours, and what would have to be so for a budget to do.

Votes and odds are exact for one rival (`core.forecasting`, Eqs. 9-20). Hours are an estimate: latencies
are taken as lognormal with a spread of ½, as `sim` draws them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

from maker_engine.core import scaling
from maker_engine.core.errors import InputError
from maker_engine.core.forecasting.laws import Law, single
from maker_engine.core.forecasting.lead_tables import cheapest_table, ends, step_target, votes_within
from maker_engine.core.voting import AHEAD, LEADS

SPREAD = 0.5
MOST_BATCH_K = 60
_PANELS = 400
HOUR_S = 3600.0


@dataclass(frozen=True, slots=True)
class Purchase:
    """What is to be bought.

    Attributes:
        steps: Steps of the run.
        law: The law of p over the steps.
        v: Probability that a sample carries no red flag.
        target: Probability that the run is to be right with.
        k: Margin, None for the smallest that reaches the target.
        rule: "ahead", or "lead-table" for the table under the law.
        m: Steps an agent answers in one call (Eqs. 10-17); more than 1 only where all steps are alike.
        tokens: Mean tokens in and out of a sample, None where they are not known.
        price: Dollars per million tokens in and out, None where they are not known.
        latency_s: Mean seconds of a call.
        concurrency: Most calls in flight.
        window: Most steps in flight; 1 does not look ahead.
        n: Most answers that one call brings, its prompt paid for once.
        batch_discount: What a batch costs of the price.
        batch_s: Seconds until a batch is back, at most.
        independent: No step depends on another, as rows of a table: a wrong one spoils no other.
    """

    steps: int
    law: Law
    v: float = 1.0
    target: float = 0.95
    k: int | None = None
    rule: str = AHEAD
    m: int = 1
    tokens: tuple[float, float] | None = None
    price: tuple[float, float] | None = None
    latency_s: float = 2.0
    concurrency: int = 8
    window: int = 8
    n: int = 1
    batch_discount: float = 0.5
    batch_s: float = 24 * HOUR_S
    independent: bool = False


@dataclass(frozen=True, slots=True)
class Planned:
    """What it takes; None where that cannot be known.

    Attributes:
        k: The margin of these figures; with a table of leads the lead at no dissent.
        k_min: Smallest margin that reaches the target; None where none does, since some steps are hard.
        p_solve: Probability that every step is decided rightly, if the steps are as the law says.
        votes: Expected votes.
        samples: Expected samples, flagged ones included.
        calls: Expected calls.
        usd: Expected dollars.
        hours: Expected hours, looking ahead.
        hours_in_order: The same without looking ahead.
        usd_batch: Dollars by batch.
        hours_batch: Hours by batch at most, where steps are independent of one another; None beyond `MOST_BATCH_K`.
        leads: The table of leads, empty for none.
        undecided: Steps that the table gives up.
        wrong: Steps that are expected to be decided wrongly; None where a call answers several.
    """

    k: int
    k_min: int | None
    p_solve: float
    votes: float
    samples: float
    calls: float
    usd: float | None
    hours: float
    hours_in_order: float
    usd_batch: float | None
    hours_batch: float | None
    leads: str = ""
    undecided: float = 0.0
    wrong: float | None = None


@dataclass(frozen=True, slots=True)
class Voted:
    """What voting takes and brings; fields as in `Planned`, `each` being the votes of a call's steps."""

    k: int
    k_min: int | None
    p_solve: float
    each: float
    leads: str = ""
    undecided: float = 0.0
    wrong: float | None = None


def voted(want: Purchase) -> Voted:
    """Work out the votes alone.

    Raises:
        InputError: As for `plan`.
    """
    _check(want)
    least = _k_min(want)
    if want.rule == LEADS:
        most = votes_within(None, want.v)
        table = cheapest_table(want.law, step_target(want.steps, want.target), want.k, most)
        ended = ends(want.law, table, most)
        solved = ended.run_success(want.steps)
        lost = want.steps * ended.undecided, want.steps * ended.wrong
        return Voted(table.k, least, solved, ended.votes, table.text, *lost)
    k = want.k or least or want.law.best_k(want.steps)
    if want.m == 1:
        wrong = want.steps * want.law.step_error(k)
        return Voted(k, least, want.law.run_success(k, want.steps), want.law.votes(k), wrong=wrong)
    p = want.law.mean
    more = scaling.decisive_cost(1.0, p, want.m) / want.m
    if not math.isfinite(more):
        tens = scaling.log10_run_cost(p, k, want.steps, want.v, want.m)
        raise InputError(
            f"at m = {want.m:,} and p = {p:g} a run takes 10^{tens:,.0f} samples: let an agent do fewer steps"
        )
    return Voted(k, least, scaling.run_success(p, k, want.steps, want.m), want.law.votes(k) * more)


def samples(want: Purchase) -> float:
    """Return the samples a run takes, flagged ones included.

    Raises:
        InputError: As for `plan`.
    """
    return want.steps / want.m * voted(want).each / want.v


def plan(want: Purchase) -> Planned:
    """Work out what a run takes.

    Raises:
        InputError: A figure is out of its range, such as a p that is not above 0.5.
    """
    found = voted(want)
    ballots = want.steps / want.m
    votes, drawn = ballots * found.each, ballots * found.each / want.v
    rounds = want.law.rounds(found.k) + found.k * (1 - want.v)
    calls = max(ballots * rounds, drawn / want.n) if want.n > 1 else drawn
    usd = None if want.tokens is None or want.price is None else _usd(want, calls, drawn)
    order_s, ahead_s = step_seconds(want, found.k, rounds, found.each / want.v)
    batches = batch_rounds(want.law, want.v, found.k, ballots)
    return Planned(
        found.k, found.k_min, found.p_solve, votes, drawn, calls, usd,
        ballots * ahead_s / HOUR_S, ballots * order_s / HOUR_S,
        None if usd is None else usd * want.batch_discount,
        None if batches is None else batches * want.batch_s / HOUR_S,
        found.leads, found.undecided, found.wrong,
    )  # fmt: skip


def _check(want: Purchase) -> None:
    for name, value in (
        ("k", 1 if want.k is None else want.k),
        ("m", want.m),
        ("n", want.n),
        ("concurrency", want.concurrency),
        ("window", want.window),
    ):
        if value < 1:
            raise InputError(f"{name} must be at least 1, got {value}")
    if not 0 < want.v <= 1:
        raise InputError(f"v must lie above 0 and at most at 1, got {want.v:g}")
    if want.m > 1 and (len(want.law.points) > 1 or want.rule == LEADS):
        raise InputError("more than one step a call (m) is planned with one p for all steps, and ahead-by-k")


def _k_min(want: Purchase) -> int | None:
    if want.m > 1:
        return scaling.k_min(want.law.mean, want.steps, want.target, want.m)
    return want.law.k_min(want.steps, want.target)


def _usd(want: Purchase, calls: float, samples: float) -> float:
    assert want.tokens is not None  # noqa: S101 - checked by the caller
    assert want.price is not None  # noqa: S101 - likewise
    return (calls * want.tokens[0] * want.price[0] + samples * want.tokens[1] * want.price[1]) / 1e6


def step_seconds(want: Purchase, k: int, rounds: float, samples: float) -> tuple[float, float]:
    """Return the seconds of a step in order, and looking ahead: the first vote of a step predicts its answer."""
    at_once = min(k, want.concurrency)
    slowest, fastest = extremes(at_once)
    order = want.latency_s * ((slowest - 1) + rounds * math.ceil(k / at_once))
    if want.window == 1:
        return order, order
    right = want.law.mean * want.v
    chained = want.latency_s * fastest + (1 - right) * order
    throughput = samples * want.latency_s / want.concurrency
    return order, min(order, max(chained, throughput, order / want.window))


@lru_cache(maxsize=256)
def extremes(number: int) -> tuple[float, float]:
    """Return the means of the slowest and the fastest of so many latencies of mean 1."""
    if number == 1:
        return 1.0, 1.0
    slowest = fastest = 0.0
    for panel in range(_PANELS):
        share = (panel + 0.5) / _PANELS  # of the slowest, then of the fastest
        slowest += _quantile(share ** (1 / number))
        fastest += _quantile(-math.expm1(math.log1p(-share) / number))
    return slowest / _PANELS, fastest / _PANELS


def _quantile(share: float) -> float:
    from statistics import NormalDist  # noqa: PLC0415 - it imports much, and not every plan asks for hours

    return math.exp(SPREAD * NormalDist().inv_cdf(min(max(share, 1e-12), 1 - 1e-12)) - SPREAD * SPREAD / 2)


def batch_rounds(law: Law, v: float, k: int, steps: float) -> int | None:
    """Return after how many batches less than half a step is expected to be undecided; None for a large k."""
    if k > MOST_BATCH_K:
        return None
    walks = [(weight, _BatchWalk(p * v, (1 - p) * v, k)) for p, weight in law.points]
    for number in range(1, 1_000):
        if steps * math.fsum(weight * walk.draw() for weight, walk in walks) < 0.5:
            return number
    return None


class _BatchWalk:
    """The margin of one kind of step, batch by batch, each of k − margin samples."""

    def __init__(self, up: float, down: float, k: int) -> None:
        self._moves = {margin: _moves(k - abs(margin), up, down) for margin in range(1 - k, k)}
        self._now = {0: 1.0}

    def draw(self) -> float:
        """Draw a batch; return how likely the step is undecided after it."""
        then: dict[int, float] = {}
        for margin, chance in self._now.items():
            for moved, share in self._moves[margin].items():
                if margin + moved in self._moves:
                    then[margin + moved] = then.get(margin + moved, 0.0) + chance * share
        self._now = then
        return math.fsum(then.values())


def _moves(samples: int, up: float, down: float) -> dict[int, float]:
    """Return how likely so many samples move the margin by how much."""
    found = {0: 1.0}
    for _ in range(samples):
        then: dict[int, float] = {}
        for margin, chance in found.items():
            for moved, share in ((1, up), (-1, down), (0, 1 - up - down)):
                then[margin + moved] = then.get(margin + moved, 0.0) + chance * share
        found = then
    return found


def p_needed(steps: int, target: float, k: int, m: int = 1) -> float:
    """Return the p with which Eq. 14 gives exactly k: ((1−p)/p)^k = t^(−m/s) − 1.

    Raises:
        InputError: The target is not between 0 and 1, or a count is less than 1.
    """
    scaling.k_min(0.75, steps, target, m)  # the same ranges
    if k < 1:
        raise InputError(f"k must be at least 1, got {k}")
    exponent = -m / steps * math.log(target)
    odds = math.exp((math.log(math.expm1(exponent)) if exponent < 700 else exponent) / k)
    return 1 / (1 + odds)


def p_for_budget(want: Purchase, usd: float) -> float | None:
    """Return the smallest p with which the smallest k for the target costs at most `usd`; None where not even p = 1.

    Raises:
        InputError: Tokens or prices are not known.
    """
    if want.tokens is None or want.price is None:
        raise InputError("a budget needs the tokens and the price of a sample: add --tokens and --price")

    def cost(p: float) -> float:
        drawn = samples(replace(want, law=single(p), k=None, rule=AHEAD))
        return _usd(want, drawn / want.n, drawn)

    return _bisected(cost, usd)


def _bisected(cost: Callable[[float], float], usd: float) -> float | None:
    if cost(1.0) > usd:
        return None
    low, high = 0.0, 60.0  # ln(p/(1−p)); cost falls with p
    if cost(1 / (1 + math.exp(-high))) > usd:
        return 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if middle > 1e-9 and cost(1 / (1 + math.exp(-middle))) <= usd:
            high = middle
        else:
            low = middle
    return 1 / (1 + math.exp(-high))


def flag_worth(want: Purchase, p: float, v: float) -> tuple[Planned, float]:
    """Return the plan with one flag more, by which p and v become these, and its samples as a share of those without.

    Eq. 19: a flag pays where k_min / (v·(2p − 1)) falls.
    """
    with_it = plan(replace(want, law=single(p), v=v, k=None))
    return with_it, with_it.samples / samples(replace(want, k=None))
