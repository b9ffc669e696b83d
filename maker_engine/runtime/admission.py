"""The allow-list a response must pass before it is looked at: new, and from the model that was asked.

What the provider's adapter lets through is one whole choice with text. Here it must also not be a copy of another
sample's response, which would be no independent vote, nor come from another model than the others did, whose error
rate nobody measured. How it ended and what it says is for the red flags.
"""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict

from maker_engine.core.errors import Fault, ProviderError
from maker_engine.core.responses import Response, SampleRequest
from maker_engine.models.names import family

REMEMBERED = 10_000
"""Response ids kept to notice a copy."""


class Admission:
    """Admits the responses of one run."""

    def __init__(self) -> None:
        self._seen: OrderedDict[str, tuple[int, int, int]] = OrderedDict()
        self._answered: defaultdict[int, Counter[str]] = defaultdict(Counter)  # by voter
        self._family: dict[int, str] = {}

    def admit(self, request: SampleRequest, response: Response) -> None:
        """Let a response through.

        Raises:
            ProviderError: It is a copy, or another model's.
        """
        sample = (request.ballot, request.sample, request.copy)
        if response.id and self._seen.setdefault(response.id, sample) != sample:
            raise ProviderError(
                Fault.COPY,
                f"the server gave response {response.id!r} to two samples: a cached answer is no independent vote; "
                "switch caching off in the server or proxy",
            )
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        name = family(response.model)
        if not name:
            return
        # Who has answered most often is the model that was asked; a stranger that came first is soon outnumbered.
        seen = self._answered[request.voter]
        seen[name] += 1
        most = self._family.setdefault(request.voter, name)
        if seen[name] > seen[most]:
            self._family[request.voter] = name
        elif name != most:
            raise ProviderError(Fault.MALFORMED, f"answered by model {response.model!r}, others mostly by {most!r}")
