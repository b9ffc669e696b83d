"""Whatever a provider does wrong, one thing at a time and all of it at once: a run decides what it decides without."""

from __future__ import annotations

import asyncio
import time

import pytest

from maker_engine.core.errors import Fault, ProviderError
from maker_engine.core.record.events import Outcome
from maker_engine.core.red_flags import MALFORMED, FlagRules, inspect
from maker_engine.core.responses import Flag, Prompt, SampleRequest
from maker_engine.models.via_litellm import LiteLLMModel
from maker_engine.runtime.admission import Admission
from tests.runtime.faults import SKIPPED, SLACK_S, TIMEOUT_S, K, Report, compare, faults_met, figures
from tests.support.fault_server import KINDS, VOTE, Said
from tests.support.openai_server import OpenAIServer, Reply

EACH = 1
HONEST, FIRST = "the honest answer", "the first answer"
PATIENT_S = 20.0
NAMES = ["openai/any", "openai/gpt-4.1-mini"]
"""One model for each of the two ways the adapter takes through LiteLLM."""

faulty = [name for name, kind in KINDS.items() if isinstance(kind.outcome, Fault)]
flagged = [name for name, kind in KINDS.items() if not isinstance(kind.outcome, Fault) and kind.outcome != VOTE]
odd = [name for name, kind in KINDS.items() if kind.outcome == VOTE]


@pytest.fixture(autouse=True)
def a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """OpenAI's own models are not asked for without one."""
    monkeypatch.setenv("OPENAI_API_KEY", "canary-0123456789")


def deadline_of(kind: str) -> float:
    """A short one for those who do not answer at all; for all others one that a busy machine cannot miss."""
    return TIMEOUT_S if KINDS[kind].outcome is Fault.TIMEOUT else PATIENT_S


async def ended(kind: str, name: str) -> tuple[Fault | str, float]:
    """Draw an honest sample and then one of `kind`; return how that ended and how long it took."""

    def answer(_messages: object, body: dict[str, str], number: int) -> Reply | str:
        said = Said("the answer is poison", HONEST, f"chatcmpl-{number}", "chatcmpl-0", FIRST, body["model"])
        return KINDS[kind].reply(said) if number else FIRST

    admission = Admission()
    with OpenAIServer(answer) as server:
        # The honest sample pays for what is loaded at the first call: that is not to be timed.
        patient, model = (LiteLLMModel(name, server.base_url, limit) for limit in (PATIENT_S, deadline_of(kind)))
        await model.check()
        ending: Fault | str = ""
        for sample, one in enumerate((patient, model)):
            request = SampleRequest(0, sample, Prompt("Solve one step.", "Which?"), 0.1, max_tokens=77)
            asked = time.monotonic()
            try:
                response = await one.sample(request)
                admission.admit(request, response)
                verdict = inspect(response, FlagRules(77), parsed, lambda _: None)
                ending = verdict.rule if isinstance(verdict, Flag) else verdict
            except ProviderError as error:
                ending = error.kind
        taken = time.monotonic() - asked
        await patient.aclose()
        await model.aclose()
    return ending, taken


def parsed(text: str) -> str | Flag:
    """A task with one kind of answer."""
    return VOTE if HONEST in text else "poison" if "the answer is" in text else Flag(MALFORMED, "no answer", text[:9])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", faulty)
async def test_a_fault_is_no_answer(kind: str, name: str) -> None:
    """What brings no whole answer of the right model is a passing fault of the right kind, within the deadline."""
    ending, taken = await ended(kind, name)
    assert (ending, KINDS[kind].outcome.passing) == (KINDS[kind].outcome, True)
    assert taken <= deadline_of(kind) + SLACK_S


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", flagged)
async def test_an_unreliable_answer_is_flagged(kind: str, name: str) -> None:
    """A whole response that did not end well, or says nothing usable, is discarded by the rule for it."""
    assert (await ended(kind, name))[0] == KINDS[kind].outcome


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", odd)
async def test_an_odd_envelope_does_not_cost_an_answer(kind: str, name: str) -> None:
    """A whole answer votes as what it says, whatever odd things stand around it."""
    assert (await ended(kind, name))[0] == VOTE


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Report, Report]:
    """The same run without a fault, and through every kind of them."""
    return asyncio.run(compare(EACH, 7, tmp_path_factory.mktemp("faults")))


def test_there_are_forty_kinds_of_bad_behaviour_and_more(runs: tuple[Report, Report]) -> None:
    """The run went through each of them as often as it was to."""
    assert len(faulty) + len(flagged) >= 40
    assert runs[1].sent == dict.fromkeys(KINDS.keys() - SKIPPED, EACH)


def test_faults_change_no_decision(runs: tuple[Report, Report]) -> None:
    """Every decision is that of the run without a fault; both solve the problem, and neither crashes or hangs."""
    calm, rough = runs
    assert rough.decisions == calm.decisions
    assert [one.view.snapshot.outcome for one in runs] == [Outcome.SOLVED, Outcome.SOLVED]
    assert len(calm.decisions) * K > sum(rough.sent.values()) / 2


def test_no_bad_response_votes(runs: tuple[Report, Report]) -> None:
    """Of all the texts that voted, none is a fault's."""
    assert [one.poisoned for one in runs] == [[], []]


def test_no_call_outlives_its_deadline(runs: tuple[Report, Report]) -> None:
    """Hanging, dripping and stalling servers are left at the deadline."""
    assert all(one.watched.longest_s <= TIMEOUT_S + SLACK_S for one in runs)


def test_faults_are_neither_votes_nor_flags(runs: tuple[Report, Report]) -> None:
    """Each fault is a failed call, or one that was cut short; flags come from responses that deserve them."""
    calm, rough = runs
    refused = (Fault.COPY, Fault.STRANGER)  # whole answers, which the model itself lets through
    outcomes = {name: KINDS[name].outcome for name in rough.sent if isinstance(KINDS[name].outcome, Fault)}
    faults = sum(rough.sent[name] for name, outcome in outcomes.items() if outcome not in refused)
    flags = sum(number for name, number in rough.sent.items() if name in flagged)
    assert faults_met(rough) >= faults
    assert rough.view.snapshot.totals.flagged <= calm.view.snapshot.totals.flagged + flags + 5
    assert rough.view.snapshot.totals.failures >= faults / 2
    assert rough.view.snapshot.totals.refused >= EACH


def test_the_waiting_is_done_on_the_clock(runs: tuple[Report, Report]) -> None:
    """Retry-After and the circuit breaker take minutes, and a billion seconds are not among them."""
    assert 120 < runs[1].slept_s < 24 * 3600


def test_the_figures_can_be_printed(runs: tuple[Report, Report]) -> None:
    """The harness tells how many faults were met, and how many decisions are equal."""
    lines = list(figures(*runs))
    steps = len(runs[0].decisions)
    assert lines[-1].split()[-3:] == [str(steps), "of", str(steps)]
    assert lines[-2].split()[-1] == "0"
