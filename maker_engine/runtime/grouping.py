"""Which samples one call is to bring: those of one ballot and voter that are asked for alike."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from maker_engine.core.responses import Alike, SampleRequest, alone, is_extra, is_probe
from maker_engine.models.port import SeveralModel


def alike(model: SeveralModel | None, request: SampleRequest) -> tuple[Hashable, int]:
    """Return what requests of one call have in common, and how many of them one call may bring at most.

    A model is None where it brings one sample a call. Drafts, second calls for a slow sample, and probes have calls of
    their own: each is cut short by itself.
    """
    if model is None or is_extra(request) or is_probe(request):
        return None, 1
    most, temperature = model.together(request)
    return (request.ballot, request.voter, request.prompt, temperature), most


def grouped(requests: Sequence[SampleRequest], alike: Alike) -> list[list[SampleRequest]]:
    """Put those requests together that one call is to bring, in their order."""
    if alike is alone:
        return [[request] for request in requests]
    groups: list[list[SampleRequest]] = []
    filling: dict[Hashable, list[SampleRequest]] = {}
    for request in requests:
        key, most = alike(request)
        group = filling.get(key)
        if group is None or len(group) >= most:
            group = filling[key] = []
            groups.append(group)
        group.append(request)
    return groups
