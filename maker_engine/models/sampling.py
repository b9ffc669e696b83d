"""What is sent to a model beside the prompt, fitted to what the model takes.

Many models of today refuse a temperature, or take one only while they do not reason; some count their output limit
under another name. What a user named is never dropped in silence: a model that refuses it cannot be used. What was
left to us ("auto") is dropped where LiteLLM's tables or the provider's own refusal say so, remembered, and on record.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from maker_engine.core.answers.form import GRAMMAR, Constraint
from maker_engine.core.answers.schemas import is_strict
from maker_engine.core.errors import Fault, InputError, ProviderError
from maker_engine.core.responses import SampleRequest
from maker_engine.models import litellm_prices
from maker_engine.printable import one_line

AUTO, NONE, DEFAULT = "auto", "none", "default"
EFFORTS = (DEFAULT, NONE, "minimal", "low", "medium", "high")
"""How much a model is asked to reason; "default" says nothing to it."""
PAPER_FIRST_TEMPERATURE, PAPER_TEMPERATURE = 0.0, 0.1
"""The paper's run (§4.4): a step's first sample is the model's best guess, the others vary a little."""
REASONING_ROOM = 4_096
"""Output tokens a model that reasons is given for it, beside those of its answer, where the user says nothing."""

Temperature: TypeAlias = float | str
"""A number, "auto" for the paper's where the model takes it, or "none" to send none."""
Answers: TypeAlias = int | str
"""Most answers of a call: a number, or "auto" for as many as are needed, where the model gives them and they differ."""
MOST_ANSWERS = 100
"""Answers that one call is asked for at most: no provider is known to give many more."""

NO_TEMPERATURE = "no temperature is sent"
"""How an adjustment begins that leaves the temperature out, behind the model's name."""

_IGNORED = re.compile(r"gemini-(?:3\.[5-9]-flash-lite|3\.[6-9]-|[4-9]\b|[4-9]\.)")
"""These take a temperature and do not use it."""
_SENTENCE = 200  # characters of a provider's refusal that are kept
_NAMES_TEMPERATURE = re.compile(r"temperature|sampling param", re.IGNORECASE)
_NAMES_OUTPUT_LIMIT = re.compile(r"max_completion_tokens")
_NAMES_CONSTRAINT = re.compile(r"response_format|json_schema|grammar|schema", re.IGNORECASE)
_NAMES_REASONING = re.compile(r"reasoning|thinking|chat_template", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sampling:
    """How a model is to sample, beyond what each request says.

    Attributes:
        reasoning: One of `EFFORTS`.
        fixed: Temperatures that the user named: a model that refuses one cannot be used. All others may be dropped.
        answers: Most answers that one call may bring.
    """

    reasoning: str = DEFAULT
    fixed: tuple[float, ...] = ()
    answers: Answers = 1

    def __post_init__(self) -> None:
        if self.reasoning not in EFFORTS:
            raise InputError(f"--reasoning is one of {', '.join(EFFORTS)}, got {self.reasoning!r}")
        if self.answers != AUTO and not (isinstance(self.answers, int) and 1 <= self.answers <= MOST_ANSWERS):
            raise InputError(f"--n is {AUTO} or a whole number from 1 to {MOST_ANSWERS}, got {self.answers!r}")


def read_temperature(text: str) -> Temperature:
    """Read a temperature as a user writes it.

    Raises:
        InputError: It is neither "auto", "none" nor a number from 0 to 2; the text follows the thing's name.
    """
    if text in (AUTO, NONE):
        return text
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 2:
        raise InputError(f"must be {AUTO}, {NONE} or between 0 and 2, got {one_line(text, 40)!r}")
    return number


def read_answers(text: str) -> Answers:
    """Read how many answers a call may bring, as a user writes it.

    Raises:
        InputError: It is neither "auto" nor a number from 1 to `MOST_ANSWERS`; the text follows the thing's name.
    """
    if text == AUTO:
        return AUTO
    try:
        number = int(text)
    except ValueError:
        number = 0
    if not 1 <= number <= MOST_ANSWERS:
        raise InputError(f"must be {AUTO} or a whole number from 1 to {MOST_ANSWERS}, got {one_line(text, 40)!r}")
    return number


def resolve(first: Temperature, other: Temperature) -> tuple[float | None, float | None, tuple[float, ...]]:
    """Return the temperatures of a step's first sample and of the others, and those that the user insists on."""
    if first == AUTO and other == NONE:
        first = NONE
    fixed = tuple(one for one in (first, other) if isinstance(one, float | int))
    return _value(first, PAPER_FIRST_TEMPERATURE), _value(other, PAPER_TEMPERATURE), fixed


def _constrained(sent: dict[str, Any], constraint: Constraint) -> dict[str, Any]:
    """Return the parameters of a call with what its answer is held to."""
    if constraint.kind == GRAMMAR:
        return {**sent, "extra_body": {**sent.get("extra_body", {}), "grammar": constraint.text}}
    schema = json.loads(constraint.text)
    named = {"name": "answer", "strict": is_strict(schema), "schema": schema}
    return {**sent, "response_format": {"type": "json_schema", "json_schema": named}}


def _value(asked: Temperature, paper: float) -> float | None:
    if isinstance(asked, str):
        return None if asked == NONE else paper
    return asked


def sent_temperature(request: SampleRequest, fixed: Sequence[float], *, dropped: bool) -> float | None:
    """Return the temperature that is sent with a request, None for none; `dropped` is all that is not `fixed`."""
    return None if dropped and request.temperature not in fixed else request.temperature


def reasons(name: str, effort: str) -> bool:
    """Return whether a model will reason before it answers, by LiteLLM's table; False for one that is not in it."""
    if effort == NONE:
        return False
    found = litellm_prices.entry(name)
    if found is None or not found.get("supports_reasoning"):
        return effort != DEFAULT
    return effort != DEFAULT or found.get("default_reasoning_effort") != NONE


class Parameters:
    """The parameters of one model's calls, and what it has been found not to take.

    Args:
        name: The model as the user named it.
        sampling: What the user wants.
        near: The server is another one than a provider's own: it may know parameters of its own.

    Attributes:
        adjustments: What is sent otherwise than ordered, and why; one line each.
    """

    def __init__(self, name: str, sampling: Sampling, *, near: bool) -> None:
        self._name = name
        self._sampling = sampling
        self._near = near
        self._no_temperature = False
        self._renamed_limit = False
        self._no_effort = False
        self.adjustments: tuple[str, ...] = ()
        if _IGNORED.search(name) and not sampling.fixed:
            self._no_temperature = True
            self._note(f"{NO_TEMPERATURE}: this model ignores it")

    def fit(self, accepts: Callable[[Mapping[str, Any]], str]) -> None:
        """Hold what is to be sent against what the model takes, without a call.

        Args:
            accepts: Returns what speaks against a set of parameters, by LiteLLM's tables; empty for nothing.

        Raises:
            InputError: It does not take what the user named; the text says what to give instead.
        """
        effort = self._effort()
        if effort and (objection := accepts(effort)):
            raise InputError(self._effort_refused(objection))
        for temperature in self._sampling.fixed:
            if objection := accepts({"temperature": temperature, **effort}):
                raise InputError(self._temperature_refused(temperature, objection))
        if self._no_temperature:
            return
        for temperature in (PAPER_FIRST_TEMPERATURE, PAPER_TEMPERATURE):
            if accepts({"temperature": temperature, **effort}):
                why = " while it reasons" if not accepts({"temperature": temperature, "reasoning_effort": NONE}) else ""
                self._drop_temperature(f"this model takes none{why}")
                return

    def of(self, request: SampleRequest) -> dict[str, Any]:
        """Return the parameters of a call."""
        limit = "max_completion_tokens" if self._renamed_limit else "max_tokens"
        sent: dict[str, Any] = {limit: request.max_output, **self._effort()}
        if request.question is not None and request.question.constraint is not None:
            sent = _constrained(sent, request.question.constraint)
        temperature = sent_temperature(request, self._sampling.fixed, dropped=self._no_temperature)
        if temperature is not None:
            sent["temperature"] = temperature
        return sent

    @property
    def drops_temperature(self) -> bool:
        """True when no temperature is sent but those that the user named."""
        return self._no_temperature

    def learn(self, error: ProviderError, sent: Mapping[str, Any]) -> bool:
        """Learn from a refused call; True where the same call may go through with what is sent from now on.

        Raises:
            ProviderError: The model does not take what the user named.
        """
        if error.kind is not Fault.BAD_REQUEST:
            return False
        said = str(error)
        if "max_tokens" in sent and _NAMES_OUTPUT_LIMIT.search(said):
            if not self._renamed_limit:
                self._renamed_limit = True
                self._note("the output limit is sent as max_completion_tokens")
            return True
        if "temperature" in sent and _NAMES_TEMPERATURE.search(said):
            if sent["temperature"] in self._sampling.fixed:
                raise ProviderError(error.kind, self._temperature_refused(sent["temperature"], said))
            self._drop_temperature(said.removeprefix(f"{self._name}: "))
            return True
        self._refuse_constraint(error, sent)
        if "reasoning_effort" in sent and _NAMES_REASONING.search(said):
            if "extra_body" not in sent:
                raise ProviderError(error.kind, self._effort_refused(said))
            if not self._no_effort:
                self._no_effort = True
                self._note("no reasoning_effort is sent: only the server's chat template sets it")
            return True
        return False

    def _refuse_constraint(self, error: ProviderError, sent: Mapping[str, Any]) -> None:
        """Raise the error of a model that does not hold answers to a form, with the fix; do nothing for any other."""
        constrained = "response_format" in sent or "grammar" in sent.get("extra_body", ())
        if constrained and _NAMES_CONSTRAINT.search(str(error)):
            raise ProviderError(error.kind, f"{error} (give another --constrain of schema and grammar, or none)")

    def _effort(self) -> dict[str, Any]:
        effort = self._sampling.reasoning
        if effort == DEFAULT:
            return {}
        sent: dict[str, Any] = {} if self._no_effort else {"reasoning_effort": effort}
        if self._near and effort == NONE:
            # How vLLM, SGLang and llama.cpp switch off the thinking of models whose template has a switch for it.
            sent["extra_body"] = {"chat_template_kwargs": {"enable_thinking": False}}
        return sent

    def _drop_temperature(self, why: str) -> None:
        if not self._no_temperature:
            self._no_temperature = True
            self._note(f"{NO_TEMPERATURE}: {one_line(why, _SENTENCE)}")

    def _note(self, adjustment: str) -> None:
        self.adjustments = (*self.adjustments, adjustment)

    def _temperature_refused(self, temperature: float, said: str) -> str:
        mend = "give --temperature auto or none" + (
            ", or --reasoning none" if self._sampling.reasoning != NONE and reasons(self._name, DEFAULT) else ""
        )
        return f"model {self._name} does not take --temperature {temperature:g}: {mend} ({one_line(said, _SENTENCE)})"

    def _effort_refused(self, said: str) -> str:
        effort = self._sampling.reasoning
        return (
            f"model {self._name} does not take --reasoning {effort}: leave it out, or give another of "
            f"{', '.join(one for one in EFFORTS if one != effort)} ({one_line(said, _SENTENCE)})"
        )
