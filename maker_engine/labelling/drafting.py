"""A first codebook for a table, to be changed by whoever knows what the rows are."""

from __future__ import annotations

import json

from maker_engine.tables.row import Rows

LOOKED_AT = 1_000
"""Rows that are looked at."""
_MOST_VALUES = 20


def draft(table: Rows) -> str:
    """Write a codebook: the id if a column is one, the columns to show, and a field with labels to fill in.

    A column of few values, which looks as if somebody had labelled the rows before, is proposed as a field with these.
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
