"""A step's ballot counted once more from what is recorded of it: no one is asked."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from maker_engine.core.poll import poll_of
from maker_engine.core.record.entries import Change, Entry
from maker_engine.core.record.registry import form_of
from maker_engine.core.responses import Flag, Sample
from maker_engine.core.voting import VotingRule
from maker_engine.sessions.store.schema import StepFlag


def recount(entries: Sequence[Entry], rule: VotingRule, *, changing: bool = True) -> tuple[Hashable, int]:
    """Count a step's entries by `rule`, in their order.

    Args:
        entries: What happened in the step.
        rule: When it is decided.
        changing: Go over to another k where a person did; False to keep to `rule`.

    Returns:
        The answer that is decided, None for none, and how many entries it took; all of them when nothing is decided.
    """
    most = len(entries) + 1
    poll = poll_of(rule, most)
    for used, entry in enumerate(entries):
        form = form_of(entry)
        if poll.winner is not None and not form.may_follow:
            return poll.winner, used
        if changing or not form.changes_rule:
            poll = form.count(poll, entry, most)
    return poll.winner, len(entries)


def rule_after(entries: Sequence[Entry], rule: VotingRule) -> VotingRule:
    """Return the rule that is in force after a step that began with `rule`."""
    for entry in entries:
        if isinstance(entry, Change) and entry.k is not None:
            rule = rule.with_k(entry.k)
    return rule


def remarkable(entries: Sequence[Entry], *, gathered: bool) -> StepFlag:
    """Return what is remarkable about a step, as far as its entries show; proposals that differ are no dissent."""
    verdicts = [entry.verdict for entry in entries if isinstance(entry, Sample)]
    flags = _DISSENT * (len({one for one in verdicts if not isinstance(one, Flag)}) > 1 and not gathered)
    flags |= _FLAGGED * any(isinstance(one, Flag) for one in verdicts)
    for entry in entries:
        flags |= form_of(entry).marks
    return StepFlag(flags)


# As plain integers: combining members of an enumeration takes as long as the rest of a step.
_DISSENT, _FLAGGED = StepFlag.DISSENT.value, StepFlag.FLAGGED.value
