"""A pool of voters: who answers which sample, with what words and at what temperature; and who never votes in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from maker_engine.core.errors import InputError
from maker_engine.core.record.events import Outcome
from maker_engine.core.responses import DRAFT, ESCALATED, Prompt, Response, SampleRequest
from maker_engine.core.solving.settings import Settings
from maker_engine.models.opening import Access, open_pool
from maker_engine.models.pool import VARIANTS, Pool, VoterSpec, parse_voter
from maker_engine.models.port import Figures, Model
from maker_engine.models.scripted import ScriptedModel
from maker_engine.models.simulated import SimulatedModel
from maker_engine.runtime.order import RunOrder, prepare
from maker_engine.runtime.plan import ESCALATE
from maker_engine.runtime.runner import Runner
from maker_engine.sessions.store.reader import Reader
from tests.support.openai_server import OpenAIServer
from tests.support.running import Bench, right
from tests.support.toy import SYSTEM, Count, answer

REQUEST = SampleRequest(0, 0, Prompt("system", "user"), 0.1, 100)
Script = Callable[[SampleRequest], Response]


def named(name: str, script: Script = right, **figures: float) -> ScriptedModel:
    """A model that signs its responses."""
    return ScriptedModel(lambda request: replace(script(request), model=name), Figures(**figures))


def pool(*voters: Model, others: dict[int, Model] | None = None) -> Pool:
    """A pool of plain voters."""
    return Pool([(VoterSpec(f"m{number}"), model) for number, model in enumerate(voters)], others or {})


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("openai/a", VoterSpec("openai/a")),
        ("  a   temperature=0.7 ", VoterSpec("a", 0.7)),
        ("a variant=careful", VoterSpec("a", None, "careful")),
        ("a variant=doubt temperature=2", VoterSpec("a", 2, "doubt")),
        ("sim:p=0.9,v=1 temperature=0", VoterSpec("sim:p=0.9,v=1", 0)),
    ],
)
def test_a_voter_is_a_model_a_temperature_and_a_wording(text: str, spec: VoterSpec) -> None:
    """A voter is written as `MODEL [temperature=T] [variant=NAME]`, in any order after the model."""
    assert parse_voter(text) == spec


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "the model is missing"),
        ("   ", "the model is missing"),
        ("a temperature=hot", "between 0 and 2, got 'hot'"),
        ("a temperature=", "between 0 and 2, got ''"),
        ("a temperature=-0.1", "between 0 and 2, got '-0.1'"),
        ("a temperature=2.1", "between 0 and 2, got '2.1'"),
        ("a temperature=nan", "between 0 and 2, got 'nan'"),
        ("a variant=sly", "there is no variant 'sly'; known: plain, careful"),
        ("a variant", "there is no variant ''"),
        ("a top_p=1", "voter 'a': 'top_p=1' is none of"),
        ("a b", "voter 'a': 'b' is none of"),
    ],
)
def test_what_a_voter_does_not_have_is_refused(text: str, line: str) -> None:
    """A bad voter is the user's error, told in one line that names the bad word."""
    with pytest.raises(InputError) as caught:
        parse_voter(text)
    assert line in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("order", "line"),
    [
        ({"voters": ("sim", "sim temperature=9")}, "between 0 and 2"),
        ({"voters": ("sim", "sim:p=2")}, "p lies between 0 and 1"),
        ({"draft": "sim:x=1"}, "sim has no figure 'x'"),
        ({"draft": "sim:v"}, "sim: v needs a value, such as sim:v=0.9"),
        ({"undecided": "escalate"}, "'escalate:MODEL', got 'escalate'"),
        ({"undecided": "escalate:"}, "'escalate:MODEL', got 'escalate:'"),
        ({"undecided": "ask:sim"}, "'escalate:MODEL', got 'ask:sim'"),
        ({"undecided": "guess"}, "'escalate:MODEL', got 'guess'"),
        ({"undecided": "escalate:sim:p=x"}, "p must be a number"),
        ({"limit_usd": 1.0, "model": "openai/foo"}, "no price for openai/foo: give --price IN,OUT[,CACHED,WRITE]"),
        ({"limit_usd": 1.0, "draft": "openai/foo"}, "no price for openai/foo: give --price IN,OUT[,CACHED,WRITE]"),
        ({"model": "openai/foo", "prices": {"openai/foo": (1,)}}, "a price is written IN,OUT[,CACHED,WRITE]"),
    ],
)
def test_an_order_with_a_bad_voter_is_refused_before_anything_is_written(order: dict[str, object], line: str) -> None:
    """Voters, draft and stronger model are looked at when the order is."""
    with pytest.raises(InputError) as caught:
        prepare(RunOrder(task="hanoi", **order))  # type: ignore[arg-type]
    assert line in str(caught.value)


def test_a_run_with_a_limit_in_dollars_takes_on_no_voter_without_a_price() -> None:
    """A pool that a person changes to is held to the same rule; a price that was given is enough."""
    order = RunOrder("hanoi", model="sim", limit_usd=1.0, prices={"openai/foo": (1.0, 2.0)})
    plan = prepare(order).plan
    with pytest.raises(InputError, match="no price for openai/bar"):
        plan.open_pool(["openai/foo", "openai/bar"])
    assert plan.open_pool(["openai/foo"]).figures.usd_per_token_out == 2e-6
    assert "prices" in prepare(order).record()
    assert prepare(order).record()["prices"] == {}  # of those that it does not ask nothing is kept


async def test_voters_take_turns_from_step_to_step(tmp_path: Path) -> None:
    """Sample n of step i goes to voter i + n: every voter opens a step as often as any other."""
    asked: list[tuple[int, int, str]] = []

    def noting(name: str) -> ScriptedModel:
        def script(request: SampleRequest) -> Response:
            asked.append((request.step, request.sample, name))
            return right(request)

        return ScriptedModel(script)

    voters = pool(*(noting(name) for name in "abc"))
    bench = Bench(tmp_path, model=voters, task=Count(6), settings=Settings(k=4, voters=3))
    assert (await bench.run()).snapshot.outcome is Outcome.SOLVED
    assert sorted(asked) == [(step, sample, "abc"[(step + sample) % 3]) for step in range(6) for sample in range(4)]


async def test_temperature_and_wording_reach_the_wire(monkeypatch: pytest.MonkeyPatch) -> None:
    """What distinguishes a voter is in the request that a server sees; what it does not say is the run's."""
    monkeypatch.setenv("OPENAI_API_KEY", "canary-0123456789")
    specs = [VoterSpec("openai/a"), VoterSpec("openai/b", 0.7), VoterSpec("openai/c", None, "careful")]
    with OpenAIServer(lambda _messages, _body, _number: "ok") as server:
        model = open_pool(specs, Count(), Access(server.base_url))
        for voter in range(3):
            await model.sample(replace(REQUEST, voter=voter))
        await model.aclose()
    bodies = [request.body for request in server.requests]
    assert [(body["model"], body["temperature"]) for body in bodies] == [("a", 0.1), ("b", 0.7), ("c", 0.1)]
    systems = [body["messages"][0]["content"] for body in bodies]
    assert systems == ["system", "system", f"system\n\n{VARIANTS['careful']}"]
    assert {body["messages"][1]["content"] for body in bodies} == {"user"}


def test_no_wording_changes_what_is_asked() -> None:
    """A variant only adds a sentence to the system prompt; the plain one adds nothing."""
    asked: list[Prompt] = []
    model = ScriptedModel(lambda request: asked.append(request.prompt) or answer(1))
    voters = Pool([(VoterSpec("m", None, variant), model) for variant in VARIANTS], {})
    for voter in range(len(VARIANTS)):
        voters.answer(replace(REQUEST, prompt=Prompt(SYSTEM, "user"), voter=voter))
    assert asked[0] == Prompt(SYSTEM, "user")
    assert all(prompt.system.startswith(SYSTEM) and prompt.user == "user" for prompt in asked)
    assert len({prompt.system for prompt in asked}) == len(VARIANTS) == 5


def voted(bench: Bench) -> list[Counter[str]]:
    """Who cast how many of a step's counted samples."""
    with Reader(bench.journal.path) as reader:
        steps = list(reader.steps(bench.task))
    return [Counter(sample.response.model for sample in step.samples) for step in steps]


async def test_a_draft_never_votes(tmp_path: Path) -> None:
    """A draft model predicts and is paid for, and not one of its answers is in a ballot, right or wrong."""
    drafts = Counter[int]()

    def guess(request: SampleRequest) -> Response:
        drafts[request.step] += 1
        return answer((request.step + 1 + request.step % 3) % 8)

    voters = pool(named("a"), named("b"), others={DRAFT: named("draft", guess)})
    settings = Settings(k=4, voters=2, window=4, draft="model", max_waste=1.0)
    bench = Bench(tmp_path, model=voters, task=Count(12), settings=settings)
    snapshot = (await bench.run()).snapshot
    assert (snapshot.outcome, snapshot.totals.wrong) == (Outcome.SOLVED, 0)
    assert drafts.total() > 3
    assert voted(bench) == [Counter(a=2, b=2)] * 12
    assert snapshot.totals.wasted >= drafts.total()


async def test_the_stronger_model_votes_only_where_the_pool_could_not(tmp_path: Path) -> None:
    """It answers the fresh ballot of an escalated step, alone, and no other."""
    split = named("a"), named("b", lambda request: answer(7) if request.step == 2 else right(request))
    voters = pool(*split, others={ESCALATED: named("strong")})
    bench = Bench(tmp_path, model=voters, task=Count(5), settings=Settings(k=2, voters=2, max_samples=6))
    plan = replace(bench.runner._plan, undecided=ESCALATE, stronger="strong")
    bench.runner = Runner(plan, bench.journal, clock=bench.clock)
    snapshot = (await bench.run()).snapshot
    assert (snapshot.outcome, snapshot.totals.escalated) == (Outcome.SOLVED, 1)
    even = Counter(a=1, b=1)
    assert voted(bench) == [even, even, Counter(a=3, b=3, strong=2), even, even]


def test_a_plain_voter_alone_is_opened_as_itself() -> None:
    """One voter without a wish of its own is no pool."""
    alone = open_pool([VoterSpec("sim")], Count())
    assert isinstance(alone, SimulatedModel)
    for specs, others in (
        ([VoterSpec("sim", 0.5)], {}),
        ([VoterSpec("sim", None, "brief")], {}),
        ([VoterSpec("sim")] * 2, {}),
        ([VoterSpec("sim")], {"draft": "sim"}),
        ([VoterSpec("sim")], {"stronger": "sim"}),
    ):
        assert isinstance(open_pool(specs, Count(), **others), Pool)


def test_simulated_voters_err_independently() -> None:
    """Each gets a seed of its own, so that two of the same name do not make the same mistakes."""
    voters = open_pool([VoterSpec("sim:p=0.5,v=1")] * 2, Count())
    assert isinstance(voters, Pool)
    prompt = Prompt(SYSTEM, "hour = 1, hours = 8")
    said = [
        [voters.answer(replace(REQUEST, prompt=prompt, sample=n, voter=voter)).text for n in range(40)]
        for voter in (0, 1, 0)
    ]
    assert said[0] == said[2] != said[1]


def test_what_is_known_of_a_pool_is_known_of_all_its_voters() -> None:
    """Figures are the voters' means, unknown where one of them is; draft and stronger model are not counted in."""
    voters = pool(named("a", p=0.9, v=1.0), named("b", p=0.7), others={DRAFT: named("d", p=0.1, v=0.1)})
    assert voters.figures.p == pytest.approx(0.8)
    assert voters.figures.v is None
    assert voters.name == "m0 + m1"


async def test_everybody_is_checked_and_closed() -> None:
    """Draft and stronger model too; a run finds a missing key before its first call."""
    models = [named(name) for name in "abcd"]
    voters = pool(*models[:2], others={DRAFT: models[2], ESCALATED: models[3]})
    await voters.check()
    await voters.aclose()
    assert all(model.closed for model in models)
    assert voters.simulated
    assert not voters.immediate
