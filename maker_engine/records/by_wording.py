"""What the wordings of a question did: how many votes of each agreed, and where two lead to different answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from itertools import combinations
from typing import NamedTuple

from maker_engine.core.flags import Flag
from maker_engine.records.quality import leader_of


class WordingVotes(NamedTuple):
    """The votes of one wording.

    Attributes:
        wording: 0 for the question itself.
        votes: Votes cast by agents that read it.
        agreed: Those of them that are as the decision.
        flags: Responses that were flagged.
    """

    wording: int
    votes: int
    agreed: int
    flags: int


class Disagreement(NamedTuple):
    """Two wordings that lead to different answers.

    Attributes:
        wordings: The two of them.
        rows: Rows on which both have a leading answer.
        differ: Rows on which these are different ones.
        most: The pair of answers that this was about most often, by text, and how often.
    """

    wordings: tuple[int, int]
    rows: int
    differ: int
    most: tuple[str, str, int] | None


class ByWording:
    """Counts votes by the wording that they read."""

    def __init__(self) -> None:
        self._votes: Counter[int] = Counter()
        self._agreed: Counter[int] = Counter()
        self._flags: Counter[int] = Counter()
        self._both: Counter[tuple[int, int]] = Counter()
        self._pairs: dict[tuple[int, int], Counter[tuple[str, str]]] = {}
        self.wordings = 0

    def add(self, turns: Sequence[int], said: Iterable[tuple[int, Hashable]], decided: Hashable) -> None:
        """Count one decided row.

        Args:
            turns: The wordings in the order in which samples take turns with them.
            said: The number of each sample, 0-based, with its answer or flag.
            decided: The decision.
        """
        self.wordings = len(turns)
        ballots: dict[int, Counter[Hashable]] = {}
        for sample, verdict in said:
            wording = turns[sample % len(turns)]
            if isinstance(verdict, Flag):
                self._flags[wording] += 1
                continue
            self._votes[wording] += 1
            self._agreed[wording] += verdict == decided
            ballots.setdefault(wording, Counter())[verdict] += 1
        leaders = {wording: leader_of(ballot) for wording, ballot in sorted(ballots.items())}
        for one, other in combinations([wording for wording, leader in leaders.items() if leader is not None], 2):
            self._both[one, other] += 1
            if leaders[one] != leaders[other]:
                pairs = self._pairs.setdefault((one, other), Counter())
                pairs[str(leaders[one]), str(leaders[other])] += 1

    def agreements(self) -> list[WordingVotes]:
        """Return the votes of each wording; empty where nothing was counted."""
        places = range(self.wordings)
        return [WordingVotes(one, self._votes[one], self._agreed[one], self._flags[one]) for one in places]

    def disagreements(self) -> list[Disagreement]:
        """Return each pair of wordings that both have led a row, those that differ most often first."""
        found = []
        for both, rows in self._both.items():
            pairs = self._pairs.get(both, Counter())
            most = next(((*pair, count) for pair, count in pairs.most_common(1)), None)
            found.append(Disagreement(both, rows, pairs.total(), most))
        return sorted(found, key=lambda one: (-one.differ / one.rows, one.wordings))
