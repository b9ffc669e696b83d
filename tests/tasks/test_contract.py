"""What every task found by entry point has to keep, whoever wrote it."""

from __future__ import annotations

import json
from importlib.metadata import entry_points
from itertools import islice
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maker_engine.core import red_flags
from maker_engine.core.decomposition import PICTURE_COLUMNS, PICTURE_ROWS, ROLES, Mistake, Vote
from maker_engine.core.errors import ProblemError
from maker_engine.core.events import StepDecided
from maker_engine.core.responses import Flag, Response
from maker_engine.core.settings import Settings
from maker_engine.core.solver import Solver

SIZES = [(PICTURE_COLUMNS, PICTURE_ROWS), (20, 4), (36, 6), (40, 12), (60, 9), (80, 24), (120, 40), (200, 60)]
MOST_STEPS = 5_000
SEEDS = st.integers(0, 2**32)
ANY_TEXT = st.text(st.characters(exclude_categories=()))  # surrogates too: responses come from anywhere
DAMAGE = ANY_TEXT | st.sampled_from(["", "[", "]", "],", ",", "-", "0", ".0", "true", "9" * 5000, "[" * 2000])

modest = settings(max_examples=40, deadline=None)


@pytest.fixture(scope="module", params=sorted(entry_points(group="maker.tasks")), ids=lambda entry: entry.name)
def family(request):
    return request.param.load()


@pytest.fixture(scope="module")
def problem(family):
    return family.load({})


@pytest.fixture(scope="module")
def known(problem):
    """A problem whose right answers are known."""
    if not problem.has_oracle:
        pytest.skip("has no oracle")
    return problem


def response(problem, prompt, mistake, variant):
    reasoning, answer = problem.imitate(prompt, mistake, variant)
    return f"{reasoning}\n\n{answer}"


def walk(problem, seed, most=40):
    """Voted-on states with their prompts, along a solution in which every fifth answer is a legal wrong one."""
    dice = Random(seed)
    state = problem.start()
    for _ in range(most):
        step = problem.step(state)
        if not isinstance(step, Vote):
            return
        yield state, step.prompt
        answer = problem.oracle(state)
        if dice.random() < 0.2:
            other = problem.parse(state, response(problem, step.prompt, Mistake.WRONG, dice.randrange(1000)))
            answer = answer if isinstance(other, Flag) or problem.objection(state, other) else other
        if answer is None:
            return
        state = problem.apply(state, answer)


def right_path(problem):
    """The states before each step of the oracle's solution, with its answers."""
    state = problem.start()
    while (step := problem.step(state)) is not None:
        if not isinstance(step, Vote):
            pytest.skip("has steps that are not voted on")
        answer = problem.oracle(state)
        yield state, answer
        state = problem.apply(state, answer)


def refusal(family, options, source=None):
    """The text of the ProblemError that loading brings, empty when it brings a problem."""
    try:
        family.load(options, source)
    except ProblemError as error:
        return str(error)
    return ""


def again(value):
    return json.loads(json.dumps(value))


def test_a_task_introduces_itself(family, problem):
    """A task has a name, a title and a one-line summary, and a label of at most 40 characters for each problem."""
    assert family.name
    assert family.title
    assert "\n" not in family.summary
    assert family.summary
    assert 0 < len(problem.label) <= 40
    assert problem.label.isprintable()


def test_the_entry_point_bears_the_name(family):
    """A task is found under the name it gives itself."""
    assert [entry.name for entry in entry_points(group="maker.tasks") if entry.load() is family] == [family.name]


def test_the_source_brings_the_problem_back(family, problem):
    """`load({}, source())` gives an equal task, which has the same source and start."""
    same = family.load({}, problem.source())
    assert same == problem
    assert hash(same) == hash(problem)
    assert same.source() == problem.source()
    assert same.start() == problem.start()


def test_every_choice_can_be_chosen(family):
    """Each choice of an option makes a problem, or is refused in one line."""
    for option in family.options:
        for choice in option.choices or (option.default,):
            assert len(refusal(family, {option.name: choice}).splitlines()) <= 1


@modest
@given(text=ANY_TEXT)
def test_a_broken_problem_is_refused_in_one_line(family, text):
    """Whatever a problem file holds, it is a problem or a one-line ProblemError."""
    assert refusal(family, {}, text).isprintable()


@modest
@given(seed=SEEDS)
def test_states_and_answers_go_to_json_and_back(known, seed):
    """States and answers are hashable, and survive JSON as equals."""
    for state, _ in walk(known, seed):
        assert known.decode_state(again(known.encode_state(state))) == state
        assert hash(known.decode_state(again(known.encode_state(state)))) == hash(state)
        answer = known.oracle(state)
        if answer is not None:
            assert known.decode_answer(again(known.encode_answer(answer))) == answer
            assert hash(known.decode_answer(again(known.encode_answer(answer)))) == hash(answer)


@modest
@given(seed=SEEDS, variant=st.integers(0, 10**6))
def test_a_faultless_imitation_is_the_oracles_answer(known, seed, variant):
    """An imitated response without a mistake parses, unobjected to, as the answer that the oracle gives."""
    for state, prompt in walk(known, seed):
        right = known.oracle(state)
        if right is not None:
            answer = known.parse(state, response(known, prompt, None, variant))
            assert answer == right
            assert known.objection(state, answer) is None


@modest
@given(seed=SEEDS, mistake=st.sampled_from(Mistake), variant=st.integers(0, 10**6))
def test_a_mistake_is_never_a_right_vote(known, seed, mistake, variant):
    """An imitated mistake is flagged or votes for something else than the oracle; a malformed one is always flagged."""
    for state, prompt in walk(known, seed):
        answer = known.parse(state, response(known, prompt, mistake, variant))
        if mistake is Mistake.MALFORMED:
            assert isinstance(answer, Flag)
            assert answer.rule == red_flags.MALFORMED
        elif not isinstance(answer, Flag) and known.objection(state, answer) is None:
            assert answer != known.oracle(state)


@modest
@given(seed=SEEDS, mistake=st.sampled_from([None, *Mistake]), variant=st.integers(0, 10**6))
def test_equal_variants_write_equal_text(known, seed, mistake, variant):
    """An imitation depends on its arguments alone."""
    for _, prompt in walk(known, seed, most=5):
        assert known.imitate(prompt, mistake, variant) == known.imitate(prompt, mistake, variant)


@modest
@given(seed=SEEDS)
def test_a_prompt_depends_on_the_state_alone(known, seed):
    """Equal states give equal steps, also after a journey through JSON and in a task loaded anew."""
    fresh = type(known).load({}, known.source())
    for state, prompt in walk(known, seed):
        assert fresh.step(fresh.decode_state(again(known.encode_state(state)))) == Vote(prompt)


def test_the_oracles_path_is_a_solution(known):
    """Following the oracle solves the problem in the expected number of steps, and verify has nothing to say."""
    answers = [answer for _, answer in islice(right_path(known), MOST_STEPS)]
    assert known.verify(answers) == []
    assert known.expected_steps in (None, len(answers))


def test_half_a_solution_is_none(known):
    """Verify objects to a solution that stops half-way, or has a step left out."""
    answers = [answer for _, answer in islice(right_path(known), MOST_STEPS)]
    assert known.verify(answers[: len(answers) // 2])
    assert known.verify([answer for number, answer in enumerate(answers) if number != len(answers) // 2])


@modest
@given(seed=SEEDS)
def test_a_picture_fits_and_uses_known_roles(known, seed):
    """A picture stays within its columns and rows at every size, and names no style but the roles."""
    for state, _ in walk(known, seed, most=8):
        for columns, rows in SIZES:
            picture = known.picture(state, columns, rows)
            lines = picture.split("\n", allow_blank=True)
            assert len(lines) <= rows
            assert max(line.cell_len for line in lines) <= columns
            assert {str(span.style) for span in picture.spans} <= set(ROLES)
            assert str(picture.style) in ("", *ROLES)


@modest
@given(seed=SEEDS, variant=st.integers(0, 10**6))
def test_an_answer_is_told_briefly(known, seed, variant):
    """Every answer that can be parsed is described in at most 24 printable characters."""
    for state, prompt in walk(known, seed):
        for mistake in (None, *Mistake):
            answer = known.parse(state, response(known, prompt, mistake, variant))
            if not isinstance(answer, Flag):
                told = known.describe(answer)
                assert 0 < len(told) <= 24
                assert told.isprintable()


@modest
@given(seed=SEEDS, variant=st.integers(0, 10**6))
def test_the_papers_flags_alone_break_nothing(known, seed, variant):
    """Any answer that parses can be applied, and the state it leads to is asked about, drawn, kept and judged."""
    for state, prompt in walk(known, seed, most=8):
        for mistake in (Mistake.ILLEGAL, Mistake.INCONSISTENT, Mistake.WRONG):
            answer = known.parse(state, response(known, prompt, mistake, variant))
            if not isinstance(answer, Flag):
                goes_on_from(known, known.apply(state, answer))


def goes_on_from(problem, state):
    assert problem.decode_state(again(problem.encode_state(state))) == state
    assert problem.picture(state).cell_len > 0
    problem.oracle(state)
    step = problem.step(state)
    if isinstance(step, Vote):
        for mistake in (None, *Mistake):
            problem.parse(state, response(problem, step.prompt, mistake, 0))


@settings(max_examples=300, deadline=None)
@given(text=ANY_TEXT)
def test_any_text_can_be_parsed(known, text):
    """No text makes parse raise, and none that is not an answer becomes one."""
    assert isinstance(known.parse(known.start(), text), Flag)


@settings(max_examples=300, deadline=None)
@given(data=st.data(), seed=SEEDS)
def test_a_damaged_response_does_no_harm(known, data, seed):
    """However a response is cut and spoilt, it is flagged, or is an answer that the task can go on with."""
    state, prompt = list(walk(known, seed, most=8))[-1]
    text = response(known, prompt, data.draw(st.sampled_from([None, *Mistake])), seed)
    first, second = sorted(data.draw(st.tuples(*[st.integers(0, len(text))] * 2)))
    text = text[:first] + data.draw(DAMAGE) + text[second:]
    answer = known.parse(state, text)
    if isinstance(answer, Flag):
        assert answer.rule in red_flags.RULES
        assert answer.reason
    elif known.objection(state, answer) is None:
        goes_on_from(known, known.apply(state, answer))


@pytest.mark.parametrize("seed", range(4))
def test_the_solver_solves_it_from_noisy_responses(known, seed):
    """With a quarter of the responses wrong in every way there is, first-to-ahead-by-5 still finds a solution."""
    solver = Solver(known, Settings(k=5))
    solver.begin()
    answers = []
    while requests := solver.requests(8):
        for request in requests:
            dice = Random(f"{seed} {request.step} {request.sample}")
            mistake = dice.choice(list(Mistake)) if dice.random() < 0.25 else None
            text = response(known, request.prompt, mistake, dice.randrange(1000))
            answers += [e.answer for e in solver.take(request, Response(text)) if isinstance(e, StepDecided)]
        if len(answers) > MOST_STEPS:
            pytest.skip("too long to be solved here")
    assert solver.finished
    assert known.verify(answers) == []
