from __future__ import annotations

import asyncio
from collections import Counter
from functools import partial

import pytest

from maker_engine.core import red_flags
from maker_engine.core.errors import InputError
from maker_engine.core.red_flags import FlagRules
from maker_engine.core.responses import Flag, Prompt, Response, SampleRequest
from maker_engine.models.opening import Access, open_model
from maker_engine.models.profile import PAPER, Profile, parse_profile
from maker_engine.models.simulated import SimulatedModel
from tests.support.toy import SYSTEM, Count

TASK = Count(100, hours=8)


def request(step: int, sample: int, max_tokens: int = 750) -> SampleRequest:
    return SampleRequest(step, sample, Prompt(SYSTEM, f"hour = {step % 8}, hours = 8"), 0.1, max_tokens)


def verdicts(profile: Profile, samples: int) -> list[int | Flag]:
    """What a model of this profile says, as votes and flags, one sample a step."""
    model = SimulatedModel("sim", profile, TASK, seed=1)
    return [
        red_flags.inspect(
            model.answer(request(step, 0)), FlagRules(), partial(TASK.parse, 0), partial(TASK.objection, 0)
        )
        for step in range(samples)
    ]


def test_a_sample_is_a_function_of_seed_step_and_number_only() -> None:
    """Asked again, later or by another model object, the same sample says the same."""
    one, two = (SimulatedModel("sim", Profile(), TASK, seed=3) for _ in range(2))
    backwards = {n: two.answer(request(4, n)) for n in reversed(range(20))}
    assert [one.answer(request(4, n)) for n in range(20)] == [backwards[n] for n in range(20)]
    assert one.answer(request(4, 0)) != SimulatedModel("sim", Profile(), TASK, seed=4).answer(request(4, 0))


@pytest.mark.parametrize(("p", "v"), [(0.97, 0.96), (0.8, 0.9), (0.6, 0.5), (1.0, 1.0)])
def test_validity_and_accuracy_are_those_of_the_profile(p: float, v: float) -> None:
    """Over 4,000 samples the shares of valid and of right responses are v and p to within 4 standard errors."""
    samples = 4_000
    said = verdicts(Profile(p=p, v=v), samples)
    valid = [(step, hour) for step, hour in enumerate(said) if not isinstance(hour, Flag)]
    right = sum(hour == (step + 1) % 8 for step, hour in valid)
    assert abs(len(valid) / samples - v) <= 4 * (v * (1 - v) / samples) ** 0.5
    assert abs(right / len(valid) - p) <= 4 * (p * (1 - p) / len(valid)) ** 0.5


def test_invalid_responses_are_of_every_kind() -> None:
    """Malformed, cut off, illegal and refusing responses all occur; the toy's inconsistent one is malformed."""
    rules = Counter(flag.rule for flag in verdicts(Profile(v=0.01), 1_000) if isinstance(flag, Flag))
    assert set(rules) == {"malformed", "truncated", "illegal", "refusal"}
    assert min(rules.values()) >= 20


def test_long_responses_are_wrong_more_often() -> None:
    """Beyond 1.3 mean lengths the error rate is several times higher, while over all it stays 1 − p."""
    model = SimulatedModel("sim", Profile(p=0.9, v=1, long_factor=5), TASK)
    said = [(step, model.answer(request(step, 0))) for step in range(6_000)]

    def error_rate(group: list[tuple[int, Response]]) -> float:
        return sum(not response.text.endswith(f"answer = {(step + 1) % 8}") for step, response in group) / len(group)

    long = [one for one in said if (one[1].tokens_out or 0) > 1.3 * 120 + 10]
    short = [one for one in said if (one[1].tokens_out or 0) < 1.3 * 120 - 10]
    assert error_rate(long) > 2.5 * error_rate(short)
    assert abs(error_rate(said) - 0.1) < 0.016


def test_errors_on_a_hard_step_are_correlated() -> None:
    """On hard steps p is lower, and all wrong samples of a step say the same."""
    model = SimulatedModel("sim", Profile(p=1, v=1, hard=1, hard_p=0.6), TASK)
    for step in range(30):
        said = Counter(model.answer(request(step, n)).text.rpartition("\n\n")[2] for n in range(50))
        assert len(said) == 2
        assert 15 <= said[f"answer = {(step + 1) % 8}"] <= 45


def test_the_length_limit_cuts_a_rambling_response_off() -> None:
    """No response is longer than the call's limit; one that would be ends for the reason 'length'."""
    model = SimulatedModel("sim", Profile(tokens=100), TASK)
    said = [model.answer(request(step, 0, max_tokens=90)) for step in range(300)]
    assert all((response.tokens_out or 0) <= 90 for response in said)
    assert {response.finish_reason for response in said} == {"stop", "length"}


def test_latency_has_the_mean_of_the_profile() -> None:
    """The lognormal latency is positive and averages to what was asked for."""
    model = SimulatedModel("sim", Profile(latency=0.3), TASK)
    drawn = [model.answer(request(step, 0)).latency_s for step in range(3_000)]
    assert min(drawn) > 0
    assert abs(sum(drawn) / len(drawn) - 0.3) < 0.02


async def test_latency_is_really_waited() -> None:
    """A sample takes its latency, so that samples in flight overlap."""
    model = SimulatedModel("sim", Profile(latency=0.02, latency_spread=0), TASK)
    loop = asyncio.get_running_loop()
    begun = loop.time()
    await asyncio.gather(*(model.sample(request(0, n)) for n in range(50)))
    assert 0.019 < loop.time() - begun < 0.5


def test_a_profile_is_read_from_its_name() -> None:
    """Figures and the named profile can be combined."""
    assert parse_profile("sim") == Profile()
    assert parse_profile("sim:paper") == PAPER
    assert parse_profile("sim:paper,latency=0.5").latency == 0.5
    assert parse_profile("sim:p=0.9, v=0.8").p == 0.9


@pytest.mark.parametrize(
    ("name", "blamed"),
    [
        ("sim:q=1", "'q'"), ("sim:p", "p needs a value"), ("sim:p=2", "p lies between 0 and 1"), ("sim:p=x", "'x'"),
        ("sim:v=0", "v"),
        ("sim:tokens=0", "tokens"), ("sim:latency=-1", "latency"), ("sim:p=nan", "p"), ("simple", "'simple'"),
    ],
)  # fmt: skip
def test_a_wrong_profile_is_refused_by_name(name: str, blamed: str) -> None:
    """The error names the figure that is wrong."""
    with pytest.raises(InputError, match=blamed):
        parse_profile(name)


def test_the_simulated_model_has_no_endpoint() -> None:
    """An endpoint given with the simulated model is a mistake that is said, not ignored."""
    with pytest.raises(InputError, match="--api-base"):
        open_model("sim", TASK, Access("http://127.0.0.1:1/v1"))


def test_no_model_is_refused() -> None:
    """An empty name opens nothing."""
    with pytest.raises(InputError, match="no model"):
        open_model(" ", TASK)
