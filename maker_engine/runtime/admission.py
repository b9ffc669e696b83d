"""The allow-list a response must pass before it is examined: new, and from the model that was asked.

What the provider's adapter lets through is one whole choice with text. Here it must also not be a copy of another
sample's response, which would be no independent vote, nor come from another model than the others did, whose error
rate no one measured. How it ended and what it says is for the red flags.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Collection, Iterable, Mapping

from maker_engine.core.errors import Fault
from maker_engine.core.responses import Response, SampleRequest, UnusableError
from maker_engine.models.families import Answered, family_of
from maker_engine.runtime.copies import Copies

STRANGERS, RECENT_ANSWERS = 3, 12
"""Other models' answers, among a voter's last so many, with which the model counts as switched."""
ANY = "any"
"""Written instead of a model's name: whoever answers is accepted."""
_UNMEASURED = "its error rate and price are not those measured"


class SwitchError(UnusableError):
    """Another model answers now; a person has to say whether it may.

    Attributes:
        family: The model that answers now.
        held: What there is to say to a person who may accept it, in one line, the most needed first.
    """

    def __init__(self, family: str, before: str, response: Response) -> None:
        who = f"answered by {family}, not by {before}"
        super().__init__(Fault.STRANGER, f"{who} as before: {_UNMEASURED}", response)
        self.family = family
        self.held = f"{who}: resuming accepts it ({_UNMEASURED})"


class Admission:
    """Admits the responses of one run, from one model or pool.

    Args:
        accepted: Names of models that may answer in place of another; `ANY` for all.
        answered: Counts the responses that are admitted, by voter and family.
        known: Families of models that have answered before, by voter; those of `None` for voters that are not named.

    Attributes:
        copies: Notices copies.
    """

    def __init__(
        self,
        accepted: Iterable[str] = (),
        answered: Answered | None = None,
        known: Mapping[int | None, Collection[str]] | None = None,
    ) -> None:
        names = set(accepted)
        self._any = ANY in names
        self._accepted = {family_of(name) for name in names}
        self._known = {voter: list(families) for voter, families in (known or {}).items() if families}
        self.copies = Copies()
        self._recent: defaultdict[int, deque[bool]] = defaultdict(lambda: deque(maxlen=RECENT_ANSWERS))
        self._came: defaultdict[int, Counter[str]] = defaultdict(Counter)  # by voter, those not admitted included
        self._most: dict[int, str] = {}
        self._answered: Answered = Counter() if answered is None else answered
        self._newcomer = ""

    def admit(self, request: SampleRequest, response: Response) -> None:
        """Let a response through.

        Raises:
            SwitchError: Another model answers now.
            UnusableError: It is a copy, or an answer of another model that may have been a single one.
        """
        self.copies.look(request, response)
        family = family_of(response.model)
        if not family:
            return
        before, recent = self._expected_of(request.voter, family), self._recent[request.voter]
        recent.append(bool(before))
        if not before:
            self._answered[request.voter, family] += 1
            return
        if sum(recent) >= STRANGERS:
            self._newcomer = family
            raise SwitchError(family, before, response)
        reason = f"answered by model {response.model!r}, others mostly by {before!r}"
        raise UnusableError(Fault.STRANGER, reason, response)

    def accept_switch(self) -> None:
        """Admit from now on what the model answers that has taken over last, if one has."""
        if self._newcomer:
            self._accepted.add(self._newcomer)
            self._recent.clear()
            self._newcomer = ""

    def _expected_of(self, voter: int, family: str) -> str:
        """Return the family that should have answered instead; empty where this one may."""
        if self._any or family in self._accepted:
            return ""
        if known := self._known.get(voter) or self._known.get(None):
            return "" if family in known else known[0]
        # Who has answered most often is the model that was asked; a stranger that came first is soon outnumbered.
        came = self._came[voter]
        came[family] += 1
        most = self._most.setdefault(voter, family)
        if came[family] > came[most]:
            most = self._most[voter] = family
        return "" if family == most else most
