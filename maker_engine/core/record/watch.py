"""Watches one step: its facts, gathered from its events as they come. Live or from the record, they are the same."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable

from maker_engine.core.decomposition import Done
from maker_engine.core.filters.facts import StepFacts
from maker_engine.core.record.events import Event
from maker_engine.core.record.registry import BY_EVENT
from maker_engine.core.responses import Flag, Response
from maker_engine.core.voting import Ballot

Describe = Callable[[Hashable], str]


class Watch:
    """The facts of one step.

    Args:
        step: Its number, 0-based.
        gathers: It collects proposals, among which there is neither dissent nor a margin.
        events: What has happened in it so far.

    Attributes:
        ballot: Its votes; a fresh one after it was escalated.
        margin: Votes the leader is ahead of the next.
    """

    def __init__(self, step: int, events: Iterable[Event] = (), *, gathers: bool = False) -> None:
        self.step = step
        self._gathers = gathers
        self.ballot = Ballot()
        self.margin = 0
        self._sampled: set[Hashable] = set()  # every answer that agents voted for, on a ballot since given up too
        self._rules: list[str] = []
        self._samples = self._tokens = 0
        self._cost: float | None = 0.0
        self._latency: float | None = None
        self._falling = self._failed = self._person = self._effect = False
        self._took: float | None = None
        for event in events:
            self.take(event)

    def take(self, event: Event) -> bool:
        """Take an event of the step in; return whether its facts may be others now."""
        watch = BY_EVENT[type(event)].watch
        if watch is None:
            return False
        watch(self, event)
        return True

    def facts(
        self, fields: Iterable[str], describe: Describe, winner: Hashable = None, *, wrong: bool = False
    ) -> StepFacts:
        """Return the facts; those that ask the task for words only where `fields` names them.

        Args:
            fields: What will be read, as `Filter.fields`.
            describe: Describes an answer in words, and never fails.
            winner: The decided answer, None while the vote is open; the leader then represents it.
            wrong: The oracle disagrees with it.
        """
        fields, ballot = frozenset(fields), self.ballot
        answer = ballot.leader if winner is None else winner
        return StepFacts(
            step=self.step,
            answer=describe(answer) if "action" in fields and answer is not None else "",
            candidate=tuple(describe(one) for one, _ in ballot.rows()) if "candidate" in fields else (),
            votes=ballot.total,
            samples=self._samples,
            flags=tuple(self._rules),
            candidates=len(ballot),
            margin=self.margin,
            falling=self._falling,
            cost=self._cost,
            tokens=self._tokens,
            latency=self._latency,
            dissent=len(self._sampled) > 1 and not self._gathers,
            wrong=wrong,
            failed=self._failed,
            person=self._person,
            effect=self._effect,
            took=self._took,
        )

    def begin_effect(self) -> None:
        """Note that it acts on the world, or is about to."""
        self._effect = True

    def end_effect(self, done: Done) -> None:
        """Take in what has come of an effect."""
        self._effect = True
        self._failed = self._failed or not done.ok
        self._took = max(self._took or 0.0, done.ended - done.started)

    def count(self, verdict: Hashable, response: Response) -> None:
        """Take a sample in that was counted: its verdict is a candidate or a flag."""
        self._samples += 1
        self._tokens += (response.tokens_in or 0) + (response.tokens_out or 0)
        if self._cost is not None:
            self._cost = None if response.cost_usd is None else self._cost + response.cost_usd
        if response.latency_s:  # else no one timed it
            self._latency = max(self._latency or 0.0, response.latency_s)
        if isinstance(verdict, Flag):
            self._rules.append(verdict.rule)
        else:
            self._sampled.add(verdict)
            self.vote(verdict)

    def vote(self, answer: Hashable) -> None:
        """Count one vote."""
        self.ballot.add(answer)
        before, self.margin = self.margin, self._ahead()
        self._falling = self._falling or self.margin < before

    def strike(self, answer: Hashable) -> None:
        """Take a candidate off the ballot."""
        self.ballot.strike(answer)
        self.margin = self._ahead()

    def begin_anew(self) -> None:
        """Go over to a fresh ballot, which is not by votes alone."""
        self.ballot, self.margin = Ballot(), 0
        self.act()

    def fail(self, step: int) -> None:
        """Note a call that failed, perhaps of a step that is drawn in advance."""
        self._failed = self._failed or step == self.step

    def act(self) -> None:
        """Note that something besides votes had a hand in the step."""
        self._person = True

    def _ahead(self) -> int:
        return self.ballot.margin() if self.ballot.total and not self._gathers else 0
