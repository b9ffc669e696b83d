"""Database migration as a task: what is decided goes by vote, what is done is done by effects."""

from __future__ import annotations

import json
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
    Do,
    Done,
    Json,
    Mistake,
    NotDone,
    Option,
    Safety,
    Said,
    Status,
    Task,
    Unknown,
    Vote,
)  # fmt: skip
from maker_engine.core.red_flags import ILLEGAL
from maker_engine.core.responses import Flag, Prompt
from maker_engine.core.task.papers import Ballots
from maker_engine.printable import one_line

from .acting import acting, change_of
from .demo import ROWS
from .flow import answered, chosen, done, gated, judged
from .imitation import imitate
from .loading import load_problem
from .picture import draw
from .problem import Problem, to_text
from .readers import TOOLS
from .rehearsal import rehearsed
from .reports import papers, result, shortfall
from .rolling_back import put_back
from .rules import GATE_ROWS, RISKY, VERDICT_ROWS, gate, gate_facts, next_change, ready, verdict
from .state import (
    ASK,
    BACKUP,
    BATCHES,
    CHOOSE,
    END,
    GATE,
    GO_ON,
    KEEP,
    RUN,
    STOP,
    VERDICT,
    Answer,
    Choose,
    Evidence,
    Gate,
    State,
    Verdict,
    answer_from,
    answer_json,
    state_from,
    state_json,
)  # fmt: skip
from .verifier import findings
from .wording import (
    MOST_OFFERED,
    WORDS,
    choose_prompt,
    gate_prompt,
    read_choice,
    read_gate,
    read_verdict,
    verdict_prompt,
)  # fmt: skip


@dataclass(frozen=True)
class Migration(Task[State, Answer]):
    """One plan of changes, and the database it is for.

    Attributes:
        problem: Both.
    """

    problem: Problem

    name = "migration"
    title = "Database migration"
    summary = "A team's own migrations, rehearsed on a copy: order, backups, batches and every verdict by vote."
    source_help = "A folder of Sqitch, dbmate, goose, golang-migrate, Flyway, yoyo, Alembic's SQL, or numbered SQL."
    takes_folder = True
    options: ClassVar[tuple[Option, ...]] = (
        Option("database", "The database: a file of SQLite, or postgresql://USER@HOST/NAME.", ""),
        Option("apply", "Change the database itself, and not a copy.", "no", ("no", "yes")),
        Option("max_downtime", "Seconds for which writers may be held up; 0 for no limit.", 0),
        Option("to", "The last change to deploy; all where it is empty.", ""),
        Option("since", "The last change that the database has; empty to read its tool's own table.", ""),
        Option("revert", "On the copy, take everything back at the end and compare.", "no", ("no", "yes")),
        Option("rows", "Rows of the demo database, where no folder is given.", ROWS),
        Option("batch_rows", "Rows above which a change goes in batches, and rows of one.", 50_000),
        Option("ask_rows", "Rows above which a lock on a table is put to a person, with --apply.", 1_000_000),
        Option("verify_seconds", "Seconds that the checks of a change have, its verify script among them.", 600),
        Option("tool", f"Whose folder it is, where that is not seen: {', '.join(TOOLS)}.", ""),
    )
    has_oracle = True
    acts = True

    @classmethod
    def load(cls, options: Mapping[str, int | str], source: str | None = None) -> Self:
        """Make the problem of a folder, or of the demo.

        Raises:
            ProblemError: It is none.
        """
        return cls(load_problem(options, source))

    def source(self) -> str:
        """Return the plan in maker's own form."""
        return self._source

    @cached_property
    def _source(self) -> str:
        return to_text(self.problem)

    @property
    def label(self) -> str:
        """Such as `shop: 16 changes, sqitch, on a copy`."""
        where = "applied" if self.problem.apply else "on a copy"
        words = f"{len(self.problem.changes)} changes, {self.problem.tool}, {where}"
        return f"{one_line(self.problem.project, 38 - len(words))}: {words}"[:40]

    def start(self) -> State:
        """Return the state before the copy is made."""
        return State()

    def _offered(self, state: State) -> list[Any]:
        """Return the changes among which a vote chooses, in plan order."""
        found = ready(self.problem, state)
        return found if len(found) <= MOST_OFFERED else sorted(found, key=self._rank)[:MOST_OFFERED]

    def _rank(self, change: Any) -> tuple[int, int]:
        return ("additive", "data", "destructive").index(change.kind), self.problem.index[change.name]

    def step(self, state: State) -> Vote | Do | Ask | None:
        """Ask what is to be decided; else copy, back up, run, check, revert or restore."""
        problem = self.problem
        if state.stage == CHOOSE:
            return Vote(choose_prompt(problem, self._offered(state)))
        if state.stage == GATE:
            change = change_of(problem, state)
            return Vote(gate_prompt(problem, change, gate_facts(problem, state, change)))
        if state.stage == VERDICT:
            return Vote(verdict_prompt(change_of(problem, state), state.evidence or Evidence()))
        if state.stage == ASK:
            change = change_of(problem, state)
            question = f"May {one_line(change.name, 60)} lock {', '.join(change.tables)[:80]} in the database itself?"
            return Ask(question, (GO_ON, STOP), "It locks a large table while it runs.", free=False)
        return None if state.stage == END else acting(problem, state)

    def parse(self, state: State, text: str) -> Answer | Flag:
        """Read the last two lines, strictly."""
        if state.stage == CHOOSE:
            return read_choice(text, self._offered(state))
        return read_gate(text) if state.stage == GATE else read_verdict(text)

    def objection(self, state: State, answer: Answer) -> Flag | None:  # noqa: PLR0911 - one for each kind
        """Flag what must never be done: keep what failed, split what cannot be, run at risk, ask or back up twice."""
        if isinstance(answer, Verdict):
            sound = state.evidence is None or state.evidence.sound
            return None if answer.word != KEEP or sound else Flag(ILLEGAL, "a change whose checks fail cannot be kept")
        if not isinstance(answer, Gate):
            return None
        facts = gate_facts(self.problem, state, change_of(self.problem, state))
        if answer.word == RUN and facts.risk >= RISKY and not facts.fresh:
            return Flag(ILLEGAL, f"a change of risk {facts.risk} does not run without a backup")
        if answer.word == BATCHES and (not facts.split or (facts.risk >= RISKY and not facts.fresh)):
            return Flag(ILLEGAL, "this change cannot be split, or needs a backup first")
        if answer.word == BACKUP and facts.fresh:
            return Flag(ILLEGAL, "there is a tested backup, and no data has changed since")
        if answer.word == ASK and not facts.person:
            return Flag(ILLEGAL, "no person is to be asked here")
        return None

    def apply(self, state: State, answer: Any) -> State:
        """Return the state after a decision, or after what was done."""
        if isinstance(answer, Choose):
            return chosen(state, answer.change)
        if isinstance(answer, Gate):
            return gated(self.problem, state, answer.word)
        if isinstance(answer, Verdict):
            return judged(self.problem, state, answer.word)
        if isinstance(answer, Done):
            return done(self.problem, state, answer)
        assert isinstance(answer, Said | Amendment)  # noqa: S101 - those stages have one
        return answered(self.problem, state, answer.text)

    def oracle(self, state: State) -> Answer | None:
        """Return what the rule makes right; None where agents are not asked."""
        if state.stage == CHOOSE:
            return Choose(next_change(self._offered(state)).name)
        if state.stage == GATE:
            return Gate(GATE_ROWS[gate(self.problem, gate_facts(self.problem, state, change_of(self.problem, state)))])
        if state.stage == VERDICT:
            found = state.evidence or Evidence()
            return Verdict(VERDICT_ROWS[verdict(found, change_of(self.problem, state))])
        return None

    def right_answers(self, state: State) -> tuple[Answer, ...]:
        """Return every answer that the rule allows: an order by ruling changes out one after the other."""
        if state.stage != CHOOSE:
            answer = self.oracle(state)
            return () if answer is None else (answer,)
        offered = self._offered(state)
        left = [one for one in offered if all(self._rank(one)[0] <= self._rank(other)[0] for other in offered)]
        return tuple(
            Choose(one.name) for one in left if all(self._rank(one)[1] <= self._rank(other)[1] for other in left)
        )

    def draft(self, state: State) -> Answer | None:
        """Guess by the rule itself."""
        return self.oracle(state)

    def recover(self, state: State, do: Do) -> Do | None:  # noqa: ARG002 - as its contract has it
        """Ask whether statements have run that take no transaction."""
        arguments = json.loads(do.arguments)
        if do.safety is not Safety.ASKABLE:
            return None
        asked = {key: arguments[key] for key in ("database", "apply", "work", "change")}
        return Do(
            do.effect, json.dumps({**asked, "op": "asked", "sql": arguments["sql"]}), writes=False, timeout_s=60.0
        )

    def recovered(self, state: State, do: Do, done: Done) -> Done | NotDone | Unknown:  # noqa: ARG002 - as its contract has it
        """Read what is known of them."""
        value: Any = done.fields
        if not done.ok or not isinstance(value, dict) or value.get("known") not in ("done", "not"):
            return Unknown("a statement that takes no transaction had begun")
        return NotDone() if value["known"] == "not" else Done(Status.OK, str(value.get("value", "{}")))

    def rollback(self, state: State, later: Iterable[State]) -> Do:
        """Put the database back, held against the digests on record."""
        return put_back(self.problem, state, later)

    def verify(self, answers: Iterable[Any]) -> list[str]:
        """Check order, backups, reverts and digests on the record of what was decided and done."""
        moves: list[tuple[Any, ...]] = []
        for answer in answers:
            if isinstance(answer, Done):
                moves.append(("done", answer.status.value, answer.value))
            elif isinstance(answer, Gate | Verdict):
                moves.append(("decided", answer.word))
            elif isinstance(answer, Choose):
                moves.append(("choose", answer.change))
            elif isinstance(answer, Said):
                moves.append(("said", answer.text))
        return findings(self._source, moves)

    def result(self, state: State) -> Json:
        """Return what was applied and taken back, digests, rows, downtime, the verdict and what was found."""
        return result(self.problem, state)

    def shortfall(self, state: State) -> str:
        """Say in one line why it is unsafe; "" where it is safe."""
        return shortfall(self.problem, state)

    def papers(self, state: State, ballots: Ballots) -> Mapping[str, str]:  # noqa: ARG002 - as its contract has it
        """Return the report, as Markdown and as JSON."""
        return papers(self.problem, state)

    def rehearse(self, state: State, do: Do, variant: int) -> Done:
        """Imitate a database in which all goes well, or in which something fails."""
        return rehearsed(self.problem, state, do, variant)

    def picture(self, state: State, columns: int = PICTURE_COLUMNS, rows: int = PICTURE_ROWS) -> Text:
        """Draw the plan with marks, and what is going on."""
        return draw(self.problem, state, columns, rows)

    def describe(self, answer: Answer) -> str:
        """Tell the answer in at most 24 characters."""
        words = answer.change if isinstance(answer, Choose) else WORDS[answer.word]
        return words if len(words) <= 24 else words[:23] + "…"

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
