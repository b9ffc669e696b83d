"""A table goes the whole way on the command line: asked, decided, reviewed, audited, split and put together."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from contextlib import closing
from importlib.resources import files

import pytest

from maker_tui.cli.main import main

DATA = files("maker_tasks.records") / "data"
FIELD = """\
id: ticket
show: [text]
fields:
  category: {labels: {billing: money, technical: bugs, account: users, delivery: parcels}}
  amount: {question: "Which amount?", form: number, low: 0}
  thing: {question: "What is it about?", form: span, of: text}
"""


@pytest.fixture
def table(tmp_path, monkeypatch):
    """Stand in a folder with sixty tickets."""
    monkeypatch.chdir(tmp_path)
    for name in ("tickets.csv", "gold.csv"):
        (tmp_path / name).write_bytes((DATA / name).read_bytes())
    (tmp_path / "cb.yaml").write_text(FIELD)
    return tmp_path


@pytest.fixture
def does(capsys):
    """Run a command; return its status and its output, on standard error where it said something there."""

    def run(*words):
        status = main([*words])
        out = capsys.readouterr()
        return status, out.out or out.err

    return run


def rows_of(path):
    return [*csv.DictReader(io.StringIO(path.read_text(), newline=""))]


def test_a_question_is_asked_of_every_row_in_one_command(table, does):
    """`maker ask` needs a table, a question and choices, and writes the rows in order with what was decided."""
    odd = 'text,n\n"a ""quoted""\nline",1\n=cmd,2\n,3\n"a ""quoted""\nline",1\n'
    (table / "odd.csv").write_text(odd)
    status, said = does(
        "ask", "odd.csv", "--question", "Which? {text}", "--choices", "a,b", "--out", "o.csv", "--k", "2"
    )
    assert status == 0
    assert '"rows": 4, "accepted": 2' in said, "equal rows are decided once, empty ones not at all"
    found = rows_of(table / "o.csv")
    assert [(row["text"], row["n"]) for row in found] == [
        ('a "quoted"\nline', "1"), ("'=cmd", "2"), ("", "3"), ('a "quoted"\nline', "1"),
    ]  # fmt: skip
    assert found[0]["answer"] == found[3]["answer"] != ""
    assert (found[2]["answer"], found[2]["answer.decided_by"], found[3]["answer.cost_usd"]) == ("", "rule", "0.0")


def test_a_table_is_decided_reviewed_and_audited(table, does):
    """What votes do not decide goes to people blind; what they accept is audited; both are kept beside the session."""
    flags = ("--model", "sim:p=0.5,v=0.9", "--max-samples", "12", "--k", "3", "--json")
    run = ("run", "records", "--problem", "cb.yaml", "--rows", "tickets.csv", "--gold", "gold.csv", *flags)
    status, said = does(*run, "--session", "s.maker", "--out", "out.csv")
    figures = json.loads(said)
    result = figures["result"]
    assert {*result} == {"rows", "accepted", "undecided", "to_people", "votes", "cost_usd", "usd", "accuracy"}
    assert (status, result["rows"], result["accepted"] + result["undecided"]) == (0, 60, 180)
    assert (result["votes"], result["usd"], ["out.csv"]) == (figures["votes"], figures["cost_usd"], figures["papers"])
    assert result["undecided"] == result["to_people"] > 0, "what is undecided is for later where nothing else is said"
    assert "out.csv exists already" in does(*run, "--out", "out.csv")[1]
    assert does("records", "review", "s.maker", "--out", "q.csv", "--reviewers", "2")[0] == 0
    gold = {row["ticket"]: row["category"] for row in rows_of(table / "gold.csv")}
    queue = [row for row in rows_of(table / "q.csv") if row["maker_field"] == "category"]
    assert "margin" not in queue[0], "nothing on the sheet says how the votes went"
    for who in ("ann", "bob"):
        with (table / f"{who}.csv").open("w") as out:
            sheet = csv.DictWriter(out, queue[0])
            sheet.writeheader()
            sheet.writerows(row | {"answer": gold[row["maker_id"]]} for row in queue)
    assert does("records", "review", "s.maker", "--answers", "ann.csv", "--answers", "bob.csv")[0] == 0
    report = json.loads(does("records", "report", "s.maker", "--json", "--html", "r.html")[1])
    assert report["reviewers_alpha"] == report["reviewers"]["kappa"] == 1
    assert report["decided_by"]["person"] == len(queue) == report["fields"]["category"]["reviewed"]
    assert report["fields"]["category"]["found"]["undecided"] == len(queue) == report["asked"]["review"]
    page = (table / "r.html").read_text()
    assert (page.count("accuracy against coverage"), "<p class=warn>" in page, "<th>" in page) == (1, True, False)
    assert does("records", "review", "s.maker", "--out", "rest.csv", "--reviewers", "2")[0] == 0
    assert {row["maker_field"] for row in rows_of(table / "rest.csv")} <= {"amount", "thing"}, "two have answered"
    assert does("records", "audit", "s.maker", "--out", "blind.csv", "--rows", "400")[0] == 0
    blind = rows_of(table / "blind.csv")
    assert (table / "out.csv").read_text().startswith("ticket,text,category,category.margin")
    value = {row["ticket"]: row for row in rows_of_results(does, table)}
    with (table / "done.csv").open("w") as out:
        sheet = csv.DictWriter(out, blind[0])
        sheet.writeheader()
        sheet.writerows(row | {"answer": value[row["maker_id"]][row["maker_field"]]} for row in blind)
    status, said = does("records", "audit", "s.maker", "--answers", "done.csv")
    assert (status, "at most 1.00% of the" in said) == (0, True)
    assert does("sessions", "verify", "s.maker")[0] == 0


def test_an_audit_waits_for_the_end_and_counts_what_is_not_confirmed_blind_as_wrong(table, does):
    """What a run will accept is not known before it has ended; what people do not confirm is not right."""
    flags = ("--gold", "gold.csv", "--model", "sim:p=0.99", "--k", "1", "--headless", "--session", "s.maker")
    assert does("run", "records", "--problem", "cb.yaml", "--rows", "tickets.csv", *flags)[0] == 0
    assert does("records", "audit", "s.maker", "--out", "b.csv", "--rows", "1")[0] == 0
    (blind,) = rows_of(table / "b.csv")
    key, field = blind["maker_id"], blind["maker_field"]
    value = {row["ticket"]: row for row in rows_of_results(does, table)}[key][field]
    other = "unknown" if value != "unknown" else blind["options"].split(" | ")[0]
    for who, answer in (("ann", value), ("ben", other)):
        (table / f"{who}.csv").write_text(f'maker_id,maker_field,answer\n{key},{field},"{answer}"\n')
        said = does("records", "audit", "s.maker", "--answers", f"{who}.csv")[1]
        assert f"{who}.csv: 1 answer kept" in said
        assert (f"wrong: {key}" in said) == (who == "ben")
    people = table / "s.people.jsonl"
    ann = people.read_text().splitlines()[0]
    people.write_text(f"{json.dumps(json.loads(ann) | {'blind': False})}\n")
    assert f"wrong: {key}" in does("records", "audit", "s.maker")[1], "ann had seen the votes"
    with closing(sqlite3.connect("s.maker")) as session, session:
        session.execute("DELETE FROM meta WHERE k = 'ended'")
    assert "has not ended" in does("records", "audit", "s.maker")[1]


def test_gold_is_labelled_line_by_line_before_a_run_and_an_audit_after_it(table, does, monkeypatch):
    """Without a terminal people are asked in lines; gold goes on where it was left, and `--gold` takes it."""
    (table / "one.yaml").write_text(FIELD.partition("  amount")[0])

    def says(text, *words):
        monkeypatch.setattr("sys.stdin", io.StringIO(text))
        return does("records", *words)

    gold = ("gold", "tickets.csv", "--problem", "one.yaml", "--to", "mine.csv", "--rows", "5", "--reviewer", "ann")
    status, said = says("1\nu\nnone of them\nbilling\ns\nq\n", *gold)
    assert (status, "gold: 1 answered as ann, 4 left" in said, "is no answer here" in said) == (0, True, True)
    assert "ahead" not in said
    assert says("account\n" * 4, *gold)[0] == 0
    assert [row["category"] for row in rows_of(table / "mine.csv")] == ["billing", *["account"] * 4]
    run = ("run", "records", "--problem", "one.yaml", "--rows", "tickets.csv", "--gold", "mine.csv", "--json")
    assert json.loads(does(*run, "--session", "s.maker")[1])["result"]["accuracy"]["judged"] == 5
    status, said = says("1\n" * 3, "audit", "s.maker", "--here", "--rows", "3", "--alpha", "0.5")
    assert (status, "audit: 3 answered" in said, "audited were wrong" in said) == (1, True, True)
    asked = ("--question", "Which? {text}", "--choices", "billing,other", "--id", "ticket", "--to", "asked.csv")
    assert says("2\n", "gold", "tickets.csv", *asked, "--rows", "1")[0] == 0
    assert [*rows_of(table / "asked.csv")[0]] == ["ticket", "answer"]
    assert "was not labelled here" in says("", *gold[:5], "tickets.csv")[1]
    assert "1 to 20" in says("", "review", "s.maker", "--reviewers", "0")[1]
    assert does(*run[:6], "--session", "t.maker", "--headless")[0] == 0
    assert says("billing\n", "gold", "t.maker", "--rows", "1")[0] == 0
    assert [row["category"] for row in rows_of(table / "t.gold.csv")] == ["billing"]
    report = json.loads(does("records", "report", "t.maker", "--json")[1])
    assert report["asked"] == {"review": 0, "audit": 0, "gold": 1}
    assert report["fields"]["category"]["gold"]["judged"] == 1, "what is labelled after a run is held against it"


def rows_of_results(does, table):
    assert does("records", "results", "s.maker", "--out", "results.csv")[0] == 0
    return rows_of(table / "results.csv")


def test_parts_are_put_together_or_refused(table, does):
    """Parts that are whole and sound make one table in order; one that is missing, changed or another's is refused."""
    (table / "few.csv").write_text("".join((table / "tickets.csv").read_text().splitlines(keepends=True)[:7]))
    split = ("records", "split", "2", "few.csv", "--problem", "cb.yaml", "--to", "parts", "--limit-usd", "4")
    assert does(*split, "--model", "sim:p=0.95", "--k", "1")[0] == 0
    assert json.loads((table / "parts" / "manifest.json").read_text())["run"][-1] == "--limit-usd=2"
    for number in ("1", "2"):
        assert does("records", "run", "parts", "--part", number)[0] == 0
    manifest = json.loads((table / "parts" / "manifest.json").read_text())
    twice = manifest | {"parts": [manifest["parts"][0], *manifest["parts"]]}
    (table / "parts" / "manifest.json").write_text(json.dumps(twice))
    status, said = does("records", "merge", "parts", "--out", "x.csv")
    assert (status, "row 1 is there twice" in said) == (2, True)
    (table / "parts" / "manifest.json").write_text(json.dumps(manifest | {"parts": manifest["parts"][1:]}))
    assert "row 1 is missing" in does("records", "merge", "parts", "--out", "x.csv")[1]
    (table / "parts" / "manifest.json").write_text(json.dumps(manifest))
    (table / "parts" / "part-002.maker").write_bytes((table / "parts" / "part-001.maker").read_bytes())
    assert "is a session of other rows" in does("records", "merge", "parts", "--out", "x.csv")[1]
    assert "is a session of other rows" in does("records", "run", "parts", "--part", "2")[1]
    assert not (table / "x.csv").exists()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("ask", "none.csv", "--question", "q", "--choices", "a"), "cannot be read"),
        (("ask", "tickets.csv", "--question", "{txt}", "--choices", "a"), "the question names 'txt'"),
        (("run", "records", "--problem", "cb.yaml"), "--rows FILE"),
        (("run", "records", "--rows", "tickets.csv", "--question", "q"), "--choices A,B,C"),
        (("run", "records", "--problem", "gold.csv", "--rows", "tickets.csv"), "the codebook"),
        (("run", "records", "--problem", "cb.yaml", "--rows", "tickets.csv", "--gold", "tickets.csv"), "gold needs"),
        (("records", "report", "none"), "no session"),
        (("records", "gold", "tickets.csv", "--problem", "cb.yaml", "--to", "x" * 300), "cannot be"),
        (("records", "split", "2", "tickets.csv", "--problem", "cb.yaml", "--to", "p", "--k", "0"), "at least 1"),
        (("records", "review", "none", "--out", "q.csv", "--below", "nan"), "--below is a share"),
        (("ask", "tickets.csv#one", "--question", "q", "--choices", "a"), "is no SQLite database"),
    ],
)
@pytest.mark.usefixtures("table")
def test_bad_input_is_refused_in_one_line(does, words, says):
    """A table, question, codebook or gold that is no good is named in one line."""
    status, said = does(*words, *(() if words[0] == "records" else ("--headless",)))
    assert status == 2
    assert says in said
    assert said.count("\n") == 1
