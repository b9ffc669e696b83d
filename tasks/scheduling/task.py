"""Interview scheduling as a task: a vote on each interview's slot; words are read by vote, confirmed by a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Self

from rich.text import Text

from maker_engine.core.decomposition import (
    PICTURE_COLUMNS,
    PICTURE_ROWS,
    Amendment,
    Ask,
    Json,
    Mistake,
    Option,
    Said,
    Task,
    Vote,
)  # fmt: skip
from maker_engine.core.red_flags import ILLEGAL
from maker_engine.core.responses import Flag, Prompt
from maker_engine.core.task.papers import Ballots

from . import wording
from .answers import read_place, read_reading, read_way_out
from .files import SAMPLES, load_problem
from .imitation import imitate
from .invitations import papers, schedule
from .keeping import answer_from, answer_json, moves_of, state_from, state_json
from .optimum import best_value
from .picture import brief, draw
from .plain_words import read_plainly
from .problem import Person, Problem, stamp, to_text
from .ruling import Question, Ruling
from .search import clash
from .slots import KEPT, Board
from .state import LEAVE_OUT, YES, Answer, Place, Reading, State, Undo, carry_out, confirmed
from .verifier import findings


@dataclass(frozen=True)
class Scheduling(Task[State, Answer]):
    """Rounds of interviews.

    Attributes:
        problem: Who meets whom, and when they can.
    """

    problem: Problem

    name = "scheduling"
    title = "Interview scheduling"
    summary = (
        "Interviews into people's calendars and rooms. An exact solver does it for $0; reading words needs a model."
    )
    source_help = "Rounds in YAML, JSON or CSV: days, people, rooms, interviews, preferences (docs/scheduling.md)."
    options: ClassVar[tuple[Option, ...]] = (
        Option("sample", "Rounds to try it with where no file is given.", SAMPLES[0], SAMPLES),
        Option(
            "calendars", "Calendars (.ics) of people and rooms, called after them; several at once.", "", several=True
        ),
        Option("repair", "A schedule.json to change as little as possible.", ""),
        Option("days", "Days where the rounds name none: 2026-12-01..2026-12-04, or several with commas.", ""),
        Option("zone", "Time zone where the rounds name none, such as Europe/Berlin.", ""),
        Option("hours", "Working hours where the rounds name none, such as 09:00-17:00.", ""),
        Option("lunch", "Closed time of each day where the rounds name none.", ""),
        Option("rooms", "Rooms and capacities where the rounds name none: R1:4,R2:6.", ""),
    )
    has_oracle = True

    @classmethod
    def load(cls, options: Mapping[str, int | str], source: str | None = None) -> Self:
        """Make the problem of the source, or of a sample, with calendars where they are given.

        Raises:
            ProblemError: It is none.
        """
        task = cls(load_problem(options, source))
        task._ruling(State()).board.slots  # noqa: B018 - refuses too many of them here, and is needed in any case
        return task

    def source(self) -> str:
        """Return the rounds in JSON, with calendars as busy times only."""
        return self._source

    @cached_property
    def _source(self) -> str:
        return to_text(self.problem)

    @cached_property
    def _wishes(self) -> tuple[Person, ...]:
        return tuple(person for person in self.problem.people if person.wishes)

    @cached_property
    def _rulings(self) -> dict[object, Ruling]:
        return {}

    def _ruling(self, state: State) -> Ruling:
        """Return the ruling under the preferences that are confirmed at `state`."""
        if state.rules not in self._rulings:
            self._rulings[state.rules] = Ruling(Board(self.problem, (*self.problem.rules, *state.rules)))
        return self._rulings[state.rules]

    @property
    def label(self) -> str:
        """Such as `16 interviews, 2 days`."""
        count, days = len(self.problem.interviews), len(self.problem.days)
        repaired = ", repair" if self.problem.earlier else ""
        return f"{count} interview{'s' * (count > 1)}, {days} day{'s' * (days > 1)}{repaired}"

    @property
    def expected_steps(self) -> int:
        """Two for each person's words, and one an interview; a single one where there is no schedule."""
        impossible = self._ruling(State()).whole.value is None
        return 2 * len(self._wishes) + (1 if impossible else len(self.problem.interviews))

    def start(self) -> State:
        """Return the empty schedule."""
        return State()

    def _question(self, state: State) -> Question | None:
        return None if state.heard < len(self._wishes) else self._ruling(state).question(state)

    def step(self, state: State) -> Vote | Ask | None:
        """Ask what words mean, whether that is so, and then for one interview's slot after the other."""
        if state.heard < len(self._wishes):
            person = self._wishes[state.heard]
            if state.pending is None:
                return Vote(wording.words_prompt(person.id, person.wishes))
            return Ask(
                wording.confirmation(person.id, state.pending),
                (YES, LEAVE_OUT),
                why=f"{person.id} wrote: {person.wishes}",
                free=False,
            )
        question = self._question(state)
        if question is None:
            return None
        write = (
            wording.slot_prompt if question.offers and isinstance(question.right, Place) else wording.dead_end_prompt
        )
        return Vote(write(self._ruling(state), state, question))

    def parse(self, state: State, text: str) -> Answer | Flag:
        """Read the last lines, strictly in content."""
        if state.heard < len(self._wishes):
            return read_reading(text)
        question = self._question(state)
        if question is None or not isinstance(question.right, Place):
            return read_way_out(text, self.problem)
        return read_place(text, question, self.problem)

    def objection(self, state: State, answer: Answer) -> Flag | None:
        """Flag what cannot be done at `state`."""
        if isinstance(answer, Undo) and answer.interview not in {place.interview for place in state.placed}:
            return Flag(ILLEGAL, f"{answer.interview} is not placed, so it cannot be undone")
        return None

    def apply(self, state: State, answer: Answer | Said | Amendment) -> State:
        """Return the state after an answer, or after what a person said of the words' reading."""
        if isinstance(answer, Said | Amendment):
            return confirmed(state, self._wishes[state.heard].id, answer.text)
        return carry_out(state, answer)

    def oracle(self, state: State) -> Answer | None:
        """Return what the rule makes right; of words only where they are plain."""
        if state.heard < len(self._wishes):
            return read_plainly(self._wishes[state.heard].wishes)
        question = self._question(state)
        return None if question is None else question.right

    def right_answers(self, state: State) -> tuple[Answer, ...]:
        """Return every answer that the rule allows, found by ruling the others out one fact after the other."""
        question = self._question(state)
        if question is None or not isinstance(question.right, Place):
            answer = self.oracle(state)
            return () if answer is None else (answer,)
        left = [offer for offer in question.offers if offer.reach is not None]
        most = max(offer.reach or 0 for offer in left)
        left = [offer for offer in left if offer.reach == most]
        left = [offer for offer in left if offer.takes == min(one.takes for one in left)]
        left = [offer for offer in left if offer.place.start == min(one.place.start for one in left)]
        return tuple(offer.place for offer in left if offer.room == min(one.room for one in left))

    def draft(self, state: State) -> Answer | None:
        """Guess the next slot by the rule itself."""
        return self.oracle(state)

    def verify(self, answers: Iterable[Any]) -> list[str]:
        """Check the schedule and the order it was made in, or the clash, on plain minutes."""
        moves = moves_of(answers)
        if not moves:
            return ["no schedule was found, nor proven that there is none: give more days, rooms or free times"]
        clashing = self.clash(State()) if moves[-1:] == [["infeasible"]] else None
        return findings(self._source, moves, clashing)

    def infeasible(self, state: State) -> str:
        """Say which interviews clash where there is no schedule."""
        return "" if not state.ended else f"no schedule is possible: {', '.join(self.clash(state) or ())} clash"

    def clash(self, state: State) -> tuple[str, ...] | None:
        """Return a smallest set of interviews that cannot all be placed, None where none was shown."""
        key = ("clash", state.rules)
        if key not in self._clashes:
            found = clash(self._ruling(state).conflicts)
            names = self.problem.interview_ids
            self._clashes[key] = None if found is None else tuple(names[one] for one in found)
        return self._clashes[key]

    @cached_property
    def _best(self) -> dict[object, int | None]:
        return {}

    @cached_property
    def _clashes(self) -> dict[object, tuple[str, ...] | None]:
        return {}

    def result(self, state: State) -> Json:
        """Return the schedule with its score beside the proven optimum (None without the extra) and a bound."""
        if state.ended:
            return {"clash": [*(self.clash(state) or ())]}
        ruling = self._ruling(state)
        whole = schedule(self.problem, state.placed)
        bound = sum(max((slot.value for slot in slots), default=0) for slots in ruling.board.slots)
        if ruling.whole.exact and ruling.whole.value is not None:
            bound = ruling.whole.value
        if state.rules not in self._best:
            self._best[state.rules] = best_value(ruling.board)
        best = self._best[state.rules]
        found: dict[str, Json] = {
            "interviews": {
                name: {
                    "start": stamp(one.start),
                    "end": stamp(one.end),
                    "room": one.room or None,
                    "people": [*one.people],
                }
                for name, one in whole.items()
            },
            "score": ruling.value(state) % KEPT,
            "best": None if best is None else best % KEPT,
            "bound": bound % KEPT,
        }
        if self.problem.earlier:
            found["moved"] = sum(one.interview in whole for one in self.problem.earlier) - ruling.value(state) // KEPT
        return found

    def papers(self, state: State, ballots: Ballots) -> Mapping[str, str]:  # noqa: ARG002 - a slot needs no votes beside it
        """Return the schedule and everybody's calendar, where all are placed."""
        if len(state.placed) < len(self.problem.interviews):
            return {}
        result = self.result(state)
        return papers(self.problem, state.placed, result if isinstance(result, dict) else {})

    def picture(self, state: State, columns: int = PICTURE_COLUMNS, rows: int = PICTURE_ROWS) -> Text:
        """Draw the day that is asked about: people and rooms across, times down, open slots ghosted."""
        return draw(self._ruling(state), state, self._question(state), columns, rows)

    def describe(self, answer: Answer) -> str:
        """Describe the answer in at most 24 characters."""
        if isinstance(answer, Place):
            return brief(answer, self.problem.zone)
        if isinstance(answer, Undo):
            return f"undo {answer.interview}"[:24]
        return wording.reading_words(answer)[:24] if isinstance(answer, Reading) else "no schedule"

    def encode_state(self, state: State) -> Json:
        """Return the state's parts."""
        return state_json(state)

    def decode_state(self, value: Any) -> State:
        """Turn what `encode_state` gave back into an equal state."""
        return state_from(value)

    def encode_answer(self, answer: Answer) -> Json:
        """Return the answer's parts."""
        return answer_json(answer)

    def decode_answer(self, value: Any) -> Answer:
        """Turn what `encode_answer` gave back into an equal answer."""
        return answer_from(value)

    def imitate(self, prompt: Prompt, mistake: Mistake | None, variant: int) -> tuple[str, str]:
        """Write a response as a model might, out of the prompt's words alone."""
        return imitate(prompt.user, mistake, variant)
