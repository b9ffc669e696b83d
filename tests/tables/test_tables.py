"""Rows come back as they were, whatever is in them, and none is held in memory."""

from __future__ import annotations

import csv
import io
import json
import sqlite3

import pytest
from hypothesis import given, settings, strategies as st

from maker_engine.core.errors import InputError
from maker_engine.tables import stored_rows
from maker_engine.tables.opening import open_table, table_of
from maker_engine.tables.writing import csv_lines, exact_cell, json_lines

NASTY = [
    ["1", 'he said "no", twice', "x"],
    ["2", "two\nlines\r\nand more", ""],
    ["3", "=cmd|' /C calc'!A0", "-5"],
    ["4", "bell\x07 escape\x1b[31m nul\x00", "'=1"],
    ["5", "y" * 2_000_000, "@x"],
    ["6"],
    ["7", "Zoë, naïve", "c", "beyond", "the header"],
    ["8", '5" pipe', "  outer  "],
]


def written(rows, encoding="utf-8"):
    out = io.StringIO()
    csv.writer(out).writerows([["id", "text", "note"], *rows])
    return out.getvalue().encode(encoding)


@pytest.mark.parametrize(("encoding", "ending"), [("utf-8", "csv"), ("utf-8-sig", "csv"), ("latin-1", "csv")])
def test_every_row_comes_back_as_it_was(tmp_path, encoding, ending):
    """Quotes, newlines, byte order marks, Latin-1, ragged rows, large cells and control characters all come back."""
    file = tmp_path / f"rows.{ending}"
    file.write_bytes(written(NASTY, encoding))
    table = open_table(str(file))
    assert [[*table.row(place).values.values()] for place in reversed(range(8))] == NASTY[::-1]
    assert [[*row.values.values()] for row in table] == NASTY
    assert table.columns == ("id", "text", "note", "column 4", "column 5")


def test_a_formula_is_written_back_safely_and_found_again(tmp_path):
    """No cell that is written begins as a formula does, plain numbers stay, and each can be made what it was."""
    file = tmp_path / "rows.csv"
    file.write_bytes(written(NASTY))
    table = open_table(str(file))
    text = "".join(csv_lines(table.columns, (row.values for row in table)))
    again = [*csv.reader(io.StringIO(text, newline=""))][1:]
    assert again[2][1].startswith("'=cmd")
    assert again[2][2] == "-5"
    assert [[exact_cell(cell) for cell in row][: len(NASTY[at])] for at, row in enumerate(again)] == NASTY


def test_other_kinds_of_table_are_read_by_place(tmp_path):
    """JSON Lines keep their values, a database its table, and TSV its tabs."""
    lines = tmp_path / "rows.jsonl"
    lines.write_text('{"a": 1, "b": ["x"]}\n\n{"a": "é", "c": null}\n')
    table = open_table(str(lines))
    assert (table.columns, table.row(1).text("a"), table.row(0).text("b")) == (("a", "b", "c"), "é", '["x"]')
    database = tmp_path / "rows.db"
    with sqlite3.connect(database) as connection:
        connection.execute("PRAGMA journal_mode = wal")
        connection.execute("CREATE TABLE t (a TEXT, b INT)")
        connection.execute("CREATE TABLE other (a TEXT)")
        connection.executemany("INSERT INTO t VALUES (?, ?)", [("x", 1), ("y", None)])
    connection.close()
    assert [dict(row.values) for row in open_table(f"{database}#t")] == [{"a": "x", "b": 1}, {"a": "y", "b": None}]
    piped = table_of("rows#t", database.read_bytes())
    assert [piped.row(n).values for n in (1, 0)] == [{"a": "y", "b": None}, {"a": "x", "b": 1}]
    tabs = tmp_path / "rows.tsv"
    tabs.write_text("a\tb\n1,5\t2\n")
    assert open_table(str(tabs)).row(0).values == {"a": "1,5", "b": "2"}


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.csv", b"", "no header"),
        ("a.csv", b"a,a\n1,2\n", "two columns called 'a'"),
        ("a.csv", "a,b\n".encode("utf-16"), "UTF-16"),
        ("a.csv", b"a,b\n1,2\r3,4\n", "row 1 of a.csv cannot be read: a carriage return is in a cell without quotes"),
        ("a.csv", b'a,b\n0,x\n1,"2\n3,4\n', "row 2 of a.csv opens a quote that is not closed"),
        ("a.jsonl", b'{"a": 1}\n[1]\n', "row 2 of a.jsonl is no JSON object"),
        ("a.csv", None, "cannot be read"),
    ],
)
def test_a_bad_table_is_refused_in_one_line(tmp_path, name, content, says):
    """What is no table is refused by name, in one line."""
    file = tmp_path / name
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(InputError, match=says) as caught:
        open_table(str(file))
    assert "\n" not in str(caught.value)


def test_parquet_is_read_in_batches_or_refused_by_name(tmp_path, monkeypatch):
    """Rows of one large group are read a batch at a time, in any order; without pyarrow the extra is named."""
    parquet, arrow = pytest.importorskip("pyarrow.parquet"), pytest.importorskip("pyarrow")
    monkeypatch.setattr(stored_rows, "BATCH", 4)
    monkeypatch.setattr(stored_rows, "BATCHES_HELD", 2)
    file = tmp_path / "rows.parquet"
    columns = {"a": [f"é {n}" for n in range(50)], "b": [None, *range(49)]}
    parquet.write_table(arrow.table(columns), file, row_group_size=40)
    for table in (open_table(str(file)), table_of("rows", file.read_bytes())):
        wanted = [dict(zip("ab", one, strict=True)) for one in zip(*columns.values(), strict=True)]
        assert [row.values for row in table] == wanted
        assert [table.row(n).values for n in (49, 0, 3, 41, 12, 2, 39)] == [
            wanted[n] for n in (49, 0, 3, 41, 12, 2, 39)
        ]
        assert len(table._held) <= 2


CELLS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from(
    [
        "",
        "=1+1",
        "'=x",
        "''",
        "-5",
        "+a",
        "@",
        '"',
        '""',
        "a\rb",
        "\r\n",
        "\n",
        ",",
        ";",
        "\t",
        "\0",
        "\ufeff",
        "\x85",
        "\u2028",
    ]
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.lists(CELLS, min_size=1, max_size=4), min_size=1, max_size=5),
    st.sampled_from(["utf-8", "utf-8-sig"]), st.sampled_from([",", ";", "\t"]), st.sampled_from(["\n", "\r\n"]),
)  # fmt: skip
def test_any_table_comes_back_through_every_way_out(rows, encoding, separator, ending):
    """Whatever is in the cells, and however the file was written, parts and results hold what was read."""
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator=ending, quoting=csv.QUOTE_ALL).writerows([["a", "b"], *rows])
    table = table_of("rows", out.getvalue().encode(encoding))
    assert [[*row.values.values()] for row in table] == rows
    assert [[*table.row(number).values.values()] for number in range(len(table))] == rows
    values = [row.values for row in table]
    part = table_of("part.csv", "".join(csv_lines(table.columns, values, exact=True, ragged=True)).encode())
    assert [row.values for row in part] == values, "a part has the rows as they were, short ones short"
    safe = table_of("safe.csv", "".join(csv_lines(table.columns, values)).encode())
    assert [[exact_cell(cell) for cell in row.values.values()][: len(rows[row.number])] for row in safe] == rows
    assert [row.values for row in table_of("part.jsonl", "".join(json_lines(values)).encode())] == values


def test_half_a_character_is_written_as_json_writes_it():
    """JSON can hold half a character, which no file in UTF-8 can: it is escaped, and costs no run its results."""
    row = {"a": "x \ud800 é"}
    (line,) = json_lines([row])
    assert json.loads(line.encode()) == row
    assert "".join(csv_lines(["a"], [row])).encode() == "a\nx \\ud800 é\n".encode()
