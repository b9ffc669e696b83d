"""What a run does about a hopeless step, what stays on record of it, and that it is the same when it is replayed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from maker_engine.core.errors import InputError
from maker_engine.core.record.commands import Continue, Decide, DrawVote, Stop
from maker_engine.core.record.entries import Doubted
from maker_engine.core.record.events import Outcome, StepHopeless
from maker_engine.core.record.snapshot import Snapshot
from maker_engine.core.responses import ESCALATED, Response, SampleRequest
from maker_engine.core.solving.hopeless import DOZEN, HOLD, STARVED, STOP, WARM
from maker_engine.core.solving.settings import Settings
from maker_engine.core.voting import FirstToAheadBy
from maker_engine.models.profile import Profile
from maker_engine.models.simulated import SimulatedModel
from maker_engine.runtime.continuing import prepare_fork, prepare_resume
from maker_engine.runtime.hopeless import policy_of
from maker_engine.runtime.order import RunOrder, drive, prepare
from maker_engine.runtime.plan import ESCALATE
from maker_engine.runtime.runner import Runner
from maker_engine.runtime.step_control import Inbox
from maker_engine.runtime.view import RunView
from maker_engine.sessions.exchange.export import lines
from maker_engine.sessions.exchange.importing import import_lines
from maker_engine.sessions.integrity.verify import verify
from maker_engine.sessions.queries.inspection import inspect_step
from maker_engine.sessions.queries.revote import revote
from maker_engine.sessions.queries.saved import open_saved
from maker_engine.sessions.store.reader import Reader
from maker_engine.sessions.store.time_travel import entries_of
from tests.support.running import Bench, right
from tests.support.toy import FLAGGED, Count, answer

BAD = FLAGGED["malformed"]
WARY = Settings(k=2, wary=True)
Script = Callable[[SampleRequest], Any]


def stuck(request: SampleRequest) -> Response:
    """Right, but for the second step, at which no answer is in the form."""
    return BAD if request.step == 1 else right(request)


def table(directory: Path, script: Script = stuck, *, settings: Settings = WARY, **plan: Any) -> Bench:
    """A bench that looks for hopeless steps, with changes to its plan."""
    bench = Bench(directory, script, settings=settings, model=plan.pop("model", None))
    changed = replace(bench.runner._plan, **plan)
    bench.runner = Runner(changed, bench.journal, inbox=bench.inbox, on_view=bench._see, clock=bench.clock)
    return bench


def saved(bench: Bench) -> Snapshot:
    """The run as its session shows it."""
    return open_saved(bench.journal.path, Count).snapshot


def doubts(path: Path, step: int = 1) -> list[Doubted]:
    """What is on record of a step that was hopeless."""
    with Reader(path) as reader:
        return [entry for entry in entries_of(reader, Count(3), step) if isinstance(entry, Doubted)]


async def test_a_run_stops_by_default_and_says_why(tmp_path: Path) -> None:
    """After a dozen samples it ends undecided, with the rule, its reason, one of the texts and what else there is."""
    bench = table(tmp_path)
    snapshot = (await bench.run()).snapshot
    assert (snapshot.outcome, snapshot.totals.asked, snapshot.totals.steps) == (Outcome.UNDECIDED, 2 + DOZEN, 1)
    assert snapshot.reason == (
        "step 2 looks hopeless: 12 samples in a row were flagged, malformed: not of the form `answer = N`; one says"
        " “the next hour is 1”; --hopeless warm tries another temperature and a reminder"
    )
    assert snapshot.hopeless == StepHopeless(1, 12, "malformed", "malformed: not of the form `answer = N`", BAD.text)


async def test_a_saved_run_shows_its_hopeless_step(tmp_path: Path) -> None:
    """Opened again it is the same picture, and not one of a step that has used up its samples."""
    bench = table(tmp_path)
    snapshot = (await bench.run()).snapshot
    assert snapshot == saved(bench)
    assert not snapshot.undecided
    assert verify(bench.journal.path, Count(3)).findings == ()


async def test_a_run_that_is_attended_holds(tmp_path: Path) -> None:
    """Nothing more is asked for; what a person does then is done, and the run goes on."""
    bench = table(tmp_path, hopeless=HOLD, attended=True)
    held: list[RunView] = []

    def watch(view: RunView) -> None:
        if view.snapshot.paused and view.snapshot.hopeless is not None and not held:
            held.append(view)
            bench.send(Decide(2, "ada"), Continue())

    bench.watch = watch
    snapshot = (await bench.run()).snapshot
    assert (held[0].snapshot.totals.asked, held[0].snapshot.hopeless.step) == (2 + DOZEN, 1)  # type: ignore[union-attr]
    assert (snapshot.outcome, snapshot.totals.asked, snapshot.hopeless) == (Outcome.SOLVED, 2 + DOZEN + 2, None)


async def test_a_run_that_is_held_again_and_again_draws_a_dozen_each_time(tmp_path: Path) -> None:
    """Gone on with, or waiting for one vote, it holds after each further dozen."""
    bench = table(tmp_path, hopeless=HOLD, attended=True)
    asked: list[int] = []
    commands = [Continue(), DrawVote(), Stop()]

    def watch(view: RunView) -> None:
        now = view.snapshot.totals.asked
        if view.snapshot.paused and now not in asked and not view.in_flight:
            asked.append(now)
            bench.send(commands.pop(0))

    bench.watch = watch
    await bench.run()
    assert asked == [2 + DOZEN, 2 + 2 * DOZEN, 2 + 3 * DOZEN]
    assert len(doubts(bench.journal.path)) == 3
    assert replace(bench.runner.view.snapshot, paused=False) == saved(bench)
    assert saved(bench).hopeless is not None


def cured(when: Callable[[SampleRequest], bool]) -> Script:
    """A model that keeps to the form at the second step only when `when` holds."""
    return lambda request: right(request) if request.step != 1 or when(request) else BAD


CURES = {
    "hotter": (lambda request: (request.temperature or 0) >= 0.5, [(0.5, "")]),
    "hottest": (lambda request: (request.temperature or 0) >= 1, [(0.5, ""), (1.0, "")]),
    "reminded": (
        lambda request: request.prompt.user.endswith(Count.reminder),
        [(0.5, ""), (1.0, ""), (None, Count.reminder)],
    ),
}


@pytest.mark.parametrize("what", CURES)
async def test_a_step_is_warmed_up_by_and_by(tmp_path: Path, what: str) -> None:
    """First T 0.5, then 1, then a reminder of the form, a dozen each; what was changed is on record, in order."""
    when, changes = CURES[what]
    bench = table(tmp_path, cured(when), hopeless=WARM)
    snapshot = (await bench.run()).snapshot
    assert snapshot.outcome is Outcome.SOLVED
    assert [(one.temperature, one.reminder) for one in doubts(bench.journal.path)] == changes
    assert snapshot.totals.flagged == DOZEN * len(changes)
    assert snapshot == saved(bench)
    assert verify(bench.journal.path, Count(3)).findings == ()
    with Reader(bench.journal.path) as reader:
        assert revote(reader, Count(3), FirstToAheadBy(2)).same == 3


async def test_warming_ends_where_there_is_nothing_left_to_try(tmp_path: Path) -> None:
    """Then the run ends, or holds where it is attended."""
    snapshot = (await table(tmp_path, hopeless=WARM).run()).snapshot
    assert (snapshot.outcome, snapshot.totals.asked) == (Outcome.UNDECIDED, 2 + 4 * DOZEN)
    assert snapshot.reason.endswith("; warming did not help")
    (tmp_path / "other").mkdir()
    bench = table(tmp_path / "other", hopeless=WARM, attended=True)
    bench.watch = lambda view: bench.send(Stop()) if view.snapshot.paused else None
    assert (await bench.run()).snapshot.totals.asked == 2 + 4 * DOZEN


class Cold(SimulatedModel):
    """A model to which no temperature is sent."""

    adjustments = ("m: no temperature is sent: this model takes none",)


@pytest.mark.parametrize("why", ["none is sent", "none is taken", "each voter has its own"])
async def test_a_temperature_that_would_reach_nobody_is_not_tried(tmp_path: Path, why: str) -> None:
    """The form is repeated at once, and then the run ends."""
    plan: dict[str, Any] = {"hopeless": WARM}
    settings = WARY
    if why == "none is sent":
        settings = replace(WARY, temperature=None)
    elif why == "none is taken":
        plan["model"] = Cold("sim", Profile(p=1, v=1e-9), Count(3), seed=1)
    else:
        plan["temperatures_named"] = True
    bench = table(tmp_path, lambda _: BAD, settings=settings, **plan)
    await bench.run()
    assert [(one.temperature, one.reminder) for one in doubts(bench.journal.path, 0)] == [
        (None, Count.reminder),
        (None, ""),
    ]


def stronger(request: SampleRequest) -> Response:
    """A model that keeps to no form at the second step, and a stronger one that does."""
    return right(request) if request.voter == ESCALATED else stuck(request)


@pytest.mark.parametrize("policy", [STOP, HOLD, WARM])
async def test_a_stronger_model_is_asked_as_soon_as_a_step_is_hopeless(tmp_path: Path, policy: str) -> None:
    """Where one was named it need not wait for a hundred samples; it comes after what warming tries."""
    bench = table(tmp_path, stronger, hopeless=policy, undecided=ESCALATE, stronger="strong")
    snapshot = (await bench.run()).snapshot
    assert (snapshot.outcome, snapshot.totals.escalated) == (Outcome.SOLVED, 1)
    assert snapshot.totals.flagged == DOZEN * (4 if policy == WARM else 1)
    assert snapshot == saved(bench)


async def test_a_stronger_model_that_is_as_hopeless_ends_the_run(tmp_path: Path) -> None:
    """It is asked once."""
    bench = table(tmp_path, undecided=ESCALATE, stronger="strong")
    snapshot = (await bench.run()).snapshot
    assert (snapshot.outcome, snapshot.totals.flagged) == (Outcome.UNDECIDED, 2 * DOZEN)


CUT = answer(1, text="", finish_reason="length", tokens_out=750, tokens_reasoning=750)


@pytest.mark.parametrize("policy", [STOP, WARM])
async def test_a_starved_run_ends_after_three_samples(tmp_path: Path, policy: str) -> None:
    """Nothing is warmed up: neither a temperature nor other words would leave room for an answer."""
    snapshot = (await table(tmp_path, lambda _: CUT, hopeless=policy).run()).snapshot
    assert (snapshot.outcome, snapshot.totals.asked) == (Outcome.UNDECIDED, 3)
    assert snapshot.reason == f"step 1 looks hopeless: 3 samples in a row were flagged, {STARVED}"


async def test_a_starved_run_is_not_escalated_step_by_step(tmp_path: Path) -> None:
    """The limit is what is wrong, and the stronger model would be paid for it at every step."""
    bench = table(tmp_path, lambda _: CUT, undecided=ESCALATE, stronger="strong")
    snapshot = (await bench.run()).snapshot
    assert (snapshot.outcome, snapshot.totals.asked, snapshot.totals.escalated) == (Outcome.UNDECIDED, 3, 0)


@pytest.mark.parametrize("latency", [0.0, 0.001])
async def test_the_simulated_model_is_seen_through_too(tmp_path: Path, latency: float) -> None:
    """Whether it answers at once or not, the run ends after as many samples and with the same words."""
    order = RunOrder("hanoi", {"disks": 3}, model=f"sim:v=1e-9,latency={latency}", k=2, session=tmp_path / "run.maker")
    snapshot = (await drive(prepare(order), Inbox(), lambda _: None)).snapshot
    assert (snapshot.outcome, snapshot.totals.asked) == (Outcome.UNDECIDED, 2 * DOZEN)
    assert "24 samples in a row were flagged" in snapshot.reason


def again(bench: Bench, script: Script, **plan: Any) -> Bench:
    """The same bench, gone on with from its file."""
    run = open_saved(bench.journal.path, Count)
    other = object.__new__(Bench)
    other.__dict__.update(bench.__dict__)
    other.journal = type(bench.journal)(bench.journal.path, bench.task, run.order, run.branch)
    changed = replace(bench.runner._plan, model=type(bench.runner._plan.model)(script), **plan)
    other.runner = Runner(changed, other.journal, inbox=Inbox(), on_view=other._see, clock=bench.clock, saved=run)
    return other


async def test_a_run_that_was_ended_so_can_be_gone_on_with(tmp_path: Path) -> None:
    """The samples are not drawn again; a further dozen is, and by another policy more is tried."""
    bench = table(tmp_path)
    await bench.run()
    snapshot = (await again(bench, stuck).run()).snapshot
    assert (snapshot.outcome, snapshot.totals.asked) == (Outcome.UNDECIDED, 2 + 2 * DOZEN)
    snapshot = (await again(bench, cured(CURES["hottest"][0]), hopeless=WARM).run()).snapshot
    assert (snapshot.outcome, snapshot.totals.asked) == (Outcome.SOLVED, 2 + 4 * DOZEN + 2 + 2)
    assert snapshot == saved(bench)
    assert verify(bench.journal.path, Count(3)).findings == ()


async def test_a_run_cut_off_while_it_is_warm_goes_on_as_warm(tmp_path: Path) -> None:
    """Temperature and reminder are in force again from the first request on."""
    bench = table(tmp_path, lambda request: bench.send(Stop()) or stuck(request) if seen(request) else stuck(request))

    def seen(request: SampleRequest) -> bool:
        return request.prompt.user.endswith(Count.reminder)

    bench.runner = table_of(bench, hopeless=WARM)
    await bench.run()
    asked: list[SampleRequest] = []
    script: Script = lambda request: asked.append(request) or right(request)  # noqa: E731 - one line
    snapshot = (await again(bench, script, hopeless=WARM).run()).snapshot
    assert snapshot.outcome is Outcome.SOLVED
    assert (asked[0].step, asked[0].temperature, seen(asked[0])) == (1, 1.0, True)
    assert not seen(asked[-1])


def table_of(bench: Bench, **plan: Any) -> Runner:
    """A runner of the same bench by another plan."""
    changed = replace(bench.runner._plan, **plan)
    return Runner(changed, bench.journal, inbox=bench.inbox, on_view=bench._see, clock=bench.clock)


async def test_an_older_session_with_more_flagged_samples_goes_on(tmp_path: Path) -> None:
    """What was drawn by a version that looked for nothing is counted again, and the next dozen is looked at."""
    bench = table(tmp_path, settings=Settings(k=2, max_samples=40))
    await bench.run()
    wary = Settings(k=2, wary=True, max_samples=90)
    snapshot = (await again(bench, stuck, settings=wary).run()).snapshot
    assert snapshot.outcome is Outcome.UNDECIDED
    assert 2 + 40 < snapshot.totals.asked <= 2 + 40 + DOZEN


async def test_an_export_has_it_and_an_import_takes_it(tmp_path: Path) -> None:
    """What was found and changed comes back, entry for entry, and what is not as documented is refused."""
    bench = table(tmp_path, cured(CURES["reminded"][0]), hopeless=WARM)
    await bench.run()
    texts = list(lines(bench.journal.path, Count(3)))
    assert import_lines(texts, tmp_path / "in.maker", Count) == 3
    assert doubts(tmp_path / "in.maker") == doubts(bench.journal.path)
    for right_value, wrong_value in (('"temperature":0.5', '"temperature":9'), ('"starved":false', '"starved":0')):
        spoilt = [line.replace(right_value, wrong_value) for line in texts]
        with pytest.raises(InputError, match="is not part of an exported session"):
            import_lines(spoilt, tmp_path / "out.maker", Count)


async def test_the_inspector_knows_at_what_temperature_each_sample_was_drawn(tmp_path: Path) -> None:
    """From an entry that raised it on, the samples of the step were drawn at that one."""
    path = tmp_path / "run.maker"
    prepared = prepare(RunOrder("hanoi", {"disks": 3}, model="sim:v=1e-9", k=2, hopeless=WARM, session=path))
    await drive(prepared, Inbox(), lambda _: None)
    with Reader(path) as reader:
        found = inspect_step(reader, prepared.task, 0)
    assert sorted({one for one in found.temperatures if one is not None}) == [0.0, 0.1, 0.5, 1.0]
    assert [one for one in found.temperatures if one != 0.1][:3] == [0.0, None, 0.5]


async def test_a_fork_begins_cold(tmp_path: Path) -> None:
    """What a parent tried at a step is not in force in its fork, which is looked at anew."""
    path = tmp_path / "run.maker"
    order = RunOrder("hanoi", {"disks": 3}, model="sim:v=1e-9", k=2, hopeless=WARM, session=path)
    await drive(prepare(order), Inbox(), lambda _: None)
    prepared = prepare_fork(path, 0, {"hopeless": STOP})
    view = await drive(prepared, Inbox(), lambda _: None)
    assert view.snapshot.totals.asked == 2 * DOZEN
    await drive(prepare_resume(path, {"limit_samples": 30}), Inbox(), lambda _: None)
    assert verify(path, prepared.task).findings == ()


@pytest.mark.parametrize(
    ("ordered", "attended", "policy"),
    [(None, True, HOLD), (None, False, STOP), (HOLD, False, STOP), (STOP, True, STOP), (WARM, False, WARM)],
)
def test_a_run_holds_only_where_somebody_attends_it(ordered: str | None, attended: bool, policy: str) -> None:
    """The default is to hold there, and to stop where nobody is."""
    assert policy_of(ordered, attended=attended) == policy


def test_a_policy_that_there_is_not_is_refused() -> None:
    """The message names those that there are."""
    with pytest.raises(InputError, match="hold, stop or warm, got 'wait'"):
        prepare(RunOrder("hanoi", hopeless="wait"))
