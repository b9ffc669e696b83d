"""Laws of p by name or from a file: a list of [p, weight] pairs, or what `maker calibrate --json` prints."""

from __future__ import annotations

import json
from typing import Any

from maker_engine.core.errors import InputError
from maker_engine.core.forecasting.laws import Law, named_law, named_laws
from maker_engine.input_files import exists, path_of, read_named
from maker_engine.printable import one_line

MOST_BYTES = 4_000_000
MOST_POINTS = 10_000
EXAMPLE = "[[0.999, 0.99], [0.7, 0.01]]"


def law_text(given: str) -> str:
    """Write a law so that no file is needed to read it again: its name, or the list of its points."""
    law = read_law(given)
    return given.upper() if given.upper() in named_laws() else json.dumps([list(point) for point in law.points])


def read_law(given: str) -> Law:
    """Return the law of a name, of a file, or written out as the list itself.

    Raises:
        InputError: There is no such law, or the file holds none.
    """
    if not given.strip():
        raise InputError(f"a law of p is one of {', '.join(named_laws())}, a JSON file, or a list such as {EXAMPLE}")
    if given.startswith("[") and len(given) <= MOST_BYTES:
        try:
            return law_of_json(json.loads(given), given)
        except (ValueError, RecursionError):
            raise InputError(f"{one_line(given, 40)} is not a list of pairs such as {EXAMPLE}") from None
    if given.upper() in named_laws():
        return named_law(given)
    return law_of_json(read_json(given, f"one of the laws {', '.join(named_laws())}"), given)


def read_json(path: str, other: str) -> Any:
    """Return what a JSON file holds.

    Args:
        path: The file.
        other: What else might have been given, for the error.

    Raises:
        InputError: It cannot be read, or holds no JSON.
    """
    name, file = one_line(path, 200), path_of(path)
    if not exists(file):
        raise InputError(f"{name} is neither {other} nor a file")
    text = read_named(file, "file", MOST_BYTES)
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise InputError(f"{name} holds no JSON: a law of p is a list of pairs such as {EXAMPLE}") from None


def law_of_json(value: Any, name: str) -> Law:
    """Return the law in a JSON value: the list itself, or the "law" of a calibration or of its recommended model.

    Raises:
        InputError: It is none.
    """
    shown = one_line(name, 200)
    if isinstance(value, dict) and "law" not in value and isinstance(value.get("models"), list):
        value = _recommended(value, shown)
    if isinstance(value, dict):
        value = value.get("law")
    if not isinstance(value, list) or not 0 < len(value) <= MOST_POINTS or not all(map(_is_pair, value)):
        raise InputError(f"{shown} holds no law of p: a list of pairs such as {EXAMPLE}")
    try:
        return Law(tuple((float(p), float(weight)) for p, weight in value if weight != 0))
    except InputError as error:
        raise InputError(f"{shown}: {error}") from None


def _recommended(value: dict[str, Any], shown: str) -> Any:
    models, recommended = value["models"], value.get("recommended")
    named = recommended.get("model") if isinstance(recommended, dict) else recommended
    found = [one for one in models if isinstance(one, dict) and (len(models) == 1 or one.get("model") == named)]
    if not found:
        raise InputError(f"{shown} has several models and recommends none of them: give the law of one")
    return found[0]


def _is_pair(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 2
        and all(isinstance(one, int | float) and not isinstance(one, bool) for one in value)
    )
