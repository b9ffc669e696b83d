"""What a few real answers say of a model: does it fit the run that is ordered, and what is to be changed?

Pure: the calls were made elsewhere. A finding stops a run only where no answer at all can vote, or the provider refuses
for good; what may be chance after two or three answers is a warning.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from maker_engine.core.errors import Fault, ProviderError
from maker_engine.core.record.model_check import Finding, Verdict
from maker_engine.core.red_flags import (
    FINISH,
    IN_REASONING,
    IN_TOOL_CALL,
    LENGTH,
    REASONING,
    REFUSAL,
    TRUNCATED,
    FlagRules,
)
from maker_engine.core.responses import DRAFT, Flag, Response, SampleRequest
from maker_engine.models import names
from maker_engine.models.pool import Member
from maker_engine.models.sampling import NO_TEMPERATURE
from maker_engine.printable import one_line
from maker_engine.wording import count_of

LONGEST = 240  # characters of a finding or a fix
TIGHT = 0.8
"""An answer that used more of its limit than this share will now and then be cut off."""
SHORT = 20
"""Texts of fewer characters may well be the same without being copies."""
_EXCERPT = 100
_MENDS = {
    Fault.AUTH: "check the key in the environment, and that it may use this model",
    Fault.QUOTA: "top the account up, or use another key",
    Fault.NOT_FOUND: "check the model's name and --api-base",
    Fault.BAD_REQUEST: "change what it names, or take another model",
    Fault.CONTEXT: "take a model with a longer context",
    Fault.POLICY: "take another model",
    Fault.COPY: "switch caching off in the server or proxy",
    Fault.MALFORMED: "check --api-base and the server: it is to speak OpenAI's chat completions",
}
_PRICED = "give --price IN,OUT in dollars per million tokens, or bound the run by --limit-tokens"
_LESS_REASONING = "raise --max-reasoning-tokens or lower --reasoning"
_TOO_LONG = {
    TRUNCATED: ("cut off at the limit", f"raise --max-tokens, or where it reasons {_LESS_REASONING}"),
    LENGTH: ("flagged for their length", "raise --max-tokens"),
    REASONING: ("flagged for their reasoning", _LESS_REASONING),
}
"""The rules that speak of length: what is said of the answers, and the fix."""
_ENDINGS = {
    IN_REASONING: "set the server's reasoning parser right (vLLM: --reasoning-parser), or give --reasoning none",
    IN_TOOL_CALL: "switch tool calling off in the server",
}
"""What to change where every answer ends for such a reason."""
_REFUSED_BY_NAME = "does not take --"  # how the refusal of a parameter that the user named is worded


class Drawn(NamedTuple):
    """One answer, with what was asked and how the run would have read it."""

    request: SampleRequest
    response: Response
    verdict: Hashable


@dataclass(slots=True)
class ModelAnswers:
    """What came of the calls to one of those who answer.

    Attributes:
        member: Who was asked.
        drawn: The answers.
        fault: Why no further one came, None where all did.
    """

    member: Member
    drawn: list[Drawn] = field(default_factory=list)
    fault: ProviderError | None = None


@dataclass(frozen=True, slots=True)
class Needs:
    """What the run needs of a model.

    Attributes:
        rules: Limits of an answer.
        k: Votes ahead that decide a step.
        concurrency: Most calls in flight.
        steps: Steps of the run, None where that cannot be known.
        costed: The run has a limit in dollars.
    """

    rules: FlagRules
    k: int
    concurrency: int
    steps: int | None
    costed: bool


def final(fault: ProviderError) -> bool:
    """Return whether a fault will not pass: it has to be fixed before a run has a point."""
    return not fault.kind.passing or fault.kind in (Fault.COPY, Fault.MALFORMED)


def hopeless(answers: ModelAnswers) -> bool:
    """Return whether no answer so far could vote for a reason that will not change by itself."""
    return any(one.verdict is Verdict.STOP for one in (*_calls(answers), *_room(answers), *_form(answers)))


def judge(answers: ModelAnswers, needs: Needs, *, named: bool) -> list[Finding]:
    """Return what was found of one who answers; `named` says each finding with its name."""
    findings = _calls(answers)
    if answers.drawn:
        findings += [
            _model(answers), *_parameters(answers), _usage(answers), _ids(answers), *_texts(answers),
            _price(answers, needs),
            *_room(answers, needs.rules), *_form(answers), _time(answers, needs),
        ]  # fmt: skip
    if answers.member.voter < 0:  # a run can do without those who do not vote
        role = "the draft" if answers.member.voter == DRAFT else "the stronger model"
        findings = [one if one.name == "calls" else _weaker(one) for one in findings if one.name != "time"]
        return [replace(one, who=f"{answers.member.name} ({role})") for one in findings]
    return [replace(one, who=answers.member.name) for one in findings] if named else findings


def _weaker(finding: Finding) -> Finding:
    return replace(finding, verdict=Verdict.WARNING) if finding.verdict is Verdict.STOP else finding


def _found(name: str, found: str, verdict: Verdict = Verdict.OK, mend: str = "") -> Finding:
    return Finding(name, one_line(found, LONGEST), verdict, one_line(mend, LONGEST))


def _calls(answers: ModelAnswers) -> list[Finding]:
    """Name the fault that ended the calls."""
    fault = answers.fault
    if fault is None:
        return []
    said = str(fault).removeprefix(f"{answers.member.model.name}: ")
    if _REFUSED_BY_NAME in said:
        said = said.removeprefix(f"model {answers.member.model.name} ")
        return [_found("parameters", said, Verdict.STOP)]
    verdict = Verdict.STOP if final(fault) else Verdict.WARNING
    mend = _MENDS.get(fault.kind, "try again later")
    return [_found("calls", f"the call failed ({fault.kind.value}): {said}", verdict, mend)]


def _model(answers: ModelAnswers) -> Finding:
    asked = answers.member.model.name
    answered = list(dict.fromkeys(one.response.model for one in answers.drawn if one.response.model))
    if not answered:
        return _found("model", "the server does not say which model answers", Verdict.NOTE)
    strangers = [name for name in answered if not names.is_same(asked, name)]
    if not strangers:
        return _found("model", f"answered by {', '.join(answered)}")
    if names.is_alias(asked):
        return _found("model", f"{asked} is answered by {', '.join(answered)}", Verdict.NOTE)
    return _found(
        "model",
        f"answered by {', '.join(strangers)}, not by {asked}: its errors and its price are others",
        Verdict.WARNING,
        "name the model that answers, or fix what the server calls its model",
    )


def _parameters(answers: ModelAnswers) -> list[Finding]:
    adjustments = answers.member.model.adjustments
    if not adjustments:
        return [_found("parameters", "taken as ordered")]
    return [_found("parameters", line, Verdict.NOTE) for line in adjustments]


def _usage(answers: ModelAnswers) -> Finding:
    total = len(answers.drawn)
    silent = sum(one.response.tokens_in is None or one.response.tokens_out is None for one in answers.drawn)
    if silent:
        return _found(
            "usage",
            f"{_of(silent, total)} without token counts: neither tokens nor cost of such a run are known",
            Verdict.WARNING,
            "let the server report usage; until it does, --limit-samples and --limit-minutes hold",
        )
    prompt = _mean([one.response.tokens_in for one in answers.drawn])
    output = _mean([one.response.tokens_out for one in answers.drawn])
    said = f"{prompt:,.0f} tokens in, {output:,.0f} out a call"
    counted = [one.response.tokens_reasoning for one in answers.drawn if one.response.tokens_reasoning is not None]
    if counted:
        return _found("usage", f"{said}, {_mean(counted):,.0f} of them reasoning")
    if _uncounted(answers):
        return _found("usage", f"{said}; reasoning is not counted apart: it counts as part of the answer", Verdict.NOTE)
    return _found("usage", said)


def _ids(answers: ModelAnswers) -> Finding:
    if all(one.response.id for one in answers.drawn):
        return _found("ids", "each response has an id of its own")
    return _found("ids", "responses without an id: a copy from a cache shows by its text alone", Verdict.NOTE)


def _texts(answers: ModelAnswers) -> list[Finding]:
    """Compare what was drawn at a temperature above 0, or at the model's own."""
    bare = any(line.startswith(NO_TEMPERATURE) for line in answers.member.model.adjustments)
    varied = [one for one in answers.drawn if bare or one.request.temperature is None or one.request.temperature > 0]
    if len(varied) < 2 or not all(one.response.text.strip() for one in varied):
        return []
    different = len({one.response.text for one in varied})
    if different > 1:
        return [_found("texts", f"{different} of {len(varied)} texts are different")]
    if len(varied[0].response.text) < SHORT:
        return [_found("texts", f"{len(varied)} of {len(varied)} are the same, which says little of so short ones")]
    temperature = varied[0].request.temperature
    at = "the model's own temperature" if bare or temperature is None else f"temperature {temperature:g}"
    return [
        _found(
            "texts",
            f"{len(varied)} of {len(varied)} texts are the same to the byte at {at}: if all are, these are copies, and"
            " k does nothing",
            Verdict.WARNING,
            "switch caching and fixed seeds off in the server, raise --temperature, or let several models vote",
        )
    ]


def _price(answers: ModelAnswers, needs: Needs) -> Finding:
    figures = answers.member.model.figures
    if figures.usd_per_token_in is not None and figures.usd_per_token_out is not None:
        prompt, output = 1e6 * figures.usd_per_token_in, 1e6 * figures.usd_per_token_out
        return _found("price", f"${prompt:.4g} in, ${output:.4g} out a million tokens")
    if answers.member.model.simulated:
        return _found("price", "none: the model is simulated")
    verdict = Verdict.WARNING if needs.costed else Verdict.NOTE
    return _found("price", "no price is known, so cost is not", verdict, _PRICED)


def _room(answers: ModelAnswers, rules: FlagRules | None = None) -> list[Finding]:
    """Hold the answers against their limits; without `rules`, only where they are hopeless."""
    total = len(answers.drawn)
    over = [
        (one.verdict.rule, one.response)
        for one in answers.drawn
        if isinstance(one.verdict, Flag) and one.verdict.rule in _TOO_LONG
    ]
    if not over:
        return [] if rules is None or not total else [_fit(answers, rules)]
    rule = over[0][0]
    how, mend = _TOO_LONG[rule]
    if rule == TRUNCATED and not any(response.text.strip() for _, response in over):
        how, mend = "cut off while reasoning, before any text", _LESS_REASONING
    elif rule == LENGTH and _uncounted(answers):
        mend += ", or let the server count reasoning apart"
    known = [response.tokens_out for _, response in over if response.tokens_out is not None]
    used = f" ({max(known):,} tokens)" if known else ""
    verdict = Verdict.STOP if len(over) == total else Verdict.WARNING
    return [_found("limit", f"{_of(len(over), total)} {how}{used}", verdict, mend)]


def _fit(answers: ModelAnswers, rules: FlagRules) -> Finding:
    known = [one.response.tokens_answer for one in answers.drawn if one.response.tokens_answer is not None]
    if not known:
        return _found("limit", "no answer was cut off")
    used = f"at most {max(known):,} of {rules.max_tokens:,} tokens used by an answer"
    if max(known) > TIGHT * rules.max_tokens:
        return _found("limit", f"{used}: some will be longer, and flagged", Verdict.WARNING, "raise --max-tokens")
    return _found("limit", used)


def _uncounted(answers: ModelAnswers) -> bool:
    """Return whether the model was given room to reason, and the server does not say what it used of that."""
    return any(one.request.max_reasoning_tokens and one.response.tokens_reasoning is None for one in answers.drawn)


def _form(answers: ModelAnswers) -> list[Finding]:
    """Say whether the answers have the demanded form; those that were too long have been reported already."""
    flagged = [(one.verdict, one.response) for one in answers.drawn if isinstance(one.verdict, Flag)]
    judged = [(flag, response) for flag, response in flagged if flag.rule not in _TOO_LONG]
    total = len(answers.drawn)
    if not judged:
        return [] if flagged or not total else [_found("form", f"{_of(total, total)} in the demanded form")]
    flag, first = judged[0]
    said = f"{_of(len(judged), total)} flagged, {flag.rule}: {flag.reason}"
    if excerpt := (flag.excerpt or first.text).strip():
        said = f"{one_line(said, LONGEST - _EXCERPT)} (“{one_line(excerpt, _EXCERPT - 6)}”)"
    if len(judged) == total and all(one.rule == FINISH for one, _ in judged):
        mend = _ENDINGS.get(first.finish_reason, "fix how the server ends an answer: only a whole one votes")
        return [_found("form", said, Verdict.STOP, mend)]
    if len(judged) == total and not any(response.text.strip() for _, response in judged):
        thought = any(response.tokens_reasoning for _, response in judged)
        mend = _ENDINGS[IN_REASONING] if thought else "look into the server: the text of its answers is empty"
        return [_found("form", said, Verdict.STOP, mend)]
    mend = "take another model" if flag.rule == REFUSAL else "if many are, take a larger model or another wording"
    return [_found("form", said, Verdict.WARNING, mend)]


def _time(answers: ModelAnswers, needs: Needs) -> Finding:
    call = _mean([one.response.latency_s for one in answers.drawn])
    step = call * math.ceil(needs.k / max(1, needs.concurrency))
    said = f"{_seconds(call)} a call, {_seconds(step)} a step or more"
    if needs.steps:
        said += f", {_seconds(step * needs.steps)} for {count_of(needs.steps, 'step')}"
    return _found("time", said)


def _seconds(seconds: float) -> str:
    if seconds < 0.095:
        return "under 0.1 s"
    if seconds < 100:
        return f"{seconds:.2g} s" if seconds < 9.5 else f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6_000 else f"{seconds / 3600:,.1f} h"


def _of(some: int, total: int) -> str:
    """Count answers of all that came."""
    if some == total:
        return {1: "the only answer is", 2: "both answers are"}.get(total, f"all {total} answers are")
    return f"{some} of {total} answers {'is' if some == 1 else 'are'}"


def _mean(values: Sequence[int | float | None]) -> float:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else 0.0
