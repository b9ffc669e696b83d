"""Answer forms: what is written is read, dress does not matter, and two answers are never one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal as Number
from typing import Literal

import jsonschema
import pytest
from hypothesis import given, settings, strategies as st

from maker_engine.core.answers import Choice, Date, Decimal, Integer, Json, Record, Several, Span, Text
from maker_engine.core.answers.form import GRAMMAR, SCHEMA
from maker_engine.core.errors import InputError
from maker_engine.core.flags import ILLEGAL, INCONSISTENT, MALFORMED, Flag

SOURCE = "The order of 3 May was shipped late. It cost 12.50 and was paid by card."


@dataclass
class Invoice:
    vendor: str
    total: float
    currency: Literal["EUR", "USD"]
    lines: list[str]
    paid: bool = False
    note: str | None = None


FORMS = {
    "choice": Choice("yes", "no", "Not sure"),
    "several": Several("red", "green", "dark blue"),
    "one of several": Several("red", "green", "dark blue", least=1),
    "integer": Integer(),
    "bounded integer": Integer(-20, 1_500),
    "decimal": Decimal(2),
    "bounded decimal": Decimal(1, 0, 10),
    "date": Date("1990-01-01"),
    "text": Text(),
    "pattern": Text(r"[A-Z]{3}-\d+", "a ticket number", ("ABC-1", "XYZ-22", "QQQ-333")),
    "span": Span(SOURCE),
    "json": Json(Invoice),
    "json list": Json({"type": "array", "items": {"type": "integer"}, "minItems": 1}),
}
NAMES = sorted(FORMS)
ANSWERS = st.tuples(st.sampled_from(NAMES), st.integers(0, 2**40))
DRESS = (
    "{}", "**{}**", "`{}`", "```\n{}\n```", "```text\n{}\n```\n", "  {}  \n\n", "> {}", "Answer: {}", "**Answer:** {}",
    "The final answer is {}", "I weighed it up, twice.\n\n{}", "\\boxed{{{}}}", "*{}*", "Final Answer: **{}**",
)  # fmt: skip
JSON_DRESS = ("{}", "```json\n{}\n```", "```\n{}\n```", "I read it all.\n\n{}", "{}\n\nThat is all I found.")


@given(ANSWERS)
def test_what_is_written_is_read(drawn):
    """Every answer that a form can give is read back as itself."""
    name, number = drawn
    form = FORMS[name]
    answer = form.example(number)
    assert form.read(form.write(answer)) == answer
    assert hash(form.read(form.write(answer))) == hash(answer)


@given(ANSWERS, st.integers(0, 99))
def test_dress_does_not_matter(drawn, dress):
    """Bold, code, a fence, a box, a quote, a lead and reasoning before it leave an answer the same."""
    name, number = drawn
    form, dresses = FORMS[name], JSON_DRESS if name.startswith("json") else DRESS
    answer = form.example(number)
    assert form.read(dresses[dress % len(dresses)].format(form.write(answer))) == answer


@given(ANSWERS, st.integers(0, 2**20), st.booleans())
def test_two_different_answers_are_a_flag(drawn, other, marked):
    """A response that gives two answers, each in form, is flagged: neither is guessed."""
    name, number = drawn
    form = FORMS[name]
    answer = form.example(number)
    second = form.slip(answer, other)
    lead = "Answer: " if form.is_open or (marked and not name.startswith("json")) else ""
    read = form.read(f"{lead}{form.write(answer)}\n{lead}{form.write(second)}")
    assert isinstance(read, Flag) if second != answer else read == answer


@given(ANSWERS, st.integers(0, 2**20))
def test_a_slip_is_another_possible_answer(drawn, number):
    """What a simulated agent says by mistake is in form, and none of these forms has but one answer."""
    name, first = drawn
    form = FORMS[name]
    slip = form.slip(form.example(first), number)
    assert slip != form.example(first)
    assert form.read(form.write(slip)) == slip


@given(ANSWERS)
def test_a_constrained_answer_is_read(drawn):
    """What a provider that holds to the schema sends is read as the same answer, and follows the schema."""
    name, number = drawn
    form = FORMS[name]
    answer = form.example(number)
    constraint = form.constraint(SCHEMA)
    value = json.loads(form.write(answer)) if name.startswith("json") else _plain(answer)
    whole = value if name == "json" else {"answer": value}
    jsonschema.validate(whole, json.loads(constraint.text))
    assert form.read(json.dumps(whole)) == answer


def _plain(answer):
    return str(answer) if isinstance(answer, Number) else list(answer) if isinstance(answer, tuple) else answer


@settings(max_examples=150)
@given(st.sampled_from(NAMES), st.text())
def test_no_text_is_too_odd(name, text):
    """Any text at all is read as an answer that can be written again, or as a flag with a rule and a reason."""
    read = FORMS[name].read(text)
    if isinstance(read, Flag):
        assert read.rule in (MALFORMED, ILLEGAL, INCONSISTENT)
        assert read.reason
    else:
        assert FORMS[name].read(FORMS[name].write(read)) == read


@pytest.mark.parametrize(
    ("form", "text", "expected"),
    [
        ("choice", "NOT  SURE.", "Not sure"),
        ("choice", "no\n\nBecause 91 is 7 times 13.", "no"),
        ("choice", r"So it is \[ \boxed{\text{no}} \]", "no"),
        ("choice", "yes or no", MALFORMED),
        ("choice", "yes, no", MALFORMED),
        ("choice", "Answer: yes\n\nThen again:\nno", INCONSISTENT),
        ("choice", "", MALFORMED),
        ("choice", "(Yes)", "yes"),
        ("choice", "<answer>\nyes\n</answer>", "yes"),
        ("choice", "\ufeffAnswer\uff1a yes\u200b", "yes"),
        ("choice", "yes, because 91 is 7 times 13", MALFORMED),  # a reason could as well take it back
        ("choice", "no\n\nAnswer: yes, because 91 is 7 times 13", MALFORMED),  # and never what was given up before it
        ("choice", "The answer is as follows:\nyes\nThat is all.", "yes"),
        ("several", "Green, RED", ("red", "green")),
        ("several", "none", ()),
        ("several", "red and green", ("red", "green")),
        ("several", "dark blue, and red", ("red", "dark blue")),
        ("several", "red, purple", MALFORMED),
        ("one of several", "none", ILLEGAL),
        ("integer", "1,204", 1204),
        ("integer", "−7", -7),
        ("integer", "- 7", MALFORMED),  # a minus, or a list
        ("integer", "about 7", MALFORMED),
        ("integer", "7.0", MALFORMED),
        ("bounded integer", "1501", ILLEGAL),
        ("decimal", "$1,204.5$", Number("1204.50")),
        ("decimal", "3.141", MALFORMED),  # nothing is rounded
        ("date", "2026-02-29", ILLEGAL),
        ("date", "1989-12-31", ILLEGAL),
        ("date", "2026\u201103\u201104", "2026-03-04"),
        ("date", "2026/03/04", "2026-03-04"),
        ("date", "03/04/2026", MALFORMED),  # two days, depending on who writes
        ("pattern", "ABC-12.", "ABC-12"),
        ("pattern", "abc-12", MALFORMED),
        ("span", "Quote:\n“the ORDER of 3 May”", "The order of 3 May"),
        ("span", "the order of 4 May", MALFORMED),
        ("span", "…paid by card.", "paid by card"),  # with its stop or without: one vote
        ("span", "It cost 12.50\n\nLet me know if you need more!", MALFORMED),
        ("text", "Answer: Blue Moon\n\nLet me know if you need more!", "Blue Moon"),
        ("json list", "[1, 2.0]", (1, 2)),
        ("json list", '["1"]', MALFORMED),
        ("json list", "I counted twice.\n\n**Answer:** [1, 2]", (1, 2)),
        ("json list", '{"of": "lamps"}\n[1, 2]', (1, 2)),  # what does not follow the schema is not an answer
        ("json list", "```json\n[1]\n```\nNo, rather:\n[2]", INCONSISTENT),
        ("json list", "[1]\n\nAnswer: [2]", INCONSISTENT),
        ("json list", '{"of": 1}\n```json\n[2]\n```', (2,)),
        ("json list", '[2]\n\n{"of": 1}', MALFORMED),  # the last word is not an answer
        ("integer", "Answer: 41\n\n(42)", INCONSISTENT),  # read by nobody alone, and not to be passed over either
        ("json list", '{"items": [1, 2],}', MALFORMED),  # nothing is taken out of what is broken
        ("json", '{"vendor": "A", "vendor": "B"}', MALFORMED),
    ],
)  # fmt: skip
def test_reading_is_strict_in_content_and_generous_in_form(form, text, expected):
    """What is dressed otherwise than asked is read, what says something else than an answer is flagged by its rule."""
    read = FORMS[form].read(text)
    assert (read.rule if isinstance(read, Flag) else read) == expected


def test_a_record_is_compared_as_its_json_is():
    """Records are equal whatever the order of their keys, and 1 is not true."""
    assert Record({"a": 1, "b": [1.0]}) == Record({"b": (1,), "a": 1})
    assert Record({"a": 1}) != Record({"a": True})
    assert Record({"a": {"b": [{"c": 2}]}}).a.b[0].c == 2


@pytest.mark.parametrize(
    "make",
    [
        Choice, lambda: Choice("yes", "YES"), lambda: Choice("a\nb", "c"), lambda: Several("none"),
        lambda: Several("a,b"), lambda: Integer(2, 1), lambda: Decimal(0), lambda: Date("2026-13-01"),
        lambda: Date("2026-02-01", "2026-01-01"), lambda: Text("("), lambda: Text("[a]", examples=("b",)),
        lambda: Span(" "), lambda: Json({"type": "nothing"}), lambda: Json(complex),
    ],
)  # fmt: skip
def test_a_form_that_is_none_is_refused_where_it_is_made(make):
    """A form without an answer, or with two that are alike, is bad input, said in one line."""
    with pytest.raises(InputError) as refused:
        make()
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("name", NAMES)
def test_a_form_has_a_grammar_or_a_schema(name):
    """A form without a grammar is held by its schema, so that an order for a grammar is never left out."""
    constraint = FORMS[name].constraint(GRAMMAR)
    assert constraint.text.startswith("root ::= ") if constraint.kind == GRAMMAR else json.loads(constraint.text)


def test_equal_forms_are_equal():
    """Forms are values: equal ones hash alike, also those of JSON."""
    assert len({Choice("a", "b"), Choice("a", "b"), Json(Invoice), Json(Invoice), Integer(0, 1), Integer(0, 2)}) == 4
