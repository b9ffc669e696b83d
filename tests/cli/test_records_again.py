"""A codebook or a table that was changed is run again: only what is asked otherwise is asked, and all of it is said."""

from __future__ import annotations

import csv
import io
import json
from importlib.resources import files
from pathlib import Path

import pytest

from maker_tui.cli.main import main

DATA = files("maker_tasks.records") / "data"
BOOK = """\
id: ticket
show: [text]
fields:
  desk: {labels: {billing: money, technical: bugs, account: users, delivery: parcels}}
  amount: {question: "Which amount?", form: number, low: 0}
"""
RUN = (
    "run",
    "records",
    "--rows",
    "tickets.csv",
    "--gold",
    "gold.csv",
    "--k",
    "2",
    "--undecided",
    "ask-later",
    "--json",
)
SIM = ("--model", "sim:p=0.9,v=0.9")


@pytest.fixture
def table(tmp_path, monkeypatch):
    """Stand in a folder with 24 tickets, two codebooks that differ in one field, and gold for the desk."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tickets.csv").write_text("".join((DATA / "tickets.csv").read_text().splitlines(keepends=True)[:25]))
    gold = (DATA / "gold.csv").read_text().replace("category", "desk")
    (tmp_path / "gold.csv").write_text(gold)
    (tmp_path / "cb.yaml").write_text(BOOK)
    (tmp_path / "cb2.yaml").write_text(BOOK.replace("bugs", "bugs and errors"))
    return tmp_path


@pytest.fixture
def does(capsys):
    """Run a command; return its status, its output, and what it said beside."""

    def run(*words):
        status = main([*words])
        out = capsys.readouterr()
        return status, out.out, out.err

    return run


@pytest.fixture
def first(table, does):
    """A run by the first codebook."""
    assert does(*RUN, *SIM, "--problem", "cb.yaml", "--session", "a.maker")[0] == 0
    return table / "a.maker"


def rows_of(text):
    return [*csv.DictReader(io.StringIO(text, newline=""))]


def results(does, session):
    return rows_of(does("records", "results", session)[1])


def report(does, session):
    return json.loads(does("records", "report", session, "--json")[1])


@pytest.mark.usefixtures("first")
def test_a_changed_field_is_asked_again_and_nothing_else(does):
    """The other field is carried over with its votes and its cost, on record, sound, and in results and report."""
    words = (*RUN, *SIM, "--problem", "cb2.yaml", "--session", "b.maker", "--from", "a.maker")
    unnamed = does(*RUN, *SIM, "--problem", "cb2.yaml", "--session", "other.maker", "--limit-samples", "3")
    assert "a.maker asks only for what is asked otherwise" in unnamed[2]
    status, out, beside = does(*words)
    assert status == 0
    assert "24 of 48 answers are carried over from a.maker, 24 are asked, by about" in beside
    assert "samples for $0." in beside
    assert json.loads(out)["carried_steps"] == 24
    before, after = results(does, "a.maker"), results(does, "b.maker")
    assert [row["amount.carried_from"] for row in after] == ["a.maker"] * 24
    assert [row["desk.carried_from"] for row in after] == [""] * 24
    kept = ("amount", "amount.margin", "amount.votes", "amount.flags", "amount.runner_up", "amount.cost_usd")
    assert [[row[name] for name in kept] for row in after] == [[row[name] for name in kept] for row in before]
    first, second = report(does, "a.maker"), report(does, "b.maker")
    assert second["carried"]["answers"] == {"a.maker": 24}
    assert second["carried"]["usd"] + second["usd"] == pytest.approx(first["usd"], rel=0.3)
    assert "24 answers were not asked for again, which had cost $" in does("records", "report", "b.maker")[1]
    assert does("sessions", "verify", "b.maker")[0] == 0
    assert "of a.maker" in does("sessions", "show", "b.maker", "--step", "2")[1]
    assert does("sessions", "export", "b.maker", "--to", "b.jsonl")[0] == 0
    assert does("sessions", "import", "b.jsonl", "--to", "again.maker")[0] == 0
    assert results(does, "again.maker") == after


@pytest.mark.usefixtures("first")
def test_a_run_that_stops_half_way_costs_one_pass_in_all(table, does):
    """Rows that were mixed and mended ask for the mended ones alone; a stop, and what is carried, costs nothing."""
    head, *rows = (table / "tickets.csv").read_text().splitlines()
    mended = [row.replace(",", ",Please: ", 1) if number < 4 else row for number, row in enumerate(rows)]
    (table / "tickets.csv").write_text("\n".join([head, *mended[::-1]]) + "\n")
    words = (*RUN, *SIM, "--problem", "cb.yaml", "--from", "a.maker")
    whole = json.loads(does(*words, "--session", "whole.maker")[1])
    assert whole["carried_steps"] == 40
    stopped = json.loads(does(*words, "--session", "half.maker", "--limit-samples", "10")[1])
    assert (stopped["outcome"], stopped["samples"]) == ("out_of_budget", 10)
    status, out, _ = does("sessions", "resume", "half.maker", "--limit-samples", "1000", "--json")
    resumed = json.loads(out)
    assert (status, resumed["samples"], resumed["carried_steps"]) == (0, whole["samples"], 40)
    assert results(does, "half.maker") == results(does, "whole.maker")
    twice = json.loads(does(*words[:-1], "whole.maker", "--session", "twice.maker")[1])
    assert (twice["carried_steps"], twice["samples"]) == (48, 0)
    origins = {row["amount.carried_from"] for row in results(does, "twice.maker")}
    assert origins == {"a.maker", "whole.maker"}, "each names the session whose votes it has"
    does(*words, "--session", "gone.maker", "--limit-samples", "10")
    (table / "a.maker").rename(table / "elsewhere.maker")
    going_on = ("sessions", "resume", "gone.maker", "--limit-samples", "1000", "--json")
    assert "put it back, or --from none" in does(*going_on)[2]
    status, out, _ = does(*going_on, "--from", "none")
    assert (status, json.loads(out)["decided_steps"]) == (0, 48)


def test_what_was_decided_otherwise_is_not_carried_over(table, does, first):
    """Another model carries nothing over, a larger k only what is that clear; people's answers are kept."""
    assert does("records", "review", "a.maker", "--below", "2", "--out", "q.csv")[0] == 0
    sheet = rows_of((table / "q.csv").read_text())
    answers = [row | {"answer": "billing" if row["maker_field"] == "desk" else "7"} for row in sheet[:10]]
    with (table / "ann.csv").open("w") as out:
        writer = csv.DictWriter(out, answers[0])
        writer.writeheader()
        writer.writerows(answers)
    assert does("records", "review", "a.maker", "--answers", "ann.csv")[0] == 0
    words = (*RUN, "--problem", "cb2.yaml", "--from", "a.maker")
    other = does(*words, "--model", "sim:p=0.95", "--session", "m.maker")
    assert "nothing is carried over from a.maker: its model is another one; all 48 are asked" in other[2]
    people = [json.loads(line) for line in (table / "m.people.jsonl").read_text().splitlines()]
    assert [(one["field"], one["answer"]) for one in people] == [("amount", "7")] * 5
    assert sum(row["amount.decided_by"] == "person" for row in results(does, "m.maker")) == 5
    wider = json.loads(does(*words, *SIM, "--k", "3", "--session", "k.maker")[1])
    clear = [row for row in results(does, "a.maker") if int(row["amount.margin"]) >= 3]
    assert wider["carried_steps"] == len(clear)
    first.rename(table / "gone.maker")
    status, _, beside = does(*words, *SIM, "--session", "g.maker")
    assert (status, "there is no session 'a.maker'" in beside) == (2, True)


@pytest.mark.usefixtures("table")
def test_a_single_question_says_what_is_carried_over_and_that_gold_is_of_other_rows(does):
    """`maker ask --from` says how many answers it need not ask for; gold of ids that no row has is said to be."""
    ask = ("ask", "tickets.csv", "--question", "Which? {text}", "--choices", "billing,other", "--k", "1")
    assert does(*ask, "--session", "a.maker")[0] == 0
    again = does(*ask, "--session", "b.maker", "--from", "a.maker")
    assert "24 of 24 answers are carried over from a.maker, 0 are asked" in again[2]
    with Path("other.csv").open("w") as out:
        out.write("id,answer\nX1,billing\n")
    assert "no row of the table has an id of the gold" in does(*ask, "--session", "c.maker", "--gold", "other.csv")[2]


def test_a_table_of_its_own_may_change_in_its_place(table, does):
    """A table too large to be kept is known by digests: mended where it is, all other rows are carried over."""
    head, *rows = (table / "tickets.csv").read_text().splitlines()
    padded = [f"{row} {'x' * 12_000}" if not row.endswith('"') else row for row in rows]
    (table / "tickets.csv").write_text("\n".join([head, *padded]) + "\n")
    assert (table / "tickets.csv").stat().st_size > 200_000
    assert does(*RUN, *SIM, "--problem", "cb.yaml", "--session", "a.maker")[0] == 0
    (table / "tickets.csv").write_text("\n".join([head, *padded[:-3], *(f"{row}!" for row in padded[-3:])]) + "\n")
    _, out, _ = does(*RUN, *SIM, "--problem", "cb.yaml", "--session", "b.maker", "--from", "a.maker")
    assert json.loads(out)["carried_steps"] == 42


@pytest.mark.usefixtures("table")
def test_a_cascade_says_who_decided_and_what_it_saved(does):
    """A clear first model keeps most rows; results name whose votes they are, and the report the saving."""
    pair = "sim:p=0.9,price_in=0.01,price_out=0.04→sim:p=0.99,price_in=4,price_out=16"
    words = (*RUN, "--problem", "cb.yaml", "--cascade", pair, "--cascade-agreement", "0.5")
    assert does(*words, "--session", "c.maker")[0] == 0
    found = report(does, "c.maker")["cascade"]
    assert 0 < found["escalated"] < 24
    assert found["saved_usd"] > 0.5 * found["alone_usd"] > 0
    by = [row["desk.model"] for row in results(does, "c.maker")] + [
        row["amount.model"] for row in results(does, "c.maker")
    ]
    assert sum("p=0.99" in name for name in by) == found["escalated"]
    assert "the cascade saved $" in does("records", "report", "c.maker")[1]
    _, out, _ = does(*words, "--session", "d.maker", "--from", "c.maker")
    assert json.loads(out)["carried_steps"] == 48
    assert does("sessions", "verify", "d.maker")[0] == 0
    alone = (
        *RUN,
        "--problem",
        "cb.yaml",
        "--model",
        pair.partition("→")[0],
        "--session",
        "e.maker",
        "--from",
        "c.maker",
    )
    assert json.loads(does(*alone)[1])["carried_steps"] == 48 - found["escalated"]


def test_wordings_are_on_record_and_compared(table, does):
    """Each vote read the wording that its number says; the report has the agreement of each, and where they differ."""
    asked = 'desk: {question: "Which desk?", wordings: ["Whom is it for?", "Who answers it?"],'
    (table / "cb.yaml").write_text(BOOK.replace("desk: {", asked))
    assert does(*RUN, "--model", "sim:p=0.7", "--problem", "cb.yaml", "--session", "w.maker")[0] == 0
    found = report(does, "w.maker")["fields"]["desk"]
    assert [one["wording"] for one in found["wordings"]] == [0, 1, 2]
    assert all(one["votes"] > 20 for one in found["wordings"])
    assert found["wordings_differ"][0]["differ"] > 0
    read = json.loads(does("sessions", "show", "w.maker", "--step", "1", "--json")[1])["prompts"]
    assert len({one["user"] for one in read}) == len(read) > 1
    assert {number % 3 for number in read[0]["samples"]} == {0}
    assert "wording 2: " in does("records", "report", "w.maker")[1]
    (table / "cb.yaml").write_text(
        BOOK.replace("desk: {", 'desk: {question: "Which desk?", wordings: ["Which desk?"],')
    )
    assert "texts that differ" in does(*RUN, *SIM, "--problem", "cb.yaml", "--session", "v.maker")[2]


REFUSED = (
    (("hanoi", "--from", "a.maker"), "its steps depend on each other"),
    (("records", "--session", "a.maker"), "--from a.maker --session OTHER carries over"),
    (("records", "--session", "empty.maker"), "holds nothing, since its run was ended before it began: delete it"),
    (("records", "--session", "a.maker", "--from", "a.maker"), "is the session itself"),
    (("records", "--cascade", "sim"), "two different models with an arrow"),
    (("records", "--cascade", "sim->sim"), "two different models with an arrow"),
    (("records", "--cascade", "sim->sim:p=1", "--undecided", "escalate:sim"), "names both models"),
    (("records", "--cascade", "sim->sim:p=1", "--model", "sim:p=0.9"), "name sim by --model too"),
)


@pytest.mark.usefixtures("first")
def test_what_cannot_be_carried_over_or_escalated_is_refused_in_one_line(does):
    """The line says what is wrong and what to do."""
    Path("empty.maker").touch()
    for words, says in REFUSED:
        status, _, beside = does("run", *words, "--headless")
        assert (status, beside.count("\n")) == (2, 1), words
        assert says in beside
