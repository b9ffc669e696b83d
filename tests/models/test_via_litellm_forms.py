"""Forms in which servers and proxies wrap an answer: what has one reading is read and noted, the rest is named."""

from __future__ import annotations

import gzip
import json
import zlib

import pytest

from maker_engine.core.errors import Fault
from maker_engine.models.via_litellm import LiteLLMModel
from tests.models.test_via_litellm import NAMES, REQUEST, ask, only_our_key
from tests.support.fault_server import Said, completion
from tests.support.openai_server import OpenAIServer, Reply

__all__ = ["only_our_key"]

TEXT = "move 1 — from “A” to C"
ANSWER = completion(Said(TEXT, TEXT))
BODY = json.dumps(ANSWER).encode()
STREAM = {"content-type": "text/event-stream"}


def chunk(text, **more):
    """One event of a stream in OpenAI's form."""
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": more.pop("finish_reason", None)}
    return {"id": "chatcmpl-s", "object": "chat.completion.chunk", "model": "any", "choices": [choice], **more}


def events(*found, end=b"data: [DONE]\n\n", line=b"\n"):
    """Server-sent events."""
    return b"".join(b"data: " + json.dumps(one).encode() + line + line for one in found) + end


USAGE = {"prompt_tokens": 11, "completion_tokens": 3}
PIECES = [
    chunk(TEXT[:5]),
    chunk(TEXT[5:]),
    chunk(None, finish_reason="stop"),
    {**chunk(None), "choices": [], "usage": USAGE},
]
LATIN = {**ANSWER, "choices": [{**ANSWER["choices"][0], "message": {"role": "assistant", "content": "né"}}]}
LATIN_1 = json.dumps(LATIN, ensure_ascii=False).encode("latin-1")


def parts(*found):
    """An answer whose content comes in parts."""
    return json.dumps(completion(Said("", ""), message={"content": list(found)})).encode()


READ = {
    "comments": (b": PROCESSING\n\n: PROCESSING\r\n\n" + BODY + b"\n: done\n", {}, "the server puts comment lines"),
    "a million comments": (b":\n" * 1_000_000 + BODY + b"\n:" * 500_000, {}, "the server puts comment lines"),
    "blank lines": (b"\n\n \r\n" + BODY + b"\n\n", {}, ""),
    "a mark of byte order": (b"\xef\xbb\xbf" + BODY, {}, ""),
    "one event": (events(ANSWER), STREAM, "the server sends its answers as a stream"),
    "events": (events(*PIECES), STREAM, "the server sends its answers as a stream"),
    "events under another name": (events(*PIECES), {}, "the server sends its answers as a stream"),
    "events with carriage returns": (events(*PIECES, line=b"\r\n"), STREAM, "the server sends its answers as a stream"),
    "events without an end": (events(*PIECES, end=b""), STREAM, "the server sends its answers as a stream"),
    "events with comments": (b": ping\n\nevent: x\n" + events(*PIECES), STREAM, "the server puts comment lines"),
    "gzip": (gzip.compress(BODY), {"content-encoding": "gzip"}, "the server compresses its answers (gzip)"),
    "gzip in members": (
        gzip.compress(BODY[:50]) + gzip.compress(BODY[50:]), {"content-encoding": "gzip"}, "the server compresses"
    ),
    "zlib": (zlib.compress(BODY), {"content-encoding": "deflate"}, "the server compresses its answers (deflate)"),
    "bare deflate": (zlib.compress(BODY)[2:-4], {"content-encoding": "DEFLATE"}, "the server compresses"),
    "parts": (parts({"type": "text", "text": TEXT[:5]}, {"type": "text", "text": TEXT[5:]}), {}, "the server sends"),
    "thoughts and parts": (
        parts({"type": "thinking", "thinking": "hm"}, {"type": "text", "text": TEXT}), {}, "the server sends"
    ),
    "UTF-16": (json.dumps(ANSWER, ensure_ascii=False).encode("utf-16"), {}, ""),
    "Latin-1 that is UTF-8": (
        json.dumps(ANSWER, ensure_ascii=False).encode(), {"content-type": "application/json; charset=latin-1"}, ""
    ),
}  # fmt: skip


async def drawn(name, reply):
    """Draw one sample; return its response and what was noted."""
    with OpenAIServer(lambda _messages, _body, _number: reply) as server:
        model = LiteLLMModel(name, server.base_url)
        response = await model.sample(REQUEST)
        await model.aclose()
        assert len(server.requests) == 1
    return response, model.adjustments


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("form", READ)
async def test_a_whole_answer_is_read_in_any_form(form, name):
    """A form with one reading is read to the letter, in one call, and noted where the server should not use it."""
    body, headers, note = READ[form]
    response, notes = await drawn(name, Reply(raw=body, headers=headers))
    assert (response.text, response.finish_reason, response.tokens_out) == (TEXT, "stop", 3 if USAGE else None)
    assert (notes[0] if notes else "").startswith(note)
    assert bool(notes) is bool(note)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("charset", ["latin-1", "ISO-8859-1", '"windows-1252"'])
async def test_another_charset_is_read_where_it_is_stated(charset, name):
    """Bytes that are no UTF-8 are read in the charset that the server states."""
    headers = {"content-type": f"application/json; charset={charset}"}
    response, notes = await drawn(name, Reply(raw=LATIN_1, headers=headers))
    assert response.text == "né"
    assert "instead of UTF-8" in notes[0]


REFUSED = {
    "Latin-1, not stated": (LATIN_1, {}, "the answer is not a chat completion"),
    "in an encoding of Python's own": (
        LATIN_1, {"content-type": "application/json; charset=unicode_escape"}, "the answer is not a chat completion"
    ),
    "events that break off": (events(*PIECES[:2], end=b""), STREAM, "the answer is a stream of events that breaks off"),
    "events with a hole": (
        events(PIECES[0], end=b"data: {\n\n"), STREAM, "events, and one of them is not a JSON object"
    ),
    "events of two choices": (
        events({**PIECES[0], "choices": 2 * PIECES[0]["choices"]}), STREAM, "with several choices instead of one"
    ),
    "events with text in parts": (events(chunk([1])), STREAM, "the content of one of them is not text"),
    "events of another kind": (
        events({"type": "content_block_delta"}), STREAM, "which was not asked for: switch streaming off"
    ),
    "events and nothing else": (b"data: [DONE]\n\n", STREAM, "which was not asked for: switch streaming off"),
    "an error among the events": (events({"error": {"message": "overheated"}}), STREAM, "overheated"),
    "an encoding of another kind": (BODY, {"content-encoding": "br"}, "is compressed (br), which was not asked for"),
    "an encoding that is not true": (BODY, {"content-encoding": "gzip"}, "it is compressed (gzip), and is not"),
    "gzip cut short": (gzip.compress(BODY)[:-9], {"content-encoding": "gzip"}, "answer (gzip) breaks off"),
    "a picture among the parts": (parts({"type": "image_url"}), {}, "has a part that is not text (type 'image_url')"),
    "two answers": (BODY + b"\n" + BODY, {}, "the answer is not a chat completion"),
}  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("form", REFUSED)
async def test_what_has_no_one_reading_is_named(form, name):
    """A form that is not read is a passing fault that names it, after one call."""
    body, headers, line = REFUSED[form]
    error, server = await ask(Reply(raw=body, headers=headers), name)
    assert (error.kind, len(server.requests)) == (Fault.MALFORMED, 1), error
    assert line in str(error)


@pytest.mark.parametrize("name", NAMES)
async def test_a_compressed_refusal_still_speaks(name):
    """The words of a compressed error are read, and judged like any other."""
    body = gzip.compress(Reply.error(400, "Model unloaded.").body({}, 0))
    error, _ = await ask(Reply(status=400, raw=body, headers={"content-encoding": "gzip"}), name)
    assert (error.kind, str(error)) == (Fault.LOADING, f"{name}: HTTP 400: Model unloaded.")
