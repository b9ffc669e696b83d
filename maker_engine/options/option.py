"""What an option of a run is: its name, its group, what it takes, and what it is by default."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from maker_engine.core.errors import InputError
from maker_engine.options.kinds import SWITCHED, Kind, Value


class Group(NamedTuple):
    """Options that belong together.

    Attributes:
        name: One word, by which Python code names it.
        title: Its heading.
    """

    name: str
    title: str


MODEL = Group("model", "who answers")
VOTING = Group("voting", "voting")
SPEED = Group("speed", "speed")
LIMITS = Group("limits", "limits")
RECORD = Group("record", "record")
ACTING = Group("acting", "acting on the world")
GROUPS = (MODEL, VOTING, SPEED, LIMITS, ACTING, RECORD)
"""In the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class RunOption:
    """An option of a run.

    Attributes:
        name: As the settings file and Python have it; where one may be given several times, in the plural.
        group: What it belongs to.
        kind: What it takes.
        default: Its value where none is given.
        help: One sentence, without the default.
        singular: Its flag without the dashes, where that is not the name.
        field: The field of an order that it fills, where that is not the name.
        attended: The values that need a person while the run goes; "any" for every value but the default.
        also: Another name of its flag, without the dashes.
    """

    name: str
    group: Group
    kind: Kind
    default: Value
    help: str
    singular: str = ""
    field: str = ""
    attended: str = ""
    also: str = ""

    @property
    def flag(self) -> str:
        """Its flag, such as `--max-tokens`."""
        return "--" + (self.singular or self.name).replace("_", "-")

    @property
    def flags(self) -> tuple[str, ...]:
        """All names of its flag, the main one first."""
        return (self.flag, f"--{self.also}") if self.also else (self.flag,)

    @property
    def label(self) -> str:
        """What it is called in a form and in what is said of it, such as `max tokens`."""
        return (self.singular or self.name).replace("_", " ")

    @property
    def is_switch(self) -> bool:
        """True where its flag takes no value."""
        return self.kind.choices == SWITCHED

    @property
    def order_field(self) -> str:
        """The field of an order that it fills."""
        return self.field or self.name

    @property
    def default_text(self) -> str:
        """Its default as a user would write it; "none" where that is nothing."""
        return self.kind.text_of(self.default) or "none"

    @property
    def full_help(self) -> str:
        """What it is for, with its default."""
        return f"{self.help} (default {self.default_text})"

    def value_of(self, given: object) -> Value:
        """Make its value of a text, or of a value as Python and TOML have it.

        Raises:
            InputError: It cannot be one; the text names the option and what it must be.
        """
        try:
            return self.kind.value_of(given)
        except InputError as error:
            said = str(error)
            raise InputError(f"{self.label} {said}" if said.startswith("must ") else said) from None

    def needs_person(self, value: Value) -> bool:
        """Return whether a value of it needs a person while the run goes."""
        return value != self.default if self.attended == "any" else bool(self.attended) and value == self.attended
