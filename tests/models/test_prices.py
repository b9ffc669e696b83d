"""What a call costs, how a user says so, and what it can cost at most."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from maker_engine.core.errors import InputError
from maker_engine.core.responses import Prompt, Response, SampleRequest
from maker_engine.models import litellm_prices
from maker_engine.models.prices import (
    Price,
    Quote,
    check_price,
    estimated_tokens,
    estimated_usage,
    most_tokens,
    read_price,
    read_prices,
)

PRICE = Price(prompt=1.0, cached=0.1, output=5.0, written=1.25, reasoning=7.0)
REQUEST = SampleRequest(0, 0, Prompt("", "a" * 40), 0.1, 100)
counts = st.integers(-(2**70), 2**70)


def test_every_kind_of_token_has_its_price() -> None:
    """Prompt tokens from a cache, put into one, and neither; output tokens of reasoning and of the answer."""
    assert PRICE.cost(10, 0, 0) == 10
    assert PRICE.cost(10, 4, 0) == pytest.approx(6 + 0.4)
    assert PRICE.cost(10, 4, 0, 2) == pytest.approx(4 + 0.4 + 2.5)
    assert PRICE.cost(0, 0, 10) == 50
    assert PRICE.cost(0, 0, 10, reasoning=3) == 7 * 5 + 3 * 7


def test_what_has_no_price_of_its_own_costs_what_the_rest_costs() -> None:
    """Where a provider names no price for writing a cache or for reasoning, it is that of prompt and output."""
    plain = Price(1.0, 1.0, 5.0)
    assert plain.cost(10, 3, 10, 3, 3) == plain.cost(10, 0, 10) == 60


@given(st.integers(0, 10**6), counts, st.integers(0, 10**6), counts, counts)
def test_no_claim_of_a_server_makes_a_call_cost_less_than_nothing_or_more_than_its_dearest(
    prompt: int, cached: int, output: int, written: int, reasoning: int
) -> None:
    """However many tokens are said to be of the cheaper or dearer kind, they are taken for parts of the whole."""
    cost = PRICE.cost(prompt, cached, output, written, reasoning)
    assert 0.1 * prompt + 5 * output <= cost * (1 + 1e-9)
    assert cost <= PRICE.dearest(prompt, output) * (1 + 1e-9)


def test_the_dearest_case_is_a_cache_written_and_an_output_of_reasoning_to_the_limit() -> None:
    """What is set aside for a call is enough for whatever it turns out to be."""
    assert PRICE.dearest(10, 100) == 12.5 + 700
    quote = Quote.of(replace(REQUEST, max_reasoning_tokens=50), PRICE)
    assert (quote.tokens_in, quote.tokens_out) == (20 + 64, 150)


@pytest.mark.parametrize("text", ["move [1, 2] → [3]", "日本語", "a" * 100, "🎲🎲", "\ud800", ""])
def test_a_prompt_is_taken_for_a_token_every_two_bytes_and_a_template(text: str) -> None:
    """The upper estimate goes by the prompt's length in UTF-8, whatever is in it."""
    length = len(text.encode("utf-8", "surrogatepass"))
    assert most_tokens(Prompt(text, text)) == length + 64


@pytest.mark.parametrize(("text", "tokens"), [("", 0), ("a", 1), ("abcd", 1), ("abcde", 2), ("日本語", 3), ("ab日", 2)])
def test_an_estimate_takes_four_characters_for_a_token_and_rounds_up(text: str, tokens: int) -> None:
    """Characters beyond ASCII, which tokenizers know fewer words of, are taken for one token each."""
    assert estimated_tokens(text) == tokens


def test_only_what_is_not_reported_is_estimated() -> None:
    """An answer that was cut off used up the whole limit, whatever of it can be seen."""
    assert estimated_usage(REQUEST, Response("abcdef", 7, 3)) == (7, 3)
    assert estimated_usage(REQUEST, Response("abcdef")) == (10, 2)
    assert estimated_usage(REQUEST, Response("abcdef", 7)) == (7, 2)
    assert estimated_usage(REQUEST, Response("abcdef", 7, finish_reason="length")) == (7, 100)


def test_a_price_is_written_in_dollars_for_a_million_tokens() -> None:
    """Prompt and output, and where they differ from the prompt's, the prices of reading and writing a cache."""
    assert Price.per_million(read_price("2,8")) == Price(2e-6, 2e-6, 8e-6)
    assert Price.per_million(read_price("2, 8, 0.5")) == Price(2e-6, 0.5e-6, 8e-6)
    assert Price.per_million(read_price("2,8,0.5,2.5")) == Price(2e-6, 0.5e-6, 8e-6, 2.5e-6)
    assert Price.per_million(read_price("0,0")).dearest(10**6, 10**6) == 0


@pytest.mark.parametrize("text", ["", "1", "1,2,3,4,5", "1,-2", "1,nan", "1,inf", "1,1e999", "a,b", "1;2", "1,,2"])
def test_what_is_no_price_is_named_with_how_one_is_written(text: str) -> None:
    """One line says what was typed and what to type."""
    with pytest.raises(InputError, match=r"a price is written IN,OUT\[,CACHED,WRITE\], in dollars per million tokens"):
        read_price(text)


@pytest.mark.parametrize("figures", [[True, 1], ["1", 2], [None, 1], [1], {}])
def test_what_a_record_holds_is_held_to_the_same_rules(figures: list[object]) -> None:
    """A price in a settings file or a session is checked like one that is typed."""
    with pytest.raises(InputError, match="a price is written"):
        check_price(figures)


def test_a_price_without_a_name_is_that_of_the_one_model() -> None:
    """With several models each price says whose it is; a name's own equals signs and slashes do not matter."""
    assert read_prices(["1,2"], ["openai/foo"]) == {"openai/foo": (1, 2)}
    both = ["openrouter/a/b:free=0,0", "odd=name=1,2,0.1"]
    assert read_prices(both, ["openrouter/a/b:free", "odd=name"]) == {
        "openrouter/a/b:free": (0, 0),
        "odd=name": (1, 2, 0.1),
    }


@pytest.mark.parametrize(
    ("text", "models", "words"),
    [
        ("1,2", ["a", "b"], "is for one model, and this run asks a, b: write MODEL=IN,OUT"),
        ("1,2", [], "this run asks no real model"),
        ("c=1,2", ["a", "b"], "names 'c', which this run does not ask: it asks a, b"),
        ("a=1", ["a"], "a price is written"),
    ],
)
def test_a_price_of_nobody_is_refused(text: str, models: list[str], words: str) -> None:
    """A misspelt name must not leave a model without its price in silence."""
    with pytest.raises(InputError) as caught:
        read_prices([text], models)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_table_tells_what_writing_a_cache_costs() -> None:
    """LiteLLM's table has it for the models that charge for it."""
    price = litellm_prices.find("claude-haiku-4-5")
    assert price is not None
    assert price.written is not None
    assert price.written > price.prompt > price.cached
