"""Docker Compose files: image, replicas, depends_on, deploy.update_config.

Source: https://docs.docker.com/reference/compose-file/ (services, deploy). `order: start-first` lets `parallelism`
instances be more, `stop-first` (default) lets so many be fewer; a parallelism of 0 is all at once.
"""

from __future__ import annotations

from typing import Any

from maker_engine.core.errors import ProblemError
from maker_engine.printable import one_line

from ..problem import Service
from .documents import mapping, texts, unknown, version_of, whole

_SERVICE = {"image", "deploy", "depends_on", "scale", "healthcheck", "ports", "environment", "command",
            "container_name", "expose", "networks", "volumes", "restart", "labels", "build"}  # fmt: skip
"""What is understood, or has no bearing on the order of a rollout."""
_CONDITIONS = ("service_started", "service_healthy", "service_completed_successfully")


def read_compose(whole_file: dict[str, Any], notes: list[str]) -> list[Service]:
    """Return the services of a Compose file; `notes` grows by what was not understood.

    Raises:
        ProblemError: It is no such file.
    """
    plain = {key: value for key, value in whole_file.items() if not key.startswith("x-")}
    notes += unknown(plain, {"services", "version", "name", "networks", "volumes"}, "file")
    found = []
    for name, given in mapping(whole_file.get("services"), "services").items():
        if name.startswith("x-"):
            continue
        found.append(_service(name, mapping(given, f"the service {one_line(name, 60)}"), notes))
    return found


def _service(name: str, given: dict[str, Any], notes: list[str]) -> Service:
    what = f"the service {one_line(name, 60)}"
    notes += unknown({key: 0 for key in given if not key.startswith("x-")}, _SERVICE, f"services.{one_line(name, 60)}")
    deploy = mapping(given.get("deploy"), f"deploy of {what}")
    notes += unknown(deploy, {"replicas", "update_config", "mode", "resources", "labels"}, f"services.{name}.deploy")
    if deploy.get("mode", "replicated") != "replicated":
        notes.append(f"services.{name}.deploy.mode: {one_line(str(deploy['mode']), 40)}")
    replicas = whole(deploy.get("replicas", given.get("scale", 1)), f"replicas of {what}")
    update = mapping(deploy.get("update_config"), f"update_config of {what}")
    notes += unknown(update, {"parallelism", "order"}, f"services.{name}.deploy.update_config")
    step = min(replicas, whole(update.get("parallelism", 1), f"parallelism of {what}") or replicas)
    order = update.get("order", "stop-first")
    if order not in ("stop-first", "start-first"):
        raise ProblemError(
            f"update_config.order of {what} must be stop-first or start-first, got {one_line(str(order), 40)!r}"
        )
    version = version_of(given.get("image"), what)
    surge, unavailable = (step, 0) if order == "start-first" else (0, step)
    if given.get("healthcheck") is not None:
        notes.append(f"services.{one_line(name, 60)}.healthcheck: the bundled servers have a check of their own")
    return Service(name, version, version, replicas, surge, unavailable, _needs(name, given.get("depends_on"), notes))


def _needs(name: str, given: object, notes: list[str]) -> tuple[str, ...]:
    what = f"depends_on of the service {one_line(name, 60)}"
    if not isinstance(given, dict):
        return tuple(dict.fromkeys(texts(given, what)))
    for need, said in given.items():
        how = mapping(said, what)
        condition = how.get("condition", _CONDITIONS[0])
        if condition not in _CONDITIONS:
            raise ProblemError(
                f"{what} has a condition that is none of {', '.join(_CONDITIONS)}: {one_line(str(condition), 40)!r}"
            )
        notes += unknown(how, {"condition"}, f"services.{name}.depends_on.{one_line(need, 60)}")
    return tuple(given)
