"""A plan as its readers give it: what changes, with its values before and after, and what depends on what."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .jobs import NOTHING, Node


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one resource.

    Attributes:
        address: What it is called in the plan; unique.
        type: Its type, as the plan's tool writes it.
        actions: As the plan writes them.
        action: One of `jobs.ACTIONS`.
        data: It is read, not made.
        before: Its values before, None where it is not there.
        after: Its values afterwards, as far as they are known; None where it is gone.
        unknown: The same shape, true where a value is known only when it is applied.
        before_sensitive: The same shape, true where a value must not be shown.
        after_sensitive: Likewise.
        paths: What changes, where the plan names it without values.
    """

    address: str
    type: str
    actions: tuple[str, ...]
    action: str
    data: bool = False
    before: Any = None
    after: Any = None
    unknown: Any = None
    before_sensitive: Any = None
    after_sensitive: Any = None
    paths: tuple[str, ...] = ()

    @property
    def counts(self) -> bool:
        """There is something to do, and so something to review."""
        return self.action != NOTHING


@dataclass(frozen=True)
class Plan:
    """A plan.

    Attributes:
        format: Who wrote it: `terraform`, `cloudformation` or `pulumi`.
        changes: All resources, those that stay included.
        nodes: What depends on what, for `jobs.jobs_of`.
        unresolved: Names of values that dependencies may lead through and that no plan mentions.
        secrets: Texts that occur in it and must not be shown.
    """

    format: str
    changes: tuple[Change, ...]
    nodes: tuple[Node, ...]
    unresolved: tuple[str, ...] = ()
    secrets: frozenset[str] = field(default_factory=frozenset)
