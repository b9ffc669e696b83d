"""What a person does to the open step and says to the task: whether it can be taken, and what it brings about."""

from __future__ import annotations

from maker_engine.core.decomposition import Amendment, AnyTask, Ask, Gather, Said, Vote
from maker_engine.core.poll import Poll
from maker_engine.core.record.commands import Amend, Answer, AnswerCommand, BallotCommand, CastVote, Decide, Strike
from maker_engine.core.record.events import (
    CandidateStruck,
    Event,
    PersonAmended,
    PersonAnswered,
    PersonDecided,
    PersonVoted,
    WordsRefused,
)
from maker_engine.core.solving.effects import ACTING
from maker_engine.core.solving.open_step import OpenStep, fault_of


def take_in(task: AnyTask, first: OpenStep, command: BallotCommand | AnswerCommand) -> list[Event]:
    """Let a command have its effect on the open step; return what came of it, nothing where it has none.

    Raises:
        TaskError: The task cannot say whether it takes a person's words.
    """
    poll = first.poll
    if poll is None:
        return []
    if isinstance(command, Answer | Amend):
        if reason := refusal(task, first, command):
            return [WordsRefused(first.number, reason)]
        poll.settle(words(command))
        return [event_of_words(first.number, command)]
    if not isinstance(first.step, Vote | Gather) or (poll.winner is not None and not isinstance(command, Decide)):
        return []
    return [_done(poll, first.number, command)]


def _done(poll: Poll, step: int, command: BallotCommand) -> Event:
    match command:
        case CastVote():
            poll.person_votes(command.answer)
            return PersonVoted(step, command.voter, command.answer)
        case Decide():
            poll.person_decides(command.answer)
            return PersonDecided(step, command.voter, command.answer)
        case Strike():
            poll.strike(command.answer)
            return CandidateStruck(step, command.voter, command.answer)


def words(command: AnswerCommand) -> Said | Amendment:
    """Return what a command says, as the decision that it makes."""
    return (Said if isinstance(command, Answer) else Amendment)(command.text, command.voter)


def event_of_words(step: int, command: AnswerCommand) -> PersonAnswered | PersonAmended:
    """Report that what a command says was taken in."""
    if isinstance(command, Answer):
        return PersonAnswered(step, command.voter, Said(command.text, command.voter))
    return PersonAmended(step, command.voter, Amendment(command.text, command.voter))


def refusal(task: AnyTask, first: OpenStep, command: AnswerCommand) -> str:
    """Say in one line why a person's words cannot be taken at the step `first`; empty when they can.

    Raises:
        TaskError: The task raised an error.
    """
    said = words(command)
    if isinstance(said, Said) and not (isinstance(first.step, Ask) and first.poll and first.poll.winner is None):
        return "no question is open"
    if isinstance(said, Amendment) and not task.amendable:
        return f"{task.title} takes no amendments"
    if isinstance(said, Amendment) and isinstance(first.step, ACTING):
        return "an effect is about to be carried out: amend when it has ended"
    try:
        return task.refuses(first.state, said)
    except Exception as error:
        raise fault_of(task, "hearing a person", first.number, error) from error
