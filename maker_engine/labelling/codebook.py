"""A codebook: what is asked of every row, which answers there are, and which rule comes first where two fit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal as Number
from typing import Any

from maker_engine.core.answers import AnswerForm, Choice, Date, Decimal, Integer, Json, Several, Span
from maker_engine.core.errors import InputError
from maker_engine.labelling.unknown import UNKNOWN, OrUnknown
from maker_engine.suggestion import suggestion
from maker_engine.tables.row import Rows

CHOICE, SEVERAL, NUMBER, DATE, SPAN, JSON = FORMS = ("choice", "several", "number", "date", "span", "json")
_KEYS = ("about", "id", "show", "fields")
_FIELD_KEYS: dict[str, type | tuple[type, ...]] = {
    "question": str, "wordings": list,
    "form": str, "labels": (dict, list), "rules": list, "examples": list, "unknown": bool,
    "least": int, "low": (int, float), "high": (int, float), "places": int, "first": str, "last": str, "of": str,
    "schema": dict,
}  # fmt: skip
MOST_FIELDS, MOST_LABELS, MOST_WORDINGS = 50, 500, 8
LOOKED_AT, _MOST_VALUES = 1_000, 20
"""Rows that a draft is made of, and different values of a column that looks as if it held labels."""


@dataclass(frozen=True)
class Field:
    """One thing that is asked of every row.

    Attributes:
        name: Its name, which is the column of the answer.
        form: One of `FORMS`.
        question: What is asked; `{column}` is replaced by a cell.
        wordings: The same question in other words; samples of a row take turns with it.
        labels: (label, meaning) pairs of a closed list; "unknown" is among them where it is allowed.
        rules: Which label goes where several fit, the first rule first.
        examples: (row, answer) pairs.
        details: What else the form has, as in the file.
    """

    name: str
    form: str
    question: str
    labels: tuple[tuple[str, str], ...] = ()
    rules: tuple[str, ...] = ()
    examples: tuple[tuple[str, str], ...] = ()
    details: tuple[tuple[str, Any], ...] = ()
    wordings: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The labels alone."""
        return tuple(label for label, _ in self.labels)

    def answer_form(self, names: tuple[str, ...] | None = None, passage: str = "") -> AnswerForm[Any]:
        """Return the form of the answer.

        Args:
            names: The labels in the order in which they are offered, None for the codebook's.
            passage: The text that a span is taken from.

        Raises:
            InputError: The codebook's bounds or labels make no form.
        """
        offered = self.names if names is None else names
        details = dict(self.details)
        if self.form == CHOICE:
            return Choice(*offered)
        if self.form == SEVERAL:
            return Several(*offered, least=details.get("least", 0))
        form: AnswerForm[Any]
        if self.form == NUMBER:
            form = _number(details)
        elif self.form == DATE:
            form = Date(details.get("first", ""), details.get("last", ""))
        else:
            form = (
                Span(passage if passage.strip() else "…")
                if self.form == SPAN
                else Json(json.loads(details.get("schema", "{}")))
            )
        return OrUnknown(form) if details.get("unknown", True) else form

    def read(self, text: str, passage: str = "") -> Any:
        """Return the canonical answer that a person's or a file's text is, None where it is none."""
        form = self.answer_form(passage=passage)
        found = form.value_of(text.strip())
        if found is None and self.form in (JSON, SEVERAL):
            try:
                found = form.from_json(json.loads(text))
            except ValueError:
                return None
        return None if type(found).__name__ == "Flag" else found

    def write(self, answer: Any, passage: str = "") -> str:
        """Write an answer as text, which `read` reads again."""
        return self.answer_form(passage=passage).write(answer)

    def to_json(self) -> dict[str, Any]:
        """Return the field as a file has it."""
        made: dict[str, Any] = {"question": self.question, "form": self.form}
        if self.wordings:
            made["wordings"] = [*self.wordings]
        if self.labels:
            made["labels"] = dict(self.labels)
        if self.rules:
            made["rules"] = [*self.rules]
        if self.examples:
            made["examples"] = [{"row": row, "answer": answer} for row, answer in self.examples]
        details = dict(self.details)
        if "schema" in details:
            details["schema"] = json.loads(details["schema"])
        return made | details


@dataclass(frozen=True)
class Codebook:
    """What is asked of the rows of a table.

    Attributes:
        fields: What is asked of every row.
        about: What the rows are.
        id: The column that identifies a row; empty for its content.
        show: The columns that agents see; empty for all but the id.
    """

    fields: tuple[Field, ...]
    about: str = ""
    id: str = ""
    show: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the codebook as a file has it."""
        return {
            **({"about": self.about} if self.about else {}),
            **({"id": self.id} if self.id else {}),
            **({"show": [*self.show]} if self.show else {}),
            "fields": {field.name: field.to_json() for field in self.fields},
        }


def read_codebook(value: Any) -> Codebook:
    """Read what a codebook file holds.

    Raises:
        InputError: It is no codebook; the text names what is wrong.
    """
    found = _mapping(value, "the codebook", _KEYS)
    fields = found.get("fields")
    if not isinstance(fields, Mapping) or not 1 <= len(fields) <= MOST_FIELDS:
        raise InputError(f"the codebook needs fields: 1 to {MOST_FIELDS}, each with a question")
    show = found.get("show", [])
    if not isinstance(show, list) or not all(isinstance(one, str) for one in show):
        raise InputError("show in the codebook is a list of column names")
    for name in ("about", "id"):
        if not isinstance(found.get(name, ""), str):
            raise InputError(f"{name} in the codebook is one text")
    made = tuple(_field(str(name), one) for name, one in fields.items())
    return Codebook(made, found.get("about", "").strip(), found.get("id", ""), tuple(show))


def _mapping(value: Any, what: str, known: tuple[str, ...]) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise InputError(f"{what} is a mapping with {', '.join(known)}")
    for name in value:
        if name not in known:
            raise InputError(f"{what} has no {name!r}; known: {', '.join(known)}{suggestion(str(name), known)}")
    return value


def _field(name: str, value: Any) -> Field:
    what = f"field {name!r} of the codebook"
    found = _mapping(value, what, tuple(_FIELD_KEYS))
    for key, one in found.items():
        if not isinstance(one, _FIELD_KEYS[key]) or (isinstance(one, bool) and key != "unknown"):
            raise InputError(f"{key} of {what} is not of its kind, got {one!r:.60}")
    form = found.get("form", CHOICE)
    if form not in FORMS:
        raise InputError(f"{what} has the form {form!r}; known: {', '.join(FORMS)}{suggestion(form, FORMS)}")
    details = {
        key: found[key] for key in ("unknown", "least", "low", "high", "places", "first", "last", "of") if key in found
    }
    if "schema" in found:
        details["schema"] = json.dumps(found["schema"], sort_keys=True)
    made = Field(
        name,
        form,
        found.get("question", "").strip() or f"What is the {name} of this row?",
        _labels(found, form, what),
        _rules(found, what),
        tuple(_example(one, what) for one in found.get("examples", [])),
        tuple(details.items()),
        _wordings(found, what),
    )
    try:
        made.answer_form(passage="any")
    except (InputError, TypeError, ValueError) as error:
        raise InputError(f"{what}: {error}") from None
    return made


def _labels(found: Mapping[str, Any], form: str, what: str) -> tuple[tuple[str, str], ...]:
    if form not in (CHOICE, SEVERAL):
        if "labels" in found:
            raise InputError(f"{what} has labels, and its form {form} takes none")
        return ()
    given = found.get("labels", {})
    pairs = given.items() if isinstance(given, Mapping) else ((one, "") for one in given)
    labels = [(str(label), "" if meaning is None else str(meaning).strip()) for label, meaning in pairs]
    if not 1 <= len(labels) <= MOST_LABELS:
        raise InputError(f"{what} needs labels: 1 to {MOST_LABELS}")
    if found.get("unknown", True) and form == CHOICE and UNKNOWN not in dict(labels):
        labels.append((UNKNOWN, "the row does not say"))
    return tuple(labels)


def _rules(found: Mapping[str, Any], what: str) -> tuple[str, ...]:
    rules = found.get("rules", [])
    for one in rules:
        if isinstance(one, dict | list) or not str("" if one is None else one).strip():
            raise InputError(f"a rule of {what} is one text, in quotes where it has a colon; got {one!r:.60}")
    return tuple(map(str, rules))


def _example(value: Any, what: str) -> tuple[str, str]:
    if not isinstance(value, Mapping) or {*value} != {"row", "answer"}:
        raise InputError(f"an example of {what} has a row and an answer")
    return str(value["row"]), str(value["answer"])


def _wordings(found: Mapping[str, Any], what: str) -> tuple[str, ...]:
    """Read the other wordings of a question, which have to differ."""
    given = found.get("wordings", [])
    texts = tuple(one.strip() for one in given if isinstance(one, str))
    everything = (found.get("question", "").strip(), *texts)
    if len(texts) != len(given) or not all(texts) or len({*everything}) != len(everything):
        raise InputError(f"wordings of {what} are texts that differ from each other and from its question")
    if len(texts) > MOST_WORDINGS:
        raise InputError(f"{what} has {len(texts)} wordings beside its question, and {MOST_WORDINGS} are the most")
    if texts and not everything[0]:
        raise InputError(f"{what} has wordings and no question: the first wording is its question")
    return texts


def _number(details: Mapping[str, Any]) -> AnswerForm[Any]:
    places, bounds = details.get("places", 0), [details.get("low"), details.get("high")]
    if not places:
        low, high = (None if one is None else int(one) for one in bounds)
        return Integer(low, high)
    return Decimal(places, *(None if one is None else Number(str(one)) for one in bounds))


def draft(table: Rows) -> str:
    """Write a codebook: the id if a column is one, the columns to show, and a field with labels to fill in.

    A column of few values, which looks as if the rows had been labelled before, is proposed as a field with these.
    """
    values: dict[str, dict[str, None]] = {name: {} for name in table.columns}
    seen = 0
    for row in table:
        seen += 1
        for name, known in values.items():
            if len(known) <= LOOKED_AT:
                known[row.text(name)] = None
        if seen == LOOKED_AT:
            break
    ids = [name for name, known in values.items() if len(known) == seen and "" not in known and _short(known)]
    key = next((name for name in ids if "id" in name.lower()), ids[0] if ids else "")
    closed = {
        name: [value for value in known if value]
        for name, known in values.items()
        if name != key and 2 <= len(known) <= _MOST_VALUES and 3 * len(known) <= seen and _short(known)
    }
    show = [name for name in table.columns if name != key and name not in closed]
    lines = ["# What the rows are, in a sentence that agents read.", "about: Each row is …"]
    if key:
        lines += ["# The column that identifies a row.", f"id: {_word(key)}"]
    lines += ["# The columns that agents see.", f"show: [{', '.join(map(_word, show))}]", "fields:"]
    for name, labels in closed.items() or {"category": ["first", "second"]}.items():
        lines += [f"  {_word(name)}:", f"    question: {_word(f'What is the {name} of this row?')}", "    form: choice"]
        lines += ["    labels:", *(f"      {_word(label)}: what it means" for label in labels)]
        lines += ["    # The first rule that fits decides.", "    rules:", "      - where two fit, …"]
    return "\n".join(lines) + "\n"


def _short(values: dict[str, None]) -> bool:
    return all(len(value) <= 40 for value in values)


def _word(text: str) -> str:
    """Write a text as YAML, which JSON is."""
    return json.dumps(text, ensure_ascii=False)
