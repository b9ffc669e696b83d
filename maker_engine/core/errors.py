"""Errors, divided by whose fault they are.

    MakerError
    ├── InputError        the user's: a flag, a file, a key, a model name. One line, with the fix; exit status 2.
    │   ├── ProblemError  the problem given to a task cannot be read, or is not a legal instance of it.
    │   └── UntrustedError  a session from elsewhere names a server or a model that the user has not agreed to.
    ├── ProviderError     the provider's: no answer, or none that can be used. Its `kind` says whether to try again.
    ├── SessionError      the record's: the session file cannot be written or read.
    │   ├── SessionBusyError  someone else is writing it; it can be examined.
    │   └── StorageFullError  no room to write: nothing is lost, and it continues when there is room again.
    └── TaskError         the task's: it broke the contract of `decomposition.Task`.

Anything else that is raised is a bug of ours and keeps its traceback.
"""

from __future__ import annotations

from enum import StrEnum


class MakerError(Exception):
    """Root of every error this package raises on purpose; its text is one line fit to show a user."""


class InputError(MakerError):
    """The user gave something that cannot be used; the text names it and says what to give instead."""


class ProblemError(InputError):
    """The problem is unreadable or not a legal instance of the task."""


class UntrustedError(InputError):
    """A session that came from elsewhere would have the user's keys or money used as it says.

    Attributes:
        address: The server that it names, None for the providers' own.
        models: The real models that it names.
    """

    def __init__(self, message: str, address: str | None, models: tuple[str, ...]) -> None:
        super().__init__(message)
        self.address = address
        self.models = models


class SessionError(MakerError):
    """The session file cannot be created, written or read."""


class SessionBusyError(SessionError):
    """Another process, or another run of this one, is writing the session."""


class StorageFullError(SessionError):
    """There is no room left on the device; what is not written yet is kept, and can be written later."""


class TaskError(MakerError):
    """A task broke its contract: an unfrozen state, a step no one drives, an answer it cannot apply."""


class Fault(StrEnum):
    """What went wrong with one call to a provider.

    `LOADING` is a server that is there and still has to read its model, which takes a large one minutes.
    """

    RATE = "rate"
    OVERLOAD = "overload"
    LOADING = "loading"
    TIMEOUT = "timeout"
    CONNECTION = "connection"
    MALFORMED = "malformed"
    COPY = "copy"
    STRANGER = "another model"
    AUTH = "auth"
    QUOTA = "quota"
    NOT_FOUND = "not found"
    BAD_REQUEST = "bad request"
    CONTEXT = "context too long"
    POLICY = "content policy"

    @property
    def passing(self) -> bool:
        """True where the same call may well succeed later."""
        return self in _PASSING


_PASSING = frozenset(
    {
        Fault.RATE, Fault.OVERLOAD, Fault.LOADING, Fault.TIMEOUT, Fault.CONNECTION, Fault.MALFORMED, Fault.COPY,
        Fault.STRANGER,
    }
)  # fmt: skip


class ProviderError(MakerError):
    """A call brought no usable response. Never a vote and never a red flag: it says nothing about the answer.

    Attributes:
        kind: What went wrong.
        retry_after_s: Seconds the provider asked us to wait, None when it did not say.
        maybe_billed: The call went out and brought no answer in time: it may be billed for all that.
    """

    def __init__(
        self, kind: Fault, message: str, retry_after_s: float | None = None, *, maybe_billed: bool = False
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.retry_after_s = retry_after_s
        self.maybe_billed = maybe_billed
