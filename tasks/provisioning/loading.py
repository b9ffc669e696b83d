"""Makes the flow that a user means: of which file, in which mode, with which policy."""

from __future__ import annotations

import json
from collections.abc import Mapping

from maker_engine.core.errors import ProblemError

from .flow import Flow
from .order import Order
from .reading import SAMPLES, problem_of, read_any, read_file, sample, sample_plan
from .review.flow import Review, items_from
from .review.masks import items_of
from .review.policy import Policy, policy_of, read_policy

ORDER, REVIEW = "order", "review"
MODES = (ORDER, REVIEW)
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
    if source is None:
        source = sample(name) if mode == ORDER else sample_plan()
    given = read_any(source, str(options.get("template", "")))
    if mode == ORDER:
        slots = options.get("slots", 0)
        return Order(problem_of(given, str(options.get("durations", "")), slots if isinstance(slots, int) else 0))
    if given.plan is None:
        raise ProblemError(
            "this is no plan, so there is nothing to review: give what `terraform show -json PLAN` prints"
        )
    path = str(options.get("policy", ""))
    policy = read_policy(read_file(path, "policy")) if path else Policy()
    items = items_of(given.plan)
    return Review(items, policy, given.plan.format, str(options.get("called", CALLED)))


def _kept(source: str) -> Review:
    """Return the review that a session has kept."""
    try:
        whole = json.loads(source)
        return Review(
            items_from(whole["changes"]), policy_of(whole["policy"]), str(whole["format"]), str(whole["called"])
        )
    except (ValueError, TypeError, KeyError) as error:
        raise ProblemError(f"this review was not written by maker: {type(error).__name__}") from None
