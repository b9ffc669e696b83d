"""A codebook that agents would read otherwise than it is meant is refused before a run begins."""

from __future__ import annotations

import pytest

from maker_engine.core.errors import InputError
from maker_engine.documents import read_document
from maker_engine.labelling.codebook import read_codebook
from maker_engine.labelling.faults import refuse_faults


@pytest.mark.parametrize(
    ("name", "field", "says"),
    [
        ("kind", {"question": "Is {txet} one?", "labels": ["a", "b"]}, "{txet}, which is no column that agents see"),
        ("kind", {"question": "q", "wordings": ["{n}?"], "labels": ["a"]}, "{n}, which is no column"),
        (" ", {"labels": ["a", "b"]}, "needs a name of one line"),
        ("a\nb", {"labels": ["a", "b"]}, "needs a name of one line"),
        ("kind", {"labels": ["a"], "examples": [{"row": "x", "answer": "c"}]}, "has the answer 'c'"),
        ("kind", {"form": "number", "examples": [{"row": "x", "answer": "many"}]}, "has the answer 'many'"),
        ("kind", {"labels": ["a"], "rules": [{"Rule one": "a first"}]}, "in quotes where it has a colon"),
        ("kind", {"labels": ["a"], "rules": [""]}, "is one text"),
    ],
)
def test_what_makes_no_sense_is_named(name: str, field: dict, says: str) -> None:
    """The line says which field it is, and what of it."""
    with pytest.raises(InputError) as refused:
        refuse_faults(read_codebook({"fields": {name: field}}), ("text",))
    assert says in str(refused.value)


def test_braces_that_name_no_column_are_text() -> None:
    """JSON in a question is no column, and an example may have the answer unknown."""
    field = {"question": 'As {"a": 1}, of {text}?', "labels": ["a"], "examples": [{"row": "x", "answer": "unknown"}]}
    refuse_faults(read_codebook({"fields": {"kind": field}}), ("text",))


def test_a_question_in_a_list_of_yaml_is_refused_with_the_mend() -> None:
    """A question mark ends a text within brackets, which few who write wordings know."""
    with pytest.raises(InputError, match="put quotes round text that has signs such as"):
        read_document("wordings: [What kind is this?]", "the codebook")
