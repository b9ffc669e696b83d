"""The requirements interview as a task: agents propose and vote, a person is asked where they are apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Self, TypeAlias

from rich.text import Text

from maker_engine.core.decomposition import (
    PICTURE_COLUMNS,
    PICTURE_ROWS,
    Amendment,
    Gather,
    Gathered,
    Json,
    Mistake,
    Option,
    Said,
    Step,
    Task,
    Vote,
)
from maker_engine.core.responses import Flag, Prompt
from maker_engine.core.task.papers import Ballots, DocumentKey, DocumentLine

from . import amendments, answers, flow, prompts, replies
from .answers import Draft, Pick
from .audit import audit
from .brief import DRAFTS, EXAMPLE, QUESTIONS, Brief, beginning, read_brief, write_brief
from .document import Kind
from .exports import export
from .exports.agents import placed, with_claude
from .ideas import recognise
from .imitation import imitate
from .judging import rests_on
from .outline import counted, document_lines
from .parts import ACCEPTANCE, OPEN
from .picture import draw
from .talk import Stage, Talk, decode, encode
from .tracing import entries
from .words import one_line

AGENTS, CLAUDE = "AGENTS.md", "CLAUDE.md"

Answer: TypeAlias = Any
"""What a step is decided as: `Draft`s gathered, a `Pick` voted for, words said or amended."""


class Interview(Task[Talk, Answer]):
    """One interview.

    It has no oracle: what a person means is known to no one else, and what agents find is judgement. The rule that
    the simulated model goes by is `rule_answer`.

    Args:
        brief: The idea, and how the interview is led.
    """

    name = "interview"
    title = "Requirements interview"
    summary = (
        "Settles what to build and what not, before any code: agents propose and vote, you are asked where they differ."
    )
    source_help = "An idea in plain words, or an exported requirements.json: the interview continues from there."
    options = (
        Option("idea", "What is to be built, in your words.", EXAMPLE),
        Option("questions", "Most questions you are asked; 0 leaves everything to the agents.", QUESTIONS),
        Option("drafts", "Agents that propose, each time.", DRAFTS),
        Option("persons", "Who is asked, by name, as in ada,bob; empty for whoever is there.", ""),
    )
    amendable = True
    converses = True
    simulation = "rehearsal only, from a catalogue; --model for real proposals"
    document_keys = (
        DocumentKey("t", "take", "accept {id}", "accept the line, whatever agents or gates say"),
        DocumentKey("l", "later", "later {id}", "put the line off: neither wanted nor ruled out"),
        DocumentKey("r", "reject", "reject {id} {text}", "reject the line, with a reason or without", "because"),
        DocumentKey("e", "edit", "edit {id} {text}", "put your own wording in its place", "your wording", keep=True),
        DocumentKey("o", "non-goal", "non-goal {text}", "add what is not to be built", "not to be built"),
        DocumentKey("p", "add", "add {text}", "add a line of your own", "add (feature, story, constraint …) TEXT"),
        DocumentKey("u", "revise", "revise {text}", "take an answer back: what rested on it is opened again",
                    "revise (purpose, stories …) [NEW ANSWER]"),
        DocumentKey("K", "up", "move {id} up", "move the line up"),
        DocumentKey("J", "down", "move {id} down", "move the line down"),
    )  # fmt: skip

    def __init__(self, brief: Brief) -> None:
        self._brief = brief

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Interview) and self._brief == other._brief

    def __hash__(self) -> int:
        return hash(self._brief)

    @classmethod
    def load(cls, options: Mapping[str, int | str], source: str | None = None) -> Self:
        """Make the interview.

        Raises:
            ProblemError: Something cannot be used.
        """
        return cls(read_brief(options, source))

    def source(self) -> str:
        """Return the brief in JSON."""
        return write_brief(self._brief)

    @property
    def label(self) -> str:
        """The idea, cut to 40 characters."""
        idea = self._brief.idea
        return idea if len(idea) <= 40 else idea[:39] + "…"

    def start(self) -> Talk:
        """Return an empty document, or the one that the interview continues from."""
        return beginning(self._brief)

    def step(self, state: Talk) -> Step | None:
        """Say whom to ask what: agents for drafts or votes, a person for their word."""
        brief = self._brief
        match state.stage:
            case _ if state.unclear:
                pass
            case Stage.CLOSED:
                return None
            case Stage.SURVEY:
                return Gather(prompts.survey(state), brief.drafts)
            case Stage.GATHER:
                about = flow.untested(state) if state.part is ACCEPTANCE else None
                return Gather(prompts.propose(state, state.part, about), brief.drafts)
            case Stage.CHOOSE:
                return Vote(prompts.choose(state, state.candidates, brief.drafts))
            case Stage.TRACE:
                return Vote(prompts.trace(state, state.candidates[state.at], self._listed(state)))
        return replies.ask(state, brief)

    def _listed(self, state: Talk) -> list[str]:
        """Return what is voted on, in the order of its numbers."""
        if state.stage is Stage.CHOOSE:
            return [one.text for one in state.candidates]
        return [entry.text for entry in entries(state, state.part)] if state.stage is Stage.TRACE else []

    def parse(self, state: Talk, text: str) -> Answer | Flag:
        """Read proposals, or a vote."""
        if state.stage in (Stage.SURVEY, Stage.GATHER):
            draft = answers.read_draft(text, self._kinds(state))
            return answers.asking(draft) if state.stage is Stage.GATHER and state.part is OPEN else draft
        return answers.read_pick(text, self._listed(state))

    def _kinds(self, state: Talk) -> tuple[Kind, ...]:
        return prompts.SURVEY_KINDS if state.stage is Stage.SURVEY else state.part.kinds

    def objection(self, state: Talk, answer: Answer) -> Flag | None:
        """Flag proposals that are too many, too long or cannot be shown, and votes for what is not in the list."""
        if isinstance(answer, Draft):
            return answers.draft_objection(
                answer, answers.most_lines(None if state.stage is Stage.SURVEY else state.part)
            )
        return answers.pick_objection(answer, self._listed(state), none_allowed=state.stage is Stage.TRACE)

    def apply(self, state: Talk, answer: Answer) -> Talk:
        """Return the interview after a gathering, a vote, an answer or an amendment."""
        brief = self._brief
        match answer:
            case Gathered():
                after = flow.gathered(state, brief, answer)
            case Draft():
                after = flow.gathered(state, brief, Gathered(((answer, 1),)))
            case Said():
                after = replies.heard(state, brief, answer)
            case Amendment():
                after = amendments.amended(state, brief, answer)
            case _:
                after = flow.picked(state, brief, answer)
        return replace(after, step=state.step + 1)

    def refuses(self, state: Talk, said: Said | Amendment) -> str:
        """Say why an answer or an amendment cannot be taken."""
        if not one_line(said.voter):
            return "nobody is named as the speaker: say who you are"
        if isinstance(said, Amendment):
            return amendments.refusal(state, said)
        return super().refuses(state, said) or replies.refusal(state, self._brief, said)

    def rule_answer(self, state: Talk) -> Pick:
        """Return what a vote's rule makes right, as far as words alone show it: what the simulated model goes by."""
        listed = self._listed(state)
        if state.stage is Stage.CHOOSE:
            most = max(one.drafts for one in state.candidates)
            number = next(place for place, one in enumerate(state.candidates, 1) if one.drafts == most)
        else:
            number = rests_on(state.candidates[state.at].text, listed, recognise(self._brief.idea))
        return Pick(number, listed[number - 1] if number else "")

    def verify(self, answers: Iterable[Answer]) -> list[str]:
        """Play the decisions back, and check the document that results against what was said."""
        decisions = list(answers)
        state = self.start()
        for decision in decisions:
            state = self.apply(state, decision)
        if state.stage is not Stage.CLOSED:
            return ["the interview has not ended"]
        return audit(state.document, decisions, self._brief.document)

    def picture(self, state: Talk, columns: int = PICTURE_COLUMNS, rows: int = PICTURE_ROWS) -> Text:
        """Draw what is being settled, and the last lines of the document."""
        return draw(state, columns, rows)

    def document(self, state: Talk, ballots: Ballots) -> Sequence[DocumentLine]:
        """Return the document as it is now."""
        return document_lines(state.document, ballots)

    def papers(self, state: Talk, ballots: Ballots) -> Mapping[str, str]:
        """Return the document for people, for a coding agent, as a specification and as JSON."""
        return export(counted(state.document, ballots))

    def rehearsed(self, state: Talk) -> Talk:
        """Return the state with its document marked as simulated."""
        return replace(state, document=replace(state.document, simulated=True))

    def joined(self, name: str, text: str, there: str) -> str | None:
        """Put the agents' block in place of the one that is there, and the line that leads to it after all else."""
        if name == AGENTS:
            return placed(text, there)
        if name == CLAUDE:
            return with_claude(text, there)
        return None

    def describe(self, answer: Answer) -> str:
        """Describe a draft or a vote."""
        return answers.described(answer)

    def encode_state(self, state: Talk) -> Json:
        """Return the whole interview as an object."""
        return encode(state)

    def decode_state(self, value: Any) -> Talk:
        """Turn what `encode_state` gave back into an equal state."""
        return decode(value)

    def result(self, state: Talk) -> Json:
        """Return the ids of the lines that are part of the document, in the order in which they were written."""
        return [line.id for line in state.document.lines if line.status.is_accepted]

    def encode_answer(self, answer: Answer) -> Json:
        """Return [number, text] of a vote, a list of [kind, text] in a list for a draft."""
        if isinstance(answer, Pick):
            return [answer.number, answer.text]
        lines: list[Json] = [[kind.value, text] for kind, text in answer.lines]
        return [lines]

    def decode_answer(self, value: Any) -> Answer:
        """Turn what `encode_answer` gave back into an equal answer."""
        if len(value) == 2:
            return Pick(int(value[0]), str(value[1]))
        return Draft(tuple((Kind(kind), str(text)) for kind, text in value[0]))

    def imitate(self, prompt: Prompt, mistake: Mistake | None, variant: int) -> tuple[str, str]:
        """Write a response as a model might, out of the prompt's words and the catalogue."""
        return imitate(prompt.user, mistake, variant)
