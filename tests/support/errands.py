"""A task that acts: each round votes on a number, then does it in the world in one of four ways. For tests."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from maker_engine.core.answers import Integer
from maker_engine.core.decomposition import (
    Await,
    Do,
    Done,
    Finished,
    NotDone,
    Safety,
    Start,
    Started,
    Step,
    Task,
    Unknown,
    Vote,
)
from maker_engine.core.errors import ProblemError
from maker_engine.core.responses import Prompt

KINDS = ("post", "insert", "append", "pair")
Result = int | Done | Started | Finished


class Place(NamedTuple):
    """Errands done, what is being done of the present one (0 the vote), its number, and what has come of all so far."""

    errand: int = 0
    part: int = 0
    number: int = 0
    results: tuple[str, ...] = ()


@dataclass(frozen=True)
class Errands(Task[Place, Result]):
    """Do errands: post a number to a server, insert it into a database, append it to a file, or put two at once."""

    url: str = "http://127.0.0.1:9"
    database: str = "errands.db"
    file: str = "errands.txt"
    errands: tuple[str, ...] = KINDS

    name = "errands"
    title = "Errands"
    summary = "Do errands in the world."
    has_oracle = True
    acts: ClassVar[bool] = True

    @classmethod
    def load(cls, options: Mapping[str, int | str], source: str | None = None) -> Errands:
        try:
            given = {**options, **json.loads(source or "{}")}
            task = cls(**{**given, "errands": tuple(given.get("errands", KINDS))})
            sound = all(type(one) is str for one in (task.url, task.database, task.file, *task.errands))
        except (TypeError, ValueError, RecursionError, AttributeError) as error:
            raise ProblemError(f"these are no errands: {str(error).splitlines()[0]}") from None
        if not sound or not set(task.errands) <= set(KINDS):
            raise ProblemError(f"errands are {', '.join(KINDS)}")
        return task

    def source(self) -> str:
        return json.dumps({"url": self.url, "database": self.database, "file": self.file, "errands": self.errands})

    @property
    def label(self) -> str:
        return f"{len(self.errands)} errands"

    @property
    def most_in_flight(self) -> int:
        return 2

    def start(self) -> Place:
        return Place()

    def step(self, state: Place) -> Step | None:
        if state.errand == len(self.errands):
            return None
        if state.part == 0:
            return Vote(Prompt("", f"Errand {state.errand}: its number is 7 times that, and 1."), Integer(0, 9_999))
        return self._act(state)

    def _act(self, state: Place) -> Step:
        name = f"{state.errand}.{state.number}"
        match self.errands[state.errand], state.part:
            case "post", _:
                return self._post("POST", name, Safety.ASKABLE)
            case "insert", _:
                sql = {"database": self.database, "sql": "INSERT INTO errands VALUES (?)", "parameters": [name]}
                return Do("sql", json.dumps(sql), safety=Safety.ASKABLE, label=f"insert {name}")
            case "append", _:
                argv = ["sh", "-c", 'echo "$1" >> "$2"', "append", name, self.file]
                return Do("process", json.dumps({"argv": argv}), safety=Safety.NEITHER, label=f"append {name}")
            case "pair", 1 | 2:
                tag = f"{name}.{state.part}"
                return Start(self._post("PUT" if state.part == 1 else "POST", tag,
                                        Safety.IDEMPOTENT if state.part == 1 else Safety.ASKABLE), tag)  # fmt: skip
        return Await()

    def _post(self, method: str, name: str, safety: Safety) -> Do:
        arguments = {"method": method, "url": f"{self.url}/do?name={name}"}
        return Do("http", json.dumps(arguments), safety=safety, label=f"{method} {name}")

    def apply(self, state: Place, answer: Result) -> Place:
        match answer:
            case Done() | Finished():
                tag, done = (answer.tag, answer.done) if isinstance(answer, Finished) else ("", answer)
                results = (*state.results, f"{tag or state.errand}: {done.status.value}")
                last = 4 if self.errands[state.errand] == "pair" else 1
                if state.part < last:
                    return state._replace(part=state.part + 1, results=results)
                return Place(state.errand + 1, 0, 0, (*results[:-2], *sorted(results[-2:])) if last == 4 else results)
            case Started():
                return state._replace(part=state.part + 1)
        return state._replace(part=1, number=answer)

    def verify(self, answers: Iterable[Result]) -> list[str]:
        kinds = [type(one).__name__ for one in answers]
        pair = ["int", "Started", "Started", "Finished", "Finished"]
        due = [kind for one in self.errands for kind in (pair if one == "pair" else ["int", "Done"])]
        return [] if kinds == due else [f"what was done is {' '.join(kinds)}"]

    def oracle(self, state: Place) -> int | None:
        return 7 * state.errand + 1 if state.part == 0 else None

    def decode_state(self, value: list[object]) -> Place:
        errand, part, number, results = value
        return Place(errand, part, number, tuple(results))  # type: ignore[arg-type]

    def recover(self, state: Place, do: Do) -> Do | None:  # noqa: ARG002 - its label says which
        name = re.search(r"\d+\.\d+(\.\d+)?", do.label)
        assert name is not None
        if do.effect == "sql":
            sql = "SELECT count(*) FROM errands WHERE name = ?"
            return Do("sql", json.dumps({"database": self.database, "sql": sql, "parameters": [name[0]]}), writes=False)
        return Do("http", json.dumps({"url": f"{self.url}/done?name={name[0]}"}), writes=False)

    def recovered(self, state: Place, do: Do, done: Done) -> Done | NotDone | Unknown:  # noqa: ARG002 - likewise
        if not done.ok:
            return Unknown(done.fields["error"])
        value = done.fields
        times = value["rows"][0][0] if do.effect == "sql" else json.loads(value["body"])["times"]
        return Done("ok", '{"recovered": true}') if times else NotDone()

    def rehearse(self, state: Place, do: Do, variant: int) -> Done:  # noqa: ARG002 - all end alike
        return Done("failed", '{"error": "no", "kind": "x"}') if variant % 3 == 1 else Done("ok", "{}")
