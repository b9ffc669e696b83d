"""What the inspector shows of a step, as lines: the ballot vote by vote, a prompt, a response, two side by side."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

from rich.cells import cell_len
from rich.text import Text

from maker_engine.core.record.entries import Act, Carried, Change, Doubted, Entry, Probe
from maker_engine.core.record.events import Event
from maker_engine.core.record.registry import words_of
from maker_engine.core.responses import Flag, Prompt, Response, Sample
from maker_engine.printable import one_line, printable
from maker_engine.sessions.queries.inspection import Counted, Inspection, Wording
from maker_engine.sessions.queries.text_search import Terms
from maker_tui.text.figures import NONE, count, count_of, dollars, duration, fit, letter, ordinal
from maker_tui.text.flow import changes, flowed, marked, new_lines, side_by_side
from maker_tui.text.intervention_lines import carried_words, change_words, doubt_words, probe_words, remedy_words
from maker_tui.text.roles import line
from maker_tui.text.wrapping import Piece

Describe = Callable[[Any], str]
DESCRIPTION_WIDTH, LEAST_DESCRIPTION = 35, 12
RULE = "─"
_FOLDS = (frozenset({"system"}), frozenset[str](), frozenset({"user"}))
REWRITTEN = "the task writes other prompts now than when this was voted on: what follows is not what was read"
MOST_READERS = 12
"""Samples that are named beside a wording."""
BY_HAND = ("voted", "decided", "struck")
"""What a person does to a ballot."""


def name_of(step: Inspection, answer: Hashable) -> str:
    """Return the letter of a candidate; a dash for an answer that no one voted for."""
    return letter(step.candidates.index(answer)) if answer in step.candidates else NONE


def prompt_row(step: Inspection) -> Text:
    """Name the prompt, and how much of it has changed since the step before."""
    if not step.wordings:
        return line(("prompt", "strong"), ("  this step is not answered by agents", "quiet"))
    if step.rewritten:
        return line(("prompt", "strong"), ("  not what was read: the task writes other prompts now", "warn"))
    first, wordings = step.wordings[0], len(step.wordings)
    more = f", in {count(wordings)} wordings" if wordings > 1 else ""
    if first.before is None:
        return line(("prompt", "strong"), (f"  of the first step{more}", "quiet"))
    new = count_of(new_lines(_whole(first.before), _whole(first.prompt)), "line")
    return line(("prompt", "strong"), (f"  {new} changed since step {ordinal(step.step - 1)}{more}", "quiet"))


def counted_row(step: Inspection, place: int, describe: Describe, width: int, *, marked_as: str = "") -> Text:
    """Describe one entry and the ballot after it."""
    counted = step.counted[place]
    tail = _tally(step, counted, step.needed[place])
    if isinstance(counted.entry, Sample):
        head = (fit(f"{marked_as}#{counted.entry.sample + 1}", 6), "strong")
    else:
        head = (fit(f"{marked_as}@", 6), "accent")
    description, role = _outcome(step, counted.entry, describe)
    cells = max(LEAST_DESCRIPTION, min(DESCRIPTION_WIDTH, width - 8 - cell_len(tail[0])))
    row = line(head, (fit(description, cells), role), " ", tail)
    return row.append_text(line(*_figures(step, place, width - row.cell_len)))


def _outcome(step: Inspection, entry: Entry, describe: Describe) -> Piece:
    """Say in few words what became of an entry."""
    if isinstance(entry, Change):
        return f"{change_words(entry)} by {one_line(entry.who, 30)}", "accent"
    if isinstance(entry, Doubted):
        return f"hopeless: {remedy_words(entry)}", "warn"
    if isinstance(entry, Probe):
        return f"probe {entry.probe + 1}: {probe_words(entry, describe)}", "quiet"
    if isinstance(entry, Act):
        who = f"{'by ' if entry.kind in BY_HAND else ''}{one_line(entry.who, 30)}"
        about = "" if entry.answer is None else f"{name_of(step, entry.answer)} "
        return f"{entry.kind} {about}{who}", "accent"
    if isinstance(entry, Carried | Event):
        words = (
            f"carried: {carried_words(entry, describe)}" if isinstance(entry, Carried) else " ".join(words_of(entry))
        )
        return one_line(words, 200), "accent"
    return _judged(step, entry, describe)


def _judged(step: Inspection, sample: Sample, describe: Describe) -> Piece:
    if isinstance(sample.verdict, Flag):
        return f"⚑ {one_line(sample.verdict.rule, 30)}: {one_line(sample.verdict.reason)}", "warn"
    mark, role = judged(step, sample.verdict)
    return f"{mark}{name_of(step, sample.verdict)} {describe(sample.verdict)}", role


def judged(step: Inspection, answer: Hashable) -> Piece:
    """Return the mark of an answer and its role: by the oracle, where one has judged the step and answers differ."""
    if step.right is None or not (step.wrong or len(step.candidates) > 1):
        return "", "plain"
    return ("✔ ", "good") if answer == step.right else ("✖ ", "bad")


def _tally(step: Inspection, counted: Counted, needed: int) -> Piece:
    votes = " ".join(f"{name_of(step, answer)}{number}" for answer, number in counted.votes[:4])
    more = "…" if len(counted.votes) > 4 else ""
    role = ("bad" if step.wrong else "good") if counted.margin >= needed else "plain"
    return fit(f"{votes}{more}", 12) + f" margin {counted.margin}/{needed}  ", role


def _figures(step: Inspection, place: int, room: int) -> list[Piece]:
    """Give the figures of a sample, as many as there is room for, the most telling first."""
    entry = step.counted[place].entry
    if not isinstance(entry, Sample):
        return []
    response = entry.response
    figures = (
        f"{_tokens(response):>10}", f"  {duration(response.latency_s or None):>7}", f"  {_cost(response):>8}",
        f"  {_degree(step, place)}", f"  {one_line(response.model, 40)}",
    )  # fmt: skip
    fitting, used = [], 0
    for figure in figures:
        used += len(figure)
        if used <= room:
            fitting.append(figure)
    return [("".join(fitting), "label")]


def _tokens(response: Response) -> str:
    description = [NONE if one is None else str(one) for one in (response.tokens_in, response.tokens_out)]
    return "/".join(description)


def _cost(response: Response) -> str:
    return NONE if response.cost_usd is None else dollars(response.cost_usd)


def _degree(step: Inspection, place: int) -> str:
    found = step.temperatures[place]
    return f"T {NONE if found is None else f'{found:g}'}"


def _whole(prompt: Prompt) -> str:
    return f"{prompt.system}\n{prompt.user}"


def next_folded(folded: frozenset[str]) -> frozenset[str]:
    """Return which parts of a prompt are folded after those in `folded`: the system part, none, the user part."""
    return _FOLDS[(_FOLDS.index(folded) + 1) % len(_FOLDS)] if folded in _FOLDS else _FOLDS[0]


def prompt_lines(
    step: Inspection, width: int, *, folded: frozenset[str], compare: bool, fold_key: str = "H"
) -> list[Text]:
    """Lay out what was read: where there were several wordings, each under a heading that says by whom."""
    if not step.wordings:
        return [line(("this step is not answered by agents", "quiet"))]
    rows = flowed([(REWRITTEN, "warn")], width) if step.rewritten else []
    for number, one in enumerate(step.wordings, 1):
        if len(step.wordings) > 1:
            rows += [line()] if number > 1 else []
            head = f"wording {number} of {len(step.wordings)}, {one.name}: {_readers(one)}"
            rows += flowed([(head, "accent")], width)
        since = f"since step {ordinal(step.step - 1)}"
        rows += _wording_lines(one, width, folded, (since, fold_key), compare=compare)
    return rows


def _readers(one: Wording) -> str:
    """Say which samples read a wording, as many as a person reads."""
    named = ", ".join(f"#{sample + 1}" for sample in one.samples[:MOST_READERS])
    more = len(one.samples) - MOST_READERS
    return f"{named} and {count(more)} more" if more > 0 else named


def _wording_lines(
    one: Wording, width: int, folded: frozenset[str], words: tuple[str, str], *, compare: bool
) -> list[Text]:
    """Lay a prompt out, its two parts under headings of their own; those in `folded` are closed.

    `words` say since which step it may have changed, and which key folds.
    """
    rows: list[Text] = []
    since, fold_key = words
    turned = folded ^ next_folded(folded)
    for part in ("system", "user"):
        text = getattr(one.prompt, part)
        closed = part in folded
        old = None if one.before is None else getattr(one.before, part)
        same = "the first step" if old is None else f"{'unchanged' if old == text else 'changed'} {since}"
        about = f" · {count_of(text.count(chr(10)) + 1, 'line')} · {same}"
        key = f" · {fold_key} {'opens' if closed else 'folds'}" if part in turned else ""
        rows.append(
            line(
                (f"{'▸' if closed else '▾'} {part} prompt", "strong"),
                (about + key, "label"),
            )
        )
        if closed or (compare and old == text):
            continue
        if compare and old is not None:
            for row in changes(old, text):
                rows += flowed(row, width)
        else:
            rows += flowed([(printable(text, newlines=True), "plain")], width)
    return rows


def entry_lines(step: Inspection, place: int, describe: Describe, width: int, terms: Terms | None = None) -> list[Text]:
    """Lay out one entry: its figures, its verdict, and the raw text with what counts in it and `terms` marked."""
    entry = step.counted[place].entry
    if isinstance(entry, Change):
        return [line((f"from here on {change_words(entry)}, by {one_line(entry.who, 60)}", "accent"))]
    if isinstance(entry, Doubted):
        return _doubted(entry, width)
    if isinstance(entry, Probe):
        head = f"probe {ordinal(entry.probe)} of {one_line(entry.who, 60)}, not counted"
        text = flowed([(printable(entry.response.text, newlines=True), "plain")], width)
        return [line((head, "accent")), line(probe_words(entry, describe)), line((RULE * width, "rest")), *text]
    if isinstance(entry, Act):
        return [line((f"{entry.kind} by {one_line(entry.who, 60)}", "accent")),
                line("" if entry.answer is None else describe(entry.answer))]  # fmt: skip
    if isinstance(entry, Carried | Event):
        who, what = (
            ("an earlier run", carried_words(entry, describe)) if isinstance(entry, Carried) else words_of(entry)
        )
        return [line((one_line(who, 60), "accent")), *flowed([(printable(what, newlines=True), "plain")], width)]
    return _sample(step, place, entry, describe, width, terms)


def _sample(
    step: Inspection, place: int, entry: Sample, describe: Describe, width: int, terms: Terms | None
) -> list[Text]:
    response = entry.response
    rows = flowed([(f"sample {ordinal(entry.sample)} · {_facts(step, place, response)}", "label")], width)
    rows.append(_verdict(step, entry, describe))
    if not response.text:
        return [*rows, line(("its text was not kept", "quiet"))]
    role = "conflict" if isinstance(entry.verdict, Flag) else "target"
    span = step.spans[place]
    return [*rows, line((RULE * width, "rest")),
            *flowed(marked(response.text, _spans(response.text, span and (*span, role), terms)), width)]  # fmt: skip


def _spans(text: str, answer: tuple[int, int, str] | None, terms: Terms | None) -> list[tuple[int, int, str]]:
    """Return what is marked in a response: words that are searched for, and around them what counts in it."""
    found = [] if terms is None else [(begin, end, "cursor") for begin, end in terms.spans(text)]
    if answer is None:
        return found
    first, last, role = answer
    spans, at = [one for one in found if one[1] <= first], first
    for begin, end, word in found:
        if begin < last and end > first:
            spans += [(at, max(at, begin), role), (max(first, begin), min(last, end), word)]
            at = min(last, end)
    return [*spans, (at, last, role), *(one for one in found if one[0] >= last)]


def _doubted(entry: Doubted, width: int) -> list[Text]:
    """Lay out what was found of a step that is hopeless: why, what was changed, and what the responses said."""
    rows = flowed([("hopeless: ", "warn"), (doubt_words(entry), "plain")], width)
    if entry.reminder:
        rows += flowed([("the prompt ends with: ", "label"), (printable(entry.reminder), "plain")], width)
    rows.append(line((RULE * width, "rest")))
    said = printable(entry.text, newlines=True) if entry.text.strip() else "no response has any text that was kept"
    return [*rows, line(("one of them says", "label")), *flowed([(said, "plain")], width)]


def _facts(step: Inspection, place: int, response: Response) -> str:
    ended = "" if response.finish_reason == "stop" else f" · ended by {one_line(response.finish_reason, 30)}"
    shared = "" if response.shared == 1 else f" · a share: 1 of {response.shared} answers of its call"
    figures = f"{_degree(step, place)} · {_tokens(response)} tokens in/out · {duration(response.latency_s or None)}"
    return f"{one_line(response.model, 60)} · {figures} · {_cost(response)}{shared}{ended}"


def _verdict(step: Inspection, sample: Sample, describe: Describe) -> Text:
    if isinstance(sample.verdict, Flag):
        flag = sample.verdict
        return line((f"⚑ {one_line(flag.rule, 30)}", "warn"), f": {one_line(flag.reason)}")
    words = f"vote for {name_of(step, sample.verdict)} · {describe(sample.verdict)}"
    if sample.verdict == step.answer:
        words += " · as decided"
    if step.right is None:
        return line((words, "accent" if sample.verdict == step.answer else "plain"))
    right = sample.verdict == step.right
    return line((f"{words} · {'✔ right' if right else '✖ wrong'}", "good" if right else "bad"))


def pair_lines(step: Inspection, left: int, right: int, describe: Describe, width: int) -> list[Text]:
    """Set the raw texts of two samples side by side, the words that differ marked."""
    one, other = step.counted[left].entry, step.counted[right].entry
    if not isinstance(one, Sample) or not isinstance(other, Sample):
        return entry_lines(step, right, describe, width)
    half = max(1, (width - 3) // 2)
    heads = [f"#{entry.sample + 1} {_verdict(step, entry, describe).plain}" for entry in (one, other)]
    head = line((fit(heads[0], half), "strong"), (" │ ", "rail"), (fit(heads[1], half), "strong"))
    return [head, *side_by_side(one.response.text, other.response.text, width)]
