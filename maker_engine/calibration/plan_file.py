"""What `maker calibrate --json` printed as the plan of a run: its model, its settings, and the rule it recommends."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from maker_engine.core.errors import InputError
from maker_engine.core.voting import AHEAD
from maker_engine.input_files import read_named
from maker_engine.options.kinds import Value
from maker_engine.options.table import OPTIONS, PAPER, find
from maker_engine.printable import one_line
from maker_engine.runtime.calibrated import MEASURED, measured_by
from maker_engine.runtime.order import PreparedRun

LARGEST = 16 * 1024 * 1024
_AGAIN = "calibrate again, or leave --plan out"


@dataclass(frozen=True, slots=True)
class RunPlan:
    """The plan of a run.

    Attributes:
        path: The file it was read from.
        values: Options of the run, by their names.
        measured: What it was measured by, as `calibrated.measured_by` has it.
    """

    path: Path
    values: Mapping[str, Value]
    measured: Mapping[str, Any] = field(default_factory=dict)

    def check(self, prepared: PreparedRun) -> None:
        """See to it that a run is asked as was measured.

        Raises:
            InputError: The plan is stale; the text names what differs.
        """
        now = json.loads(json.dumps(measured_by(prepared.task, prepared.order)))
        differing = [name for name in now if now[name] != self.measured.get(name)]
        if differing:
            names = ", ".join(name.replace("_", " ") for name in differing)
            raise InputError(f"the plan {self.path} is stale: it was measured with another {names}; {_AGAIN}")


def read_plan(path: Path, model: str | None = None) -> RunPlan:
    """Read a plan.

    Args:
        path: A file with what `maker calibrate --json` printed.
        model: Whose plan is taken, None for the one that is recommended.

    Raises:
        InputError: It is none, or recommends nothing for the model.
    """
    try:
        found = json.loads(read_named(path, "plan", LARGEST))
        models = {one["model"]: one for one in found["models"]}
        named = model if model is not None else (found["recommended"] or {}).get("model")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise InputError(f"{path} is not a plan: give it what maker calibrate --json printed") from None
    if named is None:
        raise InputError(f"the plan {path} recommends no model: none reaches the target")
    if not isinstance(named, str) or named not in models:
        known = ", ".join(one_line(str(name), 60) for name in models)
        raise InputError(f"the plan {path} has no model {one_line(str(named), 60)}: it has {known}")
    return _plan_of(path, models[named])


def _plan_of(path: Path, one: Mapping[str, Any]) -> RunPlan:
    measured, rule = one.get("measured_by"), one.get("rule")
    if not isinstance(measured, dict) or not {*MEASURED, "task", "prompt_digest"} <= measured.keys():
        raise InputError(f"{path} does not say how {one_line(str(one.get('model')), 60)} was measured: {_AGAIN}")
    if rule is None:
        raise InputError(f"the plan {path} has no rule for {one_line(str(one['model']), 60)}: no k reaches the target")
    given: dict[str, object] = {"rule": rule, "law": json.dumps(one.get("law"))}
    if rule == AHEAD:
        given["k"] = one.get("k")
    fields = {option.order_field: option.name for option in OPTIONS}
    for name in MEASURED:
        given[fields[name]] = _option(name, measured[name])
    try:
        values = {name: find(name).value_of(value) for name, value in given.items()}
    except InputError as error:
        raise InputError(f"the plan {path}: {error}") from None
    return RunPlan(path, values, measured)


def _option(name: str, value: object) -> object:
    """Turn a field of an order back into the option's value."""
    if name == "paper_flags":
        return PAPER if value else "all"
    return (value or None) if name == "constrain" else value
