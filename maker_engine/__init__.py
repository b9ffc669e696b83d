"""The library of MAKER (arXiv 2511.09030): runs long LLM tasks in which not one step may be wrong.

    import maker_engine as maker

Three methods make a task; `solve` runs it, `vote` takes a single ballot, `plan` says what to expect. Names are imported
when they are first used, so that importing the library costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from maker_engine.api.ballots import (
        Ballots as Ballots,
        avote as avote,
        avote_many as avote_many,
        vote as vote,
        vote_many as vote_many,
    )
    from maker_engine.api.callables import PromptText as PromptText
    from maker_engine.api.loading import load_task as load_task
    from maker_engine.api.planning import Forecast as Forecast, plan as plan
    from maker_engine.api.results import Ballot as Ballot, Run as Run, RunStep as RunStep
    from maker_engine.api.resuming import aresume as aresume, resume as resume
    from maker_engine.api.running import asolve as asolve, solve as solve, stream as stream
    from maker_engine.core.answers import (
        AnswerForm as AnswerForm,
        Choice as Choice,
        Date as Date,
        Decimal as Decimal,
        Integer as Integer,
        Json as Json,
        Record as Record,
        Several as Several,
        Span as Span,
        Text as Text,
    )
    from maker_engine.core.decomposition import (
        Ask as Ask,
        Gather as Gather,
        Gathered as Gathered,
        Option as Option,
        Said as Said,
        Task as Task,
        Vote as Vote,
    )
    from maker_engine.core.errors import (
        InputError as InputError,
        MakerError as MakerError,
        ProblemError as ProblemError,
        ProviderError as ProviderError,
        SessionBusyError as SessionBusyError,
        SessionError as SessionError,
        StorageFullError as StorageFullError,
        TaskError as TaskError,
        UntrustedError as UntrustedError,
    )
    from maker_engine.core.flags import Flag as Flag
    from maker_engine.core.record import events
    from maker_engine.core.record.outcomes import Outcome as Outcome
    from maker_engine.core.record.snapshot import Totals as Totals
    from maker_engine.core.responses import Prompt as Prompt
    from maker_engine.options.config import RunConfig as RunConfig

_HOMES = {
    "api.ballots": ("Ballots", "avote", "avote_many", "vote", "vote_many"),
    "api.callables": ("PromptText",),
    "api.loading": ("load_task",),
    "api.planning": ("Forecast", "plan"),
    "api.results": ("Ballot", "Run", "RunStep"),
    "api.resuming": ("aresume", "resume"),
    "api.running": ("asolve", "solve", "stream"),
    "core.record": ("events",),
    "core.answers": (
        "AnswerForm", "Choice", "Date", "Decimal", "Integer", "Json", "Record", "Several", "Span", "Text",
    ),
    "core.decomposition": ("Ask", "Gather", "Gathered", "Option", "Said", "Task", "Vote"),
    "core.errors": (
        "InputError", "MakerError", "ProblemError", "ProviderError", "SessionBusyError", "SessionError",
        "StorageFullError", "TaskError", "UntrustedError",
    ),
    "core.flags": ("Flag",),
    "core.record.outcomes": ("Outcome",),
    "core.responses": ("Prompt",),
    "core.record.snapshot": ("Totals",),
    "options.config": ("RunConfig",),
}  # fmt: skip
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "AnswerForm", "Ask", "Ballot", "Ballots", "Choice", "Date", "Decimal", "Flag", "Forecast", "Gather", "Gathered",
    "InputError", "Integer", "Json", "MakerError", "Option", "Outcome", "ProblemError", "Prompt", "PromptText",
    "ProviderError", "Record", "Run", "RunConfig", "RunStep", "Said", "SessionBusyError", "SessionError", "Several",
    "Span", "StorageFullError", "Task", "TaskError", "Text", "Totals", "UntrustedError", "Vote", "aresume", "asolve",
    "avote", "avote_many", "events", "load_task", "plan", "resume", "solve", "stream", "vote", "vote_many",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Import a name of the library when it is first used."""
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = f"{__name__}.{_HOME_OF[name]}"
    value = import_module(f"{home}.{name}") if name == "events" else getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return the names of the library."""
    return sorted(__all__)
