"""A step's ballot counted once more from what is recorded of it: nobody is asked."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from maker_engine.core.poll import Poll, poll_of
from maker_engine.core.responses import Flag, Sample
from maker_engine.core.voting import VotingRule
from maker_engine.sessions.store.asides import Change, Probe
from maker_engine.sessions.store.packing import Act, Entry
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
        if poll.winner is not None and not _may_follow(entry):
            return poll.winner, used
        match entry:
            case Sample():
                if not isinstance(entry.verdict, Flag):
                    poll.vote(entry.verdict)
            case Act(kind="escalated"):
                poll = Poll(poll.rule, most)
            case Act():
                _act(poll, entry)
            case Change() if changing:
                poll.reconsider(rule_after([entry], poll.rule), most)
            case _:
                pass  # neither a probe nor a doubt is a vote
    return poll.winner, len(entries)


def rule_after(entries: Sequence[Entry], rule: VotingRule) -> VotingRule:
    """Return the rule that is in force after a step that began with `rule`."""
    for entry in entries:
        if isinstance(entry, Change) and entry.k is not None:
            rule = rule.with_k(entry.k)
    return rule


def remarkable(entries: Sequence[Entry], *, gathered: bool) -> StepFlag:
    """Return what is remarkable about a step, as far as its entries tell; proposals that differ are no dissent."""
    verdicts = [entry.verdict for entry in entries if isinstance(entry, Sample)]
    return StepFlag(
        StepFlag.DISSENT * (len({one for one in verdicts if not isinstance(one, Flag)}) > 1 and not gathered)
        | StepFlag.FLAGGED * any(isinstance(one, Flag) for one in verdicts)
        | StepFlag.NOT_BY_VOTES_ALONE * any(isinstance(entry, Act) for entry in entries)
        | StepFlag.PROBED * any(isinstance(entry, Probe) for entry in entries)
        | StepFlag.CHANGED * any(isinstance(entry, Change) for entry in entries)
    )


def _may_follow(entry: Entry) -> bool:
    """Tell whether an entry can come after the vote that decides: a person may do this while the step is held."""
    return isinstance(entry, Probe | Change) or (isinstance(entry, Act) and entry.kind in ("decided", "amended"))


def _act(poll: Poll, act: Act) -> None:
    match act.kind:
        case "voted":
            poll.person_votes(act.answer)
        case "struck":
            poll.strike(act.answer)
        case "decided":
            poll.person_decides(act.answer)
        case _:  # said by a person, or taken over from another step
            poll.settle(act.answer)
