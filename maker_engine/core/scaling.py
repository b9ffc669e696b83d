"""The scaling laws: success, k, votes and cost of a whole run (Eqs. 9-20, App. B).

Symbols are the paper's: p, the probability that a valid sample has the step right; v, that a response is valid
(carries no red flag); s, steps; m, steps per agent call; k, the margin needed; t, the target probability that the
whole run is right. The formulas take the worst case of one rival that holds all the wrong mass.

A run of 10^14 steps has step errors far below what 1 − x can hold, so everything near 1 is kept as its logarithm.
"""

from __future__ import annotations

import math

from maker_engine.core.errors import InputError


def check_p(p: float) -> None:
    """See to it that voting helps at p.

    Raises:
        InputError: p is not above 0.5 and at most 1; the text gives the reason.
    """
    if not 0.5 < p <= 1:
        reason = "voting makes the right answer win only when p > 0.5" if 0 <= p <= 0.5 else "p is a probability"
        raise InputError(f"p must lie above 0.5 and at most at 1, got {p:g}: {reason}")


def _check_share(name: str, value: float) -> None:
    if not 0 < value <= 1:
        raise InputError(f"{name} must lie above 0 and at most at 1, got {value:g}")


def _check_count(name: str, value: int) -> None:
    if value < 1:
        raise InputError(f"{name} must be at least 1, got {value}")


def _check_plan(p: float, steps: int, target: float, m: int) -> None:
    check_p(p)
    _check_count("steps", steps)
    _check_count("m", m)
    if not 0 < target < 1:
        raise InputError(f"the target must lie between 0 and 1, got {target:g}: no finite k makes a run certain")


def _log_odds(p: float) -> float:
    """ln(p/(1−p)): what one vote weighs; infinite at p = 1."""
    return math.inf if p == 1 else math.log(p) - math.log1p(-p)


def log_step_success(p: float, k: int) -> float:
    """Natural log of Eq. 9, ≤ 0, exact where the success itself rounds to 1."""
    check_p(p)
    _check_count("k", k)
    return -math.log1p(math.exp(-k * _log_odds(p)))


def step_success(p: float, k: int) -> float:
    """Eq. 9 (Eq. 12 for any m, which cancels): 1 / (1 + ((1−p)/p)^k), that the right candidate wins its ballot."""
    return math.exp(log_step_success(p, k))


def step_error(p: float, k: int) -> float:
    """1 − Eq. 9, without cancellation."""
    return -math.expm1(log_step_success(p, k))


def vote_probability(p: float, m: int = 1) -> float:
    """Eq. 10: p^m, that one sample has all m steps right."""
    check_p(p)
    _check_count("m", m)
    return p**m


def rival_probability(p: float, m: int = 1) -> float:
    """Eq. 11: (1−p)·p^(m−1), that one sample is the likeliest rival, wrong in exactly one step."""
    check_p(p)
    _check_count("m", m)
    return (1 - p) * p ** (m - 1)


def run_success(p: float, k: int, steps: int, m: int = 1) -> float:
    """Eq. 13: (1 + ((1−p)/p)^k)^(−s/m), that all s steps are decided rightly."""
    _check_count("steps", steps)
    _check_count("m", m)
    return math.exp(steps / m * log_step_success(p, k))


def k_exact(p: float, steps: int, target: float = 0.95, m: int = 1) -> float:
    """Eq. 14 before rounding up (App. B): ln(t^(−m/s) − 1) / ln((1−p)/p).

    Raises:
        InputError: p outside (0.5, 1], t outside (0, 1), or fewer than one step.
    """
    _check_plan(p, steps, target, m)
    if p == 1:
        return 0.0
    # t^(-m/s) - 1 loses every digit at a million steps; expm1 keeps them all, up to where it overflows.
    exponent = -m / steps * math.log(target)
    return -(math.log(math.expm1(exponent)) if exponent < 700 else exponent) / _log_odds(p)


def k_min(p: float, steps: int, target: float = 0.95, m: int = 1) -> int:
    """Eq. 14: the smallest k ≥ 1 with which the whole run is right with probability at least `target`."""
    # A k that is an integer but for the last digits is that integer.
    return max(1, math.ceil(k_exact(p, steps, target, m) - 1e-9))


def k_asymptote(p: float, steps: int, target: float = 0.95, m: int = 1) -> float:
    """App. B: what Eq. 14 tends to as s grows, (ln(s/m) − ln(−ln t)) / ln(p/(1−p)); it shows k = Θ(ln s)."""
    _check_plan(p, steps, target, m)
    return 0.0 if p == 1 else (math.log(steps / m) - math.log(-math.log(target))) / _log_odds(p)


def expected_votes(p: float, k: int) -> float:
    """Votes a step takes (Eq. 16): k(2·p_sub − 1)/(2p − 1), the duration of the gambler's ruin."""
    return k * (2 * step_success(p, k) - 1) / (2 * p - 1)


def expected_samples(p: float, k: int, v: float = 1.0) -> float:
    """Samples a step takes, flagged ones included: votes / v (Eq. 19)."""
    _check_share("v", v)
    return expected_votes(p, k) / v


def sample_cost(tokens_in: float, tokens_out: float, usd_per_token_in: float, usd_per_token_out: float) -> float:
    """Eq. 20: dollars for one sample, from mean tokens."""
    return tokens_in * usd_per_token_in + tokens_out * usd_per_token_out


def decisive_cost(c: float, p: float, m: int = 1) -> float:
    """Eq. 15: c·m / p^(m−1), the cost of one sample that is right or the likeliest rival; `c` is the cost of a step."""
    decisive = vote_probability(p, m) + rival_probability(p, m)
    return c * m / decisive if decisive else math.inf  # p^m has no digit left


def run_cost(c: float, p: float, k: int, steps: int, v: float = 1.0, m: int = 1) -> float:
    """Eqs. 17 and 19 without the k ≈ k(2·p_sub − 1) approximation: expected cost of the whole run, in units of `c`."""
    _check_share("v", v)
    _check_count("steps", steps)
    return steps / m * decisive_cost(c, p, m) * expected_votes(p, k) / v


def log10_run_cost(p: float, k: int, steps: int, v: float = 1.0, m: int = 1) -> float:
    """Return the logarithm to the base of ten of `run_cost`, in units of c, for an m at which p^m has no digit left."""
    _check_share("v", v)
    _check_count("steps", steps)
    _check_count("m", m)
    return math.log10(steps * expected_votes(p, k) / v) - (m - 1) * math.log10(p)


def first_to_error(p: float, k: int) -> float:
    """That a wrong candidate is first to k votes, two candidates (derived; the paper gives no formula)."""
    check_p(p)
    _check_count("k", k)
    return math.fsum(_reaches(k, j, 1 - p) for j in range(k))


def first_to_votes(p: float, k: int) -> float:
    """Votes that first-to-k takes, two candidates (derived); never more than 2k − 1."""
    check_p(p)
    _check_count("k", k)
    return math.fsum((k + j) * (_reaches(k, j, p) + _reaches(k, j, 1 - p)) for j in range(k))


def _reaches(k: int, j: int, share: float) -> float:
    """C(k−1+j, j)·share^k·(1−share)^j: that who gets `share` of the votes has k when the rival has j."""
    if share in (0, 1):
        return float(share == 1 and j == 0)
    ways = math.lgamma(k + j) - math.lgamma(k) - math.lgamma(j + 1)
    return math.exp(ways + k * math.log(share) + j * math.log1p(-share))


def undecided_after(p: float, k: int, rounds: int, v: float = 1.0) -> list[float]:
    """Chance that a step is undecided after 0, 1, … `rounds` sampling rounds, one sample each (derived; Fig. 8).

    Two candidates: the right one's margin is a walk on −k < d < k that moves up by p·v, down by (1−p)·v, and rests
    where a sample is flagged; what has not left is undecided.
    """
    check_p(p)
    _check_count("k", k)
    _check_share("v", v)
    up, down = p * v, (1 - p) * v
    walk = [0.0] * (2 * k + 1)  # the margin −k … k; both ends absorb
    walk[k] = 1.0
    undecided = [1.0]
    for _ in range(rounds):
        inner = range(1, 2 * k)
        moved = [(1 - v) * walk[at] + up * walk[at - 1] + down * walk[at + 1] for at in inner]
        walk = [0.0, *moved, 0.0]
        undecided.append(math.fsum(moved))
    return undecided


_SOLVED_K = 30
"""Up to this k the rounds are solved for; beyond it they are extrapolated."""


def expected_rounds(p: float, k: int) -> float:
    """Sampling rounds of one step when each round asks k − margin samples at once (derived).

    The wall time of a step is about this many latencies. Two candidates: the signed margin of the right one is a
    Markov chain on −k < d < k that moves by a binomial count each round.
    """
    check_p(p)
    _check_count("k", k)
    if p == 1:
        return 1.0
    if k > _SOLVED_K:  # what is lacking shrinks by 2(1 − p) a round, so rounds grow with ln k
        return expected_rounds(p, _SOLVED_K) + math.log(k / _SOLVED_K) / -math.log(2 * (1 - p))
    rounds = dict.fromkeys(range(-k + 1, k), 1.0)
    for _ in range(10_000):
        change = 0.0
        for margin in rounds:
            asked = k - abs(margin)
            ahead = math.fsum(
                math.comb(asked, right)
                * p**right
                * (1 - p) ** (asked - right)
                * rounds.get(margin + 2 * right - asked, 0.0)
                for right in range(asked + 1)
            )
            change = max(change, abs(1 + ahead - rounds[margin]))
            rounds[margin] = 1 + ahead
        if change < 1e-12:
            break
    return rounds[0]
