"""What was found out about a model before a run spent money on it: findings, each with its verdict and its fix."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from maker_engine.core.errors import InputError

LONGEST_WORDS = 600
"""Characters of any text in a check; one that comes from a file is refused beyond it."""
MOST_FINDINGS = 1_000
_MOST = 2**53  # tokens or calls: what JSON carries exactly


class Verdict(StrEnum):
    """What a finding means for the run."""

    OK = "ok"
    NOTE = "note"
    WARNING = "warning"
    STOP = "stop"


_WEIGHT = {verdict: weight for weight, verdict in enumerate(Verdict)}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was examined.

    Attributes:
        name: What was examined, in a word: "model", "parameters", "usage", "ids", "texts", "price", "limit", "form",
            "time", or "calls" where one brought nothing.
        found: What was found, in one line.
        verdict: What it means for the run.
        mend: What to change, in one line; empty where nothing need be.
        who: The voter it was found of; empty where only one model answers.
    """

    name: str
    found: str
    verdict: Verdict = Verdict.OK
    mend: str = ""
    who: str = ""


@dataclass(frozen=True, slots=True)
class ModelCheck:
    """A check of the model, or of all voters of a pool, by a few real calls. They are paid for, and never vote.

    Attributes:
        model: Who was asked, as the user named it.
        findings: What was found, in the order in which it is shown.
        step: The step whose prompt was sent, 0-based.
        calls: Calls that brought a response.
        tokens_in: Prompt tokens of all calls, as far as they were reported.
        tokens_out: Output tokens likewise, reasoning included.
        tokens_reasoning: How many of the output tokens were reasoning, likewise.
        cost_usd: Dollars for all calls, None where no price is known for one of them.
        seconds: Mean seconds of a call.
        answered_by: Names under which the models answered, each once.
        adjustments: What is sent otherwise than ordered, and why; one line each.
        ordered: The parameters of the order that it was made with, by name, as text.
        complete: False where it was cut short, so that a resumed run repeats it.
    """

    model: str
    findings: tuple[Finding, ...] = ()
    step: int = 0
    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    tokens_reasoning: int = 0
    cost_usd: float | None = 0.0
    seconds: float = 0.0
    answered_by: tuple[str, ...] = ()
    adjustments: tuple[str, ...] = ()
    ordered: tuple[tuple[str, str], ...] = ()
    complete: bool = True

    @property
    def verdict(self) -> Verdict:
        """The gravest verdict of its findings."""
        return max((one.verdict for one in self.findings), key=_WEIGHT.__getitem__, default=Verdict.OK)

    @property
    def refusal(self) -> str:
        """What makes a run pointless, in one line with the fix; empty where nothing does."""
        for one in self.findings:
            if one.verdict is Verdict.STOP:
                said = f"model {one.who or self.model}: {one.found}"
                return f"{said}: {one.mend}" if one.mend else said
        return ""

    @property
    def remarks(self) -> tuple[Finding, ...]:
        """The findings that are more than a note."""
        return tuple(one for one in self.findings if one.verdict in (Verdict.WARNING, Verdict.STOP))

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON; `of` reads it back."""
        return {
            "model": self.model,
            "verdict": self.verdict.value,
            "findings": [_finding_json(one) for one in self.findings],
            "step": self.step,
            "calls": self.calls,
            "tokens_in": self.tokens_in,
            "tokens_out": self.tokens_out,
            "tokens_reasoning": self.tokens_reasoning,
            "cost_usd": self.cost_usd,
            "seconds_a_call": self.seconds,
            "answered_by": [*self.answered_by],
            "adjustments": [*self.adjustments],
            "ordered": dict(self.ordered),
            "complete": self.complete,
        }

    @classmethod
    def of(cls, value: object) -> ModelCheck:
        """Read a check from JSON, which may be a stranger's.

        Raises:
            InputError: Something in it is not as `to_json` writes it.
        """
        kept = _object(value, "model_check")
        cost = kept.get("cost_usd")
        return cls(
            model=_words(kept, "model"),
            findings=tuple(_finding(one) for one in _list(kept, "findings")),
            step=_count(kept, "step"),
            calls=_count(kept, "calls"),
            tokens_in=_count(kept, "tokens_in"),
            tokens_out=_count(kept, "tokens_out"),
            tokens_reasoning=_count(kept, "tokens_reasoning"),
            cost_usd=None if cost is None else _number(kept, "cost_usd"),
            seconds=_number(kept, "seconds_a_call"),
            answered_by=lines_of(kept.get("answered_by"), "answered_by"),
            adjustments=lines_of(kept.get("adjustments"), "adjustments"),
            ordered=_pairs(_object(kept.get("ordered"), "ordered")),
            complete=_truth(kept, "complete"),
        )


def lines_of(value: object, name: str) -> tuple[str, ...]:
    """Read a list of short texts from JSON, which may be a stranger's.

    Raises:
        InputError: It is none, or too long.
    """
    if not isinstance(value, list) or len(value) > MOST_FINDINGS:
        raise InputError(f"{name!r} is not a list of at most {MOST_FINDINGS:,} texts")
    return tuple(_words({name: one}, name) for one in value)


def _finding_json(one: Finding) -> dict[str, str]:
    who = {"who": one.who} if one.who else {}
    return {**who, "name": one.name, "found": one.found, "verdict": one.verdict.value, "mend": one.mend}


def _finding(value: object) -> Finding:
    kept = _object(value, "finding")
    verdict = _words(kept, "verdict")
    if verdict not in set(Verdict):
        raise InputError(f"'verdict' is one of {', '.join(Verdict)}, got {verdict[:20]!r}")
    who = _words(kept, "who") if "who" in kept else ""
    return Finding(_words(kept, "name"), _words(kept, "found"), Verdict(verdict), _words(kept, "mend"), who)


def _object(value: object, name: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise InputError(f"{name!r} is not a JSON object")
    return value


def _list(kept: Mapping[str, Any], name: str) -> list[Any]:
    value = kept.get(name)
    if not isinstance(value, list) or len(value) > MOST_FINDINGS:
        raise InputError(f"{name!r} is not a list of at most {MOST_FINDINGS:,}")
    return value


def _words(kept: Mapping[str, Any], name: str) -> str:
    value = kept.get(name)
    if not isinstance(value, str) or len(value) > LONGEST_WORDS:
        raise InputError(f"{name!r} is not a text of at most {LONGEST_WORDS} characters")
    return value


def _count(kept: Mapping[str, Any], name: str) -> int:
    value = kept.get(name)
    if type(value) is not int or not 0 <= value <= _MOST:
        raise InputError(f"{name!r} is not a whole number from 0 on")
    return value


def _number(kept: Mapping[str, Any], name: str) -> float:
    value = kept.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= _MOST:
        raise InputError(f"{name!r} is not a number from 0 on")
    return float(value)


def _truth(kept: Mapping[str, Any], name: str) -> bool:
    value = kept.get(name)
    if not isinstance(value, bool):
        raise InputError(f"{name!r} is neither true nor false")
    return value


def _pairs(kept: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    if len(kept) > MOST_FINDINGS:
        raise InputError(f"'ordered' has more than {MOST_FINDINGS:,} parameters")
    return tuple((_words({"ordered": name}, "ordered"), _words(kept, name)) for name in kept)
