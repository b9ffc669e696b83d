"""How a voting rule is named on a screen."""

from __future__ import annotations

from maker_engine.core.voting import CERTIFICATE, FIRST, LeadTable, named_rule
from maker_engine.printable import one_line

MOST_LEADS = 6


def rule_words(rule: str, k: int) -> str:
    """Name a rule with what it needs, in one line."""
    kind, _, rest = rule.partition(":")
    if kind == FIRST:
        return f"first-to-k, k {k}"
    if kind == CERTIFICATE:
        return f"certificate, error {one_line(rest, 12)}, k {k}"
    decided = named_rule(rule, k)
    return f"lead-table {table_words(decided)}" if isinstance(decided, LeadTable) else f"first-to-ahead-by-k, k {k}"


def table_words(table: LeadTable) -> str:
    """Write the leads of a table, and what happens beyond its end."""
    leads = [str(table.lead(against)) for against in range(min(len(table.leads), MOST_LEADS))]
    if len(table.leads) > MOST_LEADS:
        return ", ".join([*leads, "…"])
    return ", ".join([*leads, *(["then undecided"] if table.gives_up else [])])
