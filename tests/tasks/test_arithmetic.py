"""Long arithmetic, digit by digit: the steps come to the right result, and no other way does."""

from __future__ import annotations

import inspect
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st
from maker_tasks.arithmetic import Arithmetic
from maker_tasks.arithmetic.digits.paper import Answer

from maker_engine.core.decomposition import Mistake
from maker_engine.core.errors import ProblemError, TaskError
from maker_engine.core.record.events import Outcome
from maker_engine.core.red_flags import ILLEGAL, INCONSISTENT, MALFORMED
from maker_engine.core.responses import Flag, Prompt
from tests.tasks.arithmetic_sheets import sheet_of_the_readme, stack_of_the_readme
from tests.tasks.many_sudoku import solve

NUMBERS = st.integers(0, 10**12) | st.sampled_from([0, 1, 9, 10, 99, 100, 10**9, 10**12 - 1])
modest = settings(max_examples=60, deadline=None)


def problem(text):
    return Arithmetic.load({"expression": text})


def worked(task):
    """The states of an errorless run, the last one included, and its answers."""
    state, found, answers = task.start(), [], []
    while task.step(state) is not None:
        found.append(state)
        answers.append(task.oracle(state))
        state = task.apply(state, answers[-1])
    return [*found, state], answers


def result(task):
    return int(worked(task)[0][-1].total[::-1])


@modest
@given(a=NUMBERS, b=NUMBERS)
def test_a_product_comes_out_right(a, b):
    """Digit products and digit sums with their carries come to a · b, as verify says, in the expected steps."""
    task = problem(f"{a} * {b}")
    states, answers = worked(task)
    assert int(states[-1].total[::-1]) == a * b
    assert task.verify(answers) == []
    assert task.expected_steps == len(answers)


@modest
@given(numbers=st.lists(NUMBERS, min_size=2, max_size=6))
def test_a_sum_comes_out_right(numbers):
    """Numbers of any lengths are added, one to the sum of those before."""
    task = problem(" + ".join(map(str, numbers)))
    assert result(task) == sum(numbers)
    assert task.verify(worked(task)[1]) == []


@modest
@given(a=NUMBERS, b=NUMBERS, sign=st.sampled_from("*+"))
def test_every_step_has_exactly_one_right_answer(a, b, sign):
    """Counting strokes finds the oracle's answer and no other."""
    task = problem(f"{a} {sign} {b}")
    for state, answer in zip(*worked(task), strict=False):
        assert task.right_answers(state) == (answer,)


@modest
@given(a=NUMBERS, b=NUMBERS, sign=st.sampled_from("*+"), data=st.data())
def test_verify_finds_any_false_digit(a, b, sign, data):
    """One digit or carry changed, one step left out or one added, and verify names the place."""
    task = problem(f"{a} {sign} {b}")
    answers = worked(task)[1]
    at = data.draw(st.integers(0, len(answers) - 1))
    right = answers[at]
    false = data.draw(st.sampled_from([
        right._replace(digit=(right.digit + 1) % 10), right._replace(carry=(right.carry + 1) % 10),
        right._replace(total=right.total + 1),
    ]))  # fmt: skip
    assert len(task.verify([*answers[:at], false, *answers[at + 1 :]])) == 1
    assert task.verify(answers[:-1])
    assert task.verify([*answers, right])


@modest
@given(a=NUMBERS, b=NUMBERS, sign=st.sampled_from("*+"), data=st.data())
def test_any_answers_come_to_an_end(a, b, sign, data):
    """Whatever digits and carries are voted for, the sheet is full in the end, and can be drawn on the way."""
    task = problem(f"{a} {sign} {b}")
    state, steps = task.start(), 0
    while task.step(state) is not None:
        digits = (
            data.draw(st.tuples(st.integers(0, 99), st.integers(0, 9), st.integers(0, 9))) if steps < 5 else (0, 0, 1)
        )
        state = task.apply(state, Answer(*digits))
        steps += 1
        assert steps < 1000
    assert task.picture(state, 60, 18).plain


def test_twenty_by_twenty_digits():
    """A simulated model right 97 times in 100 multiplies 20 by 20 digits without one wrong decision."""
    with tempfile.TemporaryDirectory() as directory:
        snapshot, k = solve("arithmetic", {"digits": 20}, 0.97, 0.999, 3, directory)
    assert snapshot.outcome == Outcome.SOLVED
    assert snapshot.totals.wrong == 0
    assert snapshot.totals.steps == Arithmetic.load({"digits": 20}).expected_steps > 700
    assert k == 4


@pytest.mark.parametrize("variant", [0, 1, 5, 17, 98])
def test_each_mistake_is_the_one_asked_for(variant):
    """A wrong answer is possible and whole, an illegal one carries too much, an inconsistent one contradicts itself."""
    task = problem("97 * 86")
    for state, right in zip(*worked(task), strict=False):
        prompt = task.step(state).prompt
        read = {m: task.parse(state, "\n".join(task.imitate(prompt, m, variant))) for m in Mistake}
        assert read[Mistake.WRONG] != right
        assert task.objection(state, read[Mistake.WRONG]) is None
        assert task.objection(state, read[Mistake.ILLEGAL]).rule == ILLEGAL
        assert task.objection(state, read[Mistake.INCONSISTENT]).rule == INCONSISTENT
        assert read[Mistake.MALFORMED].rule == MALFORMED


def test_an_imitation_reads_nothing_but_the_prompt():
    """A stranger's prompt is refused."""
    with pytest.raises(TaskError):
        problem("1 + 1").imitate(Prompt("system", "What is the next move?"), None, 0)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("value = 59\ndigit = 9\ncarry = 5", Answer(59, 9, 5)),
        ("value\u00a0=\u00a059\ndigit\u202f=\u202f9\ncarry = 5", Answer(59, 9, 5)),
        ("VALUE=5  digit=5\n\ncarry = 0.", Flag),
        ("**value = 59\ndigit = 9\ncarry = 5**", Answer(59, 9, 5)),
        ("value = 1\ndigit = 1\ncarry = 0\nvalue = 59\ndigit = 9\ncarry = 5", Answer(59, 9, 5)),
        ("value = 59\ndigit = 9\ncarry = 5\nvalue = ", Flag),
        ("value = 59\ndigit = 9", Flag),
        ("value = 59\ndigit = 59\ncarry = 5", Flag),
        ("value = -1\ndigit = 9\ncarry = 5", Flag),
        ("digit = 9\nvalue = 59\ncarry = 5", Flag),
        ("", Flag),
    ],
)
def test_an_answer_is_read_strictly(text, answer):
    """The last three lines, in order and with nothing but their numbers; all else is a red flag."""
    read = problem("1 + 1").parse(None, text)
    assert isinstance(read, Flag) if answer is Flag else read == answer


@pytest.mark.parametrize(
    "text", ["12345*678", "12345 × 678", " 12345 x 678\n", "0012345 · 678", '{"expression": "12345 * 678"}']
)
def test_an_expression_is_read_however_it_is_written(text):
    """Any of the usual signs, blanks and leading zeros are the same problem; a file may hold the expression alone."""
    assert Arithmetic.load({}, text) == problem("12345 * 678")


REFUSALS = {
    "": "is not a sum or product",
    "12": "is not a sum or product",
    "12 *": "is not a sum or product",
    "12 34": "is where * or + should be",
    "12 - 34": "is where * or + should be",
    "1.5 * 3": "'1.5' is not a whole number",
    "-1 * 3": "'-1' is not a whole number",
    "1 * ٣": "is not a whole number",
    "1 * 2 * 3": "multiply two numbers, or add",
    "1 * 2 + 3": "multiply two numbers, or add",
    " + ".join(["1"] * 101): "add at most 100",
    f"1 * {'9' * 2001}": "2,001 digits: give at most 2,000",
    "{": "not JSON",
    '{"expression": 3}': "must be text",
    '{"numbers": [1]}': "unknown key",
    '{"method": "digits"}': "has no expression",
    '{"expression": "1 * 2", "method": "magic"}': "method must be",
    '{"expression": "1 * 2", "proposals": true}': "proposals must be",
    '{"expression": "1 + 2", "method": "recursive"}': "use --method digits to add",
}


@pytest.mark.parametrize(("text", "said"), REFUSALS.items(), ids=range(len(REFUSALS)))
def test_a_broken_problem_is_refused_with_its_reason(text, said):
    """Each way of being no problem brings one printable line that names it."""
    with pytest.raises(ProblemError) as caught:
        Arithmetic.load({}, text)
    assert said in str(caught.value)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"digits": 0}, "digits must be a whole number from 1 to 2,000, got 0"),
        ({"digits": 10**5000}, "got a far larger number"),
        ({"operation": "divide"}, "operation must be multiply or add"),
        ({"method": "magic"}, "method must be digits or recursive"),
        ({"numbers-seed": -1}, "numbers-seed must be"),
    ],
)
def test_a_wrong_option_is_refused(options, said):
    """Each option out of its range brings one line that names it."""
    with pytest.raises(ProblemError) as caught:
        Arithmetic.load(options)
    assert said in str(caught.value)


def test_a_file_has_the_say_over_options_left_at_their_defaults():
    """The method of a file stands unless another one is chosen; a form that hands all defaults over chooses none."""
    text = '{"expression": "12 * 34", "method": "recursive", "proposals": 9}'
    defaults = {option.name: option.default for option in Arithmetic.options}
    assert Arithmetic.load(defaults, text) == Arithmetic.load({}, text)
    assert Arithmetic.load({"proposals": 3}, text) != Arithmetic.load({}, text)
    assert "recursive" in Arithmetic.load({"method": "recursive"}, "12 * 34").label


def test_two_problems_at_once_are_refused():
    """An expression and a problem file together are one too many."""
    with pytest.raises(ProblemError, match="leave one of them out"):
        Arithmetic.load({"expression": "1 * 2"}, "1 * 2")


def test_the_readme_shows_the_real_thing():
    """The prompt, the answer, the pictures and the numbers of steps in the task's README are what the task gives."""
    readme = Path(inspect.getfile(Arithmetic)).with_name("README.md").read_text(encoding="utf-8")
    for task, state in (sheet_of_the_readme(), stack_of_the_readme()):
        assert "\n".join(line.rstrip() for line in task.picture(state).plain.split("\n")) in readme
    task, state = sheet_of_the_readme()
    assert task.step(state).prompt.user in readme
    assert "value = {}\ndigit = {}\ncarry = {}".format(*task.oracle(state)) in readme
    for method in ("digits", "recursive"):
        steps = [Arithmetic.load({"digits": n, "method": method}).expected_steps for n in (6, 10, 20, 50)]
        assert f"`{method}` | " + " | ".join(f"{n:,}".replace(",", " ") for n in steps) in readme
