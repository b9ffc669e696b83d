"""Several answers a call over real loopback HTTP: the same votes as by single calls, for fewer calls and less money."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest

from maker_engine.core.record.events import Outcome
from maker_engine.core.responses import Response
from maker_engine.models.litellm_prices import find
from maker_engine.runtime.continuing import prepare_fork, prepare_resume
from maker_engine.runtime.order import PreparedRun, RunOrder, drive, prepare
from maker_engine.runtime.step_control import Inbox
from maker_engine.runtime.view import RunView
from maker_engine.sessions.exchange.export import lines
from maker_engine.sessions.exchange.importing import import_lines
from maker_engine.sessions.integrity.verify import verify
from maker_engine.sessions.queries.saved import open_saved
from maker_engine.sessions.store.reader import Reader, StoredStep
from maker_tui.cli.headless import report, summary
from tests.models.test_via_litellm import only_our_key
from tests.support.counting_server import Counting
from tests.support.openai_server import OpenAIServer
from tests.support.rows import COLUMNS, Table, column
from tests.support.running import TOY
from tests.support.toy import Count

__all__ = ["only_our_key"]

NAME = "openai/gpt-4.1-mini"
STEPS, FORKED, ROWS = 9, 4, 12
TABLE = f"{Path(__file__).parents[1] / 'support' / 'rows.py'}:Table"


class Ran:
    """A run of the toy task by a server, and what the server saw of it."""

    def __init__(self, path: Path, counting: Counting) -> None:
        self.path = path
        self.counting = counting
        self.adjustments: tuple[str, ...] = ()
        self.view: RunView | None = None

    async def start(self, **order: Any) -> Ran:
        """Run from the start."""
        options = {"length": STEPS, "hours": STEPS + 1}
        made = {"model": NAME, "k": 3, "window": 1, "session": self.path, "preflight": False, **order}
        return await self.drive(lambda base: prepare(RunOrder(TOY, options, api_base=base, **made)))

    async def drive(self, prepared: Any) -> Ran:
        """Drive a run that is prepared for a server's address."""
        with OpenAIServer(self.counting) as server:
            run: PreparedRun = prepared(server.base_url)
            self.view = await drive(run, Inbox(), lambda _: None)
            self.adjustments = run.plan.model.adjustments
        return self

    @property
    def totals(self) -> Any:
        """What it has spent."""
        assert self.view is not None
        return self.view.snapshot.totals

    @property
    def steps(self) -> list[StoredStep]:
        """Its steps, from the file."""
        with Reader(self.path) as reader:
            return list(reader.steps(Count(STEPS, STEPS + 1)))

    @property
    def votes(self) -> list[list[tuple[int, Any, str]]]:
        """Sample, verdict and text of all that was counted, by step."""
        return [[(one.sample, one.verdict, one.response.text) for one in step.samples] for step in self.steps]

    @property
    def responses(self) -> list[Response]:
        """All that was counted."""
        return [sample.response for step in self.steps for sample in step.samples]


async def alone(tmp_path: Path) -> Ran:
    """The run by which others are judged: one sample a call, one call at a time."""
    return await Ran(tmp_path / "alone.maker", Counting()).start(n=1, concurrency=1)


async def test_a_run_is_vote_for_vote_the_one_of_single_calls(tmp_path):
    """Where an answer depends on prompt and index alone, so do the votes; calls, prompt tokens and money are fewer."""
    one = await alone(tmp_path)
    several = await Ran(tmp_path / "several.maker", Counting()).start()
    assert several.view.snapshot.outcome is one.view.snapshot.outcome is Outcome.SOLVED
    assert several.votes == one.votes
    assert [step.answer for step in several.steps] == [step.answer for step in one.steps]
    assert one.totals.samples == several.totals.samples == len(one.counting.given) == sum(several.counting.given)
    assert set(one.counting.asked) == {1}
    assert several.counting.asked == several.counting.given
    assert len(several.counting.given) < 0.75 * len(one.counting.given)
    assert several.totals.flagged > 0
    assert several.adjustments == ()


async def test_a_run_with_its_provider_s_library_in_another_process_is_the_same(tmp_path):
    """In the app, where a helper process asks, calls, votes and the bill are those of a run without one."""
    here, apart = [await Ran(tmp_path / f"{apart}.maker", Counting()).start(apart=apart) for apart in (False, True)]
    assert apart.votes == here.votes
    assert sorted(apart.counting.asked) == sorted(here.counting.asked)
    assert (apart.totals.tokens_in, apart.totals.tokens_out) == apart.counting.billed == here.counting.billed


async def test_what_a_run_has_used_is_what_the_server_billed(tmp_path):
    """Prompt and output tokens and the price of all calls are those of the server's bill, to the token."""
    several = await Ran(tmp_path / "several.maker", Counting()).start()
    price = find(NAME)
    prompt, output = several.counting.billed
    assert (several.totals.tokens_in, several.totals.tokens_out) == (prompt, output)
    assert several.totals.cost_usd == pytest.approx(price.cost(prompt, 0, output), rel=1e-12)
    assert sum(one.tokens_in for one in several.responses) == prompt
    assert {one.shared for one in several.responses} == {1, 2}


async def test_a_server_that_gives_one_answer_is_found_out_and_asked_one_at_a_time(tmp_path):
    """The first call that brings one of two answers is the last that asks for two, and no sample is lost by it."""
    few = await Ran(tmp_path / "few.maker", Counting(lambda _asked: 1, wrong=0, malformed=0)).start()
    assert few.view.snapshot.outcome is Outcome.SOLVED
    assert few.totals.samples == len(few.counting.asked) == 3 * STEPS
    assert [asked for asked in few.counting.asked if asked > 1] == [2]
    assert (few.totals.tokens_in, few.totals.tokens_out) == few.counting.billed
    assert few.adjustments == ("one answer a call is asked for: the server gave 1 where 2 were asked for",)


async def test_answers_that_nobody_asked_for_cost_and_never_vote(tmp_path):
    """A server that gives one too many of each call for several is paid for all of them, and the votes are the same."""
    many = await Ran(tmp_path / "many.maker", Counting(lambda asked: asked + (asked > 1), wrong=0, malformed=0)).start()
    assert many.view.snapshot.outcome is Outcome.SOLVED
    assert many.totals.samples == 3 * STEPS
    assert sum(many.counting.given) == 4 * STEPS
    assert (many.totals.tokens_in, many.totals.tokens_out) == many.counting.billed


@pytest.mark.parametrize("limit", [2, 7])
async def test_a_run_that_is_cut_off_goes_on_with_the_same_votes(tmp_path, limit):
    """Ended by a limit in the middle of a step, resumed, exported and imported, it is the run of single calls."""
    one = await alone(tmp_path)
    path = tmp_path / "cut.maker"
    cut = await Ran(path, Counting()).start(limit_samples=limit)
    while cut.view.snapshot.outcome is Outcome.OUT_OF_BUDGET:
        drawn = cut.totals.samples + cut.totals.wasted
        more = {"limit_samples": drawn + 9}
        await cut.drive(lambda base, more=more: prepare_resume(path, {**more, "api_base": base}, Count))
    assert cut.view.snapshot.outcome is Outcome.SOLVED
    assert cut.votes == one.votes
    assert open_saved(path, Count).snapshot == cut.view.snapshot
    import_lines(list(lines(path, Count(STEPS, STEPS + 1))), tmp_path / "in.maker", Count)
    with Reader(path) as mine, Reader(tmp_path / "in.maker") as theirs:
        assert mine.branch.chain == theirs.branch.chain
        assert list(mine.steps(Count(STEPS, STEPS + 1))) == list(theirs.steps(Count(STEPS, STEPS + 1)))


async def test_a_fork_of_a_run_with_shared_calls_votes_on(tmp_path):
    """A fork keeps the votes before it, draws its own by calls for several, and both are sound."""
    run = await Ran(tmp_path / "run.maker", Counting(wrong=0, malformed=0)).start()
    before = run.votes
    await run.drive(lambda base: prepare_fork(run.path, FORKED, {"api_base": base}, family=Count))
    assert run.votes[:FORKED] == before[:FORKED]
    assert run.view.snapshot.outcome is Outcome.SOLVED
    assert verify(run.path, Count(STEPS, STEPS + 1)).steps == 2 * STEPS - FORKED
    assert run.counting.asked[-1] == 2


async def test_looking_ahead_changes_no_vote_and_parts_no_call(tmp_path):
    """With several steps in flight, and room for more than one call, the votes are those of single calls."""
    counting = Counting(wrong=0, malformed=0)
    one = await Ran(tmp_path / "alone.maker", Counting(wrong=0, malformed=0)).start(n=1, concurrency=1)
    ahead = await Ran(tmp_path / "ahead.maker", counting).start(window=8)
    assert ahead.votes == one.votes
    assert sorted(counting.asked) == [1] * STEPS + [2] * STEPS
    assert (ahead.totals.tokens_in, ahead.totals.tokens_out) == counting.billed


async def test_voters_take_turns_and_each_has_its_own_calls(tmp_path):
    """In a pool the samples of one voter share a call, at its own temperature, with nobody else's."""
    voters = (f"{NAME} temperature=0.5", "openai/gpt-4.1-nano temperature=0.9")
    pool = await Ran(tmp_path / "pool.maker", Counting(wrong=0, malformed=0)).start(k=4, voters=voters)
    assert pool.view.snapshot.outcome is Outcome.SOLVED
    assert pool.counting.asked == [2] * 2 * STEPS
    for step in pool.steps:
        names = [sample.response.model for sample in step.samples]
        assert names == [names[0], names[1]] * 2
        assert names[0] != names[1]


async def test_a_session_keeps_how_many_answers_were_ordered(tmp_path):
    """A resumed run asks for as many answers a call as it did the first time."""
    run = await Ran(tmp_path / "run.maker", Counting()).start(n=1, limit_samples=5)
    assert open_saved(run.path, Count).order["n"] == 1
    await run.drive(lambda base: prepare_resume(run.path, {"limit_samples": None, "api_base": base}, Count))
    assert set(run.counting.asked) == {1}


class Sorting(Counting):
    """Sorts rows into columns."""

    def _text(self, said: str, temperature: object, number: int) -> str:
        row = int(said.rpartition("= ")[2])
        dice = Random(f"{row} {temperature} {number}").random()
        return column((row + (dice < 0.2)) % COLUMNS)


async def sort(path: Path, counting: Counting, **order: Any) -> RunView:
    """Run over the rows of a table."""
    with OpenAIServer(counting) as server:
        made = RunOrder(
            TABLE, source=Table(ROWS).source(), k=3, model=NAME, api_base=server.base_url, session=path,
            preflight=False, **order,
        )  # fmt: skip
        return await drive(prepare(made, Table), Inbox(), lambda _: None)


async def test_rows_share_calls_and_the_summary_says_what_that_saved(tmp_path):
    """Rows are decided as by single calls; calls, prompt tokens and dollars saved are the difference of the bills."""
    alone, shared = Sorting(), Sorting()
    warmth = {"first_temperature": 0.5, "temperature": 0.5}
    one = await sort(tmp_path / "alone.maker", alone, n=1, concurrency=1, **warmth)
    several = await sort(tmp_path / "several.maker", shared, concurrency=64, **warmth)
    with Reader(one.session) as mine, Reader(several.session) as theirs:
        assert list(mine.answers(Table(ROWS))) == list(theirs.answers(Table(ROWS)))
    assert sum(alone.given) == sum(shared.given)
    assert (max(shared.asked), max(alone.asked)) == (3, 1)
    saved = summary(several)["saved"]
    assert isinstance(saved, dict)
    assert saved["calls"] == len(alone.given) - len(shared.given) >= 2 * ROWS
    assert saved["tokens_in"] == alone.billed[0] - shared.billed[0]
    assert saved["usd"] == pytest.approx(one.snapshot.cost_usd - several.snapshot.cost_usd, abs=1e-6)
    assert f"saved    {saved['calls']} calls and {saved['tokens_in']:,} prompt tokens ($" in report(several)
    assert summary(one)["saved"] is None
