"""What an audit may say, and how good labels are by gold."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from random import Random

import pytest

from maker_engine.records.guarantee import best_level, certified, limit, needed
from maker_engine.records.quality import Judged, alpha, by_label, confusion, curve, kappa

LETTERS = {"positive": "p", "negative": "n", "neutral": "0"}
VOTES = Path("/work/shared/data/human-votes/films.jsonl.gz")


def test_three_hundred_without_an_error_show_one_percent():
    """Of a large population 300 audited without an error show at most 1 % at 95 %, one error more shows less."""
    assert 290 <= needed(1_000_000, 0.01, 0.05) <= 300
    assert certified([False] * 300, 1_000_000, 0.01, 0.05)
    assert not certified([True, *[False] * 299], 1_000_000, 0.01, 0.05)
    assert limit([False] * 300, 1_000_000, 0.05) <= 0.01
    assert needed(200, 0.01, 0.05) < 200, "of few there is less to look at"


def test_what_is_said_of_a_small_table_is_true():
    """However few there are and whenever one stops, what is certified of them is false at most as often as stated."""
    assert not certified([True], 26, 0.01, 0.05), "one seen wrong of 26 is more than 1 % of them"
    assert not certified([True, *[False] * 60], 100, 0.01, 0.05), "39 are left, and one more would be too many"
    assert certified([True, *[False] * 99], 100, 0.01, 0.05), "all are seen"
    dice = Random(1)
    for size, wrong, claim in ((12, 1, 0.05), (20, 3, 0.1), (40, 2, 0.04)):
        said_falsely = 0
        for _ in range(200):
            drawn = dice.sample([place < wrong for place in range(size)], size)
            said_falsely += any(certified(drawn[:seen], size, claim, 0.1) for seen in range(size))
        assert said_falsely <= 200 * 0.1 * 1.5


def ballots():
    """Decide films by ahead-by-3 among people's own votes, drawn at random; films that stay open are left out."""
    dice = Random(1)
    with gzip.open(VOTES, "rt", encoding="utf-8") as lines:
        for line in list(lines)[:4_000]:
            film = json.loads(line)
            counts = dict.fromkeys("pn0", 0)
            for _ in range(40):
                counts[dice.choice(film["votes"])] += 1
                first, second, _ = sorted(counts.values(), reverse=True)
                if first - second == 3:
                    decided = max(counts, key=counts.__getitem__)
                    yield Judged(decided, LETTERS[film["gold"]], 3 / sum(counts.values()))
                    break


@pytest.mark.skipif(not VOTES.exists(), reason="the recorded votes of people are not on this machine")
def test_the_guarantee_holds_on_peoples_votes():
    """In at least 95 of 100 seeded audits, stopped as soon as they say something, what is said is true."""
    judged = [*ballots()]
    wrong = [one.decided != one.gold for one in judged]
    share = sum(wrong) / len(wrong)
    assert 0.02 < share < 0.3
    for claim in (share * 0.95, share * 2):
        said_falsely, said = 0, 0
        for seed in range(100):
            drawn = Random(seed).sample(wrong, 600)
            if certified(drawn, len(wrong), claim, 0.05):
                said += 1
                said_falsely += share > claim
        assert said_falsely <= 5
        assert said >= 50 or claim < share
    points = curve(judged)
    assert points[-1].coverage == 1
    assert points[-1].low <= 1 - share <= points[-1].high
    assert points[0].right / points[0].accepted > 1 - share, "those that nobody dissented on are better"
    sample = Random(3).sample(judged, 600)
    held = [point for point in curve(sample) for whole in points if whole.agreement == point.agreement
            and point.low <= whole.right / whole.accepted <= point.high]  # fmt: skip
    assert len(held) >= 0.9 * len(curve(sample))


def test_a_level_of_agreement_is_found_where_the_whole_is_not_good_enough():
    """Where the clear ones are right and the others often wrong, the audit says which to accept."""
    dice = Random(2)
    drawn = [(1.0, False) if dice.random() < 0.8 else (0.5, dice.random() < 0.3) for _ in range(1_500)]
    assert best_level(drawn, (8_000, 8_000, 8_000, 10_000, 10_000), 0.01, 0.05) in (0.6, 0.75)
    assert best_level(drawn[:50], (8_000, 8_000, 8_000, 10_000, 10_000), 0.01, 0.05) is None


def test_agreement_beyond_chance_is_that_of_the_textbooks():
    """κ and α of published tables are found again."""
    pairs = [("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15
    assert kappa(pairs) == pytest.approx(0.4)
    units = [
        {"A": 1, "B": 1, "D": 1},
        {"A": 2, "B": 2, "C": 3, "D": 2},
        *(dict.fromkeys("ABCD", value) for value in (3, 3, 2)),
        {"A": 1, "B": 2, "C": 3, "D": 4},
        dict.fromkeys("ABCD", 4),
        {"A": 1, "B": 1, "C": 2, "D": 1},
        dict.fromkeys("ABCD", 2),
        dict.fromkeys("BCD", 5),
        {"C": 1, "D": 1},
        {"C": 3},
    ]
    assert alpha(units) == pytest.approx(0.743, abs=5e-4)
    judged = [Judged("a", "a", 1), Judged("a", "b", 0.5), Judged("b", "b", 1)]
    assert by_label(judged) == {"a": (0.5, 1.0, 1), "b": (1.0, 0.5, 2)}
    assert confusion(judged)["b", "a"] == 1
