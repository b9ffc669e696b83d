"""One step's poll: which samples were asked for, which have arrived, and which are counted.

Counted in launch order, the outcome is bit for bit that of Algorithm 2 run one sample at a time, whoever answers
first; no sample is asked for that the sequential algorithm would not have drawn. Counting in arrival order is faster
where one answer is slow, and biased towards fast answers.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable

from maker_engine.core.decomposition import Gathered
from maker_engine.core.responses import Flag, Response, Sample
from maker_engine.core.voting import Ballot, Enough, VotingRule

LAUNCH, ARRIVAL = "launch", "arrival"


STRUCK = Flag("struck", "a person took this candidate off the ballot")
"""Discards the responses that name a struck candidate after it was struck."""


class Poll:
    """The poll of one step.

    Args:
        rule: When it is decided.
        max_samples: Most samples that may be drawn, flagged ones included; then it is exhausted, undecided.
        order: `LAUNCH` or `ARRIVAL`.
        patience: Samples that are asked for beyond the last vote, before someone says how many more; 0 for all.
    """

    __slots__ = (
        "_allowed", "_hedged", "_known", "_launched", "_max_samples", "_most_dissent", "_order", "_patience", "_struck",
        "_until", "_waiting", "asked", "ballot", "counted", "rule", "settled", "winner",
    )  # fmt: skip

    def __init__(self, rule: VotingRule, max_samples: int, order: str = LAUNCH, patience: int = 0) -> None:
        self.rule = rule
        self._most_dissent = rule.most_dissent
        self._max_samples = self._allowed = max_samples  # fewer once the rule has given the ballot up
        self._patience = patience
        self._until = patience if 0 < patience < max_samples else max_samples
        self._order = order
        self._launched: set[int] = set()  # asked for, not arrived
        self._hedged: frozenset[int] = frozenset()
        self._waiting: dict[int, Sample] = {}  # arrived before their turn
        self._struck: frozenset[Hashable] = frozenset()
        self.ballot = Ballot()
        # Every valid vote that has arrived, counted or not: the ballot itself for as long as all come in their turn.
        self._known = self.ballot
        self.asked = 0
        self.counted = 0
        self.winner: Hashable = None
        self.settled = False  # decided by something else than its votes

    @property
    def in_flight(self) -> int:
        """Samples asked for that have not arrived."""
        return len(self._launched)

    @property
    def leader(self) -> Hashable:
        """The winner, or whoever leads among all votes that have arrived; None before the first."""
        return self._known.leader if self.winner is None else self.winner

    def lead_over(self, candidate: Hashable) -> int:
        """Votes that the leader of all that have arrived is ahead of `candidate`."""
        return self._known.votes(self._known.leader) - self._known.votes(candidate)

    @property
    def wanted(self) -> int:
        """Samples to ask for now: those that are needed in any case, whatever the ones in flight say.

        Even if every sample in flight went to the leader of the votes known so far, the sequential algorithm would
        still have to draw this many more.
        """
        if self.winner is not None or (room := self._until - self.asked) <= 0:
            return 0
        needed = self.rule.needed(self._known)
        if self._most_dissent is not None:  # so many more against the leader, and it is given up
            needed = min(needed, self._most_dissent + 1 - (self._known.total - self._known.most))
        needed -= len(self._launched)
        return 0 if needed <= 0 else min(room, needed)

    @property
    def stalled(self) -> bool:
        """True when nothing is in flight or asked for before `go_on`, though nothing is decided."""
        return self.winner is None and self.counted >= self._until and not self.exhausted

    def go_on(self, samples: int) -> None:
        """Ask for at most `samples` beyond those that are counted, or for as many as were allowed before."""
        self._reach(self.counted + samples)

    def ask_few(self, samples: int) -> None:
        """Ask for `samples` at first, before `go_on`."""
        self._until = min(samples, self._max_samples)

    def _reach(self, samples: int) -> None:
        self._until = max(self._until, min(samples, self._max_samples))

    @property
    def exhausted(self) -> bool:
        """True when the last allowed sample is counted and nothing is decided."""
        return self.winner is None and self.counted >= self._max_samples

    def limit_dissent(self, votes: int | None) -> None:
        """Give the ballot up once more votes than that are against the leader; None for as many as the rule allows."""
        least = [one for one in (votes, self.rule.most_dissent) if one is not None]
        self._most_dissent = min(least, default=None)

    def ask(self) -> int:
        """Take the number of the next sample, 0-based."""
        number = self.asked
        self.asked += 1
        self._launched.add(number)
        return number

    def stragglers(self, most: int) -> list[int]:
        """Samples that hold the step up: the last `most` or fewer in flight when others have answered. Each once."""
        if self.winner is not None or not 0 < len(self._launched) <= most or len(self._launched) == self.asked:
            return []
        slow = sorted(self._launched - self._hedged)
        self._hedged |= frozenset(slow)
        return slow

    def expects(self, sample: int) -> bool:
        """Return whether a response to `sample` can still be counted."""
        return self.winner is None and sample in self._launched

    def arrive(self, sample: int, response: Response, verdict: Hashable) -> list[Sample]:
        """Take a response in; return those whose turn has come, in the order of counting, up to the deciding one.

        The second response to a sample, and any after the decision, is not counted.
        """
        if not self.expects(sample):
            return []
        self._launched.remove(sample)
        if sample != self.counted and self._order != ARRIVAL:  # its turn has not come
            if self._known is self.ballot:
                self._known = self.ballot.copy()
            self._learn(verdict)
            self._waiting[sample] = Sample(sample, verdict, response)
            if not isinstance(verdict, Flag):
                self._reach(sample + 1 + self._patience)  # as it will be allowed when its turn has come
            return []
        if self._known is not self.ballot:
            self._learn(verdict)
        ready = [self._count(sample, verdict, response)]
        while self.winner is None and self.counted in self._waiting:
            ready.append(self._count(*self._waiting.pop(self.counted)))
        return ready

    def held(self, sample: int) -> Sample | None:
        """Return a sample that has arrived and waits for its turn, None where it does not."""
        return self._waiting.get(sample)

    @property
    def early(self) -> list[Sample]:
        """The samples that have arrived and wait for their turn, or came too late for one, in order."""
        return sorted(self._waiting.values(), key=lambda sample: sample.sample)

    def unexpected(self, known: Collection[int]) -> list[int]:
        """Return the samples asked for that are neither among the `known` nor expected, in order."""
        return [number for number in range(self.asked) if number not in known and number not in self._launched]

    def forget(self, sample: int) -> None:
        """Expect a sample no longer, which was not sent again."""
        self._launched.discard(sample)

    def put_aside(self, sample: Sample) -> None:
        """Take a sample in that comes too late to be counted, and keep it."""
        self._launched.discard(sample.sample)
        self._waiting[sample.sample] = sample

    @property
    def missing(self) -> list[int]:
        """Samples asked for that have not arrived, while nothing is decided."""
        return sorted(self._launched) if self.winner is None else []

    def take_next(self, verdict: Hashable, response: Response) -> Sample:
        """Ask for a sample and count it in one, for a model that answers at once; nothing else is in flight."""
        number = self.asked
        self.asked = number + 1
        return self._count(number, verdict, response)

    @property
    def may_ask(self) -> bool:
        """True while nothing is decided and another sample may be drawn."""
        return self.winner is None and self.asked < self._until

    def _learn(self, verdict: Hashable) -> None:
        if not isinstance(verdict, Flag) and verdict not in self._struck:
            self._known.add(verdict)

    def _count(self, sample: int, verdict: Hashable, response: Response) -> Sample:
        self.counted += 1
        if self._struck and verdict in self._struck:
            return Sample(sample, STRUCK, response)
        if not isinstance(verdict, Flag):
            leader = self.ballot.leader
            if verdict == leader:
                verdict = leader  # most votes of a step are equal: only one of them is kept alive until it is written
            self.vote(verdict)
        return Sample(sample, verdict, response)

    def vote(self, candidate: Hashable) -> None:
        """Count one vote."""
        ballot = self.ballot
        ballot.add(candidate)
        if ballot.most >= self.rule.k and self.rule.wins(ballot, candidate):  # no rule decides on fewer votes than k
            self.winner = candidate
        elif self._most_dissent is not None and ballot.total - ballot.most > self._most_dissent:
            self._max_samples = self._until = self.counted  # no further vote could decide it by this rule

    def person_votes(self, candidate: Hashable) -> None:
        """Count the vote of a person, which waits for no turn."""
        if self._known is not self.ballot:
            self._known.add(candidate)
        self.vote(candidate)

    def person_decides(self, answer: Hashable) -> None:
        """Let a person decide."""
        self.settle(answer)

    def strike(self, candidate: Hashable) -> None:
        """Take a candidate off the ballot with all its votes, those that are still to come included."""
        self._struck |= {candidate}
        if self._known is not self.ballot:
            self._known.strike(candidate)
        self.ballot.strike(candidate)
        if self.ballot.total and self.rule.wins(self.ballot, self.ballot.leader):
            self.winner = self.ballot.leader
        elif self._max_samples < self._allowed and not self._is_given_up:
            self._allow(self._allowed)

    @property
    def _is_given_up(self) -> bool:
        return self._most_dissent is not None and self.ballot.total - self.ballot.most > self._most_dissent

    def _allow(self, samples: int) -> None:
        """Let it draw so many samples in all, unless its rule has given it up."""
        self._allowed = samples
        self._max_samples = min(self.counted, samples) if self._is_given_up else samples
        self._until = min(self.counted + self._patience, self._max_samples) if self._patience else self._max_samples

    def settle(self, answer: Hashable) -> None:
        """Decide it whatever its votes say: a person does, or an earlier decision is taken over."""
        self.winner, self.settled = answer, True

    def reconsider(self, rule: VotingRule, max_samples: int) -> list[tuple[int, Response | None]]:
        """Decide by another rule from now on; the votes that are counted stay counted.

        Returns:
            As `unused`, where this takes a decision back: samples beyond those that are counted are drawn again.
        """
        self.rule, self._most_dissent = rule, rule.most_dissent
        self._max_samples = self._allowed = max_samples
        self._until = min(self._until, max_samples) if self._patience else max_samples
        if self.settled:
            return []
        ballot, decided = self.ballot, self.winner is not None
        wins = ballot.most >= rule.k and rule.wins(ballot, ballot.leader)
        self.winner = ballot.leader if wins else None
        if self._is_given_up and not wins:
            self._allow(max_samples)
        if wins or not decided:
            return []
        unused = self.unused()
        self._launched.clear()
        self._waiting.clear()
        self._hedged = frozenset()
        self._known = ballot
        if self._order != ARRIVAL:
            self.asked = self.counted
        return unused

    def unused(self) -> list[tuple[int, Response | None]]:
        """Samples that were asked for and not counted, each with its response where that has arrived."""
        if not self._launched and not self._waiting:
            return []
        late: list[tuple[int, Response | None]] = [(number, None) for number in self._launched]
        return sorted(late + [(counted.sample, counted.response) for counted in self._waiting.values()])


class Gathering(Poll):
    """The samples of a `Gather`: proposals are collected, no one votes, and nothing is known before all are in."""

    __slots__ = ()

    @property
    def leader(self) -> Hashable:
        """The result, None before there is one: no single proposal predicts it."""
        return self.winner

    def vote(self, candidate: Hashable) -> None:
        """Take a proposal in."""
        self.ballot.add(candidate)
        if self.rule.wins(self.ballot, candidate):
            self.winner = Gathered(self.ballot.rows())

    def person_decides(self, answer: Hashable) -> None:
        """Let a person's proposal be the only one."""
        self.settle(answer if isinstance(answer, Gathered) else Gathered(((answer, 1),)))

    def reconsider(self, rule: VotingRule, max_samples: int) -> list[tuple[int, Response | None]]:  # noqa: ARG002
        """Stay as it is: as many proposals as the task wants, however votes are counted."""
        return []


class Question(Poll):
    """The place of a person's answer among polls: no sample is ever asked for."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(Enough(1), 1)

    @property
    def wanted(self) -> int:
        """Nothing."""
        return 0

    @property
    def may_ask(self) -> bool:
        """Never."""
        return False

    def reconsider(self, rule: VotingRule, max_samples: int) -> list[tuple[int, Response | None]]:  # noqa: ARG002
        """Stay as it is: a person's answer is not voted on."""
        return []


def poll_of(rule: VotingRule, max_samples: int, order: str = LAUNCH, patience: int = 0) -> Poll:
    """Return an empty poll for `rule`; a gathering where it is `Enough`."""
    made = Gathering if isinstance(rule, Enough) else Poll
    return made(rule, max_samples, order, patience)
