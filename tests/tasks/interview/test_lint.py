from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st
from maker_tasks.interview.document import Kind
from maker_tasks.interview.lint.command import main
from maker_tasks.interview.lint.finding import find
from maker_tasks.interview.lint.report import as_json, as_text, lint

from maker_engine.core.errors import InputError
from maker_engine.printable import printable

ROOT = Path(__file__).parents[3]
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=80)
MARKS = [
    "\n", "\n", "# ", "## Features", "- ", "  - ", "| a | b |", "|--|--|", "```", "<!--", "-->", "---", "FR-1", "shall",
    "Given", "When", "Then", "**", "_", "[a](b)", "\\", "1. ", "> ", " ", "x",
]  # fmt: skip
MARKDOWN = st.lists(st.sampled_from(MARKS), max_size=30).map("".join)

BOOKING = """\
---
shall: not be read
---
# Room booking: requirements

The old tool is slow and nobody likes it.

## User stories
- As a member I want to book a room so that my meeting has a place.

**Acceptance Scenarios**:
1. **Given** a free room, **When** Ann books it, **Then** it is *hers*.

## Functional requirements

| ID | Requirement | Priority |
|----|-------------|----------|
| FR-001 | The system shall be [fast](x.md). | high |

- **FR-002**: Members MUST be able to cancel
  a booking.
  - because plans change
- The app shall keep a booking for 30 days.

```gherkin
The system shall be fast
```
<!-- the system shall
be quick -->

## Acceptance criteria
- Given a taken room
- When Ann books it
- Then she reads "taken"

## Non-goals
- Payments

## Open questions
- May a booking last some days?

## Notes
We shall see. The system shall send mails. Nothing here is fast.
- fast things
### FR-9: The system shall show some pictures
"""


def test_requirement_lines_are_found_and_prose_is_not() -> None:
    """Lists, tables, headings and paragraphs give their requirements, with line, id and kind, without Markdown."""
    assert [(line.line, line.id, line.kind, line.text) for line in find(BOOKING)] == [
        (9, "", Kind.STORY, "As a member I want to book a room so that my meeting has a place."),
        (12, "", Kind.ACCEPTANCE, "Given a free room, When Ann books it, Then it is hers."),
        (18, "FR-001", Kind.FEATURE, "The system shall be fast."),
        (20, "FR-002", Kind.FEATURE, "Members MUST be able to cancel a booking."),
        (23, "", Kind.FEATURE, "The app shall keep a booking for 30 days."),
        (32, "", Kind.ACCEPTANCE, 'Given a taken room, When Ann books it, Then she reads "taken"'),
        (37, "", Kind.NON_GOAL, "Payments"),
        (43, "", Kind.FEATURE, "The system shall send mails."),
        (45, "FR-9", Kind.FEATURE, "The system shall show some pictures"),
    ]


def test_a_report_names_the_line_the_rule_and_what_was_looked_at() -> None:
    """One line a finding, then the sum."""
    told = as_text(lint(BOOKING, "docs/booking.md")).splitlines()
    assert [line.partition(". ")[0] for line in told] == [
        'docs/booking.md:18: FR-001: testable/quality-word "fast"',
        'docs/booking.md:45: FR-9: clear/vague-quantity "some"',
        "docs/booking.md: 2 findings in 2 of 9 requirement lines (lines 9, 12, 18, 20, 23, 32, 37, 43, 45 read)",
    ]


def test_json_tells_the_same() -> None:
    """Every line looked at is there, with its findings."""
    told = json.loads(as_json(lint(BOOKING, "booking.md")))
    assert (told["looked_at"], told["findings"]) == (9, 2)
    assert [(line["line"], [finding["rule"] for finding in line["findings"]]) for line in told["lines"]][2:4] == [
        (18, ["quality-word"]),
        (20, []),
    ]


@pytest.mark.parametrize("name", ["README.md", "docs/architecture.md"])
def test_prose_about_a_program_holds_no_requirements(name: str) -> None:
    """Nothing in documents that are no requirements is taken for one, nor fails."""
    assert lint((ROOT / name).read_text(encoding="utf-8"), name).lines == ()


def test_in_a_readme_a_section_of_requirements_is_what_has_to_be_installed() -> None:
    """A section makes its items requirements only where the document is called requirements or specification."""
    text = "## Requirements\n- Python 3.11\n## Features\n- fast and easy\n"
    assert find("# tool\n" + text, "README.md") == []
    assert [line.text for line in find("# tool\n" + text, "SPEC.md")] == ["Python 3.11", "fast and easy"]


def test_a_note_below_a_line_waives_what_fails_in_it() -> None:
    """All of it, or one gate or rule, and only with a reason; what is waived is told of and does not count."""
    text = "# Spec\n- FR-1: The pump shall be fast and slow and very loud.\n"
    for note, failing in [
        ("waived: the pump decides", 0),
        ("waived testable: the pump decides", 1),
        ("Waived clear/vague-degree: the pump decides", 2),
        ("waived clear/and-or: the pump decides", 3),
        ("waived:", 3),
    ]:
        report = lint(f"{text}  - {note}\n- FR-2: The pump shall stop at 80 °C.\n", "a.md")
        assert (report.findings, report.waived) == (failing, 3 - failing), note
        assert len(report.lines) == 2
    assert "1 finding in 1 of 2 requirement lines, 2 waived" in as_text(
        lint(f"{text}  - waived testable: so\n- FR-2: The pump shall stop at 80 °C.\n", "a.md")
    )


def test_where_requirements_have_ids_other_lists_below_them_are_details() -> None:
    """A list without ids under a heading of its own is judged only in a document that has no ids at all."""
    text = "# Spec\n## Requirements\n{}\n### Answers\n- User name\n"
    assert [line.text for line in find(text.format("- FR-1: The pump shall stop."))] == ["The pump shall stop."]
    assert [line.text for line in find(text.format("- The pump shall stop."))] == ["The pump shall stop.", "User name"]


@given(ANY_TEXT | MARKDOWN)
@settings(max_examples=150, deadline=None)
def test_no_text_breaks_the_linter(text: str) -> None:
    """Any text is read; lines are in order and within the file, and nothing told can be an order to a terminal."""
    report = lint(text, "SPEC.md")
    numbers = [judged.line.line for judged in report.lines]
    assert numbers == sorted(numbers)
    assert all(1 <= number <= text.count("\n") + 1 for number in numbers)
    assert printable(as_text(report), newlines=True) == as_text(report)
    assert as_json(report).isascii()


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("# x\n- FR-1: The pump shall stop at 80 °C.\n", 0),
        ("# x\n", 0),
        ("", 0),
        ("# x\n- FR-1: The pump shall be fast.\n", 1),
    ],
)
def test_the_exit_status_tells_ci(text: str, status: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """0 where nothing is found, 1 where something is, with --json as without."""
    path = tmp_path / "reqs.md"
    path.write_text(text, encoding="utf-8")
    assert main([str(path)]) == status
    assert str(path) in capsys.readouterr().out
    assert main([str(path), "--json"]) == status
    assert (json.loads(capsys.readouterr().out)["findings"] > 0) == bool(status)


def test_words_of_your_own_and_rules_left_out(tmp_path: Path) -> None:
    """--lexicon adds, --off takes away."""
    path, words = tmp_path / "reqs.md", tmp_path / "house.toml"
    path.write_text("- FR-1: The punter shall pay when the pump stops.\n", encoding="utf-8")
    words.write_text('[[group]]\nname = "house"\ngate = "clear"\nwhy = "Say: member."\nwords = ["punter"]\n')
    assert main([str(path), "--off", "form/trigger-last"]) == 0
    assert main([str(path), "--off", "form", "--lexicon", str(words)]) == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "FILE.md (see maker lint --help)"),
        (["nowhere.md"], "nowhere.md cannot be read: No such file"),
        (["."], ". cannot be read: Is a directory"),
        (["a\0b"], "cannot be read"),
        (["{latin}"], "is not text in UTF-8"),
        (["{good}", "--lexicon", "{latin}"], "is not text in UTF-8"),
        (["{good}", "--lexicon", "{good}"], "is not TOML"),
        (["{good}", "--off", "speed"], "--off names no gate and no rule 'speed'"),
        (["{good}", "--loud"], "--loud"),
        (["/dev/zero"], "is larger than 4 MB"),
    ],
)
def test_bad_input_is_refused_in_one_line(arguments: list[str], told: str, tmp_path: Path) -> None:
    """The error names what is wrong."""
    (tmp_path / "latin.md").write_bytes("Grüße".encode("latin-1"))
    (tmp_path / "good.md").write_text("- x\n", encoding="utf-8")
    places = {"latin": tmp_path / "latin.md", "good": tmp_path / "good.md"}
    with pytest.raises(InputError) as error:
        main([argument.format(**places) for argument in arguments])
    assert told in str(error.value)
    assert "\n" not in str(error.value)
