"""The products: what is read, what is flagged, and what is checked."""

from __future__ import annotations

import pytest

from maker_engine import catalogue
from maker_engine.core.errors import ProblemError
from maker_engine.core.responses import Flag

FAMILY = catalogue.find("products")


@pytest.mark.parametrize(
    "text",
    [
        "56",
        "I count.\n\n**56**",
        "56.",
        "`56`",
        "7 × 8 = 56",
        "7 x 8 = 56",
        "8×7=56",
        "$7 \\times 8 = 56$",
        " 56 \n",
        "7\u00a0×\u202f8 = 56",
    ],
)
def test_an_answer_is_read_generously_in_form(text):
    """A number or an equation on the last line is read, however it is dressed."""
    task = FAMILY.load({}, '{"pairs": [[7, 8]]}')
    assert task.parse((), text) == 56


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "malformed"),
        ("56 or 54", "malformed"),
        ("56\nI hope this helps.", "malformed"),
        ("-56", "malformed"),
        ("56.0", "malformed"),
        ("7 × 9 = 63", "inconsistent"),
        ("560", "illegal"),
        ("0", "illegal"),
        ("9" * 100_000, "malformed"),
    ],
)
def test_an_answer_is_read_strictly_in_content(text, rule):
    """What is no plain answer, is about other factors, or is not a product of digits, is flagged."""
    task = FAMILY.load({}, '{"pairs": [[7, 8]]}')
    read = task.parse((), text)
    flag = read if isinstance(read, Flag) else task.objection((), read)
    assert flag is not None
    assert flag.rule == rule


def test_all_64_pairs_are_met_once():
    """The full table asks for each pair of digits from 2 to 9 once."""
    pairs = FAMILY.load({"products": 64}).pairs
    assert sorted(pairs) == [(a, b) for a in range(2, 10) for b in range(2, 10)]


def test_a_wrong_product_is_found_and_counted():
    """The verifier names each wrong product, and how many there are of how many."""
    task = FAMILY.load({}, '{"pairs": [[7, 8], [6, 9], [2, 2]]}')
    assert task.verify([56, 54, 4]) == []
    assert task.verify([56, 52, 22]) == [
        "2 of 3 products are wrong; step 1: 6 × 9 is not 52",
        "2 of 3 products are wrong; step 2: 2 × 2 is not 22",
    ]
    assert task.verify([56]) == ["1 of 3 products are decided"]


@pytest.mark.parametrize(
    "source", ["[]", "{", '{"pairs": []}', '{"pairs": [[0, 3]]}', '{"pairs": [[true, 3]]}', "null"]
)
def test_a_bad_problem_is_one_line_with_an_example(source):
    """A problem file that holds no pairs of digits is refused with what it should hold."""
    with pytest.raises(ProblemError, match=r"write it as \{\"pairs\""):
        FAMILY.load({}, source)
