"""Answer forms: how a closed or typed answer is asked for, read, constrained, mistaken and compared."""

from maker_engine.core.answers.closed import Choice, Several
from maker_engine.core.answers.form import AnswerForm, Constraint
from maker_engine.core.answers.json_values import Json
from maker_engine.core.answers.numbers import Decimal, Integer
from maker_engine.core.answers.records import Record
from maker_engine.core.answers.texts import Date, Span, Text

__all__ = [
    "AnswerForm",
    "Choice",
    "Constraint",
    "Date",
    "Decimal",
    "Integer",
    "Json",
    "Record",
    "Several",
    "Span",
    "Text",
]
