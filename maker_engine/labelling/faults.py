"""What makes no sense in a codebook for a table, seen before a run begins; what a session keeps is not held to it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from maker_engine.core.errors import InputError
from maker_engine.labelling.codebook import CHOICE, DATE, NUMBER, SEVERAL, Codebook, Field
from maker_engine.labelling.wording import columns_in
from maker_engine.suggestion import suggestion

_COLUMN = re.compile(r"[\w .-]+")
"""What may be meant for a column; other text in braces, such as JSON, is text."""


def refuse_faults(codebook: Codebook, shown: Sequence[str]) -> None:
    """Refuse a codebook that agents would read otherwise than it is meant.

    Args:
        codebook: The codebook.
        shown: The columns that agents see.

    Raises:
        InputError: A field has no name of one line, its question names what no agent sees, or an example has an answer
            that agents may not give.
    """
    for field in codebook.fields:
        if not field.name.strip() or not field.name.isprintable():
            raise InputError(f"field {field.name!r} of the codebook needs a name of one line, the column of its answer")
        for question in (field.question, *field.wordings):
            for name in columns_in(question):
                if name not in shown and _COLUMN.fullmatch(name):
                    what = f"the question of field {field.name!r} names {{{name}}}"
                    raise InputError(f"{what}, which is no column that agents see{suggestion(name, shown)}")
        _refuse_examples(field)


def _refuse_examples(field: Field) -> None:
    if field.form not in (CHOICE, SEVERAL, NUMBER, DATE):
        return
    for _, answer in field.examples:
        if field.read(answer) is None:
            raise InputError(
                f"an example of field {field.name!r} of the codebook has the answer {answer!r:.60}, which is no answer"
                " there"
            )
