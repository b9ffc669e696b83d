"""Puts a problem together: the file, the versions that are to come, faults, and the target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.resources import files as packaged
from typing import Any

from maker_engine.core.errors import InputError, ProblemError
from maker_engine.input_files import path_of, read_named
from maker_engine.printable import one_line

from .problem import FORMAT, TARGETS, Problem, Service, check, split_faults
from .reading.compose import read_compose
from .reading.documents import LARGEST, read_documents, seconds
from .reading.kubernetes import WORKLOADS, read_kubernetes
from .reading.own import read_own

SAMPLES = ("small", "full")
_NUMBERS = (("port", 65_535), ("rate", 1_000))


def load_problem(options: Mapping[str, int | str], source: str | None) -> Problem:
    """Make the problem that a user means.

    Raises:
        ProblemError: It is none; what the text quotes comes out of files.
    """
    try:
        return check(_changed(_read(options, source), options))
    except (TypeError, AttributeError, KeyError, RecursionError) as error:
        raise ProblemError(f"the file is not as its format asks: {one_line(str(error), 120)}") from None
    except ProblemError as error:
        raise ProblemError(one_line(str(error), 300)) from None


def _read(options: Mapping[str, int | str], source: str | None) -> Problem:
    if source is None:
        name = str(options.get("sample") or SAMPLES[0])
        if name not in SAMPLES:
            raise ProblemError(f"sample must be one of {', '.join(SAMPLES)}, got {one_line(name, 40)!r}")
        source = (packaged(__package__) / "data" / f"{name}.yaml").read_text("utf-8")
    documents = read_documents(source, "the problem file")
    if documents[0].get("format") == FORMAT:
        if len(documents) > 1:
            raise ProblemError(f"a file of {FORMAT} is one document, got {len(documents)}")
        return read_own(documents[0])
    services, notes = _services(documents)
    return Problem(tuple(sorted(services, key=lambda one: one.name)), notes=tuple(notes))


def _services(documents: Sequence[dict[str, Any]]) -> tuple[list[Service], list[str]]:
    """Read a file of another form; also return what was not understood."""
    notes: list[str] = []
    if any(one.get("kind") in (*WORKLOADS, "List") for one in documents):
        return read_kubernetes(documents, notes), notes
    if len(documents) == 1 and "services" in documents[0]:
        return read_compose(documents[0], notes), notes
    raise ProblemError(
        f"the file is none of Compose (services), Kubernetes (a {', '.join(WORKLOADS[:2])} or {WORKLOADS[2]}) and"
        f" maker's own (format: {FORMAT})"
    )


def _changed(problem: Problem, options: Mapping[str, int | str]) -> Problem:
    """Return the problem with what the options say."""
    given = _rules(options)
    if window := str(options.get("observe") or ""):
        given["window_s"] = seconds(window, "observe")
        if not 0.05 <= given["window_s"] <= 600:
            raise ProblemError(f"observe must be 0.05 to 600 seconds, got {one_line(window, 40)}")
    return replace(problem, services=_versions(problem, options), **given)


def _versions(problem: Problem, options: Mapping[str, int | str]) -> tuple[Service, ...]:
    """Return the services with the versions that the options give."""
    if len(problem.index) < len(problem.services):
        return problem.services  # one comes twice, which `check` names
    found = {one.name: one for one in problem.services}
    if path := str(options.get("after") or ""):
        for one in _after(path):
            if one.name not in found:
                raise ProblemError(f"the file after has a service {one_line(one.name, 60)} that does not run yet")
            found[one.name] = replace(one, old=found[one.name].old)
    for line in _lines(options, "to"):
        name, equals, version = line.partition("=")
        if not equals or name not in found:
            raise ProblemError(f"--to takes NAME=VERSION with a service of the file, got {one_line(line, 60)!r}")
        found[name] = replace(found[name], new=version)
    return tuple(found.values())


def _rules(options: Mapping[str, int | str]) -> dict[str, Any]:
    """Return what the options say of the rules, by the fields of a problem."""
    given: dict[str, Any] = {}
    if faults := split_faults(_lines(options, "fault")):
        given["faults"] = faults
    for name, field, choices in (("rollback", "rollback", ("service", "all")), ("driver", "target", TARGETS)):
        if value := str(options.get(name) or ""):
            if value not in choices:
                raise ProblemError(f"{name} must be {' or '.join(choices)}, got {one_line(value, 40)!r}")
            given[field] = value
    return given | {name: number for name, most in _NUMBERS if (number := _number(options, name, most))}


def _lines(options: Mapping[str, int | str], name: str) -> list[str]:
    return [line.strip() for line in str(options.get(name) or "").splitlines() if line.strip()]


def _number(options: Mapping[str, int | str], name: str, most: int) -> int:
    value = options.get(name) or 0
    if not isinstance(value, int) or not 0 <= value <= most:
        raise ProblemError(f"{name} must be a whole number from 0 to {most:,}, got {str(value)[:20]!r}")
    return value


def _after(path: str) -> list[Service]:
    try:
        text = read_named(path_of(path), "file after", LARGEST)
    except InputError as error:
        raise ProblemError(one_line(str(error), 300)) from None
    documents = read_documents(text, "the file after")
    if documents[0].get("format") == FORMAT:
        return [*read_own(documents[0]).services]
    return _services(documents)[0]
