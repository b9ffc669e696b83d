"""What tokens cost, how a user writes it, and the most that a call may cost before it goes out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Self

from maker_engine.core.errors import InputError
from maker_engine.core.responses import Prompt, Response, SampleRequest
from maker_engine.printable import one_line

CHARACTERS_PER_TOKEN = 4
"""What is taken for a token where a server does not report them: of characters beyond ASCII, each is one."""
BYTES_PER_TOKEN, TEMPLATE_TOKENS = 2, 64
"""The upper estimate of a prompt before a server has counted one: plain text has four bytes a token or more, figures
and brackets one to three; and there is what the model's chat template puts around it."""
MILLION = 1_000_000
PRICE_FORM = "IN,OUT[,CACHED,WRITE]"
"""How a user writes a price: dollars per million tokens."""


class Price(NamedTuple):
    """Dollars per token.

    Attributes:
        prompt: Price of a prompt token.
        cached: Price of a prompt token that the provider had in its cache.
        output: Price of an output token.
        written: Price of a prompt token that the provider put into its cache, None for that of any other.
        reasoning: Price of an output token of reasoning, None for that of any other.
    """

    prompt: float
    cached: float
    output: float
    written: float | None = None
    reasoning: float | None = None

    @classmethod
    def per_million(cls, figures: Sequence[float]) -> Self:
        """Make a price of what a user gave: dollars per million tokens, as `PRICE_FORM` has them."""
        prompt, output, *more = (figure / MILLION for figure in figures)
        return cls(prompt, more[0] if more else prompt, output, more[1] if len(more) > 1 else None)

    def cost(self, prompt: int, cached: int, output: int, written: int = 0, reasoning: int = 0) -> float:
        """Price a call in dollars.

        Args:
            prompt: All prompt tokens.
            cached: Those of them that came from a cache.
            output: All output tokens.
            written: Prompt tokens that were put into a cache.
            reasoning: Output tokens that were reasoning.

        The parts are what a server claims: together they are never taken for more than the whole.
        """
        cached = _within(cached, prompt)
        written = _within(written, prompt - cached)
        reasoning = _within(reasoning, output)
        return (
            (prompt - cached - written) * self.prompt
            + cached * self.cached
            + written * (self.prompt if self.written is None else self.written)
            + (output - reasoning) * self.output
            + reasoning * (self.output if self.reasoning is None else self.reasoning)
        )

    def dearest(self, prompt: int, output: int) -> float:
        """Price a call in dollars whose tokens are all of the costliest kind."""
        return prompt * max(self.prompt, self.cached, self.written or 0) + output * max(
            self.output, self.reasoning or 0
        )


class Quote(NamedTuple):
    """The most that a call may use, known before it goes out.

    Attributes:
        tokens_in: Prompt tokens, by an upper estimate.
        tokens_out: Output tokens: the whole limit of the call, reasoning included.
        price: What they cost, None where no price is known.
    """

    tokens_in: int
    tokens_out: int
    price: Price | None

    @classmethod
    def of(cls, request: SampleRequest, price: Price | None) -> Self:
        """Quote a call."""
        return cls(most_tokens(request.prompt), request.max_output, price)


def most_tokens(prompt: Prompt) -> int:
    """Return an upper estimate of a prompt's tokens."""
    return -(-(_bytes(prompt.system) + _bytes(prompt.user)) // BYTES_PER_TOKEN) + TEMPLATE_TOKENS


def estimated_tokens(text: str) -> int:
    """Return about how many tokens a text has, rather too many: one for four characters, and one for each non-ASCII."""
    plain = len(text) if text.isascii() else sum(map(str.isascii, text))
    return -(-plain // CHARACTERS_PER_TOKEN) + len(text) - plain


def estimated_usage(request: SampleRequest, response: Response) -> tuple[int, int]:
    """Return prompt and output tokens of a call as reported; what no one reported is estimated, rather too high."""
    tokens_in, tokens_out = response.tokens_in, response.tokens_out
    if tokens_in is None:
        prompt = estimated_tokens(request.prompt.system) + estimated_tokens(request.prompt.user)
        tokens_in = -(-prompt // response.shared)
    if tokens_out is None:
        cut_off = response.finish_reason == "length"  # then all that it might use was used, seen or not
        tokens_out = request.max_output if cut_off else estimated_tokens(response.text)
    return tokens_in, tokens_out


def read_price(text: str) -> tuple[float, ...]:
    """Read two to four figures, in dollars per million tokens, as `PRICE_FORM` has them.

    Raises:
        InputError: They are not; the text says how a price is written.
    """
    try:
        return check_price([float(figure) for figure in text.split(",")])
    except ValueError:
        raise _no_price(text) from None


def check_price(figures: Sequence[object]) -> tuple[float, ...]:
    """Return a price's figures, if they can be one.

    Raises:
        InputError: They cannot; the text says how a price is written.
    """
    sound = [float(one) for one in figures if isinstance(one, int | float) and not isinstance(one, bool)]
    if not 2 <= len(figures) <= 4 or len(sound) != len(figures) or not all(0 <= one < math.inf for one in sound):
        raise _no_price(",".join(map(str, figures)))
    return tuple(sound)


def read_prices(texts: Sequence[str], models: Sequence[str]) -> dict[str, tuple[float, ...]]:
    """Read what follows each `--price`: a price for the one model that is asked, or `MODEL=` and a price.

    Args:
        texts: As they were typed.
        models: The real models of the run.

    Raises:
        InputError: One is no price, or of no model of the run, or it is not clear of which.
    """
    prices: dict[str, tuple[float, ...]] = {}
    for text in texts:
        name, named, figures = text.rpartition("=")
        price = read_price(figures)
        if named and name not in models:
            asked = f"it asks {_names(models)}" if models else "it asks no real model"
            raise InputError(f"--price names {one_line(name, 60)!r}, which this run does not ask: {asked}")
        if not named and len(models) != 1:
            why = f"this run asks {_names(models)}" if models else "this run asks no real model"
            raise InputError(f"--price {one_line(text, 40)} is for one model, and {why}: write MODEL={PRICE_FORM}")
        prices[name if named else models[0]] = price
    return prices


def no_price(missing: Sequence[str], models: Sequence[str]) -> InputError:
    """Say that a limit in dollars cannot be held, since the price of `missing` of the run's `models` is not known."""
    form = PRICE_FORM if len(models) == 1 else f"MODEL={PRICE_FORM}"
    return InputError(
        f"no price for {_names(missing)}: give --price {form} (dollars per million tokens), or drop --limit-usd"
    )


def given(prices: Mapping[str, Sequence[float]], name: str) -> Price | None:
    """Return the price that the user gave for a model, None where they gave none."""
    figures = prices.get(name)
    return None if figures is None else Price.per_million(figures)


def _within(part: int, whole: int) -> int:
    return max(0, min(part, whole))


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def _names(models: Sequence[str]) -> str:
    return ", ".join(one_line(name, 60) for name in models)


def _no_price(text: str) -> InputError:
    return InputError(
        f"a price is written {PRICE_FORM}, in dollars per million tokens, each 0 or more; got {one_line(text, 60)!r}"
    )
