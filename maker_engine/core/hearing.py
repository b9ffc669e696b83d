"""What a person says to a run: whether it can be taken at the open step."""

from __future__ import annotations

from maker_engine.core.commands import Answer, SpokenCommand
from maker_engine.core.decomposition import Amendment, AnyTask, Ask, Said
from maker_engine.core.open_step import OpenStep, fault_of
from maker_engine.core.words import PersonAmended, PersonAnswered


def words(command: SpokenCommand) -> Said | Amendment:
    """Return what a command says, as the decision that it makes."""
    return (Said if isinstance(command, Answer) else Amendment)(command.text, command.voter)


def heard(step: int, command: SpokenCommand) -> PersonAnswered | PersonAmended:
    """Tell that what a command says was taken in."""
    if isinstance(command, Answer):
        return PersonAnswered(step, command.voter, Said(command.text, command.voter))
    return PersonAmended(step, command.voter, Amendment(command.text, command.voter))


def refusal(task: AnyTask, first: OpenStep, command: SpokenCommand) -> str:
    """Say in one line why a person's words cannot be taken at the step `first`; empty when they can.

    Raises:
        TaskError: The task cannot tell.
    """
    said = words(command)
    if isinstance(said, Said) and not (isinstance(first.step, Ask) and first.poll and first.poll.winner is None):
        return "no question is open"
    if isinstance(said, Amendment) and not task.amendable:
        return f"{task.title} takes no amendments"
    try:
        return task.refuses(first.state, said)
    except Exception as error:
        raise fault_of(task, "hearing a person", first.number, error) from error
