"""Entries of a step that are neither samples nor acts on its ballot: probes, changes of how it is voted, and doubts."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, NamedTuple, TypeAlias, cast

from maker_engine.core.events import Event, ProbeAnswered, ProbeAsked, SettingsChanged, StepHopeless
from maker_engine.core.responses import Flag, Prompt, Response
from maker_engine.sessions.store.record import fits


class Probe(NamedTuple):
    """A response that was asked for to be looked at, and not counted. Fields as in `ProbeAnswered`."""

    probe: int
    who: str
    verdict: Hashable
    response: Response
    prompt: Prompt | None


class Change(NamedTuple):
    """Another way of voting from here on. Fields as in `SettingsChanged`."""

    who: str
    k: int | None = None
    voters: tuple[str, ...] = ()
    model: str = ""
    simulated: bool = False
    prompt: Prompt | None = None
    asked: int = 0

    def after(self, before: Change | None) -> Change:
        """Return what is in force after this change and the ones before it; a prompt is of its own step only."""
        if before is None:
            return self._replace(prompt=None, asked=0)
        pool = self if self.voters else before
        return Change(self.who, self.k or before.k, pool.voters, pool.model, pool.simulated)


class Doubted(NamedTuple):
    """The samples before were all flagged; and what was done about it. Fields as in `StepHopeless`."""

    samples: int
    rule: str
    cause: str
    text: str
    starved: bool = False
    temperature: float | None = None
    reminder: str = ""


Aside: TypeAlias = Probe | Change | Doubted
PROBE, CHANGED, HOPELESS = "probe", "changed", "hopeless"
HOTTEST = 2
"""No model takes a higher temperature."""
_KINDS: Mapping[str, Any] = {
    "n": int, "k": int | None, "voters": list, "model": str, "simulated": bool, "prompt": dict | None,
    "asked": int, "flag": list, "answer": int, "text": str, "tokens_in": int | None, "tokens_out": int | None,
    "finish_reason": str, "cost_usd": float | None, "latency_s": float, "tokens_reasoning": int | None, "shared": int,
    "samples": int, "rule": str, "cause": str, "starved": bool, "temperature": float | None, "reminder": str,
}  # fmt: skip
_RESPONSE = ("text", "tokens_in", "tokens_out", "finish_reason", "cost_usd", "latency_s", "model")
_RESPONSE_SINCE = ("tokens_reasoning", "shared")
"""Further fields, left out where they say nothing; older records have none of them."""


def aside_of(event: ProbeAnswered | SettingsChanged | StepHopeless) -> Aside:
    """Turn an event into what is kept of it."""
    if isinstance(event, StepHopeless):
        return Doubted(*(getattr(event, name) for name in Doubted._fields))
    if isinstance(event, ProbeAnswered):
        return Probe(event.probe, event.voter, event.verdict, event.response, event.prompt)
    return Change(event.voter, event.k, event.voters, event.model, event.simulated, event.prompt, event.asked)


def events_of_aside(step: int, aside: Aside) -> list[Event]:
    """Turn an entry back into the events that it came from, the asking included."""
    if isinstance(aside, Change):
        return [SettingsChanged(step, *aside)]
    if isinstance(aside, Doubted):
        return [StepHopeless(step, *aside)]
    asked = ProbeAsked(step, aside.probe, aside.who)
    return [asked, ProbeAnswered(step, *aside)]


def row_of(aside: Aside, answers: dict[Hashable, int], *, texts_kept: bool) -> tuple[str, str, dict[str, Any]]:
    """Return the row that an entry is packed as: its kind, the person, and the rest.

    Args:
        aside: The entry.
        answers: The number of each answer in the packed step; a new one is added.
        texts_kept: As for `packing.pack_step`.
    """
    if isinstance(aside, Doubted):
        return HOPELESS, "", aside._asdict() | ({} if texts_kept else {"text": ""})
    prompt = None if aside.prompt is None else asdict(aside.prompt)
    if isinstance(aside, Change):
        pool = {"voters": [*aside.voters], "model": aside.model, "simulated": aside.simulated, **asked_before(aside)}
        return CHANGED, aside.who, {"k": aside.k, **pool, "prompt": prompt}
    verdict = aside.verdict
    found = {"flag": [*verdict]} if isinstance(verdict, Flag) else {"answer": answers.setdefault(verdict, len(answers))}
    said = {name: getattr(aside.response, name) for name in _RESPONSE}
    said["latency_s"] = round(said["latency_s"], 4)
    said |= further(aside.response)
    if not texts_kept:
        said["text"] = ""
    return PROBE, aside.who, {"n": aside.probe, **found, **said, "prompt": prompt}


def asked_before(change: Change) -> dict[str, int]:
    """Return how many samples were the former pool's, left out where there are none, as in older records."""
    return {"asked": change.asked} if change.asked else {}


def aside_in(kind: str, who: str, kept: dict[str, Any], answers: Sequence[Hashable]) -> Aside:
    """Turn a row that `row_of` made back into an equal entry.

    Raises:
        ValueError: It is no such row.
    """
    if not all(fits(kept[name], wanted) for name, wanted in _KINDS.items() if name in kept):
        raise ValueError(f"a {kind} is not as maker writes it")
    if kind == HOPELESS:
        return _doubted_in(kept)
    prompt = None if kept["prompt"] is None else _prompt_in(kept["prompt"])
    if kind == CHANGED:
        voters = tuple(kept["voters"])
        if not all(type(voter) is str for voter in voters):
            raise ValueError("a voter is no text")
        return Change(who, kept["k"], voters, kept["model"], kept["simulated"], prompt, max(0, kept.get("asked", 0)))
    verdict = flag_in(kept["flag"]) if "flag" in kept else answers[kept["answer"]]
    return Probe(kept["n"], who, verdict, _response(kept), prompt)


def flag_in(parts: Sequence[object]) -> Flag:
    """Turn a flag as it is kept back into one.

    Raises:
        ValueError: It is none.
    """
    flag = Flag(*parts)  # type: ignore[arg-type]  # looked at below
    if not all(type(part) is str for part in flag):
        raise ValueError("a flag is not as maker writes it")
    return flag


def _doubted_in(kept: Mapping[str, Any]) -> Doubted:
    if kept.keys() != set(Doubted._fields) or not 0 <= (kept["temperature"] or 0) <= HOTTEST:
        raise ValueError(f"a {HOPELESS} is not as maker writes it")
    return Doubted(**kept)


def _prompt_in(kept: Mapping[str, object]) -> Prompt:
    if not all(fits(kept[part], str) for part in ("system", "user")):
        raise ValueError("a prompt is not as maker writes it")
    return Prompt(cast("str", kept["system"]), cast("str", kept["user"]))


def _response(kept: dict[str, Any]) -> Response:
    return Response(**{name: kept[name] for name in (*_RESPONSE, *_RESPONSE_SINCE) if name in kept})


def further(response: Response) -> dict[str, Any]:
    """Return the fields of a response that most responses say nothing in."""
    nothing = Response("")
    values = {name: getattr(response, name) for name in _RESPONSE_SINCE}
    return {name: value for name, value in values.items() if value != getattr(nothing, name)}
