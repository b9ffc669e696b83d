"""maker's own form of a rollout, in YAML or JSON; also what sessions keep."""

from __future__ import annotations

from typing import Any

from maker_engine.core.errors import ProblemError
from maker_engine.printable import one_line

from ..problem import COMMANDS, FORMAT, PROCESSES, SERVICE, TARGETS, VERBS, Problem, Service, split_faults
from ..surge import bounds
from .documents import mapping, seconds, texts, whole

_WHOLE = {"format", "services", "target", "commands", "health_url", "window_s", "probes", "holds", "rate", "grace_s",
          "patience_s", "lease_s", "port", "rollback", "faults", "notes",
          "idempotent"}  # fmt: skip
_SERVICE = {"from", "to", "replicas", "max_surge", "max_unavailable", "needs", "criticality", "canary", "migration",
            "database"}  # fmt: skip
_LONGEST = 1_000


def read_own(given: dict[str, Any]) -> Problem:
    """Return the problem of a document in maker's own form; a key that is not known is an error, not a note.

    Raises:
        ProblemError: It is no such document.
    """
    _known(given, _WHOLE | {key for key in given if key.startswith("x-")}, f"a document of {FORMAT}")
    found = mapping(given.get("services"), "services")
    target = given.get("target", COMMANDS if given.get("commands") else PROCESSES)
    if target not in TARGETS:
        raise ProblemError(f"target must be {' or '.join(TARGETS)}, got {one_line(str(target), 40)!r}")
    rollback = given.get("rollback", SERVICE)
    if rollback not in (SERVICE, "all"):
        raise ProblemError(f"rollback must be service or all, got {one_line(str(rollback), 40)!r}")
    return Problem(
        tuple(_service(name, mapping(one, f"the service {one_line(name, 60)}")) for name, one in sorted(found.items())),
        target,
        _commands(given.get("commands")) if target == COMMANDS else (),
        _address(given.get("health_url", "")),
        _within(given, "window_s", 0.5, 0.05, 600),
        whole(given.get("probes", 20), "probes", 1, 10_000),
        whole(given.get("holds", 5), "holds", 1, 1_000),
        whole(given.get("rate", 50), "rate", 1, 1_000),
        _within(given, "patience_s", 15.0, 0, 3_600),
        _within(given, "grace_s", 2.0, 0.05, 600),
        _within(given, "lease_s", 60.0, 1, 86_400),
        whole(given.get("port", 0), "port", 0, 65_535),
        rollback,
        split_faults(texts(given.get("faults"), "faults")),
        tuple(texts(given.get("notes"), "notes")),
        _is_true(given.get("idempotent", False), "idempotent"),
    )


def _known(given: dict[str, Any], known: set[str], what: str) -> None:
    for key in given:
        if key not in known:
            raise ProblemError(f"{what} has no key {one_line(key, 40)!r}; known: {', '.join(sorted(known))}")


def _is_true(given: object, name: str) -> bool:
    if not isinstance(given, bool):
        raise ProblemError(f"{name} must be true or false, got {one_line(str(given), 40)!r}")
    return given


def _within(given: dict[str, Any], name: str, default: float, least: float, most: float) -> float:
    value = seconds(given.get(name, default), name)
    if not least <= value <= most:
        raise ProblemError(f"{name} must be {least:g} to {most:g} seconds, got {value:g}")
    return value


def _address(given: object) -> str:
    text = given if isinstance(given, str) else "?"
    if text and not (
        text.startswith(("http://", "https://")) and text.isprintable() and " " not in text and len(text) < 500
    ):
        raise ProblemError(
            f"health_url must be an address such as http://127.0.0.1:8000/health, got {one_line(str(given), 60)!r}"
        )
    return text


def _service(name: str, given: dict[str, Any]) -> Service:
    what = f"the service {one_line(name, 60)}"
    _known(given, _SERVICE, what)
    if "from" not in given:
        raise ProblemError(f"{what} has no version that runs: give from")
    replicas = whole(given.get("replicas", 1), f"replicas of {what}", 0)
    surge, unavailable = bounds(given.get("max_surge", 1), given.get("max_unavailable", 0), replicas, name)
    migration, database = (_path(given.get(key, ""), f"{key} of {what}") for key in ("migration", "database"))
    old = str(given["from"])
    return Service(
        name, old, str(given.get("to", old)), replicas, surge, unavailable,
        tuple(dict.fromkeys(texts(given.get("needs"), f"needs of {what}"))),
        whole(given.get("criticality", 1), f"criticality of {what}", 0, 1_000),
        tuple(whole(one, f"canary of {what}", 1, 100) for one in texts(given.get("canary"), f"canary of {what}")),
        migration, database,
    )  # fmt: skip


def _path(given: object, what: str) -> str:
    text = given if isinstance(given, str) else "-"
    if text[:1] == "-" or len(text) > _LONGEST or not text.isprintable() or "${" in text:
        raise ProblemError(f"{what} must be a path, got {one_line(str(given), 60)!r}")
    return text


def _commands(given: object) -> tuple[tuple[str, tuple[str, ...]], ...]:
    found = mapping(given, "commands")
    _known(found, {*VERBS}, "commands")
    made = tuple((verb, tuple(texts(found[verb], f"the command {verb}"))) for verb in VERBS if verb in found)
    for verb, words in made:
        if not words or not words[0] or words[0].startswith("{"):
            raise ProblemError(f"the command {verb} must be a list that begins with a program")
    return made
