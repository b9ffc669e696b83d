"""Makes the flow that a user means: of which file, in which mode, with which policy."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from shutil import which

from maker_engine.core.errors import ProblemError
from maker_engine.input_files import is_folder, path_of
from maker_engine.printable import one_line

from .flow import Flow
from .order import Order
from .problem import SLEEP, TERRAFORM
from .reading import SAMPLES, problem_of, read_any, read_file, sample, sample_plan, sample_project
from .real_order import RealOrder, shortened
from .review.flow import Review, items_from
from .review.masks import items_of
from .review.policy import Policy, policy_of, read_policy

ORDER, REVIEW = "order", "review"
MODES = (ORDER, REVIEW)
NO, AUTO = "no", "auto"
WAYS = (NO, AUTO, TERRAFORM, SLEEP)
"""How an order is carried out; with `AUTO` by Terraform where it is installed and no file is given."""
CALLED = "plan.json"
_OWN_REVIEW = '{"kind": "review"'
"""How the source of a review begins."""


def load_flow(options: Mapping[str, int | str], source: str | None) -> Flow:
    """Make the flow that a user means.

    Raises:
        ProblemError: It is none.
    """
    mode, name = str(options.get("mode", ORDER)), str(options.get("sample", SAMPLES[0]))
    if mode not in MODES:
        raise ProblemError(f"mode must be one of {', '.join(MODES)}, got {mode!r}")
    if source is None and name not in SAMPLES:
        raise ProblemError(f"sample must be one of {', '.join(SAMPLES)}, got {name!r}")
    if source is not None and source.startswith(_OWN_REVIEW):
        return _kept(source)
    way = str(options.get("apply", NO))
    if way not in WAYS:
        raise ProblemError(f"apply must be one of {', '.join(WAYS)}, got {way!r}")
    if way != NO and mode == ORDER:
        return _real(options, source, way)
    if source is None:
        source = sample(name) if mode == ORDER else sample_plan()
    given = read_any(source, str(options.get("template", "")), str(options.get("graph", "")))
    if mode == ORDER:
        slots = options.get("slots", 0)
        problem = problem_of(given, str(options.get("durations", "")), slots if isinstance(slots, int) else 0)
        return RealOrder(problem) if problem.tool else Order(problem)
    if given.plan is None:
        raise ProblemError(
            "this is not a plan, so there is nothing to review: give what `terraform show -json PLAN` prints"
        )
    items = items_of(given.plan)
    return Review(items, _policy(str(options.get("policy", ""))), given.plan.format, str(options.get("called", CALLED)))


def _policy(path: str) -> Policy:
    if not path:
        return Policy()
    text = read_file(path, "policy")
    try:
        return read_policy(text)
    except ProblemError as error:
        raise ProblemError(f"the policy {one_line(path, 200)}: {error}") from None


def _real(options: Mapping[str, int | str], source: str | None, way: str) -> RealOrder:
    """Return the order that is carried out: of the bundled project by Terraform, or of anything by sleeping.

    Raises:
        ProblemError: Terraform is meant and is not there, has no folder, or a plan of a person's own is given.
    """
    if way == AUTO:
        way = TERRAFORM if which(TERRAFORM) and source is None else SLEEP
    workspace = str(options.get("workspace", ""))
    if way == TERRAFORM:
        if source is not None:
            raise ProblemError(
                "Terraform is applied to the bundled project alone: leave the file out, or apply by sleep"
            )
        if which(TERRAFORM) is None:
            raise ProblemError("there is no terraform on PATH: install it, or apply by sleep")
        if not workspace or not is_folder(path_of(workspace)):
            raise ProblemError("Terraform needs an empty folder that is there: make one and name it with --workspace")
        if any(path_of(workspace).iterdir()):
            raise ProblemError(
                f"the folder {one_line(workspace, 80)} is not empty: Terraform makes the project in a new one"
            )
        workspace = str(path_of(workspace).resolve())
        source = sample_project()
    elif source is None:
        source = sample(str(options.get("sample", SAMPLES[0])))
    slots = options.get("slots", 0)
    problem = problem_of(read_any(source), str(options.get("durations", "")), slots if isinstance(slots, int) else 0)
    return RealOrder(shortened(problem) if way == SLEEP else replace(problem, tool=way, workspace=workspace))


def _kept(source: str) -> Review:
    """Return the review that a session has kept."""
    try:
        whole = json.loads(source)
        return Review(
            items_from(whole["changes"]), policy_of(whole["policy"]), str(whole["format"]), str(whole["called"])
        )
    except (ValueError, TypeError, KeyError) as error:
        raise ProblemError(f"this review was not written by maker: {type(error).__name__}") from None
