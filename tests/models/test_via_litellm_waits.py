"""When to ask again, as providers say it: headers, fields, sentences, clocks."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from maker_engine.core.errors import Fault
from maker_engine.models import litellm_waits
from tests.models.test_via_litellm import NAMES, ask, only_our_key
from tests.support.openai_server import Reply

__all__ = ["only_our_key"]

NOW = datetime(2026, 11, 30, 13, 30, tzinfo=timezone(timedelta(hours=1)))
UNIX = 1_796_043_600
"""Half an hour after `NOW`, in seconds of Unix."""
HALF_AN_HOUR = 1800.0

BODIES = [
    ("Please try again in 20ms. Visit the pages on limits.", 0.02),
    ("Please try again in 6m0s", 360),
    ("try again in 2h15m", 8100),
    ("Try again in 1 hour and 30 minutes.", 5400),
    ("Please wait 30 seconds", 30),
    ("Please retry in 8.5s", 8.5),
    ("retry after 35 seconds", 35),
    ("Your limit resets in 3 days 4 hours", 76 * 3600),
    ("Your limit resets at 15:00", 5400),
    ("limit reached ∙ resets 3pm (Europe/Berlin)", 5400),
    ("resets at 14:00:00 UTC", 5400),
    ("resets at 5pm PST", 12.5 * 3600),
    ("resets at midnight UTC", 11.5 * 3600),
    ("resets at 12:00", 22.5 * 3600),
    ("try again at Dec 1st, 2026 10:14 AM.", 74_640),
    ("Try again at 3:04 PM.", 5640),
    ("available again on 30 Nov 2026 14:00", HALF_AN_HOUR),
    ("You will regain access on 2026-12-01 at 00:00 UTC.", 11.5 * 3600),
    ("resets at 2026-11-30T13:00:00Z", HALF_AN_HOUR),
    ("resets at 2026-11-30T14:00:00.5+01:00", HALF_AN_HOUR),
    (f"usage limit reached|{UNIX}", HALF_AN_HOUR),
    (json.dumps({"error": {"type": "usage_limit_reached", "resets_in_seconds": 7200}}), 7200),
    (json.dumps({"error": {"resets_at": UNIX}}), HALF_AN_HOUR),
    (json.dumps({"error": {"resetsAt": "2026-11-30T13:00:00Z", "retry_after": 5}}), HALF_AN_HOUR),
    (json.dumps({"error": {"details": [{"retryDelay": "8s"}]}}), 8),
    (json.dumps({"error": {"metadata": {"headers": {"X-RateLimit-Reset": f"{UNIX}000"}}}}), HALF_AN_HOUR),
    (json.dumps({"retry_after_ms": 1500}), 1.5),
    (json.dumps({"error": "Model m is currently loading", "estimated_time": 20.0}), 20),
]

NO_STATEMENTS = [
    "", "try again later", "try again at 10 requests", "resets at 25:00", "resets at 99:99 on 2026-13-45",
    "resets at 15:00 IST", "resets at 13:28", "resets in 9999 weeks", "resets at 2026-11-30T12:00:00Z",
    '{"resets_in_seconds": 0}', '{"resets_in_seconds": -5}', '{"resets_in_seconds": 1e300}',
    '{"resets_in_seconds": NaN}', '{"resets_at": "soon"}', '{"resets_at": [[[]]]}', '{"resets_at": true}',
    "[" * 100_000, "try again in " * 5_000, "resets at " + "9" * 60_000,
]  # fmt: skip


@pytest.mark.parametrize(("body", "seconds"), BODIES, ids=range(len(BODIES)))
def test_a_reset_time_is_read_in_whatever_form_it_is_written(body, seconds):
    """Seconds, durations, dates, clocks and times of Unix are read; a clock without a zone is this machine's."""
    assert litellm_waits.in_body(body, NOW) == pytest.approx(seconds)


@pytest.mark.parametrize("body", NO_STATEMENTS, ids=range(len(NO_STATEMENTS)))
def test_what_is_no_time_to_come_is_no_statement(body):
    """What cannot be read, has passed, or is years away says nothing about when to ask again."""
    assert litellm_waits.in_body(body, NOW) is None


USED_UP = [
    ({"x-ratelimit-reset-requests": "6m0s", "x-ratelimit-remaining-requests": "0"}, 360),
    ({"x-ratelimit-reset-requests": "6m0s", "x-ratelimit-remaining-requests": "3"}, None),
    ({"X-RateLimit-Reset": str(UNIX)}, HALF_AN_HOUR),
    ({"ratelimit-reset": "30", "ratelimit-remaining": "0"}, 30),
    (
        {
            "anthropic-ratelimit-requests-remaining": "0",
            "anthropic-ratelimit-requests-reset": "2026-11-30T13:00:00Z",
            "anthropic-ratelimit-tokens-remaining": "5000",
            "anthropic-ratelimit-tokens-reset": "2026-11-30T18:00:00Z",
        },
        HALF_AN_HOUR,
    ),
    ({"x-reset": "30", "date": "Mon, 30 Nov 2026 13:00:00 GMT"}, None),
]


@pytest.mark.parametrize(("headers", "seconds"), USED_UP)
def test_only_a_limit_that_is_used_up_is_waited_for(headers, seconds):
    """Of the rate-limit headers, those count whose limit has nothing left, and the last of them."""
    assert litellm_waits.used_up(headers, NOW) == seconds


def resets(seconds: float) -> Reply:
    """A usage limit that is over in so many seconds."""
    error = {"type": "usage_limit_reached", "message": "The usage limit has been reached", "resets_in_seconds": seconds}
    return Reply(status=429, raw=json.dumps({"error": error}).encode())


@pytest.mark.parametrize("name", NAMES)
async def test_a_usage_limit_is_a_passing_fault_with_its_reset(name):
    """A limit that resets in two hours is a rate fault that says so, after one request: no hour's cap."""
    error, server = await ask(resets(7200), name)
    assert (error.kind, error.retry_after_s, len(server.requests)) == (Fault.RATE, 7200, 1)


@pytest.mark.parametrize("name", NAMES)
async def test_an_empty_account_stays_one_until_it_says_when_it_is_not(name):
    """A quota that is used up is final, unless the provider says when it is there again."""
    words = "You exceeded your current quota"
    final, _ = await ask(Reply.error(429, words, "insufficient_quota"), name)
    passing, _ = await ask(Reply.error(429, f"{words}. It resets in 3 hours.", "insufficient_quota"), name)
    assert (final.kind, final.retry_after_s) == (Fault.QUOTA, None)
    assert (passing.kind, passing.retry_after_s) == (Fault.RATE, 3 * 3600)


async def test_a_clock_is_read_over_the_wire():
    """A time on a clock, two hours from now, is waited for about two hours."""
    at = (datetime.now(UTC) + timedelta(hours=2)).strftime("%H:%M UTC")
    error, _ = await ask(Reply.error(429, f"usage limit reached, resets at {at}"))
    assert 7200 - 61 <= error.retry_after_s <= 7200


@pytest.mark.parametrize("name", NAMES)
async def test_headers_say_when_a_rate_limit_is_reset(name):
    """Where neither Retry-After nor the body says when, the header of the limit that is used up does."""
    headers = {"x-ratelimit-reset-requests": "2h", "x-ratelimit-remaining-requests": "0"}
    error, _ = await ask(Reply.error(429, "slow down", headers=headers), name)
    assert error.retry_after_s == 7200
    busy, _ = await ask(Reply.error(503, "busy", headers=headers), name)
    assert busy.retry_after_s is None


async def test_a_loading_model_says_how_long_it_takes():
    """A server that loads its model and says for how long is waited for so long."""
    body = {"error": "Model m is currently loading", "estimated_time": 20.0}
    error, _ = await ask(Reply(status=503, raw=json.dumps(body).encode()))
    assert (error.kind, error.retry_after_s) == (Fault.LOADING, 20)
