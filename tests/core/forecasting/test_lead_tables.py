"""Laws of p and the rule that learns: exact figures, and what a table does in a poll."""

from __future__ import annotations

import math
import random
from fractions import Fraction
from itertools import pairwise

import pytest

from maker_engine.core.certificate import certified_leads, worth
from maker_engine.core.errors import InputError
from maker_engine.core.forecasting.laws import Law, named_law, named_laws, single
from maker_engine.core.forecasting.lead_tables import (
    cheapest_table,
    ends,
    lead_table,
    step_target,
    votes_within,
    wrong_if_ended,
)
from maker_engine.core.poll import Poll
from maker_engine.core.responses import Response
from maker_engine.core.voting import Ballot, LeadTable, VotingRule, named_rule
from tests.support.human_votes import HUMAN_VOTES, learned, polled, read_texts


@pytest.mark.parametrize(
    ("law", "k", "by_the_mean", "true"),
    [("A", 2, 1.6e-5, 1.6e-3), ("A", 3, 6.4e-8, 7.3e-4), ("D", 3, 3.4e-5, 1.8e-3), ("D", 5, 3.6e-8, 2.0e-4),
     ("C", 3, 1.5e-5, 1.1e-4), ("C", 5, 9.8e-9, 1.7e-6), ("E", 3, 6.8e-8, 8.2e-4), ("E", 8, 8e-20, 1.1e-4)],
)  # fmt: skip
def test_the_mean_p_promises_what_the_law_does_not_keep(law: str, k: int, by_the_mean: float, true: float) -> None:
    """Step errors under laws A to E are the published ones, to two digits, and far above those of the mean p."""
    found = named_law(law)
    assert single(found.mean).step_error(k) == pytest.approx(by_the_mean, rel=0.06)
    assert found.step_error(k) == pytest.approx(true, rel=0.05)


def test_one_point_is_the_papers_formulas() -> None:
    """With steps that are all alike k, odds and votes are those of Eqs. 13, 14 and 16."""
    law = single(0.9978)
    assert (law.k_min(2**20 - 1), round(law.run_success(3, 2**20 - 1), 4), round(law.votes(3), 3)) == (3, 0.9888, 3.013)
    assert single(0.500001).k_min(10**14) == 8_801_597
    assert single(1.0).k_min(10**14, 0.999999) == 1
    with pytest.raises(InputError, match=r"voting makes the right answer win only when p > 0\.5"):
        single(0.5).k_min(10)


@pytest.mark.parametrize(
    ("points", "said"),
    [
        ((), "at least one point"),
        (((0.9, 0.5),), "sum to 1"),
        (((1.5, 1.0),), "p from 0 to 1"),
        (((0.9, 0.0),), "above 0"),
    ],
)
def test_a_law_is_a_law(points: tuple[tuple[float, float], ...], said: str) -> None:
    """Weights sum to 1 and every p is a probability, or it is refused by name."""
    with pytest.raises(InputError, match=said):
        Law(points)


@pytest.mark.parametrize(
    ("law", "error", "leads"),
    [("A", 1e-3, [2, 7, 9, 9]), ("A", 1e-4, [4, 9, 11, 11]), ("D", 1e-3, [3, 5, 6, 7]), ("D", 1e-4, [5, 7, 8, 9])],
)
def test_leads_grow_with_dissent(law: str, error: float, leads: list[int]) -> None:
    """The tables under laws A and D are the published ones; beyond their end the last lead holds."""
    table = lead_table(named_law(law), error)
    assert [table.lead(against) for against in range(4)] == leads
    assert table.lead(50) == leads[-1]


def test_where_steps_are_alike_a_table_is_ahead_by_k() -> None:
    """The posterior then depends on the lead alone: the table is the smallest k of Eq. 14 for every dissent."""
    table = lead_table(single(0.9), 1e-4)
    assert {table.lead(against) for against in range(30)} == {single(0.9).k_min(1, 1 - 1e-4)}
    found, paper = ends(single(0.9), table, 400), single(0.9)
    assert found.wrong == pytest.approx(paper.step_error(table.k), rel=1e-9)
    assert found.votes == pytest.approx(paper.votes(table.k), rel=1e-9)


@pytest.mark.parametrize(
    ("law", "error"),
    [("A", 1e-3), ("A", 1e-4), ("A", 1e-5), ("B", 3e-4), ("B", 3e-5), ("B", 1e-5), ("C", 1e-3), ("C", 1e-5),
     ("D", 1e-3), ("D", 1e-4), ("D", 1e-5)],
)  # fmt: skip
def test_the_table_of_a_run_saves_a_seventh_of_the_votes(law: str, error: float) -> None:
    """It keeps to its error, undecided steps with it, for 14 % fewer votes than the smallest k that is as accurate."""
    found = ends(named_law(law), cheapest_table(named_law(law), error))
    k = named_law(law).k_as_accurate(found.lost)
    assert found.lost <= error
    assert k is not None
    assert found.votes <= 0.86 * named_law(law).votes(k)
    assert found.right + found.wrong + found.undecided == pytest.approx(1, abs=1e-9)


def test_where_one_vote_does_there_is_nothing_to_save() -> None:
    """Under law B one vote a step is wrong in less than 1e-3 of the cases: table and ahead-by-k are the same then."""
    law = named_law("B")
    assert cheapest_table(law, 1e-3).k == law.k_as_accurate(1e-3) == 1
    assert law.k_as_accurate(law.step_error(7) * (1 - 1e-12)) == 7


def test_a_table_keeps_within_the_votes_that_a_step_gets() -> None:
    """A step that may draw few samples is planned as one that is left undecided sooner, never within less than 100."""
    assert [votes_within(*words) for words in ((None, None), (None, 0.9), (150, 0.9), (20, 1.0), (9_999, 0.5))] == [
        400, 360, 135, 100, 400
    ]  # fmt: skip
    law = named_law("B")
    few, many = (ends(law, cheapest_table(law, 3e-5, None, most), most) for most in (100, 400))
    assert many.votes < few.votes


def test_hard_steps_are_left_undecided_instead_of_wrong() -> None:
    """Under law E no k gets below its floor of 1e-4; the table does, with under 1 % of the steps left to be asked."""
    found = ends(named_law("E"), lead_table(named_law("E"), 1e-4))
    assert named_law("E").step_error(400) >= 1e-4
    assert (found.wrong < 5e-5, 0 < found.undecided < 0.01, found.votes < 8.4) == (True, True, True)


def test_the_first_lead_is_never_below_the_plans() -> None:
    """At no dissent the lead is at least Eq. 14's at the mean p, or what is asked for."""
    for law in named_laws().values():
        assert lead_table(law, 1e-5).k >= (single(law.mean).k_min(1, 1 - 1e-5) or 0)
    assert lead_table(named_law("A"), 1e-3, least=6).k == 6
    assert step_target(10**6, 0.95) == pytest.approx(5.13e-8, rel=1e-2)


@pytest.mark.parametrize("text", ["lead-table:", "lead-table:0", "lead-table:3,2", "lead-table:2,x", "lead-table:2,,3",
                                  "certificate:x", "certificate:0.5", "certificate:1e-12", "luck"])  # fmt: skip
def test_what_is_no_rule_is_refused(text: str) -> None:
    """A rule that cannot be read is one line, never a table that differs from what was meant."""
    with pytest.raises(InputError):
        named_rule(text, 1)


def test_a_table_is_written_as_it_is_read() -> None:
    """Its text makes the same table; a comma at its end means that more dissent is given up; k is a floor."""
    for text in ("2,7,9", "5,16,"):
        assert LeadTable.parse(text).text == text
    raised = named_rule("lead-table:2,7,9", 8)
    assert isinstance(raised, LeadTable)
    assert [raised.lead(against) for against in range(4)] == [8, 8, 9, 9]


def _in_turn(rule: VotingRule, votes: list[str]) -> tuple[str | None, int]:
    ballot = Ballot()
    for counted, vote in enumerate(votes, 1):
        ballot.add(vote)
        if rule.wins(ballot, vote):
            return vote, counted
        if rule.most_dissent is not None and ballot.total - ballot.most > rule.most_dissent:
            return None, counted
    return None, len(votes)


@pytest.mark.parametrize("name", ["lead-table:2,4,5,", "lead-table:2,4,6", "certificate:0.1"])
def test_votes_in_parallel_decide_as_votes_in_turn(name: str) -> None:
    """Whoever answers first, the outcome is that of votes counted one by one, and no sample more is asked for."""
    rule, response = named_rule(name, 1), Response(text="")
    for seed in range(150):
        draw = random.Random(seed)
        votes = [draw.choices("abc", (6, 2, 1))[0] for _ in range(400)]
        poll, flying = Poll(rule, 400), list[int]()
        while poll.winner is None and not poll.exhausted:
            flying += [poll.ask() for _ in range(poll.wanted)]
            sample = flying.pop(draw.randrange(len(flying)))
            poll.arrive(sample, response, votes[sample])
        assert (poll.winner, poll.counted) == _in_turn(rule, votes)
        assert poll.asked == poll.counted


def test_striking_a_candidate_takes_dissent_away() -> None:
    """A ballot that was given up goes on when the candidate it was given up for is struck."""
    poll = Poll(named_rule("lead-table:2,4,", 1), 100)
    for vote in "abacb":
        if not poll.exhausted:
            poll.take_next(vote, Response(text=""))
    assert poll.exhausted
    poll.strike("b")
    assert not poll.exhausted
    assert poll.wanted > 0


def test_a_certificate_is_a_bet_that_cannot_be_rigged() -> None:
    """Unanimous it takes 13 votes at 1e-3 and 24 at 1e-6, after one against 18 and 29 in all; at ½ the bet is fair."""
    assert certified_leads(1e-3)[:2] == (13, 16)
    assert certified_leads(1e-6)[:2] == (24, 27)
    for ahead in range(6):
        for behind in range(6):
            fair = (worth(ahead + 1, behind) + worth(ahead, behind + 1)) / 2
            assert (
                fair == worth(ahead, behind)
                if (ahead, behind) == (0, 0)
                else fair <= worth(ahead, behind) * Fraction(2)
            )
    rule = named_rule("certificate:0.05", 1)
    coin = random.Random(4)
    false = 0
    for _ in range(400):
        winner, _ = _in_turn(rule, coin.choices(("right", "wrong"), (0.499, 0.501), k=200))
        false += winner == "right"
    assert false <= 0.05 * 400


def test_the_posterior_of_two_answers_is_bayes() -> None:
    """P(wrong) by fractions, for a law of two points."""
    law = Law(((0.9, 0.75), (0.3, 0.25)))
    right = Fraction(3, 4) * Fraction(9, 10) ** 3 * Fraction(1, 10) + Fraction(1, 4) * Fraction(3, 10) ** 3 * Fraction(
        7, 10
    )
    wrong = Fraction(3, 4) * Fraction(1, 10) ** 3 * Fraction(9, 10) + Fraction(1, 4) * Fraction(7, 10) ** 3 * Fraction(
        3, 10
    )
    assert wrong_if_ended(law, 3, 1) == pytest.approx(float(wrong / (right + wrong)))


@pytest.mark.parametrize("law", "ABCDE")
def test_the_cheapest_table_takes_no_more_votes_than_any_other(law: str) -> None:
    """It keeps to the error in the mean, for next to no more votes than the posterior's table, and fewer than a k's."""
    found, error = named_law(law), 1e-4
    cheapest, posterior = ends(found, cheapest_table(found, error)), ends(found, lead_table(found, error))
    k = found.k_as_accurate(error)
    assert cheapest.wrong <= error
    assert cheapest.votes <= 1.05 * posterior.votes
    assert k is None or cheapest.votes < found.votes(k)


def _by_a_beta(law: Law, error: float) -> LeadTable:
    """δ-margin voting with an unknown p: a Beta prior of the law's first two moments."""
    mean, variance = law.moment(1), law.moment(2) - law.moment(1) ** 2
    scale = mean * (1 - mean) / variance - 1
    alpha, beta = mean * scale, (1 - mean) * scale

    def log_weight(right: int, wrong: int) -> float:
        return math.lgamma(alpha + right) + math.lgamma(beta + wrong)

    leads, lead = list[int](), 1
    for against in range(40):
        while log_weight(against, against + lead) - log_weight(against + lead, against) > math.log(error / (1 - error)):
            lead += 1
        leads.append(lead)
    return LeadTable(tuple(leads))


@pytest.mark.parametrize("law", "ABCD")
def test_a_known_law_takes_no_more_votes_than_a_beta_prior(law: str) -> None:
    """δ-margin's form for an unknown p needs as many votes where p is a Beta, and more where few steps are harder."""
    found, error = named_law(law), 1e-4
    assert ends(found, cheapest_table(found, error)).votes <= ends(found, _by_a_beta(found, error)).votes


@pytest.mark.skipif(not HUMAN_VOTES.is_dir(), reason="the votes of people are not part of this project")
@pytest.mark.parametrize("name", ["tweets", "films"])
def test_on_votes_of_people_a_learned_table_is_on_or_below_the_curve_of_ahead_by_k(name: str) -> None:
    """Learned on one half of the texts and tested on the other, error against votes is no worse than that of any k."""
    texts = read_texts(name)
    half = len(texts) // 2
    law = learned(texts[:half])
    cap = 20 if name == "tweets" else 15
    curve = [polled(texts[half:], lambda _, k=k: k) for k in range(1, 7)]
    for k in (2, 3, 4):
        known = ends(law, LeadTable((k,)), cap)
        table = cheapest_table(law, known.wrong + known.undecided, 1, cap)
        votes, wrong = polled(texts[half:], table.lead)
        (low_votes, low), (high_votes, high) = next(
            (before, after) for before, after in pairwise(curve) if before[0] <= votes <= after[0]
        )
        assert wrong <= low + (high - low) * (votes - low_votes) / (high_votes - low_votes) + 1e-9
