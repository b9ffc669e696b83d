"""Gold, of which many rows are held and kept in little."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from maker_tasks.records import Records

from maker_engine.core.errors import InputError, ProblemError
from maker_engine.labelling.by_row import Gathering, unpacked
from maker_engine.labelling.gold import KEPT_BY_ID, read_gold
from maker_engine.tables.opening import table_of

MANY = KEPT_BY_ID + 1


def records(folder: Path, rows: int) -> Records:
    """Rows of which all but the last one have gold, and gold has one row more that is not asked about."""
    (folder / "rows.csv").write_text("id,text\n" + "".join(f"r{n},row {n}\n" for n in range(rows)))
    answers = "".join(f"r{n},{'yes' if n % 3 else 'no'}\n" for n in range(rows - 1))
    (folder / "gold.csv").write_text(f"id,answer\n{answers}elsewhere,yes\n")
    given = {"rows": str(folder / "rows.csv"), "gold": str(folder / "gold.csv"), "id": "id"}
    return Records.load({**given, "question": "Is it so? {text}", "choices": "yes,no"})


@pytest.mark.parametrize("rows", [10, MANY])
def test_gold_is_the_same_out_of_a_session(rows: int, tmp_path: Path) -> None:
    """A few rows are kept by their ids as ever, many as digests, and either is gold again when it is opened."""
    made = records(tmp_path, rows)
    kept = json.loads(made.source())["gold"]
    assert isinstance(kept, dict if rows == 10 else list)
    assert len(json.dumps(kept)) < 30 * rows
    again = Records.load({}, made.source())
    assert again.source() == made.source()
    for one in (made, again):
        assert [one.oracle(one.row(n)) for n in (0, 1, 8, rows - 1)] == ["no", "yes", "yes", None]
        assert len(one.problem.right) == rows - 1


@pytest.mark.parametrize("rows", [3, MANY])
def test_two_answers_for_one_row_are_refused(rows: int) -> None:
    """However many rows there are, the line names the row; the same answer twice is fine."""
    codebook = Records.load({}).problem.codebook
    name, text = codebook.fields[0].name, codebook.fields[0].names[0]
    table = f"{codebook.id or 'id'},{name}\n" + "".join(f"t{n},{text}\n" for n in range(rows)) + f"t1,{text}\n"
    assert len(read_gold(table_of("gold.csv", table.encode()), codebook)) == rows
    with pytest.raises(InputError, match=f"two answers for 't1', the second in row {rows + 2:,}"):
        read_gold(table_of("gold.csv", f"{table}t1,other\n".encode()), codebook)


def test_values_by_row_are_what_was_gathered() -> None:
    """Values that are equal and are not the same stay apart, and rows may lack any of the fields."""
    gathering = Gathering[Any]()
    assert gathering.add("a", {"x": 1, "y": "one"})
    assert gathering.add("b", {"y": "two"})
    assert gathering.add("c", {"x": Decimal("1.0"), "z": ("p", "q")})
    assert (gathering.add("a", {"x": 1, "y": "one"}), gathering.add("a", {"x": 1})) == (True, False)
    found = gathering.gathered()
    assert (len(found), found.get("b"), found.get("none")) == (3, {"y": "two"}, {})
    assert str(found.get("a") | found.get("c")) == "{'x': Decimal('1.0'), 'y': 'one', 'z': ('p', 'q')}"


def test_gold_that_no_session_keeps_so_is_refused(tmp_path: Path) -> None:
    """A session that was changed by hand ends in one line, and reads nothing beyond what it holds."""
    texts = Gathering[str]()
    texts.add("a", {"x": "yes"})
    ids, fields = texts.gathered().packed()
    assert unpacked([ids, fields]).get("a") == {"x": "yes"}
    value = json.loads(records(tmp_path, 10).source())
    beyond: dict[str, Any] = {"x": [[], fields["x"][1]]}
    for bad in ([ids], [ids, beyond], ["!", fields], [ids[:4], fields], [ids, {"x": [["yes"], ""]}], "text", 3):
        with pytest.raises(ProblemError, match="not rows with a codebook"):
            Records.load({}, json.dumps({**value, "gold": bad}))
