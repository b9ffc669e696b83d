"""Errors are divided by whose fault they are."""

from __future__ import annotations

import pytest

from maker_engine.core import errors
from maker_engine.core.errors import Fault, InputError, MakerError, ProblemError, ProviderError


@pytest.mark.parametrize("name", ["InputError", "ProblemError", "ProviderError", "SessionError", "TaskError"])
def test_every_error_is_one_of_ours(name):
    """Whatever is raised on purpose can be caught as `MakerError`, and is drawn in the tree at the top."""
    assert issubclass(getattr(errors, name), MakerError)
    assert name in errors.__doc__


def test_a_bad_problem_is_the_users():
    """A problem that cannot be used is an input that cannot be used."""
    assert issubclass(ProblemError, InputError)


def test_some_faults_pass():
    """Trying again helps against a busy, slow, broken-off, garbled or mistaken answer, and against nothing else."""
    passing = {
        Fault.RATE, Fault.OVERLOAD, Fault.LOADING, Fault.TIMEOUT, Fault.CONNECTION, Fault.MALFORMED, Fault.COPY,
        Fault.STRANGER,
    }  # fmt: skip
    assert {fault for fault in Fault if fault.passing} == passing


def test_a_providers_error_says_what_and_how_long():
    """A provider's error carries its kind, its text, and the wait it asked for, if any."""
    error = ProviderError(Fault.RATE, "slow down", 2.5)
    assert (error.kind, str(error), error.retry_after_s) == (Fault.RATE, "slow down", 2.5)
    assert ProviderError(Fault.AUTH, "no key").retry_after_s is None
