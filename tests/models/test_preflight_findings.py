"""What a few answers say of a model: each finding with its sentence, its verdict and its mend."""

from __future__ import annotations

from dataclasses import replace

import pytest

from maker_engine.core.errors import Fault, ProviderError
from maker_engine.core.record.model_check import Finding, Verdict
from maker_engine.core.red_flags import FlagRules, inspect
from maker_engine.core.responses import DRAFT, Flag, Prompt, Response, SampleRequest
from maker_engine.models.names import is_alias, is_same
from maker_engine.models.pool import Member, Pool, VoterSpec, members
from maker_engine.models.port import Figures
from maker_engine.models.preflight_findings import Drawn, ModelAnswers, Needs, hopeless, judge
from maker_engine.models.scripted import ScriptedModel

RULES = FlagRules(max_tokens=100, max_reasoning_tokens=50)
NEEDS = Needs(RULES, k=3, concurrency=2, steps=31, costed=False)
GOOD = Response(
    "move = [1, 0, 2], next_state = [[2], [], [1]]", 70, 20, latency_s=2.0, model="m-2026-10-01", id="a",
    tokens_reasoning=0, cost_usd=0.001,
)  # fmt: skip


class Real(ScriptedModel):
    """A model by a name, with figures and adjustments of its own."""

    simulated = False

    def __init__(self, name: str = "openai/m", adjustments: tuple[str, ...] = (), figures: Figures | None = None):
        super().__init__(lambda _: GOOD, figures)
        self.name = name
        self.adjustments = adjustments


def drawn(response: Response, temperature: float | None = 0.1) -> Drawn:
    """One answer, read by the rules."""
    request = SampleRequest(0, 1, Prompt("", "?"), temperature, 100, max_reasoning_tokens=50)
    verdict = inspect(
        response, RULES, lambda text: text if "move" in text else Flag("malformed", "no move"), lambda _: None
    )
    return Drawn(request, response, verdict)


def heard(*responses: Response, model: ScriptedModel | None = None, fault: ProviderError | None = None) -> ModelAnswers:
    """What came of the calls to a model: by default two good answers that differ."""
    answers = responses or (() if fault else (GOOD, replace(GOOD, text=GOOD.text + ".", id="b")))
    model = model or Real()
    return ModelAnswers(Member(0, model.name, model, VoterSpec(model.name)), [drawn(one) for one in answers], fault)


def found(name: str, one: ModelAnswers, needs: Needs = NEEDS) -> list[tuple[str, Verdict, str]]:
    """The findings of a name, as sentence, verdict and mend."""
    judged: list[Finding] = judge(one, needs, named=False)
    return [(finding.found, finding.verdict, finding.mend) for finding in judged if finding.name == name]


def test_a_model_that_fits_is_said_to_fit():
    """Nothing but the missing price is remarked of a good model, and each thing that was looked at is told."""
    judged = judge(heard(), NEEDS, named=False)
    assert [one.name for one in judged] == [
        "model", "parameters", "usage", "ids", "texts", "price", "limit", "form", "time",
    ]  # fmt: skip
    assert [one.name for one in judged if one.verdict is not Verdict.OK] == ["price"]
    assert found("usage", heard()) == [("70 tokens in, 20 out a call, 0 of them reasoning", Verdict.OK, "")]
    assert found("time", heard()) == [("2 s a call, 4 s a step or more, 2 min for 31 steps", Verdict.OK, "")]


@pytest.mark.parametrize(
    ("asked", "answered", "same"),
    [
        ("openai/gpt-6-luna", "gpt-6-luna-2026-10-01", True),
        ("gpt-6-luna-2026-10-01", "gpt-6-luna", True),
        ("openrouter/openai/gpt-5.1", "openai/gpt-5.1", True),
        ("anthropic/claude-haiku-4-5", "claude-haiku-4-5-20251001", True),
        ("vertex_ai/claude-haiku-4-5@20251001", "claude-haiku-4-5-20251001", True),
        ("ollama/llama3", "llama3:latest", True),
        ("hosted_vllm/Qwen/Qwen3-8B", "qwen3-8b", True),
        ("openai/small", "/home/me/models/small.gguf", True),
        ("openai/m", "gemini-3.5-flash-lite", False),
        ("openai/gpt-5.1", "gpt-5.1-mini", False),
    ],
)
def test_dated_builds_and_provider_prefixes_are_the_same_model(asked, answered, same):
    """Two names mean one model if they differ in provider, path, date or tag alone."""
    assert is_same(asked, answered) is same
    verdict = Verdict.OK if same else Verdict.WARNING
    assert [one[1] for one in found("model", heard(replace(GOOD, model=answered), model=Real(asked)))] == [verdict]


def test_another_model_that_answers_is_a_warning_and_an_alias_a_note():
    """The sentence names both; a deployment's name is not a model's."""
    ((said, verdict, mend),) = found("model", heard(replace(GOOD, model="gemini-3.5-flash-lite")))
    assert (said, verdict) == (
        "answered by gemini-3.5-flash-lite, not by openai/m: its errors and its price are others",
        Verdict.WARNING,
    )
    assert mend.startswith("name the model that answers")
    assert is_alias("azure/mine")
    assert found("model", heard(model=Real("azure/mine")))[0][1] is Verdict.NOTE
    assert found("model", heard(replace(GOOD, model="")))[0][1] is Verdict.NOTE


def test_what_is_sent_otherwise_is_a_note_each():
    """Every adjustment is told in its own words."""
    model = Real(adjustments=("no temperature is sent: it takes none", "the limit is sent as max_completion_tokens"))
    assert [one[:2] for one in found("parameters", heard(model=model))] == [
        (line, Verdict.NOTE) for line in model.adjustments
    ]


def test_missing_usage_is_a_warning_and_reasoning_that_is_not_counted_a_note():
    """Without counts no limit on tokens can hold; without the share of reasoning, it counts as answer."""
    ((said, verdict, mend),) = found("usage", heard(replace(GOOD, tokens_out=None, tokens_in=None), GOOD))
    assert said == "1 of 2 answers is without token counts: neither tokens nor cost of such a run are known"
    assert (verdict, mend.startswith("let the server report usage")) == (Verdict.WARNING, True)
    assert found("usage", heard(replace(GOOD, tokens_reasoning=None)))[0][1] is Verdict.NOTE


def test_responses_without_ids_are_a_note():
    """A copy can then be told by its text alone."""
    assert found("ids", heard(replace(GOOD, id="")))[0][1] is Verdict.NOTE


def test_texts_that_are_the_same_to_the_byte_are_copies():
    """At a temperature above 0, or at the model's own, it is said that k does nothing; at 0 it is not asked."""
    ((said, verdict, mend),) = found("texts", heard(GOOD, replace(GOOD, id="b")))
    assert said == (
        "2 of 2 texts are the same to the byte at temperature 0.1: if all are, these are copies, and k does nothing"
    )
    assert (verdict, "raise --temperature" in mend) == (Verdict.WARNING, True)
    at_zero = heard(GOOD, GOOD)
    at_zero.drawn = [drawn(GOOD, 0.0), drawn(GOOD, 0.0)]
    assert found("texts", at_zero) == []
    bare = heard(GOOD, GOOD, model=Real(adjustments=("no temperature is sent: this model ignores it",)))
    bare.drawn = [drawn(GOOD, 0.0), drawn(GOOD, 0.1)]
    assert "at the model's own temperature" in found("texts", bare)[0][0]
    assert found("texts", heard(replace(GOOD, text="move 1"), replace(GOOD, text="move 1")))[0][1] is Verdict.OK


def test_a_missing_price_weighs_more_where_dollars_are_limited():
    """A note, a warning beside a limit in dollars; a known price is told."""
    assert found("price", heard())[0][1] is Verdict.NOTE
    assert found("price", heard(), replace(NEEDS, costed=True))[0][1] is Verdict.WARNING
    priced = Real(figures=Figures(usd_per_token_in=1e-7, usd_per_token_out=5e-7))
    assert found("price", heard(model=priced)) == [("$0.1 in, $0.5 out a million tokens", Verdict.OK, "")]


STARVED = replace(GOOD, text="", tokens_out=150, tokens_reasoning=150, finish_reason="length")
CUT = replace(GOOD, text="move = [1, ", tokens_out=150, tokens_reasoning=0, finish_reason="length")
LONG = replace(GOOD, tokens_out=140, tokens_reasoning=0)
THOUGHT = replace(GOOD, tokens_out=120, tokens_reasoning=70)
TIGHT = "at most 95 of 100 tokens used by an answer: some will be longer, and flagged"
LESS = "raise --max-reasoning-tokens or lower --reasoning"


@pytest.mark.parametrize(
    ("responses", "said", "verdict", "mend"),
    [
        ((STARVED,) * 2, "both answers are cut off while reasoning, before any text (150 tokens)", Verdict.STOP, LESS),
        ((STARVED, GOOD), "1 of 2 answers is cut off while reasoning, before any text (150 tokens)", Verdict.WARNING,
         LESS),
        ((CUT,) * 3, "all 3 answers are cut off at the limit (150 tokens)", Verdict.STOP, "raise --max-tokens"),
        ((LONG,) * 2, "both answers are flagged for their length (140 tokens)", Verdict.STOP, "raise --max-tokens"),
        ((THOUGHT,) * 2, "both answers are flagged for their reasoning (120 tokens)", Verdict.STOP, LESS),
        ((GOOD, replace(GOOD, tokens_out=95)), TIGHT, Verdict.WARNING, "raise --max-tokens"),
        ((GOOD,), "at most 20 of 100 tokens used by an answer", Verdict.OK, ""),
        ((replace(GOOD, tokens_out=None),), "no answer was cut off", Verdict.OK, ""),
    ],
)  # fmt: skip
def test_answers_are_held_against_their_limits(responses, said, verdict, mend):
    """What the limit did to them is said with the mend; it stops a run only where it befell every answer."""
    ((told, judged, changed),) = found("limit", heard(*responses))
    assert (told, judged, changed.startswith(mend)) == (said, verdict, True)
    assert hopeless(heard(*responses)) is (verdict is Verdict.STOP)


def test_the_form_is_judged_with_an_excerpt_that_is_printable():
    """A flagged answer is told with rule, reason and a bit of its text, which cannot reach the terminal raw."""
    ((said, verdict, _),) = found("form", heard(replace(GOOD, text="I like \x1b[31mturtles"), GOOD))
    assert said == "1 of 2 answers is flagged, malformed: no move (“I like ␛[31mturtles”)"
    assert verdict is Verdict.WARNING
    assert found("form", heard())[0] == ("both answers are in the demanded form", Verdict.OK, "")


@pytest.mark.parametrize(
    ("response", "begins"),
    [
        (replace(GOOD, text="  "), "both answers are flagged, malformed: no move"),
        (replace(GOOD, finish_reason="odd"), "both answers are flagged, finish: finish reason 'odd', only 'stop' may"),
    ],
)
def test_answers_of_which_none_can_ever_vote_stop_a_run(response, begins):
    """Empty texts, or an ending that is never whole, are the server's to mend."""
    ((said, verdict, mend),) = found("form", heard(response, response))
    assert (said.startswith(begins), verdict) == (True, Verdict.STOP)
    assert mend
    assert hopeless(heard(response, response))


@pytest.mark.parametrize(
    ("kind", "verdict", "mend"),
    [
        (Fault.AUTH, Verdict.STOP, "check the key"),
        (Fault.QUOTA, Verdict.STOP, "top the account up"),
        (Fault.NOT_FOUND, Verdict.STOP, "check the model's name and --api-base"),
        (Fault.BAD_REQUEST, Verdict.STOP, "change what it names"),
        (Fault.COPY, Verdict.STOP, "switch caching off"),
        (Fault.MALFORMED, Verdict.STOP, "check --api-base"),
        (Fault.CONNECTION, Verdict.WARNING, "try again later"),
        (Fault.OVERLOAD, Verdict.WARNING, "try again later"),
    ],
)
def test_a_fault_that_does_not_pass_stops_a_run(kind, verdict, mend):
    """The provider's words are told once, without the model's name before them, with what to do."""
    ((said, judged, changed),) = found("calls", heard(fault=ProviderError(kind, "openai/m: HTTP 400: no")))
    assert (said, judged) == (f"the call failed ({kind.value}): HTTP 400: no", verdict)
    assert changed.startswith(mend)


def test_a_refused_parameter_is_told_with_the_mend_it_brings():
    """What the user named and the model does not take is a finding about parameters."""
    refusal = ProviderError(
        Fault.BAD_REQUEST, "model openai/m does not take --temperature 0.7: give --temperature auto"
    )
    assert found("parameters", heard(fault=refusal)) == [
        ("does not take --temperature 0.7: give --temperature auto", Verdict.STOP, "")
    ]


def test_whoever_does_not_vote_is_named_and_stops_nothing_but_by_a_fault():
    """A draft that is starved is a warning: the run can do without it."""
    starved = heard(STARVED, STARVED)
    starved.member = replace(starved.member, voter=DRAFT)
    judged = judge(starved, NEEDS, named=True)
    assert {one.who for one in judged} == {"openai/m (the draft)"}
    assert "time" not in [one.name for one in judged]
    assert max(one.verdict for one in judged if one.name == "limit") is Verdict.WARNING
    broken = heard(fault=ProviderError(Fault.AUTH, "no"))
    broken.member = replace(broken.member, voter=DRAFT)
    assert [one.verdict for one in judge(broken, NEEDS, named=True)] == [Verdict.STOP]


def test_a_pool_s_distinct_voters_are_model_temperature_and_reasoning():
    """Wordings of one voter are asked once; the draft and the stronger model are members of their own."""
    specs = [
        VoterSpec("a"), VoterSpec("a", variant="careful"), VoterSpec("a", 0.7), VoterSpec("a", reasoning="low"),
        VoterSpec("b"),
    ]  # fmt: skip
    pool = Pool([(spec, Real(spec.model)) for spec in specs], {DRAFT: Real("c")})
    found_members = [(one.voter, one.name) for one in members(pool)]
    assert found_members == [(0, "a"), (2, "a temperature=0.7"), (3, "a reasoning=low"), (4, "b"), (-1, "c")]
    assert [(one.voter, one.name) for one in members(Real("x"))] == [(0, "x")]
