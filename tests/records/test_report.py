"""What results and reports say of fields whose names or values are unlike those of a closed list."""

from __future__ import annotations

from collections import Counter

from maker_engine.labelling.codebook import read_codebook
from maker_engine.labelling.units import Units
from maker_engine.records.decided import result_columns
from maker_engine.records.quality import Judged
from maker_engine.records.report_page import page
from maker_engine.records.report_text import lines
from maker_engine.records.summary import FieldFigures, Summary
from maker_engine.tables.opening import table_of


def test_no_column_of_results_comes_twice() -> None:
    """A field that is called as another one's margin gets a number, as one that the table has does."""
    book = read_codebook({"fields": {"kind": {"labels": ["a"]}, "kind.margin": {"labels": ["b"]}}})
    found = result_columns(Units(table_of("t.csv", b"text\nx\n"), book))
    assert len({*found}) == len(found)
    assert "kind.margin.2" in found


def test_values_that_mostly_come_once_are_counted_and_not_listed() -> None:
    """Of amounts, which differ in every row, a report says how many there are; precision of each would say nothing."""
    found = Summary(rows=20, by=Counter(votes=40))
    found.fields["total"] = FieldFigures(Counter(map(str, range(20))), [Judged(n, n, 1.0) for n in range(20)])
    found.fields["kind"] = FieldFigures(Counter(a=12, b=8), [Judged("a", "a", 1.0)])
    text = "\n".join(lines(found))
    assert "20 rows, 40 answers: 40 by votes" in text
    assert "20 different values in 20 rows" in text
    assert text.count("precision") == 1
    html = page(found, "t", simulated=False)
    assert (html.count("20 different values in 20 rows"), html.count("<h3>Labels")) == (1, 1)
