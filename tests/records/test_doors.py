"""A table of odd rows goes in and comes out by every way that there is, and is as it was."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from pathlib import Path

import pytest

from maker_engine.tables.opening import open_table
from maker_engine.tables.row import Rows
from maker_engine.tables.writing import exact_cell
from maker_tui.cli.main import main

ODD = (
    b"\xef\xbb\xbfid,text,kind\r\n"
    b'=1,"says ""no"", twice",x\r\n'
    b'2,"two\nlines\r\nand \rthree",\r\n'
    b"-c,=cmd|' /C calc'!A0,+1-1\r\n"
    b"4,'=already,-5\r\n"
    b"5,short\r\n"
    b"6,long,x,beyond,the header\r\n"
    b"7,,\r\n"
    b"8,bell\x07 escape\x1b[31m nul\x00 \xe2\x80\xae\xf0\x9f\x98\x80\xe2\x80\xa8,\x0b\x0c\r\n"
    b"9," + 100_000 * b"y" + b',"  outer  "\r\n'
    b'10,Zo\xc3\xab,"a\tb"\r\n'
)
CODEBOOK = "id: id\nshow: [text]\nfields:\n  kind: {labels: [a, b]}\n"
SIMULATED = ("--model", "sim:p=0.9", "--k", "1")


def lines_of(name: str) -> list[dict[str, str]]:
    """The rows of a CSV file, cells as they are in it."""
    return [*csv.DictReader(io.StringIO(Path(name).read_bytes().decode(), newline=""))]


def read(name: str, *, safe: bool) -> list[dict[str, str]]:
    """The rows of a file that was written, as they were before formulas were made safe."""
    if name.endswith(".jsonl"):
        return [json.loads(line) for line in Path(name).read_bytes().decode().split("\n") if line]
    mended = exact_cell if safe else str
    return [{key: mended(cell) for key, cell in row.items()} for row in lines_of(name)]


def same(name: str, table: Rows, *, safe: bool = True) -> list[dict[str, str]]:
    """See that a file holds the rows of a table as they are; return its rows."""
    found = read(name, safe=safe)
    assert len(found) == len(table)
    for row, back in zip(table, found, strict=True):
        assert {column: back.get(column) or "" for column in table.columns} == {
            column: row.text(column) for column in table.columns
        }
    return found


@pytest.fixture
def odd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Rows:
    """Stand in a folder with the odd table and a codebook, one of whose fields the table has a column of."""
    monkeypatch.chdir(tmp_path)
    csv.field_size_limit(64_000_000)
    Path("odd.csv").write_bytes(ODD)
    Path("cb.yaml").write_text(CODEBOOK)
    return open_table("odd.csv")


def test_odd_rows_come_out_of_a_run_its_parts_and_its_sheets_as_they_were(odd: Rows) -> None:
    """`--out`, results, merged parts and a review sheet hold every cell as it was, and answers find their rows."""
    run = ["run", "records", "--problem", "cb.yaml", "--rows", "odd.csv", *SIMULATED, "--session", "s.maker"]
    assert main([*run, "--headless", "--out", "out.csv"]) == 0
    assert main(["records", "results", "s.maker", "--exact", "--out", "exact.csv"]) == 0
    assert main(["records", "results", "s.maker", "--out", "out.jsonl"]) == 0
    for name in ("out.csv", "exact.csv", "out.jsonl"):
        found = same(name, odd, safe=name == "out.csv")
        assert [row["kind.2.decided_by"] for row in found].count("failed") == 1, "a long one is not shown"
    assert main(["records", "split", "2", "odd.csv", "--problem", "cb.yaml", "--to", "parts", *SIMULATED]) == 0
    for number in (1, 2):
        assert main(["records", "run", "parts", "--part", str(number), "--quiet"]) == 0
    assert main(["records", "merge", "parts", "--out", "all.csv"]) == 0
    same("all.csv", odd)
    assert main(["records", "review", "s.maker", "--below", "1.1", "--out", "q.csv"]) == 0
    lines = lines_of("q.csv")
    asked = {exact_cell(one["maker_id"]): exact_cell(one["text"]) for one in lines}
    assert asked == {row.text("id"): row.text("text") for row in odd if 0 < len(row.text("text")) < 100_000}
    with Path("done.csv").open("w", encoding="utf-8", newline="") as out:
        sheet = csv.DictWriter(out, lines[0])
        sheet.writeheader()
        sheet.writerows({**one, "answer": "b"} for one in lines)
    assert main(["records", "review", "s.maker", "--answers", "done.csv"]) == 0
    assert main(["records", "results", "s.maker", "--out", "reviewed.csv"]) == 0
    answered = [row["kind.2"] for row in same("reviewed.csv", odd) if row["kind.2.decided_by"] == "person"]
    assert answered == ["b"] * len(lines)


def test_rows_of_every_kind_come_from_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """CSV, TSV, JSON Lines and a table of a database are taken from a pipe, kept in the session, and given back."""
    monkeypatch.chdir(tmp_path)
    with sqlite3.connect("rows.db") as database:
        database.execute("CREATE TABLE t (id TEXT, text TEXT)")
        database.executemany("INSERT INTO t VALUES (?, ?)", [("1", "one"), ("2", "=two")])
    database.close()
    piped = [
        b"id,text\n1,one\n2,=two\n", b"id\ttext\n1\tone\n2\t=two\n", Path("rows.db").read_bytes(),
        b'{"id": "1", "text": "one"}\n{"id": "2", "text": "=two"}\n',
    ]  # fmt: skip
    for number, data in enumerate(piped):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
        out = f"out{number}.csv"
        words = ["ask", "-", "--question", "Which? {text}", "--choices", "a,b", "--id", "id", *SIMULATED]
        assert main([*words, "--session", f"{out}.maker", "--out", out, "--quiet"]) == 0
        assert [(row["id"], row["text"]) for row in read(out, safe=True)] == [("1", "one"), ("2", "=two")]
        assert main(["records", "results", f"{out}.maker", "--out", f"again-{out}"]) == 0
        assert Path(f"again-{out}").read_bytes() == Path(out).read_bytes(), "the session holds what was piped"
