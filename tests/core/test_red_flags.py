"""Idea 3: every sign discards, nothing is repaired."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from maker_engine.core.flags import EXCERPT_CHARACTERS
from maker_engine.core.red_flags import RULES, FlagRules, inspect
from maker_engine.core.responses import Flag, Response, excerpt
from tests.support.driving import modest
from tests.support.toy import FLAGGED, Count, answer

TASK = Count()


def verdict(response, **rules):
    """What becomes of a response to the toy task's first step."""
    return inspect(
        response,
        FlagRules(**rules),
        lambda text: TASK.parse(0, text),
        lambda hour: TASK.objection(0, hour),
    )


@pytest.mark.parametrize("rule", sorted(FLAGGED))
def test_each_sign_is_flagged_by_its_rule(rule):
    """A response with one sign of unreliability is discarded under that sign's name."""
    assert verdict(FLAGGED[rule]).rule == rule


def test_a_response_without_a_sign_votes():
    """A response with no sign is the answer its text holds."""
    assert verdict(answer(7)) == 7


def test_a_task_may_flag_by_a_rule_of_its_own():
    """An objection of the task's discards under whatever name the task gives it."""
    own = Flag("too early", "the clock has just been set")
    assert inspect(Response("7"), FlagRules(), int, lambda _: own) == own


@pytest.mark.parametrize(
    ("mended", "rule"),
    [
        ({"finish_reason": "length"}, "truncated"),
        ({}, "length"),
        ({"tokens_out": 5}, "finish"),
        ({"tokens_out": 5, "finish_reason": "stop"}, "refusal"),
        ({"tokens_out": 5, "finish_reason": "stop", "text": "it is 99"}, "malformed"),
        ({"tokens_out": 5, "finish_reason": "stop", "text": "answer = 99"}, "illegal"),
    ],
)
def test_the_first_sign_names_the_flag(mended, rule):
    """Of several signs the first counts: how it ended, then what it says, then its form, then its content."""
    worst = {"text": "I'm sorry, I am unable to say: 99", "tokens_out": 751, "finish_reason": "content_filter"}
    assert verdict(Response(**{**worst, **mended})).rule == rule


@modest
@given(st.text(max_size=30) | st.integers(0, 20).map("answer = {}".format))
def test_nothing_is_repaired(text):
    """The parser reads the text as it came, once, and what it returns is what votes, or a flag."""
    seen = []

    def parse(given_text):
        seen.append(given_text)
        return TASK.parse(0, given_text)

    result = inspect(answer(1, text=text), FlagRules(), parse, lambda _: None)
    assert seen in ([text], [])
    assert result == TASK.parse(0, text) or isinstance(result, Flag)


@pytest.mark.parametrize("rule", ["truncated", "length", "finish"])
def test_a_right_answer_does_not_redeem_a_bad_ending(rule):
    """A response that ended badly is not even read, though an answer stands in it."""
    assert "answer = 1" in FLAGGED[rule].text
    assert isinstance(inspect(FLAGGED[rule], FlagRules(), pytest.fail, pytest.fail), Flag)


@pytest.mark.parametrize("rule", sorted(FLAGGED))
def test_paper_only_keeps_to_length_and_format(rule):
    """With the paper's two flags alone, a response is discarded for its ending or its form and for nothing else."""
    result = verdict(FLAGGED[rule], paper_only=True)
    kept = {"illegal": 99, "refusal": "malformed"}  # a refusal has no answer in it: its form gives it away
    assert (result.rule if isinstance(result, Flag) else result) == kept.get(rule, rule)


def test_every_rule_says_what_it_means():
    """No built-in rule is without its words."""
    assert all(RULES.values())


def test_the_limit_itself_is_allowed():
    """A response of exactly the most tokens votes; one more token discards it."""
    assert verdict(answer(1, tokens_out=750)) == 1
    assert verdict(answer(1, tokens_out=10), max_tokens=9).rule == "length"


def test_an_unknown_token_count_is_judged_by_the_fewest_that_the_text_can_have():
    """Where the provider does not say how long a response was, one token for 16 characters is the benefit of doubt."""
    longest = 16 * 750 + 15
    for characters, counted in ((longest, 1), (longest + 1, "length")):
        text = "a" * (characters - len("\n\nanswer = 1")) + "\n\nanswer = 1"
        found = verdict(answer(1, text=text, tokens_out=None))
        assert getattr(found, "rule", found) == counted
    told = "at least 751 output tokens, at most 750: it has 12016 characters, and no usage was reported"
    assert found.reason == told
    assert verdict(answer(1, tokens_out=None)) == 1


@pytest.mark.parametrize("finish", ["content_filter", "tool_calls", "error", ""])
def test_only_a_complete_response_votes(finish):
    """Whatever ended a response other than its being complete, discards it."""
    assert verdict(answer(1, finish_reason=finish)).rule == "finish"


@pytest.mark.parametrize(
    "opening",
    [
        "I'm sorry",
        "I’m sorry",
        "I am unable to",
        "I cannot help with",
        "I can't assist",
        "I won't comply",
        "As an AI model",
    ],
)
def test_a_refusal_opens_the_response(opening):
    """A refusal is known by its opening words, however its apostrophe is typed."""
    assert verdict(answer(1, text=opening + " …")).rule == "refusal"


def test_words_of_refusal_later_on_are_reasoning():
    """Past the opening the same words are quotation or reasoning, and the form decides."""
    text = "The hour follows from the one before it. " * 5 + "I cannot help but answer: answer = 1"
    assert verdict(answer(1, text=text)).rule == "malformed"
    assert inspect(answer(1, text=text), FlagRules(), len, lambda _: None) == len(text)


@pytest.mark.parametrize("text", ["I am sorted", "API cannot help", "I cannot move disk 2", "as an AImodel"])
def test_ordinary_words_are_no_refusal(text):
    """Words that merely resemble a refusal do not discard."""
    assert verdict(answer(1, text=text)).rule == "malformed"


@modest
@given(st.integers(0, 300), st.integers(0, 300))
def test_an_excerpt_is_short(length, start):
    """An excerpt holds at most 120 characters of the response, and shows by an ellipsis that it was cut."""
    text = "".join(chr(0x4E00 + place) for place in range(length))
    whole = text[start:]
    assert excerpt(text, start) == (whole if len(whole) <= EXCERPT_CHARACTERS else whole[:119] + "…")
    assert EXCERPT_CHARACTERS == 120


@pytest.mark.parametrize("rule", ["truncated", "length", "finish", "refusal", "malformed"])
def test_a_flag_shows_the_offending_bit(rule):
    """A flag has a reason in words and an excerpt from the response."""
    flag = verdict(FLAGGED[rule])
    assert flag.reason
    assert flag.excerpt
    assert flag.excerpt in FLAGGED[rule].text


@pytest.mark.parametrize(
    ("tokens", "room", "rule"),
    [
        ((700, 0), 4096, None),
        ((4_700, 4_000), 4096, None),
        ((4_800, 4_000), 4096, "length"),
        ((4_900, 4_200), 4096, "reasoning"),
        ((800, 700), 0, None),
        ((751, None), 4096, "length"),
    ],
)
def test_answer_and_reasoning_have_a_limit_each(tokens, room, rule):
    """The paper's length flag speaks of the answer; reasoning is flagged by its own limit, where it has one."""
    response = Response("answer = 7", tokens_out=tokens[0], tokens_reasoning=tokens[1])
    found = verdict(response, max_reasoning_tokens=room)
    assert (found.rule if isinstance(found, Flag) else None) == rule


def test_a_response_cut_off_while_reasoning_says_so():
    """Where the limit went to reasoning before any answer, the flag names that as the cause."""
    starved = Response("", tokens_out=750, tokens_reasoning=750, finish_reason="length")
    assert verdict(starved).reason == "cut off while reasoning, before any answer: all 750 tokens were used up"
