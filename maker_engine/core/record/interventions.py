"""The forms in which what a person does about a vote besides voting is kept: probes, and changes of how it is voted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, cast

from maker_engine.core.decomposition import AnyTask
from maker_engine.core.poll import Poll
from maker_engine.core.record import fields
from maker_engine.core.record.entries import Change, Probe
from maker_engine.core.record.events import ProbeAnswered, ProbeAsked, SettingsChanged
from maker_engine.core.record.interning import Interned, Values, flag_in
from maker_engine.core.record.kind import Form, Line, Row
from maker_engine.core.record.sample_kinds import further, verdict_line
from maker_engine.core.record.step_flags import StepFlag
from maker_engine.core.record.values import fits
from maker_engine.core.responses import PROBES, Flag, Prompt, Response

_PROBE, _CHANGE = 10, 11
_KINDS: Mapping[str, Any] = {
    "n": int, "k": int | None, "voters": list, "model": str, "simulated": bool, "prompt": dict | None,
    "asked": int, "flag": list, "answer": int, "text": str, "tokens_in": int | None, "tokens_out": int | None,
    "finish_reason": str, "cost_usd": float | None, "latency_s": float, "tokens_reasoning": int | None, "shared": int,
}  # fmt: skip
_RESPONSE = ("text", "tokens_in", "tokens_out", "finish_reason", "cost_usd", "latency_s", "model")
_RESPONSE_SINCE = ("tokens_reasoning", "shared")
"""Further fields, left out where they say nothing; older records have none of them."""


def _probe_row(probe: Probe, interned: Interned) -> Row:
    verdict = probe.verdict
    found = {"flag": [*verdict]} if isinstance(verdict, Flag) else {"answer": interned.answer(verdict)}
    said = {name: getattr(probe.response, name) for name in _RESPONSE}
    said["latency_s"] = round(said["latency_s"], 4)
    said |= {name: value for name, value in further(probe.response).items() if name in _RESPONSE_SINCE}
    if not interned.texts_kept:
        said["text"] = ""
    return _PROBE, probe.who, {"n": probe.probe, **found, **said, "prompt": _prompt_out(probe.prompt)}


def _read_probe(row: Row, values: Values) -> Probe:
    who, kept = _kept(row)
    verdict = flag_in(kept["flag"]) if "flag" in kept else values.answers[kept["answer"]]
    response = Response(**{name: kept[name] for name in (*_RESPONSE, *_RESPONSE_SINCE) if name in kept})
    return Probe(kept["n"], who, verdict, response, _prompt_in(kept["prompt"]))


def _probe_line(probe: Probe, task: AnyTask) -> Line:
    asked = {"event": "probe", "probe": probe.probe, "who": probe.who, "prompt": _prompt_out(probe.prompt)}
    return {**verdict_line(probe.verdict, probe.response, task), **asked}


def _read_probe_line(line: Mapping[str, Any], task: AnyTask) -> Probe:
    said = fields.verdict(line, task), fields.response(line)
    at = fields.number(line, "probe", PROBES)
    return Probe(at, fields.word(line, "who"), *said, fields.prompt(line))


def _change_row(change: Change, _: Interned) -> Row:
    pool = {"voters": [*change.voters], "model": change.model, "simulated": change.simulated, **_asked_before(change)}
    return _CHANGE, change.who, {"k": change.k, **pool, "prompt": _prompt_out(change.prompt)}


def _read_change(row: Row, _: Values) -> Change:
    who, kept = _kept(row)
    voters = tuple(kept["voters"])
    if not all(type(voter) is str for voter in voters):
        raise ValueError("a voter is not text")
    asked = max(0, kept.get("asked", 0))
    return Change(who, kept["k"], voters, kept["model"], kept["simulated"], _prompt_in(kept["prompt"]), asked)


def _change_line(change: Change, _: AnyTask) -> Line:
    pool = {"k": change.k, "voters": [*change.voters], "model": change.model, "simulated": change.simulated}
    prompt = _prompt_out(change.prompt)
    return {"event": "changed", "who": change.who, **pool, "prompt": prompt, **_asked_before(change)}


def _read_change_line(line: Mapping[str, Any], _: AnyTask) -> Change:
    voters = tuple(fields.names(line, "voters"))
    k = None if fields.maybe(line, "k", int) is None else fields.number(line, "k", PROBES, 1)
    pool = voters, fields.word(line, "model"), fields.of(line, "simulated", bool)
    asked = fields.number(line, "asked", PROBES) if "asked" in line else 0
    return Change(fields.word(line, "who"), k, *pool, fields.prompt(line), asked)


def _asked_before(change: Change) -> dict[str, int]:
    """Return how many samples were the former pool's, left out where there are none, as in older records."""
    return {"asked": change.asked} if change.asked else {}


def _kept(row: Row) -> tuple[str, dict[str, Any]]:
    _, who, kept = row
    if type(who) is not str or not all(fits(kept[name], wanted) for name, wanted in _KINDS.items() if name in kept):
        raise ValueError("a probe or a change is not as maker writes it")
    return who, kept


def _prompt_out(prompt: Prompt | None) -> dict[str, Any] | None:
    return None if prompt is None else asdict(prompt)


def _prompt_in(kept: Mapping[str, object] | None) -> Prompt | None:
    if kept is None:
        return None
    if not all(fits(kept[part], str) for part in ("system", "user")):
        raise ValueError("a prompt is not as maker writes it")
    return Prompt(cast("str", kept["system"]), cast("str", kept["user"]))


def _reconsider(poll: Poll, change: Change, most: int) -> Poll:
    poll.reconsider(poll.rule if change.k is None else poll.rule.with_k(change.k), most)
    return poll


PROBE = Form(
    tags=(_PROBE,), word="probe", entry=Probe,
    keep=lambda event: Probe(event.probe, event.voter, event.verdict, event.response, event.prompt),
    events=lambda step, probe: [ProbeAsked(step, probe.probe, probe.who), ProbeAnswered(step, *probe)],
    row=_probe_row, read_row=_read_probe, line=_probe_line, read_line=_read_probe_line, marks=StepFlag.PROBED.value,
    may_follow=True, resume=lambda solver, _, probe: solver.probed(probe.probe),
)  # fmt: skip
CHANGE = Form(
    tags=(_CHANGE,), word="changed", entry=Change,
    keep=lambda event: Change(
        event.voter, event.k, event.voters, event.model, event.simulated, event.prompt, event.asked
    ),
    events=lambda step, change: [SettingsChanged(step, *change)], row=_change_row, read_row=_read_change,
    line=_change_line, read_line=_read_change_line, count=_reconsider, changes_rule=True, marks=StepFlag.CHANGED.value,
    may_follow=True, resume=lambda solver, step, change: solver.change(SettingsChanged(step, *change)),
)  # fmt: skip
