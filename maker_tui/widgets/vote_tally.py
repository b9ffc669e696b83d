"""The vote pane: the open ballot, candidate by candidate, and below it the one decided last."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace

from rich.cells import cell_len
from rich.text import Text
from textual.events import Resize

from maker_engine.core.decomposition import Done, Finished, Started, Undecided
from maker_engine.core.record.events import StepHopeless
from maker_engine.core.record.snapshot import Snapshot, Tally
from maker_engine.core.voting import CERTIFICATE, LeadTable, least_k, named_rule
from maker_engine.printable import one_line, printable
from maker_tui.text.figures import bar, count, count_of, fit, letter, ordinal
from maker_tui.text.intervention_lines import doubt_words, probe_words
from maker_tui.text.roles import line
from maker_tui.text.wrapping import wrapped
from maker_tui.widgets.line_pane import LinePane

Describe = Callable[[Hashable], str]
Piece = tuple[str, str]
VOTING: Piece = ("voting", "accent")
GATHERING: Piece = ("gathering", "accent")
ASKING: Piece = ("a person is asked", "accent")
ACTING: Piece = ("an effect is awaited", "accent")

DESCRIPTION_CELLS = 24
"""A task describes an answer in at most this many characters."""
ONE_ROW_CELLS = 56
"""From this width on a candidate takes one row; below, its bar is under its name."""
HOLLOW_MARKS = 12
WIDEST_BAR = 48
LONGEST_QUOTE = 200
"""Characters that are shown of a flagged response."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What decides a ballot: margin `k`, `k` votes where `rule` is "first", or a lead that grows with the dissent."""

    k: int
    rule: str

    def sentence(self, tally: Tally, *, over: bool) -> str:
        """Say what is needed and what is there; once it is over, what was."""
        needs, has = ("needed", "had") if over else ("needs", "has")
        if self.rule == "first":
            return f"{needs} k {count_of(self.k, 'vote')}, leader {has} {_most(tally)}"
        if ":" in self.rule:
            return self._by_table(tally, needs, has)
        return f"{needs} a margin of k {self.k}, {has} {tally.margin}"

    def of(self, tally: Tally) -> Needs:
        """Return what decides one ballot, which may need a certificate."""
        return replace(self, k=max(self.k, least_k(tally.rule)), rule=tally.rule) if tally.rule else self

    def _by_table(self, tally: Tally, needs: str, has: str) -> str:
        table, against = named_rule(self.rule, self.k), tally.votes - _most(tally)
        lead = table.lead(against) if isinstance(table, LeadTable) else self.k
        if lead is None:
            return f"{count_of(against, 'vote')} against: given up by the table"
        what = "certificate: lead" if self.rule.startswith(CERTIFICATE) else "lead"
        return f"{needs} {what} {lead} ({count(against)} against), {has} {tally.margin}"


class VoteTally(LinePane):
    """Shows votes as bars, the margin against k, and samples in flight."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__("votes", id=id, classes=classes)
        self._seen: tuple[Snapshot, Describe, str] | None = None
        self._acts = False

    def show_votes(
        self,
        snapshot: Snapshot,
        describe: Describe,
        copies: str = "",
        *,
        waiting: Hashable = None,
        acts: bool | None = None,
    ) -> None:
        """Show the ballots of `snapshot`, its answers put into words by `describe`, and what is to be said of `copies`.

        Args:
            snapshot: The run.
            describe: Describes an answer.
            copies: What is to be said of texts that are alike.
            waiting: What the open step is decided as and not committed yet, None where it is not decided.
            acts: The open step acts, or waits for what has been done; None for as it was shown last.
        """
        self._acts = self._acts if acts is None else acts
        if waiting is not None and snapshot.open is not None:
            snapshot = replace(snapshot, open=replace(snapshot.open, winner=waiting, committed=False))
        self._seen = snapshot, describe, copies
        self.show(tally_lines(snapshot, describe, self.size.width, self.size.height, copies, acts=self._acts))

    def on_resize(self, _event: Resize) -> None:
        """Set the rows for the new width."""
        if self._seen is not None:
            self.show_votes(*self._seen)


def alike(copies: str) -> str:
    """Shorten the sentence about copies to how many are alike, for the edge of a pane that may hide the rest."""
    return copies.partition(":")[0]


def tally_lines(
    snapshot: Snapshot, describe: Describe, width: int, height: int = 99, copies: str = "", *, acts: bool = False
) -> list[Text]:
    """Lay out the open and the last decided ballot in `width` cells, and below them what is to be said of copies.

    An open step that acts has no ballot, and is said to wait for its effect.
    """
    started = snapshot.started
    if started is None or not (snapshot.open or snapshot.decided):
        return [line(("no ballot yet", "quiet"))]
    needs = Needs(started.k, started.rule)
    above: list[Text] = []
    below: list[Text] = []
    if snapshot.open is not None:
        own = needs.of(snapshot.open)
        state = VOTING if snapshot.open.winner is not None else _state(snapshot, acts=acts)
        above = [*_heading(snapshot.open, own, width, state), *_rows(snapshot.open, own, describe, width)]
        above += _samples(snapshot.open, over=state not in (VOTING, GATHERING) or snapshot.open.winner is not None)
        above += _probes(snapshot.open, describe, width)
        above += _hopeless(snapshot.hopeless, width)
    if snapshot.decided is not None:
        below = [*_heading(snapshot.decided, needs, width), *_rows(snapshot.decided, needs, describe, width)]
        below += _samples(snapshot.decided)
    last = [line((row, "warn")) for row in wrapped(copies, width)] if copies else []
    room = height - len(above) - len(below) - len(last)
    gap = [line()] if above and below and room > 0 else []
    return [*above, *gap, *below, *([line()] if last and room > len(gap) else []), *last]


def _state(snapshot: Snapshot, *, acts: bool) -> Piece:
    """Name what the open ballot is: undecided only where its samples are used up."""
    if snapshot.undecided:
        return ("undecided", "bad")
    if snapshot.outcome is not None:
        return ("left open", "warn")
    if snapshot.question is not None:
        return ASKING
    if acts:
        return ACTING
    return GATHERING if snapshot.open is not None and snapshot.open.gathers else VOTING


def _heading(tally: Tally, needs: Needs, width: int, state: Piece = VOTING) -> list[Text]:
    step = (f"step {ordinal(tally.step)}", "strong")
    if isinstance(tally.winner, Done | Started | Finished) and not tally.votes and tally.committed:
        return [line(step, " · ", ("done ✔", "good"))]
    if tally.winner is not None:
        what = count_of(tally.votes, "proposal" if tally.gathers else "vote")
        by = f" by {one_line(tally.decider, 24)}" if tally.decider else ""
        word = (f"decided{by} ✖ wrong", "bad") if tally.wrong else (f"decided{by} ✔", "good")
        if isinstance(tally.winner, Undecided):
            word = ("left undecided", "warn")
        tail = (f" · {what}", "quiet") if tally.committed else (", not committed", "warn")
        whole = line(step, " · ", ("gathered ✔", "good") if tally.gathers else word, tail)
        if whole.cell_len <= width or tally.decider or tally.gathers:
            return [whole]
        # That it is decided goes without saying; what else there is to know of it is not to be cut.
        parts = [("✖ wrong", "bad"), tail] if tally.wrong else [("not committed", "warn")]
        return [whole if tally.committed and not tally.wrong else line(step, " · ", *parts)]
    if state in (ASKING, ACTING):
        return [line(step, " · ", state)]
    if tally.gathers:
        return [line(step, " · ", state, f" · {tally.votes} of {count_of(tally.proposals, 'proposal')}")]
    sentence = needs.sentence(tally, over=state != VOTING)
    whole = line(step, " · ", state, " · ", sentence)
    return [whole] if whole.cell_len <= width else [line(step, " · ", state), line(sentence)]


def _rows(tally: Tally, needs: Needs, describe: Describe, width: int) -> list[Text]:
    # Votes that decided were enough, whatever k is now: a fork shows steps that its parent decided with another one.
    enough = tally.winner is not None and not tally.decider
    scale = max(1, _most(tally)) if enough else max(needs.k, _most(tally))
    marked = tally.winner if tally.winner is not None else _leader(tally)
    rows: list[Text] = []
    for place, (answer, votes) in enumerate(tally.rows):
        mark, role = "", "bar"
        if tally.wrong and answer in (tally.winner, tally.right):
            mark, role = ("✖ wrong", "bad") if answer == tally.winner else ("✔ right", "good")
        elif marked is not None and answer == marked and not tally.gathers:
            mark, role = ("✔ decided", "good") if tally.winner is not None else ("◀ leads", "accent")
        rows += _candidate(f"{letter(place):<2}", printable(describe(answer)), votes, scale, mark, role, width)
    if tally.wrong and tally.right is not None:
        rows.append(line((fit(f"  right: {one_line(describe(tally.right))} (oracle)", width), "good")))
    return rows


def _candidate(name: str, parts: str, votes: int, scale: int, mark: str, role: str, width: int) -> list[Text]:
    number = f"{votes:>4} "
    if width >= ONE_ROW_CELLS:
        name_cells = DESCRIPTION_CELLS
        filled, rest = bar(votes, scale, min(WIDEST_BAR, width - len(name) - name_cells - 1 - len(number) - 9))
        row = line((name, "strong"), fit(parts, name_cells), " ", (filled, role), (rest, "rest"), number, (mark, role))
        return [row]
    filled, rest = bar(votes, scale, width - len(name) - len(number))
    head = line((name, "strong"), fit(parts, width - len(name) - cell_len(mark)), (mark, role))
    return [head, line("  ", (filled, role), (rest, "rest"), number)]


def _samples(tally: Tally, *, over: bool = False) -> list[Text]:
    parts: list[str | Piece] = []
    flying = 0 if over else tally.in_flight
    if flying:
        most = HOLLOW_MARKS // 2 if tally.flagged else HOLLOW_MARKS  # so that the flags beside them are not cut
        marks = "○" * flying if flying <= most else f"○ × {count(flying)}"
        parts += ["  ", (f"{marks} in flight", "accent")]
    if tally.flagged:
        parts += ["  ", (f"⚑ {count(tally.flagged)} flagged", "warn")]
    # An open ballot keeps the row while it is empty, so that what is below does not jump.
    return [line(*parts)] if parts or (tally.winner is None and not over) else []


def _probes(tally: Tally, describe: Describe, width: int) -> list[Text]:
    """Show what was only probed: each answer with how often it came, and none of it counted."""
    if not tally.probes and not tally.probing:
        return []
    letters = {answer: letter(place) for place, (answer, _) in enumerate(tally.rows)}
    said = Counter(probe_words(probe, lambda answer: letters.get(answer) or describe(answer)) for probe in tally.probes)
    parts = [f"{words} × {count(number)}" for words, number in said.most_common()]
    parts += [f"○ {count(tally.probing)} in flight"] if tally.probing else []
    rows = [line(("  probes, not counted", "label"))]
    for part in parts:
        if rows[-1].cell_len + cell_len(part) + 2 > width:
            rows.append(line())
        rows[-1].append_text(line(f"  {part}"))
    return rows


def _hopeless(found: StepHopeless | None, width: int) -> list[Text]:
    """Say why the step's last samples were flagged, what was changed, and what one of them says."""
    if found is None:
        return []
    rows = wrapped(f"{doubt_words(found)}", width)
    said = f"one says “{one_line(found.text, LONGEST_QUOTE)}”" if found.text.strip() else "none of them has a text"
    return [*(line((row, "warn")) for row in rows), *(line((row, "quiet")) for row in wrapped(said, width))]


def _leader(tally: Tally) -> Hashable:
    """Return the one candidate with the most votes, None where several have as many."""
    most = _most(tally)
    leaders = [answer for answer, votes in tally.rows if votes == most]
    return leaders[0] if len(leaders) == 1 else None


def _most(tally: Tally) -> int:
    return max((votes for _, votes in tally.rows), default=0)
