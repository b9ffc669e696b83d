"""Whether a response is another sample's once more: a cached answer is no independent vote.

An equal id alone proves nothing: some servers draw ids from a thousand, some number them by the second. What looks like
a copy has the same id, text and usage. It is asked for again: a cache gives it with the same id, time after time, and
any other server with another.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TypeAlias

from maker_engine.core.errors import Fault
from maker_engine.core.responses import Response, SampleRequest, UnusableError

REMEMBERED = 10_000
"""Response ids kept to notice a copy."""
COPY_WAIT_S = 2.0
"""A response that looks like a copy is asked for again after so long: ids by the second are other ids by then."""
CLEARED = 3
"""After so many that seemed to be copies and came with another id when they were asked for again, ids prove nothing."""
TRUSTED, MOST_TRUSTED = 20, 1_000
"""Where ids have proved nothing, so many more that look like copies are taken before one is asked for again; twice as
many each time that it comes with another id."""

_Sample: TypeAlias = tuple[int, int, int]


class Copies:
    """Notices copies among the responses of a run.

    Attributes:
        repeated: Ids that were given to two samples with different answers.
    """

    def __init__(self) -> None:
        self._seen: OrderedDict[str, tuple[_Sample, int]] = OrderedDict()
        self._doubted: dict[_Sample, str] = {}  # the id with which a sample was refused
        self._cleared = 0
        self._trust, self._trusted = 0, TRUSTED
        self._passed = 0  # while one is asked for again
        self.repeated = 0

    def look(self, request: SampleRequest, response: Response) -> None:
        """Take a response in.

        Raises:
            UnusableError: It looks like a copy.
        """
        if not response.id:
            return
        sample = (request.ballot, request.sample, request.copy)
        content = hash((response.text, response.tokens_in, response.tokens_out))
        before, same = self._seen.setdefault(response.id, (sample, content))
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        doubted = self._doubted.pop(sample, "")
        another = bool(doubted) and doubted != response.id
        self._cleared += another
        if before == sample:
            return
        if another or same != content:
            self.repeated += same != content
            self._trust = self._trusted
            self._seen[response.id] = (sample, content)
        elif not self._is_trusted(again=bool(doubted)):
            self._doubted[sample] = response.id
            reason = (
                f"the server gave response {response.id!r} to two samples: a cached answer is no independent vote; "
                "switch caching off in the server or proxy"
            )
            raise UnusableError(Fault.COPY, reason, response, COPY_WAIT_S)

    def _is_trusted(self, *, again: bool) -> bool:
        """Return whether what looks like a copy may be taken; `again` says that it came with the same id once more."""
        if again:
            self._cleared, self._trust, self._trusted = 0, 0, TRUSTED
            return False
        if self._trust:
            self._trust -= 1
            return True
        if self._cleared >= CLEARED:
            self._trusted = min(2 * self._trusted, MOST_TRUSTED)
            self._cleared, self._trust = CLEARED - 1, self._trusted  # the one after those is asked for again
            return True
        if self._cleared and self._doubted and self._passed < TRUSTED:  # one at a time
            self._passed += 1
            return True
        self._passed = 0
        self._doubted.clear()  # of calls that were cut short
        return False
