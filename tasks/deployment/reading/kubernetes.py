"""Kubernetes objects: Deployment, StatefulSet, Service, and Argo Rollouts' Rollout with its canary steps.

Sources: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/ (strategy),
https://argo-rollouts.readthedocs.io/en/stable/features/canary/ (setWeight, pause, analysis).
A workload needs another where a value of its environment names a Service that selects the other's pods.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from maker_engine.core.errors import ProblemError
from maker_engine.printable import one_line

from ..problem import Service
from ..surge import DEFAULT, bounds
from .documents import is_quantity, mapping, seconds, unknown, version_of, whole

WORKLOADS = ("Deployment", "StatefulSet", "Rollout")
_IGNORED = ("ServiceAccount", "ConfigMap", "Secret", "Namespace", "HorizontalPodAutoscaler")
_SPEC = {"replicas", "selector", "template", "strategy", "updateStrategy", "serviceName"}
_POD = {
    "containers",
    "initContainers",
    "serviceAccountName",
    "securityContext",
    "terminationGracePeriodSeconds",
    "volumes",
}
_CONTAINER = {"name", "image", "env", "ports", "resources", "readinessProbe", "livenessProbe", "securityContext",
              "command", "args", "volumeMounts", "imagePullPolicy"}  # fmt: skip
_HOST = re.compile(
    r"(?:[a-z][a-z0-9+.-]*://)?(?:[^@/\s]*@)?([a-z0-9-]+)(?:\.[a-z0-9.-]+)?(?::[0-9]+)?(?:/.*)?", re.ASCII
)


def read_kubernetes(documents: Sequence[dict[str, Any]], notes: list[str]) -> list[Service]:
    """Return the workloads of a file; `notes` grows by what was not understood.

    Raises:
        ProblemError: One of them is not as its kind asks.
    """
    objects = [*_flattened(documents)]
    pods: list[tuple[Service, dict[str, Any], dict[str, Any]]] = []
    for one in objects:
        kind = one.get("kind")
        if kind in WORKLOADS:
            pods.append(_workload(one, notes))
        elif kind != "Service" and kind not in _IGNORED:
            notes.append(f"{one_line(str(kind), 40)}/{one_line(str(_name(one)), 60)}")
    owners = dict(_owners(objects, pods))
    return [_with_needs(service, pod, owners) for service, pod, _ in pods]


def _flattened(documents: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for one in documents:
        if one.get("kind") == "List" and isinstance(one.get("items"), list):
            yield from (item for item in one["items"] if isinstance(item, dict))
        else:
            yield one


def _name(one: dict[str, Any]) -> str:
    name = mapping(one.get("metadata"), "metadata").get("name")
    if not isinstance(name, str) or not name:
        raise ProblemError(f"an object of kind {one_line(str(one.get('kind')), 40)} has no metadata.name")
    return name


def _workload(one: dict[str, Any], notes: list[str]) -> tuple[Service, dict[str, Any], dict[str, Any]]:
    kind, name = str(one["kind"]), _name(one)
    what, place = f"{kind} {one_line(name, 60)}", f"{kind}/{one_line(name, 60)}"
    spec = mapping(one.get("spec"), f"spec of {what}")
    notes += unknown(spec, _SPEC, f"{place}.spec")
    template = mapping(spec.get("template"), f"template of {what}")
    pod = mapping(template.get("spec"), f"template.spec of {what}")
    notes += unknown(pod, _POD, f"{place}.spec.template.spec")
    containers = [mapping(each, f"a container of {what}") for each in pod.get("containers") or []]
    if not containers:
        raise ProblemError(f"{what} has no containers")
    for container in containers:
        _note_container(container, place, notes)
    version = version_of(containers[0].get("image"), what)
    replicas = whole(spec.get("replicas", 1), f"replicas of {what}")
    surge, unavailable, canary = _strategy(kind, spec, replicas, what, notes)
    labels = mapping(mapping(template.get("metadata"), f"metadata of {what}").get("labels"), f"labels of {what}")
    return Service(name, version, version, replicas, surge, unavailable, canary=canary), pod, labels


def _note_container(container: dict[str, Any], place: str, notes: list[str]) -> None:
    notes += unknown(container, _CONTAINER, f"{place}.container")
    for part in ("requests", "limits"):
        amounts = mapping(mapping(container.get("resources"), "resources").get(part), part)
        for key, value in amounts.items():
            if not is_quantity(value):
                notes.append(f"{place}.resources.{part}.{one_line(key, 40)}: {one_line(str(value), 40)} is no quantity")


def _strategy(
    kind: str, spec: dict[str, Any], replicas: int, what: str, notes: list[str]
) -> tuple[int, int, tuple[int, ...]]:
    """Return how many instances may be more, how many may be fewer, and the canary's shares."""
    if not replicas:
        raise ProblemError(f"{what} has 0 replicas: give 1 to 1,000, or leave it out")
    given = mapping(spec.get("updateStrategy" if kind == "StatefulSet" else "strategy"), f"strategy of {what}")
    if kind == "Rollout":
        canary = given.get("canary")
        if canary is None:
            notes.append(f"{what}: no canary strategy; taken as a rolling update")
        rolling = mapping(canary, f"canary of {what}")
        notes += unknown(rolling, {"steps", "maxSurge", "maxUnavailable"}, f"{what}.canary")
        steps = _canary(rolling.get("steps"), what, notes)
        return *bounds(rolling.get("maxSurge", DEFAULT), rolling.get("maxUnavailable", DEFAULT), replicas, what), steps
    way = given.get("type", "RollingUpdate")
    if way == "Recreate":
        return 0, replicas, ()
    if way != "RollingUpdate":
        raise ProblemError(f"the strategy of {what} must be RollingUpdate or Recreate, got {one_line(str(way), 40)!r}")
    rolling = mapping(given.get("rollingUpdate"), f"rollingUpdate of {what}")
    if kind == "StatefulSet":  # never more than its replicas, and one after the other unless it says otherwise
        notes += unknown(rolling, {"maxUnavailable"}, f"{what}.rollingUpdate")
        return *bounds(0, rolling.get("maxUnavailable", 1), replicas, what), ()
    notes += unknown(rolling, {"maxSurge", "maxUnavailable"}, f"{what}.rollingUpdate")
    return *bounds(rolling.get("maxSurge", DEFAULT), rolling.get("maxUnavailable", DEFAULT), replicas, what), ()


def _canary(steps: object, what: str, notes: list[str]) -> tuple[int, ...]:
    """Return the shares; a pause or an analysis is the window and the verdict that follow every share anyway."""
    weights: list[int] = []
    for number, given in enumerate(steps if isinstance(steps, list) else [], 1):
        step = mapping(given, f"canary step {number} of {what}")
        if "setWeight" in step:
            weight = whole(step["setWeight"], f"setWeight of {what}", 0, 100)
            if weight > max(weights, default=0):
                weights.append(weight)
            else:
                notes.append(f"{what}: canary step {number} sets no higher weight")
        elif "pause" in step:
            if (duration := mapping(step["pause"], "pause").get("duration")) is not None:
                seconds(duration, f"pause of {what}")
        elif "analysis" not in step:
            notes += [f"{what}: canary step {one_line(key, 40)}" for key in step]
    return tuple(weights)


def _owners(
    objects: Sequence[dict[str, Any]], pods: Sequence[tuple[Service, dict[str, Any], dict[str, Any]]]
) -> Iterator[tuple[str, str]]:
    """Give (name of a Service, workload that it selects) pairs."""
    for one in objects:
        if one.get("kind") != "Service":
            continue
        chosen = mapping(mapping(one.get("spec"), "spec of a Service").get("selector"), "selector of a Service")
        for service, _, labels in pods:
            if chosen and all(labels.get(key) == value for key, value in chosen.items()):
                yield _name(one), service.name
                break


def _with_needs(service: Service, pod: dict[str, Any], owners: dict[str, str]) -> Service:
    found: dict[str, None] = {}
    for container in (*(pod.get("containers") or []), *(pod.get("initContainers") or [])):
        for one in container.get("env") or []:
            value = one.get("value") if isinstance(one, dict) else None
            match = _HOST.fullmatch(value.strip()) if isinstance(value, str) and len(value) < 500 else None
            if match and (owner := owners.get(match[1])) and owner != service.name:
                found[owner] = None
    return replace(service, needs=tuple(found))
