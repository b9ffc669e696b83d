"""The language of filters: what it reads, what it refuses, and what it means."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest
from hypothesis import given, strategies as st

from maker_engine.core.errors import InputError
from maker_engine.core.filters.facts import NUMBERS, TEXTS, YES_NO
from maker_engine.core.filters.language import DEEPEST, StepFacts, completions, parse_filter, word_start
from maker_engine.core.filters.tree import COMPARISONS, MATCHES, Both, Compares, Filter, Is, Matches, Not, Within
from tests.support.driving import modest
from tests.support.growth import grows_with_length

values = st.integers(0) | st.floats(0, allow_infinity=False, allow_nan=False)
tests_of_a_step = st.one_of(
    st.builds(Is, st.sampled_from(sorted(YES_NO))),
    st.builds(Compares, st.sampled_from(sorted(NUMBERS)), st.sampled_from(sorted(COMPARISONS)), values),
    st.builds(Within, st.sampled_from(sorted(NUMBERS)), values, values | st.none()),
    st.builds(Within, st.sampled_from(sorted(NUMBERS)), st.none(), values),
    st.builds(Matches, st.sampled_from(sorted(TEXTS)), st.sampled_from(MATCHES), st.text()),
)
trees = st.recursive(
    tests_of_a_step,
    lambda parts: st.one_of(
        st.builds(Not, parts),
        st.builds(Both, st.sampled_from(["and", "or"]), st.lists(parts, min_size=2, max_size=3).map(tuple)),
    ),
    max_leaves=8,
)
bits = st.sampled_from(
    ["dissent", "votes", ">=", "5", "(", ")", "not ", " and ", " or ", "flag:", '"', "\\", "step:", "-"]
)
almost = st.lists(bits | st.text(max_size=3), max_size=12).map("".join)
SEEN = StepFacts(
    step=1233, answer="move 1 from 3,0", candidate=("move 1 from 3,0", "Stay"), votes=5, samples=7,
    flags=("length", "malformed"), candidates=2, margin=3, falling=True, cost=0.02, tokens=900, latency=1.5,
    dissent=True, wrong=False, failed=False, person=True,
)  # fmt: skip
"""One step, asked about below."""


def refusal(text):
    """Why a text is not a filter, empty where it is one."""
    try:
        parse_filter(text)
    except InputError as error:
        return str(error)
    return ""


@modest
@given(trees)
def test_a_filter_written_down_reads_back_equal(tree):
    """The text of any filter, read again, is the same filter, brackets, quotes and numbers included."""
    assert parse_filter(str(tree)) == Filter(tree)


@modest
@given(almost, st.integers(0, 40))
def test_no_text_is_more_than_refused(text, caret):
    """Any text is either read or refused in one line, and can be completed anywhere."""
    assert all(isinstance(word, str) for word in completions(text, min(caret, len(text))))
    told = refusal(text)
    assert "\n" not in told
    assert "\x1b" not in told
    assert told or isinstance(parse_filter(text)(SEEN), bool)


@modest
@given(trees, trees)
def test_connectives_mean_what_they_say(one, other):
    """Of any two filters, `and`, `or` and `not` hold as they do of their parts."""
    first, second = Filter(one)(SEEN), Filter(other)(SEEN)
    assert parse_filter(f"({one}) and ({other})")(SEEN) == (first and second)
    assert parse_filter(f"({one}) or ({other})")(SEEN) == (first or second)
    assert parse_filter(f"not ({one})")(SEEN) is not first


@pytest.mark.parametrize(
    "text",
    [
        "dissent", "person", "falling", "flags", "flags>=2", "votes=5", "votes==5", "votes≥5", "votes:4-6", "votes:5",
        "margin<=3", "step:1,000-2,000", "step=1234", "step:1234-", "step:-1234", "cost>0.01", "cost>1e-2", "latency<2",
        "tokens!=1", 'action~"3,0"', "action~MOVE", 'action="Move 1 from 3,0"', "action!=stay", "action!~stay",
        "candidate~stay", "candidates>1", "flag:length", "flag=malformed", "flag~form", "flag!=illegal", "samples>6",
        "not wrong", "not (wrong or failed)", "wrong or dissent and votes>4", "DISSENT AND Votes>4",
    ],
)  # fmt: skip
def test_what_holds_of_a_step(text):
    """Each word asks for the fact it names, steps counted from 1, texts compared whatever their capitals."""
    assert parse_filter(text)(SEEN)
    assert not parse_filter(f"not ({text})")(SEEN)


@pytest.mark.parametrize("text", ["cost>0", "cost<=0", "cost!=0", "latency:0-", "latency=0", "cost"])
def test_what_is_not_known_compares_with_nothing(text):
    """No comparison holds of a price or a time that nobody knows."""
    assert not parse_filter(text)(replace(SEEN, cost=None, latency=None))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "it ends at character 1, where a fact of a step"),
        ("vote>3", "'vote' at character 1 is not a fact of a step; did you mean votes?"),
        ("votes>>5", "there is '>' at character 7, where a number"),
        ("dissent wrong", "there is 'wrong' at character 9, where 'and' or 'or'"),
        ("(dissent", "it ends at character 9, where a closing bracket"),
        ('action~"x', "a text without its closing quote at character 8"),
        ("action", "where ~ or !~ or = or !="),
        ("flag:", "where the name of a rule, such as length"),
        ("votes>1e999", "the number at character 7 is too large"),
        ("__import__(1)", "'__import__' at character 1 is not a fact"),
        ("not " * 100 + "wrong", f"at most {DEEPEST} deep"),
        ("(" * 1_000, f"at most {DEEPEST} deep"),
        ("x" * 3_000, "at most 2,000 characters"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named_with_its_place(text, told):
    """A filter that cannot be read is refused with the character and what should stand there."""
    assert told in refusal(text)


def test_a_filter_knows_what_it_reads():
    """The fields of a filter are the words it uses, so that only they need be looked up."""
    assert parse_filter('not (votes>1 or flag:length) and action~"x"').fields == {"votes", "flag", "action"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("di", ["dissent"]),
        ("dissent ", ["and", "or"]),
        ("(dissent o", ["or"]),
        ("(dissent ", ["and", "or", ")"]),
        ("not w", ["wrong"]),
        ("votes", []),
        ("flags ", [">", ">=", "<", "<=", "=", "!=", ":", "and", "or"]),
        ("flag:l", ["length"]),
        ("votes>", []),
        ("nonsense and ", []),
    ],
)
def test_a_word_is_completed_by_what_may_stand_there(text, words):
    """What is offered at the caret is what the language allows there, and begins as the word does."""
    assert completions(text, len(text)) == words


@modest
@given(st.data(), tests_of_a_step)
def test_what_is_offered_can_be_taken(data, begun):
    """Any word offered after a readable beginning leads to text that is refused, if at all, only at its end."""
    text = f"{begun} "
    word = data.draw(st.sampled_from(completions(text, len(text))))
    made = text[: word_start(text, len(text))] + word
    assert refusal(made) == "" or f"it ends at character {len(made) + 1}" in refusal(made)


@pytest.mark.parametrize(
    ("text", "start"),
    [("", 0), ("k>", 2), ("dissent and fla", 12), ("1abc", 1), ("12", 2), ("a²b", 0), ("x y_1", 2), ("é9", 0)],
)
def test_a_word_begins_with_its_first_letter(text: str, start: int) -> None:
    """The word before the caret reaches back to a letter or an underscore that follows no other letter."""
    assert word_start(text, len(text)) == start


@pytest.mark.parametrize("unit", ["a", "1", "_", " a"])
def test_a_word_is_found_in_linear_time(unit: str) -> None:
    """Whatever has been pasted into the line of a filter."""
    assert grows_with_length(lambda size: partial(word_start, unit * (size // len(unit)) + "!", size + 1), 8_000)
