"""What a command line may continue with: asked for by the shell's completion, so it loads as little as it can.

The words are followed through the very parsers that read them, so that nothing is offered that is not taken.
"""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from maker_engine.core.errors import MakerError
from maker_engine.options.table import BY_NAME
from maker_engine.printable import one_line, printable

FILES, FOLDERS = ":files", ":folders"
"""Mean what the shell itself completes."""
_LONGEST_HELP = 70
_BREAKS = "=:"
"""Characters at which bash takes a word apart; it completes the piece behind the last of them."""
_SPECIAL_TO_BASH = re.compile(r"[^\w./@%+,=:^-]")
_SPECIAL_IN_QUOTES = re.compile(r'[$`"\\]')


class Candidate(NamedTuple):
    """A word that may come next, and what it is; one with `FILES` means any file."""

    value: str
    help: str = ""


MOST_OPENED = 300
"""Sessions in a library whose given names are read: each is a file to be opened while someone waits for a key."""


def candidates(words: Sequence[str]) -> list[Candidate]:
    """Return what may be the last of `words`, the others being complete; the program's name is not among them.

    Nothing is refused: words that make no command have nothing to continue with.
    """
    *before, begun = words or [""]
    try:
        found = _following(before, begun)
    except (MakerError, SystemExit):
        return []
    return [one for one in found if one.value.startswith(begun) or one.value in (FILES, FOLDERS)]


def _following(before: list[str], begun: str) -> list[Candidate]:
    from maker_tui.cli.commands import command_parser  # noqa: PLC0415 - it needs this module's parsers

    parser = command_parser()
    if not before:
        return _of_parser(parser, [], begun)
    special = _SPECIAL.get(before[0])
    if special is not None:
        return special(before[1:], begun)
    return _of_parser(parser, before, begun)


def _of_parser(parser: argparse.ArgumentParser, before: Sequence[str], begun: str) -> list[Candidate]:
    """Follow words through a parser, into that of a subcommand."""
    positionals = [action for action in parser._actions if not action.option_strings]  # noqa: SLF001 - shown to no one
    flags = {flag: action for action in parser._actions for flag in action.option_strings}  # noqa: SLF001 - likewise
    words = list(before)
    waiting: argparse.Action | None = None
    used: set[str] = set()
    while words:
        word = words.pop(0)
        if waiting is not None and not (waiting.nargs == "+" and word.startswith("-")):
            waiting = waiting if waiting.nargs == "+" else None
        elif word.startswith("-") and word != "-":
            flag, given, _ = word.partition("=")
            action = flags.get(flag)
            used.add("" if action is None or isinstance(action, argparse._AppendAction) else action.dest)  # noqa: SLF001 - likewise
            waiting = action if action is not None and action.nargs != 0 and not given else None
        elif positionals:
            action = positionals.pop(0)
            if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001 - argparse offers no other way to see it
                chosen = action.choices.get(word)
                return [] if chosen is None else _of_parser(chosen, words, begun)
    if waiting is not None and not (waiting.nargs == "+" and begun.startswith("-")):
        return _values(waiting)
    flag, given, _ = begun.partition("=")
    if begun.startswith("-"):
        if given:
            action = flags.get(flag)
            return [] if action is None else [one._replace(value=f"{flag}={one.value}") for one in _values(action)]
        return [_flag(flag, action) for flag, action in flags.items() if _is_offered(action, used)]
    return _values(positionals[0]) if positionals else []


def _is_offered(action: argparse.Action, used: set[str]) -> bool:
    return action.help is not argparse.SUPPRESS and action.dest not in used


def _flag(flag: str, action: argparse.Action) -> Candidate:
    return Candidate(flag, _short((action.help or "").replace("%%", "%")))


def _short(text: str) -> str:
    return one_line(text, _LONGEST_HELP)


def _values(action: argparse.Action) -> list[Candidate]:
    """Return what an argument may be."""
    if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001 - argparse offers no other way to see it
        helps = {one.dest: one.help or "" for one in action._choices_actions}  # noqa: SLF001 - likewise
        return [Candidate(name, _short(helps.get(name, ""))) for name in action.choices]
    if action.choices is not None:
        return [Candidate(str(choice)) for choice in action.choices]
    metavar = action.metavar if isinstance(action.metavar, str) else ""
    if metavar.startswith(("FILE", "PATH")):
        return [Candidate(FILES)]
    if metavar in ("FOLDER", "DIR"):
        return [Candidate(FOLDERS)]
    if action.dest in _BY_DEST:
        return [Candidate(name) for name in _BY_DEST[action.dest]()]
    option = BY_NAME.get(action.dest)
    return [] if option is None else [Candidate(word) for word in _words_of(option.name)]


def _words_of(name: str) -> Iterable[str]:
    kind = BY_NAME[name].kind
    fixed = {
        "undecided": ("auto", "stop", "ask", "escalate:"), "draft": ("task",), "breakpoints": ("dissent", "flags"),
        "rule": ("ahead", "first", "lead-table", "certificate:"),
    }  # fmt: skip
    if name in fixed:
        return fixed[name]
    if name in ("temperature", "first_temperature"):
        return ("auto", "none")
    return kind.choices or ((kind.empty,) if kind.empty else ("auto",) if BY_NAME[name].default == "auto" else ())


def _task_names() -> list[str]:
    from maker_engine import catalogue  # noqa: PLC0415 - it looks for entry points

    return catalogue.names()


def session_names() -> list[str]:
    """Return what names a session, the newest first; of a large library file names alone, since no file is opened."""
    from maker_engine.sessions.library import naming  # noqa: PLC0415 - most words name no session
    from maker_engine.sessions.store.user_data import library  # noqa: PLC0415 - start-up

    try:
        found = [(one.stat().st_mtime, one.stem) for one in library().glob("*.maker")]
    except OSError:
        return []
    if len(found) <= MOST_OPENED:
        return ["last", *naming.session_names()] if found else []
    return ["last", *(stem for _, stem in sorted(found, reverse=True))]


def _profiles() -> list[str]:
    from maker_tui.settings.run_defaults import load_defaults  # noqa: PLC0415 - it reads the settings

    return list(load_defaults().profiles)


def _models() -> list[str]:
    from maker_engine.models.price_list import listed  # noqa: PLC0415 - it reads 3 MB

    return ["sim", "sim:paper", *(one.name for one in listed())]


def _with_task(
    parser_of: Callable[[str | None], argparse.ArgumentParser],
) -> Callable[[list[str], str], list[Candidate]]:
    """Complete for a command whose flags are known once its first word, an installed task, is."""
    from maker_engine import catalogue  # noqa: PLC0415 - it looks for entry points

    def follow(before: list[str], begun: str) -> list[Candidate]:
        if not before:
            named = [] if begun.startswith("-") else [Candidate(name) for name in _task_names()]
            return [*named, Candidate(FILES)] if named else _of_parser(parser_of(None), [], begun)
        # The code of a file is run when the user runs it, not when a word is completed.
        task = None if before[0].startswith("-") or catalogue.is_path(before[0]) else before[0]
        return _of_parser(parser_of(task), before, begun)

    return follow


def _run_parser(task: str | None) -> argparse.ArgumentParser:
    from maker_tui.cli.flags import run_parser  # noqa: PLC0415 - the table of options

    return run_parser(task)


def _check_parser(task: str | None) -> argparse.ArgumentParser:
    from maker_engine import catalogue  # noqa: PLC0415 - it looks for entry points
    from maker_tui.cli.task_commands import check_parser  # noqa: PLC0415 - it brings the kit in

    return check_parser(None if task is None else catalogue.find(task))


def _interview(before: list[str], begun: str) -> list[Candidate]:
    from maker_tui.cli.interview_command import TASK  # noqa: PLC0415 - most words are of another command

    return [] if not before and not begun.startswith("-") else _of_parser(_run_parser(TASK), [TASK, *before[1:]], begun)


def _check_model(before: list[str], begun: str) -> list[Candidate]:
    from maker_tui.cli.check_model_command import _parser  # noqa: PLC0415 - most words are of another command

    return _of_parser(_parser(), before, begun)


def _calibrate_parser(task: str | None) -> argparse.ArgumentParser:
    from maker_tui.cli.calibrate_command import calibrate_parser  # noqa: PLC0415 - most words are of another command

    return calibrate_parser(task)


_SPECIAL: Mapping[str, Callable[[list[str], str], list[Candidate]]] = {
    "run": _with_task(_run_parser),
    "check-task": _with_task(_check_parser),
    "interview": _interview,
    "check-model": _check_model,
    "calibrate": _with_task(_calibrate_parser),
}
_BY_DEST: Mapping[str, Callable[[], Iterable[str]]] = {
    "task": _task_names,
    "session": session_names,
    "sessions": session_names,
    "profile": _profiles,
    "model": _models,
    "voters": _models,
    "voter": _models,
}
"""Where values of arguments are found, by what argparse calls the argument."""


def complete(shell: str, arguments: Sequence[str]) -> list[str]:
    """Return the lines that a shell's script reads.

    Args:
        shell: "bash", "zsh" or "fish".
        arguments: For bash the line up to the cursor; for the others the words up to the cursor, the last may be empty.
    """
    if shell == "bash":
        words, quote = _split(arguments[0] if arguments else "")
        begun = words[-1] if words else ""
        kept = 0 if quote else max((begun.rfind(mark) for mark in _BREAKS), default=-1) + 1
        found = _on_a_line(candidates(words[1:]))
        return [one.value if one.value in (FILES, FOLDERS) else _quoted(one.value[kept:], quote) for one in found]
    found = _on_a_line(candidates(list(arguments)[1:]))
    return [f"{one.value}\t{one.help}" if one.help else one.value for one in found]


def _on_a_line(found: Iterable[Candidate]) -> list[Candidate]:
    """Leave out what would pass for two words, or reach the terminal as an order."""
    return [one for one in found if one.value == printable(one.value)]


def _quoted(value: str, quote: str) -> str:
    """Write a word so that bash, which puts it into the line as it is, reads it and runs nothing in it.

    Args:
        value: The word, which may be anyone's, as the name in a session from elsewhere is.
        quote: The quote that is open before it, empty for none.
    """
    if quote == "'":
        return value.replace("'", "'\\''")
    return (_SPECIAL_IN_QUOTES if quote else _SPECIAL_TO_BASH).sub(r"\\\g<0>", value)


def _split(text: str) -> tuple[list[str], str]:
    """Take a line apart as a shell does; what is quoted and not closed is closed, and the quote returned."""
    if (len(text) - len(text.rstrip("\\"))) % 2:  # what it is to quote is not typed yet
        text = text[:-1]
    for closing in ("", "'", '"'):
        try:
            words = shlex.split(text + closing)
        except ValueError:
            continue
        return ([*words, ""] if not closing and text[-1:].isspace() else words), closing
    return text.split(), ""
