"""Voting once more over what is recorded: another rule says what it would have decided, and nobody is asked."""

from __future__ import annotations

from pathlib import Path

from maker_engine.core.algorithm import Votes
from maker_engine.core.record.entries import Act
from maker_engine.core.red_flags import FlagRules
from maker_engine.core.responses import Flag, Sample
from maker_engine.core.voting import FirstTo, FirstToAheadBy
from maker_engine.sessions.queries.revote import revote
from maker_engine.sessions.store.reader import Reader
from maker_engine.sessions.store.redecide import recount
from tests.support.recorded import record
from tests.support.toy import answer


def vote(number: int, hour: int | Flag) -> Sample:
    """A recorded sample."""
    return Sample(number, hour, answer(1))


def test_the_rule_of_the_run_decides_as_it_did(tmp_path: Path) -> None:
    """Same k, same flags: every step as recorded, with every sample used."""
    run = record(tmp_path / "run.maker", 200, seed=2, k=3)
    with Reader(run.path) as reader:
        for flags in (None, FlagRules()):
            told = revote(reader, run.task, FirstToAheadBy(3), flags)
            samples = sum(len(stored.samples) for stored in reader.steps(run.task))
            assert (told.steps, told.same, told.different, told.short) == (200, 200, 0, 0)
            assert told.samples == samples
            assert told.cost_usd is not None
            assert abs(told.cost_usd - reader.meta()["totals"]["cost_usd"]) < 1e-9


def test_a_smaller_k_costs_less_and_errs_more(tmp_path: Path) -> None:
    """With k = 1 the first valid sample decides, which at p = 0.75 is another one in about a quarter of steps."""
    run = record(tmp_path / "run.maker", 400, seed=2, k=4)
    with Reader(run.path) as reader:
        told = revote(reader, run.task, FirstToAheadBy(1))
        firsts = [next(one.verdict for one in stored.samples if not isinstance(one.verdict, Flag))
                  for stored in reader.steps(run.task)]  # fmt: skip
        decided = list(reader.answers(run.task))
    assert told.different == sum(one != other for one, other in zip(firsts, decided, strict=True))
    assert 60 < told.different < 140
    assert [(one.step, one.would) for one in told.examples] == [
        (step, one) for step, (one, other) in enumerate(zip(firsts, decided, strict=True)) if one != other
    ]


def test_a_larger_k_may_need_more_samples_than_there_are(tmp_path: Path) -> None:
    """Such steps are counted as short, never decided by a plurality."""
    run = record(tmp_path / "run.maker", 50, seed=2, k=2)
    with Reader(run.path) as reader:
        told = revote(reader, run.task, FirstToAheadBy(3))
    assert (told.same, told.different, told.short) == (0, 0, 50)


def test_first_to_three_is_another_rule(tmp_path: Path) -> None:
    """It needs no margin: three votes decide, whoever has them first."""
    run = record(tmp_path / "run.maker", 300, seed=2, k=4)
    with Reader(run.path) as reader:
        told = revote(reader, run.task, FirstTo(3))
        by_hand = 0
        for stored in reader.steps(run.task):
            votes = Votes()
            for sample in stored.samples:
                if not isinstance(sample.verdict, Flag):
                    votes.counts[sample.verdict] = votes.counts.get(sample.verdict, 0) + 1
                    if votes.counts[sample.verdict] == 3:
                        by_hand += sample.verdict == stored.answer
                        break
    assert told.same == by_hand
    assert told.same + told.different == 300


def test_other_flags_discard_other_responses(tmp_path: Path) -> None:
    """With the paper's two flags illegal answers vote; with a limit of one token nothing does."""
    run = record(tmp_path / "run.maker", 300, seed=2, k=3)
    with Reader(run.path) as reader:
        paper = revote(reader, run.task, FirstToAheadBy(3), FlagRules(paper_only=True))
        nothing = revote(reader, run.task, FirstToAheadBy(3), FlagRules(max_tokens=1))
    assert paper.same < 300
    assert (nothing.same, nothing.short) == (0, 300)


def test_acts_of_persons_count_in_their_place() -> None:
    """A vote, a strike, a decision, an escalation and a reuse each do what they did."""
    rule = FirstToAheadBy(2)
    flag = Flag("length", "too long")
    assert recount([vote(0, 1), Act("voted", "kim", 1)], rule) == (1, 2)
    assert recount([vote(0, 1), vote(1, 2), vote(2, 2), Act("struck", "kim", 1)], rule) == (2, 4)
    assert recount([vote(0, 1), Act("decided", "kim", 7), vote(1, 1)], rule) == (7, 2)
    assert recount([vote(0, 1), Act("escalated", "strong", None), vote(0, 2), vote(1, flag), vote(2, 2)], rule) == (
        2,
        5,
    )
    assert recount([Act("reused", "4", 3)], rule) == (3, 1)
    assert recount([vote(0, 1), vote(1, flag)], rule) == (None, 2)
