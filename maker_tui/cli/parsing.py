"""The command line's parser."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, NoReturn

from maker_engine.output import complain, say_text
from maker_engine.suggestion import suggestion

if TYPE_CHECKING:
    from _typeshed import SupportsWrite


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line that names the fix, and leaves with status 2.

    Attributes:
        lenient: Hand over what is not known instead, for another parser.
    """

    lenient = False
    _given: Sequence[str] = ()

    def parse_known_args(self, args: Sequence[str] | None = None, namespace: Any = None) -> Any:  # type: ignore[override]
        """Parse; the command whose words they are says what it does not know, with the word that was meant."""
        self._given = sys.argv[1:] if args is None else [*args]
        found, others = super().parse_known_args(args, namespace)
        if others and not self.lenient:
            self.error(self._unknown(others))
        return found, others

    def _unknown(self, words: Sequence[str]) -> str:
        option = next((word.partition("=")[0] for word in words if word.startswith("-")), None)
        if option is None:
            return f"unrecognized arguments: {' '.join(words)}"
        known = [flag for action in self._actions for flag in action.option_strings if action.help != argparse.SUPPRESS]
        return f"there is no option {option}{suggestion(option, known)}"

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is None or value in action.choices:
            return
        known = [str(choice) for choice in action.choices]
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001 - argparse names it nowhere else
            self.error(f"there is no command {value!r}{self._meant(str(value), known)}")
        message = f"invalid choice: {value!r} (choose from {', '.join(known)}){suggestion(str(value), known)}"
        raise argparse.ArgumentError(action, message)

    def _meant(self, command: str, known: Sequence[str]) -> str:
        """Suggest a command in place of one that there is not; for the name of a task the one that runs it."""
        from maker_engine import catalogue  # noqa: PLC0415 - only an error pays for it

        if self.prog == "maker" and command in catalogue.names():
            return f"; did you mean 'maker run {command}'?"
        return suggestion(command, known)

    def error(self, message: str) -> NoReturn:
        """Report a wrong flag."""
        if message.startswith("the following arguments are required"):  # perhaps one of them is there, mistyped
            words = (word.partition("=")[0] for word in self._given if word.startswith("--"))
            mistyped = next((word for word in words if word not in self._option_string_actions), None)
            message += "" if mistyped is None else f"; {self._unknown([mistyped])}"
        complain(f"{message} (see {self.prog} --help)")
        raise SystemExit(2)

    def _print_message(self, message: str, file: SupportsWrite[str] | None = None) -> None:  # noqa: ARG002 - argparse's own name
        """Print help and versions through the gate: a stranger's task writes some of it."""
        if message:
            say_text(message)


MOST_STEPS = 2**64


def count(text: str) -> int:
    """Read a whole number as people write large ones: 1000000, 1,000,000, 1_000_000, 1e6.

    Raises:
        argparse.ArgumentTypeError: It is none.
    """
    plain = text.strip().replace(",", "")
    try:
        return int(plain)
    except ValueError:
        pass
    try:
        number = Decimal(plain)
        if number.is_finite() and number.adjusted() < len(str(MOST_STEPS)) and number == number.to_integral_value():
            return int(number)
    except InvalidOperation:
        pass
    raise argparse.ArgumentTypeError(f"must be a whole number such as 1000000 or 1e6, got {text!r:.60}")


def add_no_preflight(group: argparse._ActionsContainer) -> None:
    """Add the flag that leaves the check of the model out."""
    message = "do not check a real model by two or three calls before the first step (default: it is checked)"
    group.add_argument("--no-preflight", dest="preflight", action="store_false", help=message)
