"""Long arithmetic by the recursion of Appendix F: gatherings and votes come to the right product."""

from __future__ import annotations

import json
import tempfile
from random import Random

import pytest
from hypothesis import given, settings, strategies as st
from maker_tasks.arithmetic import Arithmetic
from maker_tasks.arithmetic.recursive.work import (
    ATOM,
    ATOMIC,
    CHOOSE,
    COMPOSE,
    MOST_TRIES,
    SPLIT,
    Choice,
    Split,
    Value,
    split_by_rule,
)

from maker_engine.core.decomposition import Gather, Gathered, Mistake
from maker_engine.core.errors import ProblemError
from maker_engine.core.record.events import Outcome
from maker_engine.core.red_flags import ILLEGAL, INCONSISTENT, MALFORMED
from maker_engine.core.responses import Flag
from tests.tasks.many_sudoku import solve

NUMBERS = st.integers(0, 10**5) | st.sampled_from([0, 7, 10, 1000, 10050, 99_999])
SEEDS = st.integers(0, 2**32)
modest = settings(max_examples=40, deadline=None)


def product(a, b, proposals=5):
    return Arithmetic.load({"expression": f"{a} * {b}", "method": "recursive", "proposals": proposals})


def said(task, state, mistake=None, variant=0):
    """What is read out of an imitated response to the question at `state`."""
    return task.parse(state, "\n".join(task.imitate(task.step(state).prompt, mistake, variant)))


def gathered(task, state, *mistakes):
    """A gathering of which each proposal goes wrong as told."""
    found = {}
    for variant, mistake in enumerate(mistakes):
        proposal = said(task, state, mistake, variant)
        found[proposal] = found.get(proposal, 0) + 1
    return Gathered(tuple(found.items()))


def walk(task, mistakes=(None, Mistake.WRONG, Mistake.WRONG)):
    """The states with the decisions of a run in which every decision is right."""
    state = task.start()
    while (step := task.step(state)) is not None:
        decision = gathered(task, state, *mistakes) if isinstance(step, Gather) else task.oracle(state)
        yield state, decision
        state = task.apply(state, decision)
    yield state, None


@modest
@given(a=NUMBERS, b=NUMBERS)
def test_a_product_comes_out_right(a, b):
    """Split, solved and composed, two numbers come to their product in the expected steps, as verify says."""
    task = product(a, b)
    *decided, (end, _) = walk(task)
    assert end.result == a * b
    assert task.verify(decision for _, decision in decided) == []
    assert task.expected_steps == len(decided)


@modest
@given(a=NUMBERS, b=NUMBERS)
def test_every_vote_has_exactly_one_right_answer(a, b):
    """At each vote the rule as stated, the oracle and a faultless reader of the prompt have one and the same answer."""
    task = product(a, b)
    for state, decision in walk(task):
        if decision is not None and not isinstance(decision, Gathered):
            assert task.right_answers(state) == (decision,)
            assert said(task, state) == decision
            assert task.objection(state, decision) is None


@pytest.mark.parametrize(
    ("a", "b", "split"),
    [
        (7, 8, ATOMIC),
        (1234, 56, Split((12, 56), (34, 56), 2)),
        (123, 456, Split((12, 456), (3, 456), 1)),
        (5, 678, Split((5, 67), (5, 8), 1)),
        (1005, 9, Split((10, 9), (5, 9), 2)),
        (100, 9, Split((10, 9), (0, 9), 1)),
    ],
)
def test_the_rule_halves_the_longer_number(a, b, split):
    """The right part gets half of the digits, rounded down; its leading zeros count, and are left out."""
    assert split_by_rule(a, b) == split


def test_six_by_six_digits_with_one_error_in_ten():
    """A simulated model wrong at one in ten of all its answers multiplies 6 by 6 digits, gatherings and all."""
    with tempfile.TemporaryDirectory() as directory:
        snapshot, k = solve("arithmetic", {"digits": 6, "method": "recursive"}, 0.9, 0.99, 0, directory)
    assert snapshot.outcome == Outcome.SOLVED
    assert snapshot.totals.wrong == 0
    assert snapshot.totals.steps >= 200
    assert k == 5


def test_proposals_are_a_closed_list_in_order():
    """What was gathered is numbered from 1, each once, in an order that does not tell which one came first."""
    task = product(1234, 56)
    state = task.start()
    wrong, right = Split((1, 56), (234, 56), 3), split_by_rule(1234, 56)
    for proposals in (((right, 3), (wrong, 2)), ((wrong, 2), (right, 3))):
        prompt = task.step(task.apply(state, Gathered(proposals))).prompt.user
        assert "1. P1 = 1 * 56; P2 = 234 * 56; C = P1 * 10^3 + P2\n2. P1 = 12 * 56" in prompt


def test_a_gathering_without_a_right_proposal_is_turned_down():
    """Where no proposal follows the rule the vote is for none, and proposals are gathered again."""
    task = product(12, 3)
    state = task.apply(task.start(), gathered(task, task.start(), Mistake.WRONG, Mistake.WRONG))
    assert task.oracle(state) == Choice(0)
    again = task.apply(state, Choice(0))
    assert again.stack[0].stage == SPLIT
    assert task.step(again) == task.step(task.start())


def test_a_product_is_given_up_in_the_end():
    """After twenty gatherings turned down the run ends, without a result and in so many words."""
    task = product(12, 3)
    state = task.start()
    for _ in range(MOST_TRIES):
        state = task.apply(task.apply(state, gathered(task, state, Mistake.WRONG)), Choice(0))
    assert task.step(state) is None
    assert state.result is None
    assert "given up" in task.picture(state).plain


@modest
@given(seed=SEEDS)
def test_any_decisions_come_to_an_end(seed):
    """However wrong the choices and values, the recursion is only so deep: the run ends, and is drawn all the way."""
    dice = Random(seed)
    task = product(987, 65, proposals=2)
    state, steps = task.start(), 0
    while (step := task.step(state)) is not None:
        mistakes = [dice.choice([None, Mistake.WRONG, Mistake.WRONG, Mistake.ILLEGAL]) for _ in range(2)]
        if isinstance(step, Gather):
            state = task.apply(state, gathered(task, state, *mistakes))
        else:
            state = task.apply(state, said(task, state, mistakes[0], dice.randrange(1000)))
        assert task.decode_state(json.loads(json.dumps(task.encode_state(state)))) == state
        for columns, rows in ((60, 18), (20, 4)):
            lines = task.picture(state, columns, rows).plain.split("\n")
            assert len(lines) <= rows
            assert max(map(len, lines)) <= columns
        steps += 1
        assert steps < 5_000


@modest
@given(data=st.data())
def test_verify_finds_any_false_decision(data):
    """A choice or value other than the right one, anywhere, and verify has something to say."""
    task = product(64, 35)
    decided = list(walk(task))[:-1]
    votes = [at for at, (_, decision) in enumerate(decided) if not isinstance(decision, Gathered)]
    at = data.draw(st.sampled_from(votes))
    state, right = decided[at]
    false = said(task, state, Mistake.WRONG, data.draw(st.integers(0, 99)))
    answers = [decision for _, decision in decided]
    assert task.verify([*answers[:at], false, *answers[at + 1 :]]) or _another_way(state, false)
    assert task.verify(answers[:-1])
    assert task.verify([*answers, right])


def _another_way(state, choice):
    """Whether a split chosen against the rule comes to the product all the same, and so is no error in the result."""
    part = state.stack[-1]
    if part.stage != CHOOSE or not choice.number:
        return False
    first, second, power = part.offers[choice.number - 1]
    return bool(first) and first[0] * first[1] * 10**power + second[0] * second[1] == part.left * part.right


@pytest.mark.parametrize("variant", [0, 1, 3, 8, 50])
def test_each_mistake_is_the_one_asked_for(variant):
    """At every kind of step a wrong answer is not the right one, and the others are flagged as what they are."""
    task = product(123, 45)
    for state, decision in walk(task):
        if decision is None:
            continue
        right = said(task, state)
        wrong = said(task, state, Mistake.WRONG, variant)
        assert not isinstance(wrong, Flag)
        assert wrong != right
        assert task.objection(state, wrong) is None
        assert task.objection(state, said(task, state, Mistake.ILLEGAL, variant)).rule == ILLEGAL
        assert said(task, state, Mistake.INCONSISTENT, variant).rule == INCONSISTENT
        assert said(task, state, Mistake.MALFORMED, variant).rule == MALFORMED


GOOD = [
    (SPLIT, "P1 = 12 * 56\nP2 = 34 * 56\nC = P1 * 10^2 + P2", Split((12, 56), (34, 56), 2)),
    (SPLIT, "p1=12*56 p2=34*56 c=p1*10^2+p2", Split((12, 56), (34, 56), 2)),
    (SPLIT, "P1 = none\nP2 = none\nC = none", ATOMIC),
    (CHOOSE, "choice = 2", Choice(2)),
    (CHOOSE, "choice = 2\nchoice = 2", Choice(2)),
    (ATOM, "value = 42", Value(42)),
    (COMPOSE, "VALUE = 0", Value(0)),
    (CHOOSE, "choice\u00a0=\u202f2", Choice(2)),
]


@pytest.mark.parametrize(("stage", "text", "answer"), GOOD)
def test_an_answer_is_read_in_its_form(stage, text, answer):
    """Case and blanks are free."""
    task = product(12, 34)
    state = task.start()
    assert task.parse(state._replace(stack=(state.stack[0]._replace(stage=stage),)), text) == answer


BAD = [
    (SPLIT, "P1 = 12 * 56\nP2 = 34 * 56", MALFORMED),
    (SPLIT, "P1 = 12 × 56\nP2 = 34 × 56\nC = P1 * 10^2 + P2", MALFORMED),
    (SPLIT, "P1 = 012 * 56\nP2 = 34 * 56\nC = P1 * 10^2 + P2", MALFORMED),
    (SPLIT, "choice = 1", MALFORMED),
    (CHOOSE, "choice = none", MALFORMED),
    (CHOOSE, "choice = 1\nchoice = 2", INCONSISTENT),
    (ATOM, "value = 4,2", MALFORMED),
    (ATOM, "value = 042", MALFORMED),
    (ATOM, "value = 4.2", MALFORMED),
    (ATOM, "value = 42 or\nvalue = 43", INCONSISTENT),
    (ATOM, f"value = {'9' * 5000}", MALFORMED),
    (COMPOSE, "", MALFORMED),
]


@pytest.mark.parametrize(("stage", "text", "rule"), BAD, ids=range(len(BAD)))
def test_a_response_in_another_form_is_flagged(stage, text, rule):
    """Another sign, a leading zero, a separator, a part missing or two answers are red flags."""
    task = product(12, 34)
    state = task.start()
    assert task.parse(state._replace(stack=(state.stack[0]._replace(stage=stage),)), text).rule == rule


def test_half_a_decomposition_contradicts_itself():
    """Either all of P1, P2 and C are none, or none of them is."""
    task = product(12, 34)
    assert task.objection(task.start(), Split((1, 2), (), 0)).rule == INCONSISTENT


def test_too_many_digits_are_refused():
    """A composition of hundreds of digits is no single step: the refusal says to go digit by digit."""
    with pytest.raises(ProblemError, match="--method digits"):
        product("9" * 101, 2)
