"""The questions a person is asked, and what follows from the answers."""

from __future__ import annotations

from dataclasses import replace

from maker_engine.core.decomposition import Ask, Said

from . import accepting, open_points
from .brief import Brief
from .candidates import dissent
from .document import Conflict, Document, Kind, Source, Status, Tally
from .flow import finish, score, spill_out, voting
from .gates import check_line
from .parts import BY_NAME, NON_GOALS, OPEN, PURPOSE, STORIES, Part, question_of
from .rewording import as_constraint, as_feature, as_non_goal
from .statements import entered, left_open, written
from .talk import Candidate, Stage, Statement, Talk
from .tracing import alike
from .words import DECIDE, NONE, SKIP, Reply, one_line, read_reply

DONE = "done"


def ask(talk: Talk, brief: Brief) -> Ask:
    """Return the question that is open."""
    if talk.stage is Stage.REVIEW:
        return _review(talk.document)
    if talk.unclear:
        return _meant(talk.unclear[0])
    part, drafts = talk.part, brief.drafts
    whose = f"{brief.persons[len(talk.heard)]}: " if brief.persons else ""
    if part is OPEN:
        point, times = open_points.at_hand(talk), talk.candidates[talk.at].drafts
        why = f"the idea does not say, and {times} of {drafts} agents would ask it"
        return Ask(whose + point.ask, (*point.options, SKIP), why, several=False)
    options = [_option(one, drafts, talk.rules) for one in talk.candidates]
    apart = dissent(talk.candidates, drafts, single=part.single)
    different = f"{len(options)} different proposal{'s' if len(options) != 1 else ''} from {drafts} agents"
    why = f"{different}: dissent {apart:.2f} × impact {part.impact} = {score(talk.candidates, part, drafts):.2f}"
    if talk.forced == part.name:
        why = f"you wanted to be asked this again; {why}"
    words = [DECIDE, SKIP] if part.single else [NONE, DECIDE, SKIP]
    return Ask(whose + question_of(part, talk.rules), (*options, *words), why, several=not part.single)


def _option(candidate: Candidate, drafts: int, rules: int) -> str:
    """Return an option with how many drafts hold it, and what its gates find, so that no one chooses it unseen."""
    label = f"{candidate.text} · {candidate.drafts} of {drafts} drafts"
    text = as_feature(candidate.text) if candidate.kind is Kind.FEATURE else candidate.text
    failed = [one for one in check_line(candidate.kind, text) if not one.passed] if rules > 1 else []
    return f"{label} · fails {', '.join(f'{one.gate}/{one.rule}' for one in failed)}" if failed else label


_NEVER, _LEFT_OUT, _WANTED = "it must never happen", "it is not to be built", "neither: I want it so"


def _meant(unclear: Statement) -> Ask:
    why = "a rule that it keeps to and a part that is left out are written down apart, and the words do not tell which"
    return Ask(f"“{unclear.text}”: what do you mean?", (_NEVER, _LEFT_OUT, _WANTED, SKIP), why, free=False)


def _clarified(talk: Talk, answer: str) -> Talk:
    """Write down what was unclear in the sense that the person gave it."""
    first, *others = talk.unclear
    talk = replace(talk, unclear=tuple(others))
    if answer == SKIP:
        return replace(talk, document=left_open(talk.document, [first]))
    wanted = _own_kind(BY_NAME[first.part]) if first.part in BY_NAME else None
    kind = {_NEVER: Kind.CONSTRAINT, _LEFT_OUT: Kind.NON_GOAL}.get(answer, wanted)
    line = {_NEVER: as_constraint, _LEFT_OUT: as_non_goal}.get(answer, str)(first.text)
    return replace(talk, said=(*talk.said, first)) if kind is None else entered(talk, kind, line, first)


def _review(document: Document) -> Ask:
    waiting = len(accepting.unsettled(document))
    left = f", {waiting} of them waiting for your word" if waiting else ""
    if torn := accepting.torn(document):
        left += f", {' and '.join(torn[:2])} wanted and ruled out at once"
    lines = sum(line.status not in (Status.REJECTED, Status.NOT_NOW) for line in document.lines)
    held = f"{lines} line{'' if lines == 1 else 's'}{left}"
    why = f"it is complete, with {held}; until you say so, every line can still be changed"
    return Ask("Is the document what you want?", (DONE,), why, free=False)


def refusal(talk: Talk, brief: Brief, said: Said) -> str:
    """Say in one line why an answer cannot be taken; empty to take it."""
    if talk.unclear:
        return ""
    if talk.stage is not Stage.REVIEW and not one_line(said.text):
        return f"an empty answer says nothing: choose by number, write what you want, or say {SKIP!r} or {DECIDE!r}"
    if brief.persons and talk.stage is Stage.ASK and said.voter != brief.persons[len(talk.heard)]:
        return f"this question is for {brief.persons[len(talk.heard)]}, not for {said.voter[:32]!r}: say who answers"
    return ""


def heard(talk: Talk, brief: Brief, said: Said) -> Talk:
    """Take an answer in; once everybody who is asked has answered, settle the part."""
    if talk.unclear:
        return _clarified(talk, said.text)
    if talk.stage is Stage.REVIEW:
        return replace(talk, stage=Stage.CLOSED)
    part = talk.part
    first = not talk.heard
    known = (*talk.heard, Statement(said.text, said.voter, part.name, talk.step))
    persons = tuple(dict.fromkeys((*talk.document.persons, said.voter)))
    talk = replace(talk, heard=known, asked=talk.asked + first, document=replace(talk.document, persons=persons))
    if len(known) < len(brief.persons):
        return talk
    options = ask(replace(talk, heard=()), brief).options
    replies = {one.voter: read_reply(one.text, options) for one in known}
    if part is OPEN:
        talk = open_points.settled(talk, replies)
        return talk if talk.at < len(talk.candidates) else finish(talk, brief)
    return _settled(talk, brief, replies)


def _settled(talk: Talk, brief: Brief, replies: dict[str, Reply]) -> Talk:
    """Settle a part by what its persons replied: their own words first, then what they chose of what agents offered."""
    talk = _written_down(talk, replies)
    picks = {voter: reply.picks for voter, reply in replies.items() if reply.picks or reply.word == NONE}
    talk, chosen = _chosen(talk, picks)
    if talk.part.single:
        return _one_line(talk, brief, replies, picks, chosen)
    if talk.rules > 1:
        return _answered(talk, brief, replies, chosen)
    return _several_lines(talk, brief, replies, picks, chosen)


def _written_down(talk: Talk, replies: dict[str, Reply]) -> Talk:
    """Write down every reply; a skipped question stays as one that was asked."""
    for voter, reply in replies.items():
        talk = _with_reply(talk, voter, reply)
        if reply.word == SKIP:
            question = question_of(talk.part, talk.rules)
            document = talk.document.added(Kind.QUESTION, question, Source(talk.step, voter), status=Status.ASKED)
            talk = replace(talk, document=document)
    return talk


def _one_line(
    talk: Talk, brief: Brief, replies: dict[str, Reply], picks: dict[str, tuple[int, ...]], chosen: set[int]
) -> Talk:
    """Settle a part of one line: by a choice or by words, else by a vote."""
    talk, by_words = _split(talk, {voter: reply.sentences for voter, reply in replies.items() if reply.sentences})
    if not (picks or by_words):
        return voting(talk, brief)
    return finish(_set_aside(talk, chosen, tuple(replies)) if talk.rules > 1 else talk, brief)


def _several_lines(
    talk: Talk, brief: Brief, replies: dict[str, Reply], picks: dict[str, tuple[int, ...]], chosen: set[int]
) -> Talk:
    """Settle a part of several lines by the first rules: what no one chose is left out, or voted on."""
    left = tuple(one for place, one in enumerate(talk.candidates) if place not in chosen)
    if picks:
        return _left_out(replace(talk, candidates=left), brief, tuple(picks))
    lines = (line for line in talk.document.lines if line.kind is not Kind.NON_GOAL)
    mine = [line.text for line in lines if line.source.voter in replies and line.source.step == talk.step]
    left = tuple(one for one in left if not any(alike(one.text, text) for text in mine))
    talk = replace(talk, candidates=left)
    return spill_out(talk, brief) if talk.part is NON_GOALS else voting(talk, brief)


def _with_reply(talk: Talk, voter: str, reply: Reply) -> Talk:
    """Write down what a person said in their own words, sentence by sentence."""
    return written(talk, reply.sentences, _own_kind(talk.part), Statement("", voter, talk.part.name, talk.step))


def _answered(talk: Talk, brief: Brief, replies: dict[str, Reply], chosen: set[int]) -> Talk:
    """Settle a part of several lines: what no one chose is not now, unless agents were left to decide."""
    out = {place for reply in replies.values() for place in reply.outs if place not in chosen}
    none = all(reply.word == NONE for reply in replies.values()) and not chosen
    if talk.part is NON_GOALS and none:
        out = set(range(len(talk.candidates)))
    voter = next(iter(replies))
    for place in sorted(out):
        tally = Tally(talk.step, persons=((voter, "out"),))
        talk = replace(talk, document=accepting.kept_out(talk, talk.candidates[place], tally, voter))
    said = [reply for reply in replies.values() if reply.picks or reply.sentences or reply.outs or reply.word == NONE]
    decides = any(reply.word == DECIDE for reply in replies.values())
    if said and not decides:
        return finish(_set_aside(talk, chosen | out, tuple(replies)), brief)
    left = tuple(one for place, one in enumerate(talk.candidates) if place not in chosen | out)
    talk = replace(talk, candidates=left)
    return spill_out(talk, brief) if talk.part is NON_GOALS else voting(talk, brief)


def _set_aside(talk: Talk, taken: set[int], voters: tuple[str, ...]) -> Talk:
    """Keep what was offered and not chosen, word for word."""
    tally = Tally(talk.step, persons=tuple((voter, "not chosen") for voter in voters))
    for place, candidate in enumerate(talk.candidates):
        if place not in taken:
            why = f"offered and not chosen by {', '.join(voters)}"
            talk = replace(talk, document=accepting.set_aside(talk, candidate, tally, why))
    return talk


def _split(talk: Talk, words: dict[str, tuple[str, ...]]) -> tuple[Talk, bool]:
    """Where one line is wanted and persons wrote different ones, write the conflict down; neither line is accepted."""
    if len(set(words.values())) < 2:
        return talk, bool(words)
    document = talk.document
    for line in document.lines:
        if line.source.step == talk.step and line.kind in talk.part.kinds:
            document = document.changed(line.id, status=Status.ASKED, reason="")
    sides = tuple((" ".join(said), (voter,)) for voter, said in words.items())
    conflict = Conflict(question_of(talk.part, talk.rules), sides)
    return replace(talk, document=replace(document, conflicts=(*document.conflicts, conflict))), True


def _own_kind(part: Part) -> Kind:
    """Return what a person's sentence about a part becomes; what they want of the spill is a feature."""
    return Kind.FEATURE if part is NON_GOALS else part.kinds[0]


def _chosen(talk: Talk, picks: dict[str, tuple[int, ...]]) -> tuple[Talk, set[int]]:
    """Accept what everybody chose; what only some chose is a conflict, and waits."""
    chosen: set[int] = set()
    for place, candidate in enumerate(talk.candidates):
        voters = tuple(voter for voter, places in picks.items() if place in places)
        if not voters:
            continue
        chosen.add(place)
        others = tuple(voter for voter in picks if voter not in voters)
        tally = Tally(talk.step, persons=(*((one, "in") for one in voters), *((one, "out") for one in others)))
        kind = _kind_taken(talk.part, candidate)
        named = talk.part is NON_GOALS and kind is Kind.FEATURE and talk.rules > 1
        line_id = accepting.id_of(talk.document, kind, as_feature(candidate.text) if named else candidate.text)
        document = _taken(talk, candidate, voters[0], tally)
        if others:
            document = document.changed(line_id, status=Status.ASKED, reason="")
            sides = ((f"in: {candidate.text}", voters), (f"out: {candidate.text}", others))
            document = replace(document, conflicts=(*document.conflicts, Conflict(line_id, sides)))
        statement = Statement(candidate.text, voters[0], talk.part.name, talk.step)
        said = talk.said if others else (*talk.said, statement)
        talk = replace(talk, document=document, said=said)
    return talk, chosen


def _kind_taken(part: Part, candidate: Candidate) -> Kind:
    return Kind.FEATURE if part is NON_GOALS and candidate.kind is Kind.NON_GOAL else candidate.kind


def _taken(talk: Talk, candidate: Candidate, voter: str, tally: Tally) -> Document:
    if talk.part is NON_GOALS:
        return accepting.kept_in(talk, candidate, tally, voter)
    source = Source(talk.step, voter) if talk.rules == 1 else Source(candidate.step, chosen=voter)
    return accepting.said(talk.document, candidate.kind, candidate.text, source, (tally,), talk.rules)


def _left_out(talk: Talk, brief: Brief, voters: tuple[str, ...]) -> Talk:
    """Keep out what no one chose, by the persons' word."""
    if talk.part not in (PURPOSE, STORIES):
        for candidate in talk.candidates:
            tally = Tally(talk.step, persons=tuple((voter, "out") for voter in voters))
            talk = replace(talk, document=accepting.kept_out(talk, candidate, tally, voters[0]))
    return finish(talk, brief)
