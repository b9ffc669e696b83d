"""The fields of the new-run form, and the order they make; the same options as the flags of `maker run`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from maker_engine.core.decomposition import AnyTask
from maker_engine.core.errors import InputError
from maker_engine.models.prices import PRICE_FORM
from maker_engine.models.sampling import AUTO, DEFAULT, EFFORTS, Answers, Temperature, read_answers, read_temperature
from maker_engine.runtime.order import RunOrder
from maker_engine.runtime.plan import ASK
from maker_tui.flags import read_problem
from maker_tui.pricing import priced

OPTION = "option-"
"""Prefix of the fields that a task brings with it."""


@dataclass(frozen=True, slots=True)
class Field:
    """One row of the form.

    Attributes:
        key: Its id.
        label: What stands beside it.
        hint: One sentence, shown while it has the focus.
        default: What it holds at first.
        choices: (what is shown, value) pairs; empty for a field to type in.
        empty: Shown in an empty field: what leaving it empty means.
    """

    key: str
    label: str
    hint: str
    default: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    empty: str = ""


PROBLEM = (
    Field("problem", "problem file", "A file with the problem; it stands instead of the options above.", empty="none"),
)
MODEL = (
    Field(
        "model", "model", "sim, sim:paper, sim:p=0.95,v=0.97,latency=0.3, or a name such as openai/gpt-6-luna.", "sim"
    ),
    Field("api_base", "API base", "Endpoint of a local or private server.", empty="the provider's"),
    Field("first_temperature", "first temp.", "Of a step's first sample: auto (0 where taken), none, or 0 to 2.", AUTO),
    Field("temperature", "temperature", "Of the other samples: auto (0.1 where taken), none, or 0 to 2.", AUTO),
    Field(
        "reasoning",
        "reasoning",
        "How much the model is asked to reason before it answers; default says nothing to it.",
        DEFAULT,
        tuple((effort, effort) for effort in EFFORTS),
    ),
    Field("n", "answers/call", "Most answers one call may bring: auto (several where they differ), or a number.", AUTO),
    Field("concurrency", "in flight", "Most samples in flight at a time.", "8"),
    Field("seed", "seed", "Of the simulated model; the same seed gives the same run.", "0"),
)
VOTING = (
    Field("k", "k", "Votes a candidate must be ahead; auto takes the smallest that reaches the target.", AUTO),
    Field("target", "target", "For an automatic k: the probability that the whole run is right.", "0.95"),
    Field(
        "rule",
        "voting",
        "Ahead by k is the paper's rule; first to k is weaker at the same k, and here to compare.",
        "ahead",
        (("first to ahead by k", "ahead"), ("first to k", "first")),
    ),
    Field("max_tokens", "max tokens", "Longest answer in output tokens; longer ones are flagged.", "750"),
    Field(
        "max_reasoning_tokens", "reason limit", "Room for reasoning beside the answer, in output tokens.", empty=AUTO
    ),
    Field(
        "flags",
        "red flags",
        "All signs of an unreliable response, or only the paper's two: length and format.",
        "all",
        (("all signs", "all"), ("the paper's two", "paper")),
    ),
)
LIMITS = (
    Field("max_samples", "step limit", "Most samples of one step; then it is undecided, and asks you.", empty=AUTO),
    Field("limit_samples", "sample limit", "The run ends as out of budget after so many samples.", empty="no limit"),
    Field(
        "limit_usd", "dollar limit", "The run ends before a call that may go over so many dollars.", empty="no limit"
    ),
    Field("price", "price", f"{PRICE_FORM}, in dollars per million tokens.", empty="list price"),
)
GROUPS = (("model", MODEL), ("voting and red flags", VOTING), ("limits", LIMITS))
"""What every task is asked besides its problem, in the order of the form."""
FIELDS: tuple[Field, ...] = (*PROBLEM, *MODEL, *VOTING, *LIMITS)
"""All of them."""


def option_fields(family: type[AnyTask]) -> list[Field]:
    """Make fields of a task's own options."""
    return [
        Field(
            OPTION + option.name,
            option.name.replace("_", " "),
            option.help,
            str(option.default),
            tuple((choice, choice) for choice in option.choices or ()),
        )
        for option in family.options
    ]


def read_order(name: str, family: type[AnyTask], values: Mapping[str, str]) -> RunOrder:
    """Make an order out of what the form holds.

    Args:
        name: The task's name in the catalogue.
        family: The task.
        values: What each field holds, by its key.

    Raises:
        InputError: A field holds something else than its kind; the text names it.
    """
    given = _Values(values)
    problem = given.text("problem")
    k = None if given.text("k").lower() in ("", AUTO) else given.whole("k", f"a whole number or {AUTO}")
    order = RunOrder(
        task=name,
        options={option.name: given.option(option.name, option.default) for option in family.options},
        source=read_problem(Path(problem).expanduser()) if problem else None,
        model=given.text("model"),
        api_base=given.text("api_base") or None,
        k=k,
        target=given.number("target"),
        rule=given.text("rule"),
        temperature=given.temperature("temperature"),
        first_temperature=given.temperature("first_temperature"),
        reasoning=given.text("reasoning") or DEFAULT,
        max_tokens=given.whole("max_tokens"),
        max_reasoning_tokens=given.whole("max_reasoning_tokens") if given.text("max_reasoning_tokens") else None,
        paper_flags=given.text("flags") == "paper",
        max_samples=given.whole("max_samples") if given.text("max_samples") else None,
        n=given.answers("n"),
        concurrency=given.whole("concurrency"),
        seed=given.whole("seed"),
        limit_samples=given.whole("limit_samples") if given.text("limit_samples") else None,
        limit_usd=given.number("limit_usd") if given.text("limit_usd") else None,
        undecided=ASK,  # whoever fills a form in is there to be asked
        apart=True,
        attended=True,
    )
    return priced(order, [given.text("price")] if given.text("price") else [])


class _Values:
    """Reads fields, naming the one that holds something else than its kind."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values
        self._labels = {field.key: field.label for field in FIELDS}

    def text(self, key: str) -> str:
        return self._values.get(key, "").strip()

    def whole(self, key: str, kind: str = "a whole number") -> int:
        try:
            return int(self.text(key).replace(",", ""))
        except ValueError:
            raise InputError(f"{self._label(key)} must be {kind}, got {self.text(key)!r}") from None

    def number(self, key: str) -> float:
        try:
            return float(self.text(key))
        except ValueError:
            raise InputError(f"{self._label(key)} must be a number, got {self.text(key)!r}") from None

    def temperature(self, key: str) -> Temperature:
        try:
            return read_temperature(self.text(key) or AUTO)
        except InputError as error:
            raise InputError(f"{self._label(key)} {error}") from None

    def answers(self, key: str) -> Answers:
        try:
            return read_answers(self.text(key) or AUTO)
        except InputError as error:
            raise InputError(f"{self._label(key)} {error}") from None

    def option(self, name: str, default: int | str) -> int | str:
        key = OPTION + name
        return self.whole(key) if isinstance(default, int) else self.text(key)

    def _label(self, key: str) -> str:
        return self._labels.get(key, key.removeprefix(OPTION))


def hints(fields: Sequence[Field]) -> dict[str, str]:
    """What to say of each field while it has the focus, by its key."""
    return {field.key: field.hint for field in fields}
