from __future__ import annotations

import json

import pytest
from hypothesis import given, settings, strategies as st
from maker_tasks.interview.document import Document, Kind, Source, SpillCount, Status
from maker_tasks.interview.document_json import from_fields, from_json, to_fields, to_json

from maker_engine.core.errors import ProblemError
from tests.tasks.interview.documents import booking

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=40)
PLACES = st.recursive(
    st.none() | st.booleans() | st.integers() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=6,
)


def test_a_document_reads_back_as_it_was_written() -> None:
    """JSON gives an equal document, through text and through plain objects."""
    assert from_json(to_json(booking())) == booking()
    assert from_fields(json.loads(json.dumps(to_fields(booking())))) == booking()


@given(ANY_TEXT, ANY_TEXT, st.sampled_from(Kind))
@settings(max_examples=30, deadline=None)
def test_any_text_is_kept_character_for_character(idea: str, text: str, kind: Kind) -> None:
    """Hostile text goes to JSON in ASCII and comes back the same."""
    document = Document("x", idea).added(kind, text, Source(0, "", text))
    written = to_json(document)
    assert written.isascii()
    assert from_json(written) == document


@given(st.sampled_from([*to_fields(booking())]), PLACES)
@settings(max_examples=60, deadline=None)
def test_a_damaged_document_is_refused_in_one_line(name: str, damage: object) -> None:
    """Whatever stands in a field, it is read or refused by name; nothing else is raised."""
    told = ""
    try:
        document = from_fields({**to_fields(booking()), name: damage})
    except ProblemError as error:
        document, told = booking(), str(error)
    assert "\n" not in told
    assert from_json(to_json(document)) == document


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        (("lines", 3, "status"), "maybe", "lines[3].status must be one of asked, accepted"),
        (("lines", 3, "id"), "FR-1x", "lines[3].id must be an id such as FR-001"),
        (("lines", 4, "id"), "FR-001", "id FR-001 twice"),
        (("lines", 3, "tallies", 0, "k"), True, "lines[3].tallies[0].k must be a whole number, got True"),
        (("lines", 3, "colour"), "red", "lines[3] has an unknown key 'colour'"),
        (("spill", 0, "kept"), 1, "spill[0].kept must be true or false"),
        (("conflicts", 0, "sides", 0), ["a"], "conflicts[0].sides[0] must be a list of two"),
        (("format",), "other", '"format"'),
    ],
)
def test_what_is_wrong_is_named_by_its_place(path: tuple[str | int, ...], value: object, told: str) -> None:
    """The error says where, what should stand there, and what does."""
    fields = json.loads(to_json(booking()))
    place = fields
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    with pytest.raises(ProblemError) as error:
        from_fields(fields)
    assert told in str(error.value)


@pytest.mark.parametrize("text", ["", "{", "[" * 10_000, "9" * 5000, "[]", "null"])
def test_what_is_no_document_is_refused(text: str) -> None:
    """Text that holds no document is bad input, not a crash."""
    with pytest.raises(ProblemError):
        from_json(text)


def test_an_id_is_never_given_twice() -> None:
    """A rejected line keeps its number."""
    document = booking()
    assert document.next_id(Kind.FEATURE) == "FR-004"
    assert [line.id for line in document.of(Kind.FEATURE)] == ["FR-001", "FR-002"]
    assert [line.id for line in document.of(Kind.FEATURE, accepted_only=False)] == ["FR-001", "FR-002", "FR-003"]


def test_a_line_changes_alone() -> None:
    """Changing one line leaves the others and the document it was changed in."""
    document = booking()
    changed = document.changed("OQ-001", status=Status.REJECTED, reason="Answered elsewhere.")
    assert [line.id for old, line in zip(document.lines, changed.lines, strict=True) if old != line] == ["OQ-001"]
    assert document == booking()
    with pytest.raises(KeyError):
        document.changed("FR-009", reason="")


def test_what_nobody_tests_is_known() -> None:
    """A standing feature without a standing acceptance criterion is untested."""
    assert [line.id for line in booking().untested()] == ["FR-002"]
    assert booking().spilled == SpillCount(found=2, kept_in=0, kept_out=1, undecided=1)
