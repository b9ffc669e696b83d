"""The kinds of event of people: acts on a ballot, probes and changes, questions and answers."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from maker_engine.core.decomposition import Amendment, Said
from maker_engine.core.poll import Poll
from maker_engine.core.record.acts import act_form
from maker_engine.core.record.commands import CastVote, Decide, Strike
from maker_engine.core.record.entries import Act
from maker_engine.core.record.events import (
    CandidateStruck,
    PersonAmended,
    PersonAnswered,
    PersonAsked,
    PersonDecided,
    PersonVoted,
    ProbeAnswered,
    ProbeAsked,
    SettingsChanged,
    WordsRefused,
)
from maker_engine.core.record.interventions import CHANGE, PROBE
from maker_engine.core.record.kind import Kind, Watching, nothing
from maker_engine.core.record.run_fold import RunFold


def _vote(run: RunFold, event: PersonVoted) -> None:
    run.counts.ballot.add(event.answer)


def _decide(run: RunFold, event: PersonDecided) -> None:
    run.counts.decider = event.voter


def _strike(run: RunFold, event: CandidateStruck) -> None:
    run.counts.ballot.strike(event.answer)


def _asked(run: RunFold, event: PersonAsked) -> None:
    run.question, run.refused = event.question, ""


def _said(run: RunFold, _: PersonAnswered | PersonAmended) -> None:
    run.refused = ""


def _refused(run: RunFold, event: WordsRefused) -> None:
    run.refused = event.reason


def _probe(run: RunFold, _: ProbeAsked) -> None:
    run.counts.probing += 1


def _probed(run: RunFold, event: ProbeAnswered) -> None:
    run.counts.probing -= 1
    run.counts.probes += (event,)
    run.totals.probes += 1
    run.spend(event.response)


def _change(run: RunFold, event: SettingsChanged) -> None:
    run.undecided = False
    if event.prompt is not None:
        run.counts.edited, run.counts.reminder = event.prompt, ""
    if (started := run.started) is not None:
        model, simulated = started.model, started.simulated
        if event.voters:
            model, simulated = event.model, event.simulated
        k = started.k if event.k is None else event.k
        run.started = replace(started, k=k, model=model, simulated=simulated)


def _count_vote(poll: Poll, act: Act, _: int) -> Poll:
    poll.person_votes(act.answer)
    return poll


def _count_decision(poll: Poll, act: Act, _: int) -> Poll:
    poll.person_decides(act.answer)
    return poll


def _count_strike(poll: Poll, act: Act, _: int) -> Poll:
    poll.strike(act.answer)
    return poll


def _answered(step: int, act: Act) -> PersonAnswered:
    return PersonAnswered(step, act.who, cast("Said", act.answer))


def _amended(step: int, act: Act) -> PersonAmended:
    return PersonAmended(step, act.who, cast("Amendment", act.answer))


def _watch_vote(watch: Watching, event: PersonVoted) -> None:
    watch.vote(event.answer)
    watch.act()


def _watch_strike(watch: Watching, event: CandidateStruck) -> None:
    watch.strike(event.answer)
    watch.act()


KINDS = (
    Kind(
        PersonVoted,
        _vote,
        act_form(
            2, "voted", lambda step, act: PersonVoted(step, act.who, act.answer), count=_count_vote,
            resume=lambda solver, act: solver.obey(CastVote(act.answer, act.who)),
        ),
        watch=_watch_vote,
    ),
    Kind(
        PersonDecided,
        _decide,
        act_form(
            3, "decided", lambda step, act: PersonDecided(step, act.who, act.answer), count=_count_decision,
            resume=lambda solver, act: solver.obey(Decide(act.answer, act.who)), may_follow=True,
        ),
        watch=lambda watch, _: watch.act(),
    ),
    Kind(
        CandidateStruck,
        _strike,
        act_form(
            4, "struck", lambda step, act: CandidateStruck(step, act.who, act.answer), count=_count_strike,
            resume=lambda solver, act: solver.obey(Strike(act.answer, act.who)),
        ),
        watch=_watch_strike,
    ),
    Kind(
        PersonAnswered,
        _said,
        act_form(5, "answered", _answered, resume=nothing),
        watch=lambda watch, _: watch.act(),
    ),
    Kind(
        PersonAmended,
        _said,
        act_form(
            6, "amended", _amended, resume=nothing, may_follow=True
        ),
        watch=lambda watch, _: watch.act(),
    ),
    Kind(PersonAsked, _asked),
    Kind(WordsRefused, _refused),
    Kind(ProbeAsked, _probe),
    Kind(ProbeAnswered, _probed, PROBE),
    Kind(SettingsChanged, _change, CHANGE),
)  # fmt: skip
