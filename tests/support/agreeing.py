"""A task with every kind of step that somebody answers: agents propose numbers, vote for the least, a person agrees."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from rich.text import Text

from maker_engine.core.decomposition import Amendment, Ask, Gather, Gathered, Mistake, Said, Step, Task, Vote
from maker_engine.core.red_flags import MALFORMED
from maker_engine.core.responses import Flag, Prompt, Response, excerpt

FORMAT = re.compile(r"answer = (\d{1,9})")
SYSTEM = "Say `answer = N` and nothing else."


class Talk(NamedTuple):
    """Where the talk stands: numbers proposed, the one voted for, rounds that were turned down, notes of a person."""

    proposed: tuple[int, ...] = ()
    voted: int | None = None
    turned_down: int = 0
    notes: tuple[str, ...] = ()
    agreed: bool = False


@dataclass(frozen=True)
class Agree(Task[Talk, Any]):
    """Propose `n` numbers, vote for the least of them, and ask a person, until they say yes."""

    n: int = 4

    name = "agree"
    title = "Agreeing"
    summary = "Find a number that a person agrees to."
    amendable: ClassVar[bool] = True
    has_oracle: ClassVar[bool] = True

    @classmethod
    def load(cls, options: Mapping[str, int | str], source: str | None = None) -> Agree:
        return cls(int(json.loads(source)["n"]) if source else int(options.get("n", 4)))

    def source(self) -> str:
        return json.dumps({"n": self.n})

    @property
    def label(self) -> str:
        return f"{self.n} proposals"

    def start(self) -> Talk:
        return Talk()

    def step(self, state: Talk) -> Step | None:
        if state.agreed:
            return None
        if not state.proposed:
            return Gather(Prompt(SYSTEM, f"Propose a number; {state.turned_down} were turned down."), self.n)
        if state.voted is None:
            return Vote(Prompt(SYSTEM, f"Which is the least of {list(state.proposed)}?"))
        return Ask(f"Do you agree to {state.voted}?", ("yes", "no"), why="nobody else can know", free=False)

    def parse(self, state: Talk, text: str) -> int | Flag:  # noqa: ARG002 - the form is always the same
        match = FORMAT.fullmatch(text.rpartition("\n\n")[2])
        return int(match[1]) if match else Flag(MALFORMED, "not of the form `answer = N`", excerpt(text))

    def apply(self, state: Talk, answer: Any) -> Talk:
        match answer:
            case Gathered():
                return state._replace(proposed=tuple(number for number, _ in answer.proposals))
            case Said(text="yes"):
                return state._replace(agreed=True)
            case Said():
                return Talk(turned_down=state.turned_down + 1, notes=state.notes)
            case Amendment():
                return state._replace(notes=(*state.notes, f"{answer.voter}: {answer.text}"))
        return state._replace(voted=answer)

    def refuses(self, state: Talk, said: Said | Amendment) -> str:
        if isinstance(said, Amendment) and not said.text.strip():
            return "an empty note says nothing: write a word"
        return super().refuses(state, said)

    def oracle(self, state: Talk) -> int | None:
        return min(state.proposed, default=None)

    def verify(self, answers: Iterable[Any]) -> list[str]:
        return [] if any(isinstance(one, Said) and one.text == "yes" for one in answers) else ["nobody agreed"]

    def picture(self, state: Talk, columns: int = 60, rows: int = 18) -> Text:  # noqa: ARG002 - one short line fits
        return Text(str(state.voted))

    def describe(self, answer: int) -> str:
        return f"number {answer}"

    def encode_state(self, state: Talk) -> list[Any]:
        return [list(state.proposed), state.voted, state.turned_down, list(state.notes), state.agreed]

    def decode_state(self, value: list[Any]) -> Talk:
        proposed, voted, turned_down, notes, agreed = value
        return Talk(tuple(proposed), voted, turned_down, tuple(notes), agreed)

    def encode_answer(self, answer: int) -> int:
        return answer

    def decode_answer(self, value: int) -> int:
        return value

    def imitate(self, prompt: Prompt, mistake: Mistake | None, variant: int) -> tuple[str, str]:
        if mistake is Mistake.MALFORMED:
            return "Hm.", "some number"
        if prompt.user.startswith("Propose"):
            return "A number of my own.", f"answer = {variant % 7}"
        least = min(json.loads(prompt.user[prompt.user.index("[") : -1]))
        return "I look for the least.", f"answer = {least if mistake is None else least + 1 + variant % 3}"


def number(value: int) -> Response:
    """A valid response."""
    return Response(f"answer = {value}", tokens_in=10, tokens_out=5, cost_usd=0.25)
