"""Puts a problem together: the document, the OpenAPI document beside it, inputs, and where the requests go."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from importlib.resources import files as packaged
from typing import Any

from maker_engine.core.errors import InputError, ProblemError
from maker_engine.documents import LARGEST, read_document
from maker_engine.input_files import path_of, read_named
from maker_engine.printable import one_line

from .arazzo import read_arazzo
from .demo.scripts import SCRIPTS
from .links import read_links
from .nodes import Notes
from .openapi import Api, read_api
from .postman import read_postman
from .problem import DEMO, FORMAT, Problem, Test, check
from .restoring import from_json

_ADDRESS = re.compile(r"https?://[^\s/?#@]{1,250}(?:/[^\s?#]{0,250})?")
_FROM_ENVIRONMENT = "${env:"


def load_problem(options: Mapping[str, int | str], source: str | None) -> Problem:
    """Make the problem that a user means.

    Raises:
        ProblemError: It is none.
    """
    try:
        return _loaded(options, source)
    except ProblemError as error:  # what it quotes comes out of files
        raise ProblemError(one_line(str(error), 300)) from None


def _loaded(options: Mapping[str, int | str], source: str | None) -> Problem:
    faults = str(options.get("faults") or SCRIPTS[0])
    if faults not in SCRIPTS:
        raise ProblemError(f"faults must be one of {', '.join(SCRIPTS)}, got {faults[:40]!r}")
    problem = _sample(options, faults) if source is None else _given(options, source)
    if source is not None and faults != SCRIPTS[0]:
        raise ProblemError("faults are those of maker's own server: leave out the problem file, or --faults")
    changed: dict[str, Any] = {}
    if parallel := _number(options, "parallel", 50):
        changed["parallel"] = parallel
    if rate := _number(options, "rate", 1_000):
        changed["rate"] = float(rate)
    if address := str(options.get("base_url") or ""):
        changed["base_url"] = address.rstrip("/")
    problem = _late(replace(problem, **changed))
    _check_address(problem)
    check(problem)
    return problem


def _number(options: Mapping[str, int | str], name: str, most: int) -> int:
    value = options.get(name) or 0
    if not isinstance(value, int) or not 0 <= value <= most:
        raise ProblemError(f"{name} must be a whole number from 0 to {most:,}, got {str(value)[:20]!r}")
    return value


def sample(name: str) -> str:
    """Return the text of a bundled document."""
    return (packaged(__package__) / "data" / name).read_text("utf-8")


def _sample(options: Mapping[str, int | str], faults: str) -> Problem:
    notes = Notes()
    api = read_api(read_document(sample("shop.openapi.yaml"), "the sample's OpenAPI document"), notes)
    problem = read_arazzo(read_document(sample("shop.arazzo.yaml"), "the sample"), api, _inputs(options), notes)
    return replace(problem, base_url=DEMO, faults=faults)


def _given(options: Mapping[str, int | str], source: str) -> Problem:
    whole = read_document(source, "the problem file")
    if whole.get("format") == FORMAT:
        return from_json(whole)
    if _FROM_ENVIRONMENT in source:
        raise ProblemError(
            "the document names ${env:…} itself: name an input there, and give --input NAME=${env:VARIABLE}"
        )
    notes = Notes()
    try:
        return _read(whole, options, notes)
    except (TypeError, AttributeError, KeyError, IndexError, RecursionError) as error:
        raise ProblemError(f"the document is not as its format asks: {one_line(str(error), 120)}") from None


def _read(whole: dict[str, Any], options: Mapping[str, int | str], notes: Notes) -> Problem:
    given, api = _inputs(options), _api(options, notes)
    if "arazzo" in whole:
        return read_arazzo(whole, api, given, notes)
    if "openapi" in whole:
        return read_links(read_api(whole, notes), given, notes)
    if isinstance(whole.get("info"), dict) and "item" in whole:
        return read_postman(whole, given, notes)
    raise ProblemError(
        "the document is none of Arazzo 1.0.1, Postman v2.1 and OpenAPI 3: it has no key arazzo, item or openapi"
    )


def _api(options: Mapping[str, int | str], notes: Notes) -> Api | None:
    path = str(options.get("openapi") or "")
    if not path:
        return None
    try:
        text = read_named(path_of(path), "OpenAPI document", LARGEST)
    except InputError as error:
        raise ProblemError(one_line(str(error), 300)) from None
    return read_api(read_document(text, "the OpenAPI document"), notes)


def _inputs(options: Mapping[str, int | str]) -> dict[str, str]:
    found = {}
    for line in str(options.get("input") or "").splitlines():
        name, equals, value = line.strip().partition("=")
        if not line.strip():
            continue
        if not equals or re.fullmatch(r"[A-Za-z0-9_.\-]{1,120}", name) is None:
            raise ProblemError(f"an input must be NAME=VALUE, got {one_line(line, 40)!r}")
        found[name] = value
    return found


def _late(problem: Problem) -> Problem:
    """Return the problem in which whatever needs a clean-up is one, too, and comes last."""
    late: set[str] = set()
    tests: list[Test] = []
    for test in problem.tests:
        if test.cleanup or late & {*test.needs, *test.after}:
            late.add(test.id)
        tests.append(replace(test, cleanup=test.id in late))
    return replace(problem, tests=tuple(sorted(tests, key=lambda test: test.cleanup)))


def _check_address(problem: Problem) -> None:
    address = problem.base_url
    if address != DEMO and address and not _ADDRESS.fullmatch(address):
        raise ProblemError(f"base_url must be an address such as http://127.0.0.1:8000, got {one_line(address, 60)!r}")
    relative = [test.id for test in problem.tests if test.url.startswith("/") and not test.puzzle]
    if relative and not address:
        raise ProblemError(
            f"{relative[0]} has no address: give --base-url http://HOST:PORT, or a server in the OpenAPI document"
        )
