"""Any form of answer, with "unknown" as one answer more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from maker_engine.core.answers import AnswerForm
from maker_engine.core.answers.closed import key
from maker_engine.core.flags import Flag

UNKNOWN = "unknown"
"""The label of what a row does not say."""


@dataclass(frozen=True)
class OrUnknown(AnswerForm[Any]):
    """What a form takes, or "unknown".

    Attributes:
        form: The form.
    """

    form: AnswerForm[Any]

    @property
    def is_open(self) -> bool:  # type: ignore[override]
        """As the form."""
        return self.form.is_open

    @property
    def demand(self) -> str:
        """Such as "a date as YYYY-MM-DD, or unknown where the row does not say"."""
        return f"{self.form.demand}, or {UNKNOWN} where the row does not say"

    def value_of(self, text: str) -> Any | Flag | None:
        """Return the answer, or "unknown"."""
        return UNKNOWN if key(text.strip(" .")) == UNKNOWN else self.form.value_of(text)

    def from_json(self, value: Any) -> Any | Flag | None:
        """Return the answer, or "unknown"."""
        return UNKNOWN if isinstance(value, str) and key(value) == UNKNOWN else self.form.from_json(value)

    def write(self, answer: Any) -> str:
        """Write the answer as the form does."""
        return UNKNOWN if answer == UNKNOWN else self.form.write(answer)

    def schema(self) -> Mapping[str, Any]:
        """Return the form's schema, or the word."""
        return {"anyOf": [dict(self.form.schema()), {"type": "string", "enum": [UNKNOWN]}]}

    def example(self, number: int) -> Any:
        """Return an answer of the form."""
        return self.form.example(number)

    def slip(self, answer: Any, number: int) -> Any:
        """Return another answer of the form, or "unknown"."""
        return self.form.example(number) if answer == UNKNOWN else self.form.slip(answer, number)
