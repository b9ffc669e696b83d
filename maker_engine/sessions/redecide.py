"""A step's ballot counted once more from what is recorded of it: nobody is asked."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from maker_engine.core.poll import Poll, poll_of
from maker_engine.core.responses import Flag
from maker_engine.core.voting import VotingRule
from maker_engine.sessions.packing import Act, Entry


def recount(entries: Sequence[Entry], rule: VotingRule) -> tuple[Hashable, int]:
    """Count a step's entries by `rule`, in their order.

    Returns:
        The answer that is decided, None for none, and how many entries it took; all of them when nothing is decided.
    """
    poll = poll_of(rule, len(entries) + 1)
    for used, entry in enumerate(entries, 1):
        if isinstance(entry, Act):
            if entry.kind == "escalated":
                poll = poll_of(rule, len(entries) + 1)
            else:
                _act(poll, entry)
        elif not isinstance(entry.verdict, Flag):
            poll.vote(entry.verdict)
        if poll.winner is not None:
            return poll.winner, used
    return None, len(entries)


def _act(poll: Poll, act: Act) -> None:
    match act.kind:
        case "voted":
            poll.person_votes(act.answer)
        case "struck":
            poll.strike(act.answer)
        case "decided":
            poll.person_decides(act.answer)
        case _:  # said by a person, or taken over from another step
            poll.winner = act.answer
